/** The columns and rows of a plane. */
export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Samples a plane bilinearly at (x, y), clamped to its edges. Integer coordinates are sample centres.
 * @param offset start of the plane in `plane`.
 */
export function sampleBilinear(
  plane: Float32Array | Uint8Array,
  x: number,
  y: number,
  { width, height }: PlaneSize,
  offset = 0,
): number {
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const left = Math.min(width - 2, Math.floor(cx));
  const top = Math.min(height - 2, Math.floor(cy));
  const i = offset + top * width + left;
  const [fx, fy] = [cx - left, cy - top];
  const upper = (plane[i] ?? 0) * (1 - fx) + (plane[i + 1] ?? 0) * fx;
  const lower = (plane[i + width] ?? 0) * (1 - fx) + (plane[i + width + 1] ?? 0) * fx;
  return upper * (1 - fy) + lower * fy;
}
