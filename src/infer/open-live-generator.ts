import { basename } from 'node:path';
import { silentLogger } from '../core/logger.js';
import { createGrade } from './grade/grade.js';
import { LadderGenerator, type Rung } from './ladder-generator.js';
import { openNetworkGenerator, type OpenGeneratorOptions } from './open-generator.js';

/** Options of {@link openLiveGenerator}. */
export interface OpenLiveGeneratorOptions extends OpenGeneratorOptions {
  /** Whether it may open on a lower rung, because viewers watch already; default false. */
  readonly startsAnywhere?: boolean;
}

/**
 * Opens the generator of a live stream on a ladder: the generator itself; where it runs on a GPU, the same on the CPU; `lit` in this thread; the
 * grade, which always works. Throws as `openGenerator` does when the generator itself cannot be opened, unless `startsAnywhere`.
 */
export async function openLiveGenerator(options: OpenLiveGeneratorOptions): Promise<LadderGenerator> {
  const { startsAnywhere = false, logger = silentLogger } = options;
  const last = await createGrade();
  return LadderGenerator.open({ rungs: rungsOf(options), last, startsAnywhere, logger });
}

/** The generators to try, the best first. */
function rungsOf(options: OpenLiveGeneratorOptions): Rung[] {
  const { generator, device = 'auto', share } = options;
  const rung = (name: string, change: Partial<OpenLiveGeneratorOptions>): Rung => ({
    name,
    open: () => openNetworkGenerator({ ...options, ...change }),
  });
  const isOnGpu = device !== 'auto' && device !== 'cpu';
  const isPlainLit = (generator === 'lit' || generator === 'auto') && !isOnGpu && !share;
  const name = generator === 'auto' ? 'lit' : basename(generator);
  const rungs = [rung(isOnGpu ? `${name} on ${device}` : name, {})];
  const isLit = name === 'lit';
  if (isOnGpu && !isLit) rungs.push(rung(`${name} on the CPU`, { device: 'cpu' }));
  const isGrade = generator === 'grade' || generator === 'grade:deep';
  if (!isPlainLit && !isGrade) {
    rungs.push(rung('lit on the CPU', { generator: 'lit', device: 'cpu', engine: 'auto', share: undefined }));
  }
  return rungs;
}
