/** A plane of samples. */
export interface Plane {
  /** `[height, width]`. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of samples, its last column and row included. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Returns the largest white and black top-hat (Meyer 1979) of a plane inside a window, by a square of `2 * radius + 1`: how far a
 * bright or a dark detail smaller than the square stands out. An edge or a surface gives 0. Samples outside the plane are
 * ignored; a window without a sample of the plane gives 0. Looks at the window and `2 * radius` samples around it alone.
 */
export function localContrast(plane: Plane, window: Window, radius: number): { white: number; black: number } {
  const inner = clip(window, plane);
  if (inner.left > inner.right || inner.top > inner.bottom) return { white: 0, black: 0 };
  const crop = cropOf(plane, grow(inner, 2 * radius, plane));
  // A dilation is the erosion of the negative, and its negative.
  const negativeOpened = erode(negative(erode(crop.plane, radius)), radius);
  const closed = erode(negative(erode(negative(crop.plane), radius)), radius);
  let [white, black] = [0, 0];
  for (let y = inner.top - crop.top; y <= inner.bottom - crop.top; y++) {
    for (let x = inner.left - crop.left; x <= inner.right - crop.left; x++) {
      const i = y * crop.plane.width + x;
      const value = crop.plane.data[i] ?? 0;
      white = Math.max(white, value + (negativeOpened.data[i] ?? 0));
      black = Math.max(black, (closed.data[i] ?? 0) - value);
    }
  }
  return { white, black };
}

/** The part of a window inside a plane. */
export function clip(window: Window, { width, height }: Plane): Window {
  return {
    left: Math.max(0, window.left),
    top: Math.max(0, window.top),
    right: Math.min(width - 1, window.right),
    bottom: Math.min(height - 1, window.bottom),
  };
}

function grow({ left, top, right, bottom }: Window, by: number, plane: Plane): Window {
  return clip({ left: left - by, top: top - by, right: right + by, bottom: bottom + by }, plane);
}

function cropOf({ data, width }: Plane, { left, top, right, bottom }: Window): { plane: Plane } & Window {
  const columns = right - left + 1;
  const rows = bottom - top + 1;
  const out = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const from = (top + y) * width + left;
    out.set(data.subarray(from, from + columns), y * columns);
  }
  return { plane: { data: out, width: columns, height: rows }, left, top, right, bottom };
}

/** The smallest value in a square around each sample: along the rows, then along the columns. */
function erode({ data, width, height }: Plane, radius: number): Plane {
  const rows = slideMin(data, { count: width, step: 1, lines: height, lineStep: width }, radius);
  return { width, height, data: slideMin(rows, { count: height, step: width, lines: width, lineStep: 1 }, radius) };
}

function negative({ data, width, height }: Plane): Plane {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = -(data[i] ?? 0);
  return { data: out, width, height };
}

/** How the samples of a plane's rows, or of its columns, follow each other. */
interface Lines {
  readonly count: number;
  readonly step: number;
  readonly lines: number;
  readonly lineStep: number;
}

/**
 * Minima of `2 * radius + 1` samples around each one, in a time that does not depend on the radius: each window is the end of one block of
 * that size and the start of the next (van Herk 1992, Gil and Werman 1993).
 */
function slideMin(data: Float32Array, { count, step, lines, lineStep }: Lines, radius: number): Float32Array {
  const out = new Float32Array(data.length);
  const size = 2 * radius + 1;
  const padded = size * Math.ceil((count + 2 * radius) / size);
  const toStart = new Float32Array(padded).fill(Infinity);
  const toEnd = new Float32Array(padded);
  for (let line = 0; line < lines; line++) {
    const first = line * lineStep;
    for (let k = 0, i = 0, inBlock = 0; i < padded; i++) {
      const value = i >= radius && k < count ? (data[first + step * k++] ?? 0) : Infinity;
      toEnd[i] = value;
      const before = inBlock > 0 ? (toStart[i - 1] ?? Infinity) : Infinity;
      toStart[i] = value < before ? value : before;
      if (++inBlock === size) inBlock = 0;
    }
    for (let i = padded - 2, inBlock = 1; i >= 0; i--) {
      if (inBlock < size) {
        const after = toEnd[i + 1] ?? Infinity;
        if (after < (toEnd[i] ?? Infinity)) toEnd[i] = after;
        inBlock++;
      } else inBlock = 1;
    }
    for (let k = 0; k < count; k++) {
      const end = toEnd[k] ?? Infinity;
      const start = toStart[k + size - 1] ?? Infinity;
      out[first + step * k] = end < start ? end : start;
    }
  }
  return out;
}
