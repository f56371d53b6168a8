import { boxMeanInto } from './box-mean.js';
import { createPlane, SAMPLES } from './samples.js';

const meanGuide = createPlane();
const meanInput = createPlane();
const slope = createPlane();
const offset = createPlane();
const product = createPlane();

/**
 * Guided filter (He et al. 2010): smooths `input` but keeps the edges of `guide`. Planes `[72, 128]`. `out` may be `input`.
 * @param epsilon variance of the guide below which it counts as plain.
 */
export function guidedFilterInto(
  guide: Float32Array,
  input: Float32Array,
  out: Float32Array,
  radius: number,
  epsilon: number,
): void {
  const isSelf = guide === input;
  boxMeanInto(guide, meanGuide, radius);
  if (!isSelf) boxMeanInto(input, meanInput, radius);
  for (let i = 0; i < SAMPLES; i++) product[i] = (guide[i] ?? 0) * (guide[i] ?? 0);
  boxMeanInto(product, slope, radius);
  if (isSelf) fitSelf(epsilon);
  else {
    for (let i = 0; i < SAMPLES; i++) product[i] = (guide[i] ?? 0) * (input[i] ?? 0);
    boxMeanInto(product, offset, radius);
    fit(epsilon);
  }
  boxMeanInto(slope, slope, radius);
  boxMeanInto(offset, offset, radius);
  for (let i = 0; i < SAMPLES; i++) out[i] = (slope[i] ?? 0) * (guide[i] ?? 0) + (offset[i] ?? 0);
}

/** Turns the means of products in `slope` and `offset` into the linear fit of each window. */
function fit(epsilon: number): void {
  for (let i = 0; i < SAMPLES; i++) {
    const mean = meanGuide[i] ?? 0;
    const meanIn = meanInput[i] ?? 0;
    const a = ((offset[i] ?? 0) - mean * meanIn) / ((slope[i] ?? 0) - mean * mean + epsilon);
    slope[i] = a;
    offset[i] = meanIn - a * mean;
  }
}

/** As {@link fit}, where input and guide are the same. */
function fitSelf(epsilon: number): void {
  for (let i = 0; i < SAMPLES; i++) {
    const mean = meanGuide[i] ?? 0;
    const variance = Math.max(0, (slope[i] ?? 0) - mean * mean);
    const a = variance / (variance + epsilon);
    slope[i] = a;
    offset[i] = (1 - a) * mean;
  }
}
