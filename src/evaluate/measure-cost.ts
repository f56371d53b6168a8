import { DEFAULT_CONTROLS } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import { Percentiles } from '../core/stats.js';
import type { Generator } from '../infer/generator.js';
import { readThumbnail } from '../render/read-thumbnail.js';
import type { SyncRenderer } from '../render/renderer.js';
import type { Cost, StageCost } from './evaluation.js';

/** Frames that are not timed, while code and caches warm up. */
const WARM_UP_FRAMES = 5;

/** Runs frames through each stage of the pipeline and times it. Closes the frames. */
export async function measureCost(
  frames: AsyncIterable<Frame>,
  tools: { readonly generator: Generator; readonly renderer: SyncRenderer; readonly threads: number },
): Promise<Cost> {
  const { generator, renderer, threads } = tools;
  const times = {
    read: new Percentiles(),
    thumbnail: new Percentiles(),
    look: new Percentiles(),
    apply: new Percentiles(),
  };
  let size = { width: 0, height: 0 };
  let count = 0;
  let readStarted = performance.now();
  for await (const frame of frames) {
    using owned = frame;
    size = { width: owned.width, height: owned.height };
    const started = performance.now();
    const thumbnail = readThumbnail(renderer, owned, generator.wantsDetail);
    const shrunk = performance.now();
    generator.advance?.(thumbnail, undefined, 0); // a frame of a video: a still takes longer
    const look = await generator.translate(thumbnail);
    const looked = performance.now();
    renderer.apply(look, DEFAULT_CONTROLS, owned);
    const applied = performance.now();
    if (count++ >= WARM_UP_FRAMES) {
      times.read.add(started - readStarted);
      times.thumbnail.add(shrunk - started);
      times.look.add(looked - shrunk);
      times.apply.add(applied - looked);
    }
    readStarted = performance.now();
  }
  const stages = {
    read: stageCost(times.read),
    thumbnail: stageCost(times.thumbnail),
    look: stageCost(times.look),
    apply: stageCost(times.apply),
  };
  return { frames: times.look.count, ...size, stages, threads, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
}

/** Rounds to hundredths of a millisecond; 0 without samples. */
function stageCost(samples: Percentiles): StageCost {
  const at = (p: number): number => (samples.count > 0 ? Math.round(samples.quantile(p) * 100) / 100 : 0);
  return { p50: at(0.5), p95: at(0.95) };
}
