import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { PIXELS } from './image-set.js';

/** Minimum luma gradient (Sobel, per sample) of an edge in the input. */
export const EDGE_THRESHOLD = 0.05;

/** How much of an image's structure remains. */
export interface Structure {
  /**
   * Correlation of the luma gradients of input and result over the input's edges: 1 if every edge keeps its direction and
   * proportion, -1 if all are inverted. NaN without edges.
   */
  readonly correlation: number;
  /** Share of the samples that were compared. */
  readonly edges: number;
}

/**
 * Compares two images `[3, 144, 256]` along the edges of the first.
 * @param isMasked `[144, 256]`, not 0 where edges do not count: the sky, whose border inverts at night, and lights.
 */
export function structureOf(input: Float32Array, result: Float32Array, isMasked: Uint8Array): Structure {
  let [cross, inputEnergy, resultEnergy, count] = [0, 0, 0, 0];
  for (let y = 1; y < THUMBNAIL_HEIGHT - 1; y++) {
    for (let x = 1; x < THUMBNAIL_WIDTH - 1; x++) {
      const i = y * THUMBNAIL_WIDTH + x;
      if (isMasked[i] !== 0) continue;
      const [inputX, inputY] = [gradient(input, i, 1, THUMBNAIL_WIDTH), gradient(input, i, THUMBNAIL_WIDTH, 1)];
      if (inputX * inputX + inputY * inputY < EDGE_THRESHOLD * EDGE_THRESHOLD) continue;
      const [resultX, resultY] = [gradient(result, i, 1, THUMBNAIL_WIDTH), gradient(result, i, THUMBNAIL_WIDTH, 1)];
      cross += inputX * resultX + inputY * resultY;
      inputEnergy += inputX * inputX + inputY * inputY;
      resultEnergy += resultX * resultX + resultY * resultY;
      count++;
    }
  }
  // Gradients point in all directions, so their means are near 0 and need no subtraction. A flat result correlates with nothing.
  const correlation = resultEnergy > 0 ? cross / Math.sqrt(inputEnergy * resultEnergy) : 0;
  return { correlation: count > 0 ? correlation : Number.NaN, edges: count / PIXELS };
}

/** Luma gradient per sample along one axis (Sobel: the middle row or column counts twice). */
function gradient(luma: Float32Array, i: number, along: number, across: number): number {
  const at = (offset: number): number => (luma[i + offset + along] ?? 0) - (luma[i + offset - along] ?? 0);
  return (at(-across) + 2 * at(0) + at(across)) / 8;
}
