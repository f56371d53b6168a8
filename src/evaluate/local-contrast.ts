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
  const opened = extremes(extremes(crop.plane, radius, Math.min), radius, Math.max);
  const closed = extremes(extremes(crop.plane, radius, Math.max), radius, Math.min);
  let [white, black] = [0, 0];
  for (let y = inner.top - crop.top; y <= inner.bottom - crop.top; y++) {
    for (let x = inner.left - crop.left; x <= inner.right - crop.left; x++) {
      const i = y * crop.plane.width + x;
      const value = crop.plane.data[i] ?? 0;
      white = Math.max(white, value - (opened.data[i] ?? 0));
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

/** The extreme value in a square around each sample: along the rows, then along the columns. */
function extremes(plane: Plane, radius: number, pick: (a: number, b: number) => number): Plane {
  const { width, height } = plane;
  const rows = slide(plane.data, { count: width, step: 1, lines: height, lineStep: width }, radius, pick);
  return {
    width,
    height,
    data: slide(rows, { count: height, step: width, lines: width, lineStep: 1 }, radius, pick),
  };
}

/** How the samples of a plane's rows, or of its columns, follow each other. */
interface Lines {
  readonly count: number;
  readonly step: number;
  readonly lines: number;
  readonly lineStep: number;
}

function slide(
  data: Float32Array,
  { count, step, lines, lineStep }: Lines,
  radius: number,
  pick: (a: number, b: number) => number,
): Float32Array {
  const out = new Float32Array(data.length);
  for (let line = 0; line < lines; line++) {
    for (let k = 0; k < count; k++) {
      const from = Math.max(0, k - radius);
      const to = Math.min(count - 1, k + radius);
      let found = data[line * lineStep + from * step] ?? 0;
      for (let other = from + 1; other <= to; other++) found = pick(found, data[line * lineStep + other * step] ?? 0);
      out[line * lineStep + k * step] = found;
    }
  }
  return out;
}
