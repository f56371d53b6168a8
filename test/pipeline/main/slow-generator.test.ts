import { join } from 'node:path';
import { expect, it } from 'vitest';
import { render } from '../../../src/library.js';
import { writeTinyModel } from '../../infer/tiny-model.js';
import { hasFfmpeg } from '../../support/ffmpeg.js';
import { lumaOfFile, lumaOfPackets, meanDifference } from '../../support/packet-frames.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { watchStream } from '../../support/watched-stream.js';

const folder = temporaryFolder();
const FRAMES = 200;
const SIZE = 320 * 180;
const OPTIONS = { grain: 0, crf: 12 };

/** Plays a clip at its 25 frames a second. Resolves at its end, with the seconds from the first packet to the last. */
async function play(clip: string, generator: string) {
  const watched = watchStream(clip, { ...OPTIONS, generator });
  const { stream, live, packets } = watched;
  await watched.until('a packet', () => packets.length > 0);
  const started = performance.now();
  await stream.ended;
  return { packets, stats: live.stats, seconds: (performance.now() - started) / 1000, end: live.state };
}

it.skipIf(!hasFfmpeg)(
  'a live stream keeps its rate with a network that takes over 200 ms a frame, and its night is that of a fast one',
  async () => {
    const [clip, night] = [join(folder, 'day.mp4'), join(folder, 'night.mp4')];
    await render(`street:size=320x180,rate=25,duration=${FRAMES / 25}`, clip, { view: 'day', crf: 12 });
    const fast = writeTinyModel(folder, 'fast');
    // Beside it, the same clip with a fast network: what else the machine does slows both down.
    const [slow, beside] = await Promise.all([
      play(clip, writeTinyModel(folder, 'slow', { slowLayers: 64 })),
      play(clip, fast),
    ]);
    const { stages, lookAgeMs, degraded, fallbacks, framesDropped } = slow.stats;
    const networkMs = stages.network?.p50 ?? NaN;
    const [rate, rateBeside] = [FRAMES / slow.seconds, FRAMES / beside.seconds];
    console.info({ networkMs, lookAgeMs, rate, rateBeside });
    expect(networkMs).toBeGreaterThan(200);
    expect([slow.end, degraded, fallbacks, framesDropped]).toEqual(['ended', '', 0, 0]);
    expect(slow.packets.map(({ pts }) => Math.round(pts / 40_000))).toEqual(
      Array.from({ length: FRAMES }, (_, i) => i),
    );
    // Five frames and more pass while a look is made: a stream that waited would have a look of its own for every other frame.
    expect(lookAgeMs).toBeGreaterThanOrEqual(200);
    expect(slow.seconds).toBeLessThan((0.3 * (FRAMES / 2) * networkMs) / 1000);
    expect(rate).toBeGreaterThan(Math.min(24, 0.75 * rateBeside));
    if (networkMs > 900 || lookAgeMs > 2500) {
      console.warn(
        `SKIPPED: the machine is so busy that looks are ${lookAgeMs} ms old, and others make the night between`,
      );
      return;
    }

    await render(clip, night, { ...OPTIONS, generator: fast });
    const [shown, expected] = [lumaOfPackets(slow.packets, join(folder, 'shown.h264'), SIZE), lumaOfFile(night, SIZE)];
    expect([shown.length, expected.length]).toEqual([FRAMES, FRAMES]);
    const differences = shown.map((image, i) => meanDifference(image, expected[i] ?? new Uint8Array()));
    console.info({ mostDifferent: Math.max(...differences) });
    expect(Math.max(...differences)).toBeLessThan(12); // the night of `grade` differs by 150
  },
  180_000,
);
