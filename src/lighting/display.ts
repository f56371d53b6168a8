/** Steps of the table of display values. */
const STEPS = 4095;
/** Largest linear value of the table; brighter light clips. */
const LARGEST = 4;
export const DISPLAY_SCALE = STEPS / Math.sqrt(LARGEST);
/** Display values by `DISPLAY_SCALE` times the square root of light. */
export const DISPLAY_TABLE = Float32Array.from({ length: STEPS + 1 }, (_, step) =>
  shoulder((step / STEPS) ** 2 * LARGEST),
);

/** Gamma-coded value of linear light (IEC 61966-2-1), unclipped below 0 only. */
export function codedOf(light: number): number {
  if (light <= 0.0031308) return Math.max(0, light) * 12.92;
  return 1.055 * light ** (1 / 2.4) - 0.055;
}

/** What a camera shows of linear light, gamma-coded, 0 to 1: straight at first, with a shoulder where it nears clipping. */
export function displayOf(light: number): number {
  if (!(light > 0)) return 0;
  return DISPLAY_TABLE[Math.min(STEPS, Math.sqrt(light) * DISPLAY_SCALE + 0.5) | 0] ?? 1;
}

function shoulder(light: number): number {
  return codedOf(light < 0.55 ? light : 0.55 + 0.4635 * Math.tanh((light - 0.55) / 0.5));
}
