import { expect, test } from 'vitest';
import { fromSeconds } from '../../src/core/time.js';
import { ConstantRate } from '../../src/output/constant-rate.js';

const at25 = { num: 1, den: 25 };

test('a frame goes to the nearest slot, and reports the empty ones before it', () => {
  const rate = new ConstantRate(at25);
  const places = [0, 0.041, 0.2, 0.21, 0.24].map((seconds) => rate.place(fromSeconds(seconds)));
  expect(places).toEqual([
    { empty: 0, slot: 0 },
    { empty: 0, slot: 1 },
    { empty: 3, slot: 5 },
    { empty: 0, slot: undefined },
    { empty: 0, slot: 6 },
  ]);
  expect(rate.notices('.mxf')).toEqual([
    'converted to 25 frames/s, since .mxf has one frame rate: repeated 3, dropped 1',
  ]);
});

test('the slots before a late first frame are its own', () => {
  expect(new ConstantRate(at25).place(fromSeconds(0.12))).toEqual({ empty: 3, slot: 3 });
});

test('frames of that rate need no notice, also an NTSC one', () => {
  const rate = new ConstantRate({ num: 1001, den: 30_000 });
  for (let n = 0; n < 100; n++) expect(rate.place(fromSeconds((n * 1001) / 30_000))).toEqual({ empty: 0, slot: n });
  expect(rate.notices('.mxf')).toEqual([]);
});
