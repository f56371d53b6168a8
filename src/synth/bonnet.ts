import type { Random } from '../core/random.js';

/** The own vehicle's bonnet or dashboard at the bottom of a frame. Measures are shares of the frame's height or width. */
export interface Bonnet {
  /** Height of its highest point above the bottom, share of the height. */
  readonly rise: number;
  /** Column of the highest point, share of the width. */
  readonly middle: number;
  /** How far its edge falls towards the sides, share of the height. */
  readonly fall: number;
  /** How fast it falls: 2 is a parabola, 6 nearly flat with round corners. */
  readonly power: number;
  /** Full-range R'G'B' codes, 0 to 255. */
  readonly color: readonly [number, number, number];
  /** Share of the sky's light that it mirrors. */
  readonly gloss: number;
  /** Phase of its creases and reflections, radians. */
  readonly phase: number;
}

/** Draws a bonnet at random: a third are black or dashboards, the others have a vehicle's colour. */
export function drawBonnet(random: Random): Bonnet {
  const isDark = random.next() < 0.5;
  const base = isDark ? random.between(8, 48) : random.between(40, 225);
  const hue = (): number => Math.min(255, Math.max(0, base * (isDark ? 1 : random.between(0.55, 1.3))));
  return {
    rise: random.between(0.03, 0.24),
    middle: random.between(0.35, 0.65),
    fall: random.between(0.01, 0.18),
    power: random.between(1.8, 5),
    color: [hue(), hue(), hue()],
    gloss: random.next() < 0.3 ? 0 : random.between(0.1, 0.6),
    phase: random.between(0, 6.28),
  };
}

/** Paints a bonnet over `rgb`, `[height, width, 3]`, and returns where it is: `[height, width]`, 0 or 1. */
export function paintBonnet(rgb: Uint8Array, width: number, height: number, bonnet: Bonnet): Uint8Array {
  const mask = new Uint8Array(width * height);
  const { rise, middle, fall, power, color, gloss, phase } = bonnet;
  for (let x = 0; x < width; x++) {
    const aside = ((x + 0.5) / width - middle) / 0.5;
    const edge = height * (1 - rise + fall * Math.abs(aside) ** power);
    const crease = 0.06 * Math.sin(aside * 7 + phase) + 0.05 * Math.sin(aside * 17 + 2 * phase);
    for (let y = Math.max(0, Math.floor(edge)); y < height; y++) {
      const cover = Math.min(1, y + 1 - edge);
      const down = (y + 0.5 - edge) / (rise * height);
      const i = y * width + x;
      const mirrored = gloss * (235 * Math.exp(-3 * Math.max(0, down)) * (0.75 + crease));
      const shade = 0.82 + crease - 0.25 * down + (down < 0.05 ? 0.12 : 0);
      for (let c = 0; c < 3; c++) {
        const value = Math.min(255, Math.max(0, (color[c] ?? 0) * shade * (1 - gloss * 0.4) + mirrored));
        const old = rgb[3 * i + c] ?? 0;
        rgb[3 * i + c] = Math.round(old + (value - old) * cover);
      }
      if (cover >= 0.5) mask[i] = 1;
    }
  }
  return mask;
}
