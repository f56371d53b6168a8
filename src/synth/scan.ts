/** Largest polygon, in corners. */
export const MAX_CORNERS = 32;

/** A polygon in pixels: `count` corners. */
export interface Outline {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly count: number;
}

/** One plane of a picture. */
export interface Plane {
  readonly bytes: Uint8Array;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Pixel columns. */
  readonly width: number;
}

/**
 * Row by row, where a convex polygon's left and right edges pass: enough for exact coverage of every pixel.
 * One instance is reused for all polygons of a picture.
 */
export class Scan {
  /** Rows `top` to `bottom` (exclusive) are touched. */
  top = 0;
  bottom = 0;
  readonly leftMin: Float64Array;
  readonly leftMax: Float64Array;
  readonly rightMin: Float64Array;
  readonly rightMax: Float64Array;
  /** Share of the row's height that the polygon spans, 0 to 1. */
  readonly share: Float64Array;

  /** @param rows rows of the largest picture scanned. */
  constructor(rows: number) {
    this.leftMin = new Float64Array(rows);
    this.leftMax = new Float64Array(rows);
    this.rightMin = new Float64Array(rows);
    this.rightMax = new Float64Array(rows);
    this.share = new Float64Array(rows);
  }

  /**
   * Scans a convex polygon; its coordinates are multiplied by `scale` (1 for luma, 0.5 for chroma).
   * Either winding. False when it lies outside `width` x `rows` or has no area.
   */
  convex(outline: Outline, scale: number, width: number, rows: number): boolean {
    const { xs, ys, count } = outline;
    let area = 0;
    let minX = Infinity;
    let maxX = -Infinity;
    let minY = Infinity;
    let maxY = -Infinity;
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const x = (xs[i] ?? 0) * scale;
      const y = (ys[i] ?? 0) * scale;
      area += (xs[j] ?? 0) * (ys[i] ?? 0) - (xs[i] ?? 0) * (ys[j] ?? 0);
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    if (area === 0 || maxX <= 0 || minX >= width || maxY <= 0 || minY >= rows) return false;
    this.top = Math.max(0, Math.floor(minY));
    this.bottom = Math.min(rows, Math.ceil(maxY));
    for (let r = this.top; r < this.bottom; r++) {
      this.leftMin[r] = this.rightMin[r] = Infinity;
      this.leftMax[r] = this.rightMax[r] = -Infinity;
      this.share[r] = Math.min(r + 1, maxY) - Math.max(r, minY);
    }
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const down = (ys[i] ?? 0) > (ys[j] ?? 0);
      const isRight = down === area > 0;
      if (down)
        this.#edge(isRight, (xs[j] ?? 0) * scale, (ys[j] ?? 0) * scale, (xs[i] ?? 0) * scale, (ys[i] ?? 0) * scale);
      else this.#edge(isRight, (xs[i] ?? 0) * scale, (ys[i] ?? 0) * scale, (xs[j] ?? 0) * scale, (ys[j] ?? 0) * scale);
    }
    return true;
  }

  /** Notes an edge that goes down from (x0, y0) to (x1, y1). */
  #edge(isRight: boolean, x0: number, y0: number, x1: number, y1: number): void {
    if (y1 <= y0) return;
    const slope = (x1 - x0) / (y1 - y0);
    const mins = isRight ? this.rightMin : this.leftMin;
    const maxs = isRight ? this.rightMax : this.leftMax;
    const last = Math.min(this.bottom, Math.ceil(y1));
    for (let r = Math.max(this.top, Math.floor(y0)); r < last; r++) {
      const a = r > y0 ? x0 + (r - y0) * slope : x0;
      const b = r + 1 < y1 ? x0 + (r + 1 - y0) * slope : x1;
      const low = a < b ? a : b;
      const high = a < b ? b : a;
      if (low < (mins[r] ?? 0)) mins[r] = low;
      if (high > (maxs[r] ?? 0)) maxs[r] = high;
    }
  }
}

/** Area of pixels left of x that lies right of an edge whose place is spread evenly over [a, b]. */
function areaBeyond(x: number, a: number, b: number): number {
  if (x <= a) return 0;
  if (x >= b) return x - (a + b) / 2;
  return ((x - a) * (x - a)) / (2 * (b - a));
}

/** Blends `value` into a plane over the scanned polygon, by coverage times `alpha` (0 to 1). */
export function fillScan(target: Plane, scan: Scan, value: number, alpha: number): void {
  const { bytes: plane, stride, width } = target;
  const { leftMin, leftMax, rightMin, rightMax, share } = scan;
  for (let r = scan.top; r < scan.bottom; r++) {
    const la = leftMin[r] ?? 0;
    const lb = leftMax[r] ?? 0;
    const ra = rightMin[r] ?? 0;
    const rb = rightMax[r] ?? 0;
    if (!(rb > 0) || !(la < width) || la > rb) continue;
    const a = (share[r] ?? 0) * alpha;
    const row = r * stride;
    const x0 = la > 0 ? la | 0 : 0;
    const x1 = rb < width ? Math.ceil(rb) : width;
    const s0 = lb > x0 ? Math.ceil(lb) : x0;
    const s1 = ra < x1 ? ra | 0 : x1;
    if (s1 <= s0) {
      for (let x = x0; x < x1; x++) {
        const cover =
          areaBeyond(x + 1, la, lb) - areaBeyond(x, la, lb) - areaBeyond(x + 1, ra, rb) + areaBeyond(x, ra, rb);
        if (cover > 0) blendPixel(plane, row + x, value, cover * a);
      }
      continue;
    }
    if (s0 - x0 === 1)
      blendPixel(
        plane,
        row + x0,
        value,
        (la >= x0 ? s0 - (la + lb) / 2 : areaBeyond(s0, la, lb) - areaBeyond(x0, la, lb)) * a,
      );
    else
      for (let x = x0; x < s0; x++)
        blendPixel(plane, row + x, value, (areaBeyond(x + 1, la, lb) - areaBeyond(x, la, lb)) * a);
    if (a < 0.995) blendSpan(plane, row + s0, row + s1, value, a);
    else if (s1 - s0 > 48) plane.fill(value, row + s0, row + s1);
    else for (let x = row + s0; x < row + s1; x++) plane[x] = value;
    if (x1 - s1 === 1)
      blendPixel(
        plane,
        row + s1,
        value,
        (rb <= x1 ? (ra + rb) / 2 - s1 : 1 - areaBeyond(x1, ra, rb) + areaBeyond(s1, ra, rb)) * a,
      );
    else
      for (let x = s1; x < x1; x++)
        blendPixel(plane, row + x, value, (1 - areaBeyond(x + 1, ra, rb) + areaBeyond(x, ra, rb)) * a);
  }
}

function blendPixel(plane: Uint8Array, index: number, value: number, cover: number): void {
  const old = plane[index] ?? 0;
  plane[index] = old + (value - old) * cover + 0.5;
}

function blendSpan(plane: Uint8Array, from: number, to: number, value: number, alpha: number): void {
  const keep = Math.round((1 - alpha) * 256) | 0;
  const add = (Math.round(value * (256 - keep)) + 128) | 0;
  for (let i = from; i < to; i++) plane[i] = (Math.imul(plane[i] ?? 0, keep) + add) >> 8;
}
