/** Maximum number of corners of a polygon. */
export const MAX_CORNERS = 32;

/** A polygon of `count` corners, in pixels. */
export interface Outline {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly count: number;
}

/** One plane of a frame. */
export interface Plane {
  readonly bytes: Uint8Array;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Pixel columns. */
  readonly width: number;
}

/**
 * Scan conversion of a convex polygon: the x ranges of its left and right edges in each row, from which the exact coverage
 * of every pixel follows. Reuse one instance for all polygons.
 */
export class PolygonScan {
  /** The polygon covers rows `top` to `bottom` (exclusive). */
  top = 0;
  bottom = 0;
  readonly leftMin: Float64Array;
  readonly leftMax: Float64Array;
  readonly rightMin: Float64Array;
  readonly rightMax: Float64Array;
  /** Share of each row's height that the polygon covers, 0 to 1. */
  readonly rowCoverage: Float64Array;

  /** @param rows rows of the largest plane. */
  constructor(rows: number) {
    this.leftMin = new Float64Array(rows);
    this.leftMax = new Float64Array(rows);
    this.rightMin = new Float64Array(rows);
    this.rightMax = new Float64Array(rows);
    this.rowCoverage = new Float64Array(rows);
  }

  /**
   * Scans a convex polygon of either winding, its coordinates multiplied by `scale` (1 for luma, 0.5 for chroma).
   * Returns false when it lies outside `width` x `rows` or has no area.
   */
  scanPolygon(outline: Outline, scale: number, width: number, rows: number): boolean {
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
      this.rowCoverage[r] = Math.min(r + 1, maxY) - Math.max(r, minY);
    }
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const down = (ys[i] ?? 0) > (ys[j] ?? 0);
      const isRight = down === area > 0;
      if (down)
        this.#scanEdge(isRight, (xs[j] ?? 0) * scale, (ys[j] ?? 0) * scale, (xs[i] ?? 0) * scale, (ys[i] ?? 0) * scale);
      else
        this.#scanEdge(isRight, (xs[i] ?? 0) * scale, (ys[i] ?? 0) * scale, (xs[j] ?? 0) * scale, (ys[j] ?? 0) * scale);
    }
    return true;
  }

  /** Adds a downward edge from (x0, y0) to (x1, y1). */
  #scanEdge(isRight: boolean, x0: number, y0: number, x1: number, y1: number): void {
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

/** Returns the area of pixels left of x and right of an edge whose x is spread evenly over [a, b]. */
function areaBeyond(x: number, a: number, b: number): number {
  if (x <= a) return 0;
  if (x >= b) return x - (a + b) / 2;
  return ((x - a) * (x - a)) / (2 * (b - a));
}

/** Blends `value` into a plane over the scanned polygon, by coverage times `alpha` (0 to 1). */
export function fillScan(target: Plane, scan: PolygonScan, value: number, alpha: number): void {
  const { bytes: plane, stride, width } = target;
  const { leftMin, leftMax, rightMin, rightMax, rowCoverage } = scan;
  for (let r = scan.top; r < scan.bottom; r++) {
    const la = leftMin[r] ?? 0;
    const lb = leftMax[r] ?? 0;
    const ra = rightMin[r] ?? 0;
    const rb = rightMax[r] ?? 0;
    if (!(rb > 0) || !(la < width) || la > rb) continue;
    const a = (rowCoverage[r] ?? 0) * alpha;
    const row = r * stride;
    const x0 = la > 0 ? la | 0 : 0;
    const x1 = rb < width ? Math.ceil(rb) : width;
    const s0 = lb > x0 ? Math.ceil(lb) : x0; // pixels s0 to s1 lie between both edges
    const s1 = ra < x1 ? ra | 0 : x1;
    if (s1 <= s0) {
      for (let x = x0; x < x1; x++) {
        const cover =
          areaBeyond(x + 1, la, lb) - areaBeyond(x, la, lb) - areaBeyond(x + 1, ra, rb) + areaBeyond(x, ra, rb);
        if (cover > 0) blendPixel(plane, row + x, value, cover * a);
      }
      continue;
    }
    if (s0 - x0 === 1 && la >= x0) blendPixel(plane, row + x0, value, (s0 - (la + lb) / 2) * a);
    else {
      for (let x = x0; x < s0; x++)
        blendPixel(plane, row + x, value, (areaBeyond(x + 1, la, lb) - areaBeyond(x, la, lb)) * a);
    }
    fillSpan(plane, row + s0, row + s1, value, a);
    if (x1 - s1 === 1 && rb <= x1) blendPixel(plane, row + s1, value, ((ra + rb) / 2 - s1) * a);
    else {
      for (let x = s1; x < x1; x++)
        blendPixel(plane, row + x, value, (1 - areaBeyond(x + 1, ra, rb) + areaBeyond(x, ra, rb)) * a);
    }
  }
}

function blendPixel(plane: Uint8Array, index: number, value: number, cover: number): void {
  const old = plane[index] ?? 0;
  plane[index] = old + (value - old) * cover + 0.5;
}

function fillSpan(plane: Uint8Array, from: number, to: number, value: number, alpha: number): void {
  if (alpha < 0.995) blendSpan(plane, from, to, value, alpha);
  else if (to - from > 48) plane.fill(value, from, to);
  else for (let x = from; x < to; x++) plane[x] = value;
}

function blendSpan(plane: Uint8Array, from: number, to: number, value: number, alpha: number): void {
  const keep = Math.round((1 - alpha) * 256) | 0;
  const add = (Math.round(value * (256 - keep)) + 128) | 0;
  for (let i = from; i < to; i++) plane[i] = (Math.imul(plane[i] ?? 0, keep) + add) >> 8;
}
