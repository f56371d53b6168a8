/** A colour in BT.709 limited-range 8-bit code values: y 16 to 235, u and v 16 to 240, not rounded. */
export interface Yuv {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** Returns the colour of 0xRRGGBB, full-range R'G'B' (ITU-R BT.709 section 3). */
export function fromRgb(hex: number): Yuv {
  const r = ((hex >> 16) & 255) / 255;
  const g = ((hex >> 8) & 255) / 255;
  const b = (hex & 255) / 255;
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return { y: 16 + 219 * luma, u: 128 + (224 * (b - luma)) / 1.8556, v: 128 + (224 * (r - luma)) / 1.5748 };
}

/** Returns the colour of a surface under `light` times as much light: black stays black, grey stays grey. */
export function dim(color: Yuv, light: number): Yuv {
  return { y: 16 + (color.y - 16) * light, u: 128 + (color.u - 128) * light, v: 128 + (color.v - 128) * light };
}

/** Interpolates from `a` (share 0) to `b` (share 1). */
export function mix(a: Yuv, b: Yuv, share: number): Yuv {
  return { y: a.y + (b.y - a.y) * share, u: a.u + (b.u - a.u) * share, v: a.v + (b.v - a.v) * share };
}
