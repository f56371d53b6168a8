import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep } from './grade-planes.js';

/** Minimum evidence of a spot. Most samples have none: only spots take time. */
const MIN_EVIDENCE = 0.01;

/** Weakens evidence that continues to both sides: lane lines, kerbs, poles. Only spots are lamps. Allocates its memory once. */
export class SpotFilter {
  readonly #wide = new Float32Array(PLANE_SIZE);
  readonly #line = new Float32Array(PLANE_SIZE);

  /**
   * Removes lines from evidence `[72, 128]`, in place.
   * @param reach distance at which the ends of a line are searched, samples; a spot up to about that width remains.
   */
  dropLines(evidence: Float32Array, reach: number): void {
    const wide = this.#wide.fill(0);
    const line = this.#line.fill(0);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const here = evidence[i] ?? 0;
      if (here >= MIN_EVIDENCE) raiseAround(wide, i, 1, here);
    }
    for (let i = 0; i < PLANE_SIZE; i++) {
      const here = evidence[i] ?? 0;
      if (here < MIN_EVIDENCE) continue;
      const along = Math.min(here, strongestLine(wide, i % PLANE_WIDTH, Math.floor(i / PLANE_WIDTH), reach));
      // Extended by `reach`: the last samples of a line have nothing on one side, but belong to the line.
      if (along >= MIN_EVIDENCE) raiseAround(line, i, reach, along);
    }
    for (let i = 0; i < PLANE_SIZE; i++) {
      const value = evidence[i] ?? 0;
      if (value !== 0) evidence[i] = value * (1 - smoothstep(0.25, 0.8, (line[i] ?? 0) / (value + 0.05)));
    }
  }
}

/** Raises the square of side `2 * radius + 1` around a sample to a value. */
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

/** Strength of the strongest line through a sample, over eight directions: that of its weaker end. */
function strongestLine(wide: Float32Array, x: number, y: number, reach: number): number {
  const half = (reach + 1) >> 1;
  const slant = reach - 1;
  let best = weakerEnd(wide, x, y, reach, 0);
  best = Math.max(best, weakerEnd(wide, x, y, 0, reach), weakerEnd(wide, x, y, slant, slant));
  best = Math.max(best, weakerEnd(wide, x, y, -slant, slant), weakerEnd(wide, x, y, reach, half));
  best = Math.max(best, weakerEnd(wide, x, y, half, reach), weakerEnd(wide, x, y, -half, reach));
  return Math.max(best, weakerEnd(wide, x, y, -reach, half));
}

/** The lower value of two opposite samples. A line continues beyond the edge of the frame. */
function weakerEnd(wide: Float32Array, x: number, y: number, dx: number, dy: number): number {
  const right = Math.min(PLANE_WIDTH - 1, Math.max(0, x + dx));
  const left = Math.min(PLANE_WIDTH - 1, Math.max(0, x - dx));
  const below = Math.min(PLANE_HEIGHT - 1, y + dy);
  const above = Math.max(0, y - dy);
  return Math.min(wide[below * PLANE_WIDTH + right] ?? 0, wide[above * PLANE_WIDTH + left] ?? 0);
}
