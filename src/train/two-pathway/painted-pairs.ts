import type { PlaneSize } from '../../image/resize-planes.js';
import { imageToYuv } from '../../image/rgb-image.js';
import { keyRegions } from '../../scene/key-regions.js';
import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from '../../scene/scene.js';
import { NO_SURFACE, ScenePainter, type PaintedScene } from '../../synth/scene-painter.js';
import { SURFACE_NAMES } from '../../synth/surface-names.js';
import { PairResizer, type StreetPair } from './street-pair.js';

/** Size at which streets are painted: two pixels for each sample of a surface map, along both sides. */
const PAINTED: PlaneSize = { width: 2 * SURFACE_WIDTH, height: 2 * SURFACE_HEIGHT };

/** Painted streets by day and by night with their exact key regions, the same for the same seed. */
export function paintedPairs(count: number, seed: number, size: PlaneSize): StreetPair[] {
  const painter = new ScenePainter(PAINTED);
  const resizer = new PairResizer(PAINTED, size);
  return Array.from({ length: count }, (_, i) =>
    pairOf(painter.paint(seed * 1_000_003 + i, { withNight: true }), resizer),
  );
}

function pairOf(scene: PaintedScene, resizer: PairResizer): StreetPair {
  const { seed, rgb, nightRgb, width, height, objects } = scene;
  if (!nightRgb) throw new RangeError('a pair needs the night of its scene, got none');
  return {
    name: `painted-${seed}`,
    day: resizer.codes(imageToYuv({ width, height, data: rgb })),
    night: resizer.codes(imageToYuv({ width, height, data: nightRgb })),
    regions: resizer.regionCodes(keyRegions({ surfaces: surfaceShares(scene), ...objects })),
  };
}

/** For each surface of a painted scene its plane in `Scene.surfaces`. */
const PLANES = SURFACE_NAMES.map((name) => SURFACES.indexOf(name));

/** Shares of the surfaces, `[13, 72, 128]`, from the painted size, which is a multiple of that. */
export function surfaceShares({
  surface,
  width,
  height,
}: Pick<PaintedScene, 'surface' | 'width' | 'height'>): Float32Array {
  const [stepX, stepY] = [width / SURFACE_WIDTH, height / SURFACE_HEIGHT];
  const shares = new Float32Array(SURFACES.length * SURFACE_SIZE);
  const part = 1 / (stepX * stepY);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / stepY) * SURFACE_WIDTH;
    for (let x = 0; x < width; x++, i++) {
      const index = surface[i] ?? NO_SURFACE;
      if (index === NO_SURFACE) continue;
      const at = (PLANES[index] ?? 0) * SURFACE_SIZE + row + Math.floor(x / stepX);
      shares[at] = (shares[at] ?? 0) + part;
    }
  }
  return shares;
}
