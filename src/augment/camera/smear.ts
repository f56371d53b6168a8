/** How far each sample of a plane moves, in samples: `(x, y)` by `(atLeft + growth x, atTop + growth y)`. */
export interface SmearField {
  /** Movement to the right of the first column, and downwards of the first row. */
  readonly atLeft: number;
  readonly atTop: number;
  /** Growth of both per sample. */
  readonly growth: number;
}

/** Samples of a plane, interleaved by channel, with copies of its edges around it: a way that leaves the plane needs no test. */
export class PaddedPlane {
  readonly width: number;
  readonly height: number;
  readonly padding: number;
  /** Numbers from one row to the next. */
  readonly stride: number;
  readonly data: Float32Array;
  readonly channels: 1 | 3;

  constructor(width: number, height: number, padding: number, channels: 1 | 3) {
    this.width = width;
    this.height = height;
    this.padding = padding;
    this.channels = channels;
    this.stride = channels * (width + 2 * padding);
    this.data = new Float32Array(this.stride * (height + 2 * padding));
  }

  /** Index of the first number of a row. */
  rowStart(row: number): number {
    return (row + this.padding) * this.stride + this.padding * this.channels;
  }

  /** Copies the edges outwards, once all samples inside are written. */
  pad(): void {
    const { data, width, height, padding, stride, channels } = this;
    for (let row = 0; row < height; row++) {
      const start = this.rowStart(row);
      const end = start + channels * width;
      for (let i = 1; i <= padding; i++) {
        data.copyWithin(start - i * channels, start, start + channels);
        data.copyWithin(end + (i - 1) * channels, end - channels, end);
      }
    }
    const [first, last] = [padding * stride, (padding + height - 1) * stride];
    for (let row = 1; row <= padding; row++) {
      data.copyWithin(first - row * stride, first, first + stride);
      data.copyWithin(last + row * stride, last, last + stride);
    }
  }
}

/** Longest way that one pass averages, samples; a longer one takes two, each with about the root of its taps. */
const MAX_SINGLE = 12;
/** A shorter way is none, samples. */
const MIN_WAY = 0.25;
/** Fraction bits of places. The widest frame and its padding fit into the other 15. */
const BITS = 16;
const ONE = 1 << BITS;

/**
 * Returns the longest way of a field over a plane, samples. A field is linear in x and y, so the longest way is at a corner.
 */
export function longestWay({ atLeft, atTop, growth }: SmearField, width: number, height: number): number {
  const x = Math.max(Math.abs(atLeft), Math.abs(atLeft + growth * (width - 1)));
  const y = Math.max(Math.abs(atTop), Math.abs(atTop + growth * (height - 1)));
  return Math.hypot(x, y);
}

/**
 * Replaces each sample by the mean along its way, the sample in the middle. Leaves the result in one of the two planes and returns it; it
 * is not padded. @param plane padded by half the longest way and two. @param spare of the same size.
 */
export function smear(plane: PaddedPlane, spare: PaddedPlane, field: SmearField): PaddedPlane {
  const longest = longestWay(field, plane.width, plane.height);
  const parts = longest <= MAX_SINGLE ? 1 : Math.ceil(Math.sqrt(longest));
  const pass = plane.channels === 1 ? averageOne : averageThree;
  pass(plane, spare, waysOf(field, 1 / parts), 0);
  if (parts === 1) return spare;
  spare.pad();
  pass(spare, plane, waysOf(field, 1 - 1 / parts), parts);
  return plane;
}

/** The middle part of each way. @param span its share of the way. */
function waysOf({ atLeft, atTop, growth }: SmearField, span: number): SmearField {
  return { atLeft: span * atLeft, atTop: span * atTop, growth: span * growth };
}

/**
 * Averages along each way. @param taps of every sample, from one end of its way to the other; 0: as many as the way has samples, each in
 * the middle of its step.
 */
function averageOne(from: PaddedPlane, out: PaddedPlane, { atLeft, atTop, growth }: SmearField, taps: number): void {
  const { data, stride, width, height, padding } = from;
  const target = out.data;
  for (let row = 0; row < height; row++) {
    const wayY = atTop + growth * row;
    const absY = wayY < 0 ? -wayY : wayY;
    const start = out.rowStart(row);
    const middleY = (row + padding) * ONE + ONE / 2;
    for (let x = 0; x < width; x++) {
      const wayX = atLeft + growth * x;
      const absX = wayX < 0 ? -wayX : wayX;
      const way = absX > absY ? absX : absY;
      if (way < MIN_WAY) {
        target[start + x] = data[start + x]!; // both planes are of one size
        continue;
      }
      const count = taps > 0 ? taps : (way + 1) | 0;
      const perStep = ONE / (taps > 0 ? count - 1 : count);
      const stepX = (wayX * perStep) | 0;
      const stepY = (wayY * perStep) | 0;
      let atX = (x + padding) * ONE + ONE / 2 - (((count - 1) * stepX) >> 1);
      let atY = middleY - (((count - 1) * stepY) >> 1);
      let sum = 0;
      for (let tap = 0; tap < count; tap++) {
        sum += data[(atY >> BITS) * stride + (atX >> BITS)]!; // inside the padding
        atX += stepX;
        atY += stepY;
      }
      target[start + x] = sum / count;
    }
  }
}

/** {@link averageOne} of three channels: one walk along each way. */
function averageThree(from: PaddedPlane, out: PaddedPlane, { atLeft, atTop, growth }: SmearField, taps: number): void {
  const { data, stride, width, height, padding } = from;
  const target = out.data;
  for (let row = 0; row < height; row++) {
    const wayY = atTop + growth * row;
    const absY = wayY < 0 ? -wayY : wayY;
    const start = out.rowStart(row);
    const middleY = (row + padding) * ONE + ONE / 2;
    for (let x = 0; x < width; x++) {
      const wayX = atLeft + growth * x;
      const absX = wayX < 0 ? -wayX : wayX;
      const way = absX > absY ? absX : absY;
      const count = way < MIN_WAY ? 1 : taps > 0 ? taps : (way + 1) | 0;
      const perStep = count === 1 ? 0 : ONE / (taps > 0 ? count - 1 : count);
      const stepX = (wayX * perStep) | 0;
      const stepY = (wayY * perStep) | 0;
      let atX = (x + padding) * ONE + ONE / 2 - (((count - 1) * stepX) >> 1);
      let atY = middleY - (((count - 1) * stepY) >> 1);
      let [first, second, third] = [0, 0, 0];
      for (let tap = 0; tap < count; tap++) {
        const at = (atY >> BITS) * stride + 3 * (atX >> BITS);
        first += data[at]!; // inside the padding
        second += data[at + 1]!;
        third += data[at + 2]!;
        atX += stepX;
        atY += stepY;
      }
      const to = start + 3 * x;
      target[to] = first / count;
      target[to + 1] = second / count;
      target[to + 2] = third / count;
    }
  }
}
