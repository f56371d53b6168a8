import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** The lower part of the image, where a street has its ground: from this row on. */
const LOWER = Math.round((2 / 3) * SURFACE_HEIGHT);
/** Share of ground there, of what vehicles leave free: none at the first, a street at the second. */
const GROUND = [0.08, 0.22] as const;
/** Least share that counts as left free: a frame full of one thing is no street. */
const MIN_FREE = 0.25;
/** Mean of the likeliest surface's probability: the network knows nothing like it at the first, a street at the second. */
const SURE = [0.48, 0.62] as const;
/** Every so many samples count for it. */
const STEP = 7;

/**
 * How surely an image shows a street, 0 to 1: there is ground where a street has it, and the network knows what it sees. A face, a
 * page of text or noise has neither. @param surfaces `[13, 72, 128]`.
 */
export function readStreet(surfaces: Float32Array): number {
  const road = surfacePlane(surfaces, 'road');
  const ground = surfacePlane(surfaces, 'ground');
  const vehicle = surfacePlane(surfaces, 'vehicle');
  let [sum, free] = [0, 0];
  for (let i = LOWER * SURFACE_WIDTH; i < SURFACE_SIZE; i++) {
    sum += (road[i] ?? 0) + (ground[i] ?? 0);
    free += 1 - (vehicle[i] ?? 0);
  }
  const least = MIN_FREE * (SURFACE_SIZE - LOWER * SURFACE_WIDTH);
  return rise(sum / Math.max(least, free), GROUND) * rise(meanOfLikeliest(surfaces), SURE);
}

function meanOfLikeliest(surfaces: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < SURFACE_SIZE; i += STEP, count++) {
    let most = 0;
    for (let at = i; at < surfaces.length; at += SURFACE_SIZE) most = Math.max(most, surfaces[at] ?? 0);
    sum += most;
  }
  return sum / count;
}

function rise(value: number, [from, to]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}
