import { expect, it } from 'vitest';
import type { Frame } from '../../src/core/frame.js';
import { measureSteadiness } from '../../src/evaluate/steadiness.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import type { Generator } from '../../src/infer/generator.js';
import { openGenerator } from '../../src/infer/open-generator.js';
import { openSource } from '../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../src/ingest/source-options.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';

it('the night of the built-in street is steadier with smoothing, and nearly as steady as its day', async () => {
  const { signal } = new AbortController();
  await using source = await openSource('street:size=640x360,rate=30,duration=2', DEFAULT_SOURCE_OPTIONS, signal);
  await using generator = await openGenerator({ generator: 'auto' });
  using renderer = await openRenderer();
  const frames: AsyncIterable<Frame> = source.frames(signal);
  const { pairs, cuts, day, unsmoothed, result, held } = await measureSteadiness(frames, { generator, renderer });
  expect(pairs).toBe(59);
  expect(cuts).toBe(0);
  console.log(
    `warping error over the day's: unsmoothed ${(unsmoothed.warpingError / day.warpingError).toFixed(2)}, ` +
      `smoothed ${(result.warpingError / day.warpingError).toFixed(2)}, held ${(held.warpingError / day.warpingError).toFixed(2)}`,
  );
  expect(result.warpingError).toBeLessThan(0.9 * unsmoothed.warpingError);
  expect(result.warpingError).toBeLessThan(1.1 * day.warpingError);
  expect(result.squaredError).toBeLessThan(unsmoothed.squaredError);
  expect(result.flicker).toBeLessThan(0.6 * unsmoothed.flicker);
  expect(held.flicker).toBeLessThan(unsmoothed.flicker);
});

it('runs a generator that reads details as a stream does, beside a still of every frame', async () => {
  const { signal } = new AbortController();
  await using source = await openSource('street:size=320x180,rate=25,duration=0.28', DEFAULT_SOURCE_OPTIONS, signal);
  using renderer = await openRenderer();
  await using grade = await openGenerator({ generator: 'grade' });
  const translated: string[] = [];
  let announced: number | undefined;
  const generator: Generator = {
    ...{ card: grade.card, device: 'cpu', wantsDetail: true, close: () => grade.close() },
    advance: ({ pts }) => (announced = pts),
    translate: (thumbnail) => {
      translated.push(`${thumbnail.pts === announced ? 'stream' : 'still'} ${thumbnail.detail?.length}`);
      return grade.translate(thumbnail);
    },
    [Symbol.asyncDispose]: () => grade.close(),
  };
  await measureSteadiness(source.frames(signal), { generator, renderer });
  const size = 3 * DETAIL_WIDTH * DETAIL_HEIGHT;
  expect(translated.filter((one) => one === `still ${size}`)).toHaveLength(7);
  expect(translated.filter((one) => one === `stream ${size}`)).toHaveLength(3);
  expect(translated).toHaveLength(10);
});
