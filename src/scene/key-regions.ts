import type { FoundLampHead } from './find-lamp-heads.js';
import type { FoundSignal } from './find-signals.js';
import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** Kinds of key region, in the order of their planes: what a night is recognised by. */
export const KEY_REGIONS = ['vehicle', 'signal', 'lampHead', 'facade'] as const;

/** One of {@link KEY_REGIONS}. */
export type KeyRegion = (typeof KEY_REGIONS)[number];

/** What key regions are read from: a scene, or the labels of a painted street. */
export interface KeyThings {
  /** `[13, 72, 128]`: probabilities or shares of `SURFACES`. */
  readonly surfaces: Float32Array;
  readonly signals: readonly Pick<FoundSignal, 'place' | 'radius'>[];
  readonly lampHeads: readonly Pick<FoundLampHead, 'place' | 'radius'>[];
}

/** Samples by which a region is wider than its surface on every side: lamps and signals shine around themselves. */
const MARGINS = { vehicle: 1, signal: 2, lampHead: 2, facade: 0 } as const;
/** Half the side of the smallest region around a lamp or signal, samples. */
const LAMP_MARGIN = 2;

/**
 * The key regions of a frame as planes `[4, 72, 128]`, 0 outside to 1 inside, in the order of {@link KEY_REGIONS}. A facade includes its
 * windows. The caller owns the result.
 */
export function keyRegions({ surfaces, signals, lampHeads }: KeyThings): Float32Array {
  const out = new Float32Array(KEY_REGIONS.length * SURFACE_SIZE);
  KEY_REGIONS.forEach((kind, index) => {
    const plane = out.subarray(index * SURFACE_SIZE, (index + 1) * SURFACE_SIZE);
    plane.set(surfacePlane(surfaces, kind));
    if (kind === 'facade') addPlane(plane, surfacePlane(surfaces, 'window'));
    for (let i = 0; i < MARGINS[kind]; i++) widen(plane);
  });
  const planeOf = (kind: KeyRegion): Float32Array =>
    out.subarray(KEY_REGIONS.indexOf(kind) * SURFACE_SIZE, (KEY_REGIONS.indexOf(kind) + 1) * SURFACE_SIZE);
  for (const signal of signals) markAround(planeOf('signal'), signal);
  for (const head of lampHeads) markAround(planeOf('lampHead'), head);
  return out;
}

function addPlane(plane: Float32Array, other: Float32Array): void {
  for (let i = 0; i < plane.length; i++) plane[i] = Math.min(1, (plane[i] ?? 0) + (other[i] ?? 0));
}

/** Each sample becomes the maximum of itself and its neighbours: rows, then columns. */
function widen(plane: Float32Array): void {
  for (const [step, length] of [
    [1, SURFACE_WIDTH],
    [SURFACE_WIDTH, SURFACE_HEIGHT],
  ] as const) {
    const old = plane.slice();
    for (let i = 0; i < plane.length; i++) {
      const along = Math.floor(i / step) % length;
      const before = along > 0 ? (old[i - step] ?? 0) : 0;
      const after = along < length - 1 ? (old[i + step] ?? 0) : 0;
      plane[i] = Math.max(old[i] ?? 0, before, after);
    }
  }
}

/** Sets the samples around a lamp to 1. */
function markAround(plane: Float32Array, { place, radius }: KeyThings['signals'][number]): void {
  const reach = LAMP_MARGIN + radius * SURFACE_WIDTH;
  const [x, y] = [place.x * SURFACE_WIDTH - 0.5, place.y * SURFACE_HEIGHT - 0.5];
  for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(SURFACE_HEIGHT - 1, y + reach); row++) {
    for (let column = Math.max(0, Math.ceil(x - reach)); column <= Math.min(SURFACE_WIDTH - 1, x + reach); column++) {
      plane[row * SURFACE_WIDTH + column] = 1;
    }
  }
}
