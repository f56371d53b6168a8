/** How far each sample of a plane moves, in samples: `(x, y)` by `(atLeft + growth x, atTop + growth y)`. */
export interface SmearField {
  /** Movement to the right of the first column, and downwards of the first row. */
  readonly atLeft: number;
  readonly atTop: number;
  /** Growth of both per sample. */
  readonly growth: number;
}

/** A plane with copies of its edges around it, so that a way that leaves the plane needs no test. */
export class PaddedPlane {
  readonly width: number;
  readonly height: number;
  readonly padding: number;
  readonly stride: number;
  readonly data: Float32Array;

  constructor(width: number, height: number, padding: number) {
    this.width = width;
    this.height = height;
    this.padding = padding;
    this.stride = width + 2 * padding;
    this.data = new Float32Array(this.stride * (height + 2 * padding));
  }

  /** Index of the first sample of a row. */
  rowStart(row: number): number {
    return (row + this.padding) * this.stride + this.padding;
  }

  /** Copies the edges outwards, once all samples inside are written. */
  pad(): void {
    const { data, width, height, padding, stride } = this;
    for (let row = 0; row < height; row++) {
      const start = this.rowStart(row);
      data.fill(data[start]!, start - padding, start); // samples of the plane: non-null
      data.fill(data[start + width - 1]!, start + width, start + width + padding);
    }
    const [first, last] = [padding * stride, (padding + height - 1) * stride];
    for (let row = 1; row <= padding; row++) {
      data.copyWithin(first - row * stride, first, first + stride);
      data.copyWithin(last + row * stride, last, last + stride);
    }
  }
}

/** Longest way that one pass averages, samples; a longer one takes two, each with the root of its taps. */
const MAX_SINGLE = 6;

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
  smearPass(plane, spare, field, { span: 1 / parts, taps: 0 });
  if (parts === 1) return spare;
  spare.pad();
  smearPass(spare, plane, field, { span: 1 - 1 / parts, taps: parts });
  return plane;
}

/**
 * Averages over the middle part of each way. @param span length of that part, as a share of the way. @param taps of every sample, from one
 * end of the part to the other; 0: as many as the part has samples, from the middle of one step to the middle of the last.
 */
function smearPass(
  from: PaddedPlane,
  out: PaddedPlane,
  { atLeft, atTop, growth }: SmearField,
  { span, taps }: { readonly span: number; readonly taps: number },
): void {
  const { data, stride, width, height, padding } = from;
  const target = out.data;
  for (let row = 0; row < height; row++) {
    const wayY = span * (atTop + growth * row);
    const absY = wayY < 0 ? -wayY : wayY;
    const start = out.rowStart(row);
    const middleY = row + padding + 0.5;
    for (let x = 0; x < width; x++) {
      const wayX = span * (atLeft + growth * x);
      const absX = wayX < 0 ? -wayX : wayX;
      const way = absX > absY ? absX : absY;
      if (way < 0.25) {
        target[start + x] = data[start + x]!; // both planes are of one size
        continue;
      }
      const count = taps > 0 ? taps : (way + 1) | 0;
      const steps = taps > 0 ? count - 1 : count;
      const stepX = wayX / steps;
      const stepY = wayY / steps;
      let atX = x + padding + 0.5 - ((count - 1) / 2) * stepX;
      let atY = middleY - ((count - 1) / 2) * stepY;
      let sum = 0;
      for (let tap = 0; tap < count; tap++) {
        sum += data[(atY | 0) * stride + (atX | 0)]!; // inside the padding
        atX += stepX;
        atY += stepY;
      }
      target[start + x] = sum / count;
    }
  }
}
