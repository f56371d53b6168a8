/**
 * What a pixel of the street can show, in the order of the indices of a surface map: the names and the order of
 * `SURFACES` in `src/scene`, which this folder does not import.
 */
export const SURFACE_NAMES = [
  'sky',
  'road',
  'ground',
  'facade',
  'window',
  'vegetation',
  'vehicle',
  'person',
  'pole',
  'lampHead',
  'signal',
  'sign',
  'wall',
] as const;

/** One of {@link SURFACE_NAMES}. */
export type SurfaceName = (typeof SURFACE_NAMES)[number];

/** Returns the index of a surface in a surface map. */
export function surfaceIndex(name: SurfaceName): number {
  return SURFACE_NAMES.indexOf(name);
}
