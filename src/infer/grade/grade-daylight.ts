import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep, type GradePlanes } from './grade-planes.js';

/** Rows of the upper part of the frame, where a night shows its sky. */
const UPPER_ROWS = PLANE_HEIGHT / 3;
/**
 * Weights of a logistic regression of day against night, with balanced classes and light ridge regularisation, fitted on
 * the frames of trainA (478 days) and trainB (423 nights) only. Held out: 256 of 257 days of testA and 80 of 85 nights of
 * testB are on the right side of {@link daylight} 0.5 (in training 475 and 400). The features' ramps were chosen before this
 * split. Leaves are green by day but not under lamps; lamplight is warm; a night sky is dark and smooth, dark foliage is
 * dark and rough.
 */
const WEIGHTS = { bias: -5.7, upper: 11, mean: 17.3, leaf: 14.5, warm: -9.8, darkSky: -13.4 };
/** Scores from which a frame is certainly a night or a day: 82 % of trainB and 95 % of trainA are beyond. Between is dusk. */
const NIGHT_SCORE = -5;
const DAY_SCORE = 1.5;

/**
 * Returns how much of a day a frame shows (its "dayness"): 0 for night, 1 for day, between for dusk. A day under trees or a
 * bridge is as dark in its upper part as a night; colour and texture therefore count as well. Borrows the planes.
 */
export function daylight({ luma, u, v }: Pick<GradePlanes, 'luma' | 'u' | 'v'>): number {
  // Separate variables: V8 would put numbers destructured from an array literal on the heap, one object for each sum.
  let mean = 0;
  let upper = 0;
  let leaf = 0;
  let warm = 0;
  let darkSky = 0;
  for (let y = 0, i = 0; y < PLANE_HEIGHT; y++) {
    for (let x = 0; x < PLANE_WIDTH; x++, i++) {
      const light = luma[i] ?? 0;
      const blue = u[i] ?? 0;
      const red = v[i] ?? 0;
      mean += light;
      leaf += ramp(0.03, 0.15, light) * ramp(0.01, 0.035, -blue) * ramp(0, 0.012, -red);
      warm += ramp(0.01, 0.06, -blue) * ramp(0.005, 0.04, red);
      if (y >= UPPER_ROWS) continue;
      upper += light;
      if (light > 0.5 || x === PLANE_WIDTH - 1) continue;
      const step = Math.abs((luma[i + 1] ?? 0) - light) + Math.abs((luma[i + PLANE_WIDTH] ?? 0) - light);
      darkSky += ramp(-0.5, -0.1, -light) * ramp(-0.06, -0.015, -step);
    }
  }
  const upperSize = UPPER_ROWS * PLANE_WIDTH;
  const score =
    WEIGHTS.bias +
    (WEIGHTS.upper * upper + WEIGHTS.darkSky * darkSky) / upperSize +
    (WEIGHTS.mean * mean + WEIGHTS.leaf * leaf + WEIGHTS.warm * warm) / PLANE_SIZE;
  // Hardly any night has a mean luma this high, whatever its colours.
  return Math.max(smoothstep(NIGHT_SCORE, DAY_SCORE, score), smoothstep(0.42, 0.52, mean / PLANE_SIZE));
}

/** 0 below `from`, 1 above `to`, linear between. As smooth as {@link smoothstep} in a sum of thousands, and faster. */
function ramp(from: number, to: number, x: number): number {
  const t = (x - from) / (to - from);
  return t <= 0 ? 0 : t >= 1 ? 1 : t;
}
