import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openGenerator } from '../../src/infer/open-generator.js';
import { isFiniteLook } from '../../src/look/look.js';
import { exportRun } from '../../src/train/export/export-run.js';
import { readLossLog, type LossRecord } from '../../src/train/report/loss-log.js';
import { train } from '../../src/train/train.js';
import { streetThumbnail } from '../infer/grade/street-thumbnail.js';
import { asThumbnail } from '../infer/synthetic-thumbnails.js';

const folder = mkdtempSync(join(tmpdir(), 'nocturne-classic-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const STEPS = 16;
/** The published recipe without its identity loss, with a sixteenth of the filters, on images of 64 x 36. */
const SMALL = { generator: 'resnet6', ngf: 4, ngfB: 4, ndf: 4, width: 64, height: 36, lambdaIdentity: 0 };
const RATES = { rateG: 2e-3, rateD: 2e-3 };

describe('a ResNet CycleGAN', () => {
  it('learns in 16 steps to get there and back: a third of the cycle loss is gone', { timeout: 120_000 }, async () => {
    const every = { validateEvery: STEPS, sampleEvery: STEPS, checkpointEvery: STEPS, logEvery: 4 };
    const options = { ...SMALL, ...RATES, ...every, steps: STEPS };
    await train({ source: 'synth', run: folder, backend: 'wasm', options, isResumed: false });
    const log = await readLossLog(folder);
    const [first, last] = [cycleLoss(log[0]), cycleLoss(log.at(-1))];
    console.log(`cycle loss: steps 1 to 4 ${first.toFixed(2)}, steps 13 to 16 ${last.toFixed(2)}`);
    expect(last).toBeLessThan(0.67 * first);
  });

  it('is a model that the pipeline opens, and makes looks', async () => {
    const out = join(folder, 'classic');
    await exportRun({ from: folder, out, name: 'classic', version: '1.0.0', licence: 'MIT' });
    await using generator = await openGenerator({ generator: out });
    expect(generator.card.name).toBe('classic');
    const look = await generator.translate(asThumbnail(streetThumbnail()));
    expect(isFiniteLook(look)).toBe(true);
    expect(generator.fallbacks).toBe(0);
  });
});

function cycleLoss(record: LossRecord | undefined): number {
  return (record?.losses['cycleA'] ?? NaN) + (record?.losses['cycleB'] ?? NaN);
}
