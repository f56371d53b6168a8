/** Steps of a table from linear light to coded values: under a third of an 8-bit code each, also in the steep toe of the curve. */
const STEPS = 4096;

/** Linear light of a coded value from 0 to 1: the inverse of ITU-R BT.709-6, 1.2, the curve of video cameras, whose toe limits noise. */
export function lightOf(coded: number): number {
  return coded < 0.081 ? Math.max(0, coded) / 4.5 : ((coded + 0.099) / 1.099) ** (1 / 0.45);
}

/** Coded value of linear light: ITU-R BT.709-6, 1.2. */
export function codedOf(light: number): number {
  return light < 0.018 ? 4.5 * Math.max(0, light) : 1.099 * light ** 0.45 - 0.099;
}

/** Slope of {@link codedOf}. */
export function codedSlope(light: number): number {
  return light < 0.018 ? 4.5 : 0.45 * 1.099 * light ** -0.55;
}

/** Coded values by `light * CODED_SCALE`, rounded, from 0 to 1. */
export const CODED_TABLE = Float32Array.from({ length: STEPS + 1 }, (_, step) => codedOf(step / STEPS));
export const CODED_SCALE = STEPS;

/** Linear light by `coded * LIGHT_SCALE`, rounded, from 0 to 1. */
export const LIGHT_TABLE = Float32Array.from({ length: 1025 }, (_, step) => lightOf(step / 1024));
export const LIGHT_SCALE = 1024;
