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
      for (let i = 0; i < padding * channels; i++) {
        data[start - 1 - i] = data[start + channels - 1 - (i % channels)] ?? 0;
        data[end + i] = data[end - channels + (i % channels)] ?? 0;
      }
    }
    const [first, last] = [padding * stride, (padding + height - 1) * stride];
    for (let row = 1; row <= padding; row++) {
      data.copyWithin(first - row * stride, first, first + stride);
      data.copyWithin(last + row * stride, last, last + stride);
    }
  }
}

/** Padding beyond half the longest way, samples: neighbours that share a way, and rounding. */
export const SMEAR_MARGIN = 5;
/** Longest way that one pass averages, samples; a longer one takes two, each with about the root of its taps. */
const MAX_SINGLE = 20;
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
 * is not padded. @param plane padded by half the longest way and {@link SMEAR_MARGIN}. @param spare of the same size.
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
 * Averages along each way. Four neighbours share the way of their middle, which differs from their own by less than a pixel; the last ones
 * of a row may write into the padding. @param taps of every sample, from one end of its way to the other; 0: as many as the way has
 * samples, each in the middle of its step.
 */
function averageOne(from: PaddedPlane, out: PaddedPlane, { atLeft, atTop, growth }: SmearField, taps: number): void {
  const { data, stride, width, height, padding } = from;
  const target = out.data;
  for (let row = 0; row < height; row++) {
    const wayY = atTop + growth * row;
    const start = out.rowStart(row);
    const middleY = (row + padding) * ONE + ONE / 2;
    for (let x = 0; x < width; x += 4) {
      const wayX = atLeft + growth * (x + 1.5);
      const count = tapsOf(wayX, wayY, taps);
      const perStep = count === 1 ? 0 : ONE / (taps > 0 ? count - 1 : count);
      const stepX = (wayX * perStep) | 0;
      const stepY = (wayY * perStep) | 0;
      let atX = (x + padding) * ONE + ONE / 2 - (((count - 1) * stepX) >> 1);
      let atY = middleY - (((count - 1) * stepY) >> 1);
      let first = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      for (let tap = 0; tap < count; tap++) {
        const at = (atY >> BITS) * stride + (atX >> BITS);
        first += data[at] ?? 0;
        second += data[at + 1] ?? 0;
        third += data[at + 2] ?? 0;
        fourth += data[at + 3] ?? 0;
        atX += stepX;
        atY += stepY;
      }
      const share = 1 / count;
      target[start + x] = first * share;
      target[start + x + 1] = second * share;
      target[start + x + 2] = third * share;
      target[start + x + 3] = fourth * share;
    }
  }
}

/** {@link averageOne} of three channels: two neighbours share a way. */
function averageThree(from: PaddedPlane, out: PaddedPlane, { atLeft, atTop, growth }: SmearField, taps: number): void {
  const { data, stride, width, height, padding } = from;
  const target = out.data;
  for (let row = 0; row < height; row++) {
    const wayY = atTop + growth * row;
    const start = out.rowStart(row);
    const middleY = (row + padding) * ONE + ONE / 2;
    for (let x = 0; x < width; x += 2) {
      const wayX = atLeft + growth * (x + 0.5);
      const count = tapsOf(wayX, wayY, taps);
      const perStep = count === 1 ? 0 : ONE / (taps > 0 ? count - 1 : count);
      const stepX = (wayX * perStep) | 0;
      const stepY = (wayY * perStep) | 0;
      let atX = (x + padding) * ONE + ONE / 2 - (((count - 1) * stepX) >> 1);
      let atY = middleY - (((count - 1) * stepY) >> 1);
      let first = 0;
      let second = 0;
      let third = 0;
      let nextFirst = 0;
      let nextSecond = 0;
      let nextThird = 0;
      for (let tap = 0; tap < count; tap++) {
        const at = (atY >> BITS) * stride + 3 * (atX >> BITS);
        first += data[at] ?? 0;
        second += data[at + 1] ?? 0;
        third += data[at + 2] ?? 0;
        nextFirst += data[at + 3] ?? 0;
        nextSecond += data[at + 4] ?? 0;
        nextThird += data[at + 5] ?? 0;
        atX += stepX;
        atY += stepY;
      }
      const share = 1 / count;
      const to = start + 3 * x;
      target[to] = first * share;
      target[to + 1] = second * share;
      target[to + 2] = third * share;
      target[to + 3] = nextFirst * share;
      target[to + 4] = nextSecond * share;
      target[to + 5] = nextThird * share;
    }
  }
}

/** Taps of a way; 1 where it is none. */
function tapsOf(wayX: number, wayY: number, taps: number): number {
  const [x, y] = [wayX < 0 ? -wayX : wayX, wayY < 0 ? -wayY : wayY];
  const way = x > y ? x : y;
  return way < MIN_WAY ? 1 : taps > 0 ? taps : (way + 1) | 0;
}
