import { MAX_CORNERS } from './polygon-scan.js';
import type { Camera } from './camera.js';

/** Depth of the near plane, metres. Nothing nearer is drawn. */
const NEAR_PLANE = 0.4;

/** Projects polygons: clips them at the near plane and computes their normals. Reuse it for all polygons. */
export class Projector {
  camera: Camera;
  /** The `count` corners of the last polygon, in pixels. */
  readonly xs = new Float64Array(MAX_CORNERS);
  readonly ys = new Float64Array(MAX_CORNERS);
  count = 0;
  /** Unit normal of the last polygon, towards the camera. */
  normalX = 0;
  normalY = 0;
  normalZ = 0;
  /** Mean depth of the corners, metres. */
  depth = 0;
  /** Inverse depth at a pixel centre (x, y) is `ax * x + ay * y + a0`. */
  ax = 0;
  ay = 0;
  a0 = 0;
  readonly #clipped = new Float64Array(3 * MAX_CORNERS);

  constructor(camera: Camera) {
    this.camera = camera;
  }

  /** Projects a convex polygon in world metres. Returns false when it is not visible. */
  project(corners: Float64Array, count: number, oneSided: boolean): boolean {
    const { camera } = this;
    const n = this.#clip(corners, count);
    if (n < 3) return false;
    if (!this.#orient(n, oneSided)) return false;
    const points = this.#clipped;
    this.count = n;
    this.depth = 0;
    for (let i = 0; i < n; i++) {
      const z = points[3 * i + 2] ?? 1;
      const scale = camera.focal / z;
      this.xs[i] = camera.centerX + (points[3 * i] ?? 0) * scale;
      this.ys[i] = camera.horizonY - (points[3 * i + 1] ?? 0) * scale;
      this.depth += z / n;
    }
    return true;
  }

  /** Writes the camera-space corners, clipped at the near plane (Sutherland and Hodgman 1974). Returns their count. */
  #clip(corners: Float64Array, count: number): number {
    const { x, y, z } = this.camera;
    const to = this.#clipped;
    let n = 0;
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const z0 = (corners[3 * j + 2] ?? 0) - z;
      const z1 = (corners[3 * i + 2] ?? 0) - z;
      if (z0 >= NEAR_PLANE !== z1 >= NEAR_PLANE) {
        const t = (NEAR_PLANE - z0) / (z1 - z0);
        const xa = corners[3 * j] ?? 0;
        const ya = corners[3 * j + 1] ?? 0;
        to[3 * n] = xa + ((corners[3 * i] ?? 0) - xa) * t - x;
        to[3 * n + 1] = ya + ((corners[3 * i + 1] ?? 0) - ya) * t - y;
        to[3 * n + 2] = NEAR_PLANE;
        n++;
      }
      if (z1 >= NEAR_PLANE) {
        to[3 * n] = (corners[3 * i] ?? 0) - x;
        to[3 * n + 1] = (corners[3 * i + 1] ?? 0) - y;
        to[3 * n + 2] = z1;
        n++;
      }
    }
    return n;
  }

  /** Computes normal (Newell's method) and inverse depth. Returns false when a one-sided polygon faces away. */
  #orient(n: number, oneSided: boolean): boolean {
    const p = this.#clipped;
    let nx = 0;
    let ny = 0;
    let nz = 0;
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const xa = p[3 * j] ?? 0;
      const ya = p[3 * j + 1] ?? 0;
      const za = p[3 * j + 2] ?? 0;
      const xb = p[3 * i] ?? 0;
      const yb = p[3 * i + 1] ?? 0;
      const zb = p[3 * i + 2] ?? 0;
      nx += (ya - yb) * (za + zb);
      ny += (za - zb) * (xa + xb);
      nz += (xa - xb) * (ya + yb);
    }
    const length = Math.hypot(nx, ny, nz);
    if (length < 1e-12) return false;
    const d = nx * (p[0] ?? 0) + ny * (p[1] ?? 0) + nz * (p[2] ?? 0); // above 0 when the corners run counter-clockwise
    if (oneSided && d <= 0) return false;
    const sign = d > 0 ? -1 / length : 1 / length;
    this.normalX = nx * sign;
    this.normalY = ny * sign;
    this.normalZ = nz * sign;
    const { focal, centerX, horizonY } = this.camera;
    this.ax = nx / (focal * d);
    this.ay = -ny / (focal * d);
    this.a0 = (nz + (-nx * centerX + ny * horizonY) / focal) / d;
    return Number.isFinite(this.a0);
  }
}
