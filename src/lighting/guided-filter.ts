import { boxMeanInto } from './box-mean.js';
import { addDoubled, HALF_SAMPLES, halveInto } from './half-plane.js';
import { createPlane, SAMPLES } from './samples.js';

const createHalf = (): Float32Array => new Float32Array(HALF_SAMPLES);
const [halfGuide, halfInput, slope, offset] = [createHalf(), createHalf(), createHalf(), createHalf()];
const fullSlope = createPlane();
const fullOffset = createPlane();

/**
 * Fast guided filter (He and Sun 2015): smooths `input` but keeps the edges of `guide`. Planes `[72, 128]`; its windows are
 * measured at half the size. `out` may be `input`.
 * @param radius of a window, in samples of half the size. @param epsilon variance of the guide below which it counts as plain.
 */
export function guidedFilterInto(
  guide: Float32Array,
  input: Float32Array,
  out: Float32Array,
  radius: number,
  epsilon: number,
): void {
  halveInto(guide, halfGuide);
  halveInto(input, halfInput);
  for (let i = 0; i < HALF_SAMPLES; i++) {
    const value = halfGuide[i] ?? 0;
    slope[i] = value * value;
    offset[i] = value * (halfInput[i] ?? 0);
  }
  for (const plane of [halfGuide, halfInput, slope, offset]) boxMeanInto(plane, plane, radius, radius, 2);
  fit(epsilon);
  boxMeanInto(slope, slope, radius, radius, 2);
  boxMeanInto(offset, offset, radius, radius, 2);
  fullSlope.fill(0);
  fullOffset.fill(0);
  addDoubled(slope, fullSlope);
  addDoubled(offset, fullOffset);
  for (let i = 0; i < SAMPLES; i++) out[i] = (fullSlope[i] ?? 0) * (guide[i] ?? 0) + (fullOffset[i] ?? 0);
}

/** Turns the means of products in `slope` and `offset` into the linear fit of each window. */
function fit(epsilon: number): void {
  for (let i = 0; i < HALF_SAMPLES; i++) {
    const mean = halfGuide[i] ?? 0;
    const meanIn = halfInput[i] ?? 0;
    const a = ((offset[i] ?? 0) - mean * meanIn) / (Math.max(0, (slope[i] ?? 0) - mean * mean) + epsilon);
    slope[i] = a;
    offset[i] = meanIn - a * mean;
  }
}
