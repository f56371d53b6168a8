import { SURFACE_HEIGHT, SURFACE_WIDTH, type Box } from './scene.js';

/** Part of a box, around its middle, that is looked at. */
const CORE = 0.6;

/** Mean of a surface's plane, `[72, 128]`, in the middle of a box: how much the surfaces support what was found there. */
export function supportOf(plane: Float32Array, { x, y, width, height }: Box): number {
  const margin = (1 - CORE) / 2;
  const from = (start: number, length: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor((start + margin * length) * count)));
  const to = (start: number, length: number, count: number): number =>
    Math.min(count, Math.max(1, Math.ceil((start + (1 - margin) * length) * count)));
  const [left, right] = [from(x, width, SURFACE_WIDTH), to(x, width, SURFACE_WIDTH)];
  const [top, bottom] = [from(y, height, SURFACE_HEIGHT), to(y, height, SURFACE_HEIGHT)];
  let [sum, count] = [0, 0];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      sum += plane[row * SURFACE_WIDTH + column] ?? 0;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
