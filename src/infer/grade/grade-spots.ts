import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep } from './grade-planes.js';

/** Evidence below this is not worth looking at: nearly everywhere there is none, so only spots cost time. */
const NOTHING = 0.01;

/** Weakens what goes on to both sides: lane lines, kerbs, poles. Only spots are lamps. Memory is taken once. */
export class SpotFilter {
  readonly #wide = new Float32Array(PLANE_SIZE);
  readonly #line = new Float32Array(PLANE_SIZE);

  /**
   * Takes lines out of evidence `[72, 128]`, in place.
   * @param reach how far out a line's ends are looked for, samples; a spot up to about that wide stays.
   */
  dropLines(evidence: Float32Array, reach: number): void {
    const wide = this.#wide.fill(0);
    const line = this.#line.fill(0);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const here = evidence[i] ?? 0;
      if (here >= NOTHING) raiseAround(wide, i, 1, here);
    }
    for (let i = 0; i < PLANE_SIZE; i++) {
      const here = evidence[i] ?? 0;
      if (here < NOTHING) continue;
      const along = Math.min(here, strongestLine(wide, i % PLANE_WIDTH, Math.floor(i / PLANE_WIDTH), reach));
      // As far as its ends are looked for: the last samples of a line have nothing on one side, and are line too.
      if (along >= NOTHING) raiseAround(line, i, reach, along);
    }
    for (let i = 0; i < PLANE_SIZE; i++) {
      const value = evidence[i] ?? 0;
      if (value !== 0) evidence[i] = value * (1 - smoothstep(0.25, 0.8, (line[i] ?? 0) / (value + 0.05)));
    }
  }
}

/** Lifts the square of `2 * radius + 1` around a sample to a value. */
function raiseAround(plane: Float32Array, at: number, radius: number, value: number): void {
  const x = at % PLANE_WIDTH;
  const y = Math.floor(at / PLANE_WIDTH);
  const right = Math.min(PLANE_WIDTH - 1, x + radius);
  const bottom = Math.min(PLANE_HEIGHT - 1, y + radius);
  for (let row = Math.max(0, y - radius); row <= bottom; row++) {
    const start = row * PLANE_WIDTH;
    for (let i = start + Math.max(0, x - radius); i <= start + right; i++) {
      if ((plane[i] ?? 0) < value) plane[i] = value;
    }
  }
}

/** The strongest line through a sample, of eight directions: the weaker of its two ends. */
function strongestLine(wide: Float32Array, x: number, y: number, reach: number): number {
  const half = (reach + 1) >> 1;
  const slant = reach - 1;
  let best = weakerEnd(wide, x, y, reach, 0);
  best = Math.max(best, weakerEnd(wide, x, y, 0, reach), weakerEnd(wide, x, y, slant, slant));
  best = Math.max(best, weakerEnd(wide, x, y, -slant, slant), weakerEnd(wide, x, y, reach, half));
  best = Math.max(best, weakerEnd(wide, x, y, half, reach), weakerEnd(wide, x, y, -half, reach));
  return Math.max(best, weakerEnd(wide, x, y, -reach, half));
}

/** The weaker of two opposite samples; at the edge of the picture a line goes on outside. */
function weakerEnd(wide: Float32Array, x: number, y: number, dx: number, dy: number): number {
  const right = Math.min(PLANE_WIDTH - 1, Math.max(0, x + dx));
  const left = Math.min(PLANE_WIDTH - 1, Math.max(0, x - dx));
  const below = Math.min(PLANE_HEIGHT - 1, y + dy);
  const above = Math.max(0, y - dy);
  return Math.min(wide[below * PLANE_WIDTH + right] ?? 0, wide[above * PLANE_WIDTH + left] ?? 0);
}
