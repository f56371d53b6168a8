import type { Planes } from './planes.js';
import type { Yuv } from './yuv.js';

/** The halo of one light, in pixels. */
export interface ScreenHalo {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly color: Yuv;
  /** Luma code values added at the centre. */
  readonly strength: number;
}

/** A pixel shows the light itself from this share of the light's luma on. */
const VISIBLE_LEVEL = 0.55;

/** Adds a halo to planes, scaled by how much of its light is visible there. */
export function addHalo(planes: Planes, halo: ScreenHalo): void {
  const visible = visibleShare(planes, halo);
  if (visible === 0) return;
  const { width, height, y, u, v, strides } = planes;
  const r = halo.radius;
  const strength = halo.strength * visible;
  const x0 = Math.max(0, Math.floor((halo.x - r) / 2) * 2);
  const x1 = Math.min(width, Math.ceil(halo.x + r));
  const y0 = Math.max(0, Math.floor((halo.y - r) / 2) * 2);
  const y1 = Math.min(height, Math.ceil(halo.y + r));
  const du = ((halo.color.u - 128) * strength) / 110;
  const dv = ((halo.color.v - 128) * strength) / 110;
  for (let row = y0; row < y1; row++) {
    const dy = (row + 0.5 - halo.y) / r;
    for (let x = x0; x < x1; x++) {
      const dx = (x + 0.5 - halo.x) / r;
      const d2 = dx * dx + dy * dy;
      if (d2 >= 1) continue;
      const fall = (1 - d2) * (1 - d2) * (0.25 + 0.75 / (1 + 14 * d2));
      const o = row * strides[0] + x;
      y[o] = Math.min(235, (y[o] ?? 0) + strength * fall);
      if (((row | x) & 1) !== 0) continue;
      const ou = (row >> 1) * strides[1] + (x >> 1);
      const ov = (row >> 1) * strides[2] + (x >> 1);
      u[ou] = Math.min(240, Math.max(16, (u[ou] ?? 0) + du * fall));
      v[ov] = Math.min(240, Math.max(16, (v[ov] ?? 0) + dv * fall));
    }
  }
}

/** Returns the share of five pixels at a light's centre that are as bright as the light: occluders are darker. */
function visibleShare(planes: Planes, halo: ScreenHalo): number {
  let visible = 0;
  for (const [dx, dy] of [
    [0, 0],
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ] as const) {
    const x = Math.floor(halo.x + dx);
    const y = Math.floor(halo.y + dy);
    if (x < 0 || y < 0 || x >= planes.width || y >= planes.height) continue;
    const level = ((planes.y[y * planes.strides[0] + x] ?? 0) - 16) / Math.max(1, halo.color.y - 16);
    if (level > VISIBLE_LEVEL) visible += 0.2;
    else if (level > 0.3) visible += 0.1;
  }
  return visible;
}
