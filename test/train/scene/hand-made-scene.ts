import { SURFACES, type Surface } from '../../../src/scene/scene.js';
import {
  LABEL_HEIGHT,
  LABEL_WIDTH,
  SCENE_IMAGE_HEIGHT,
  SCENE_IMAGE_WIDTH,
  type LabelledScene,
} from '../../../src/train/scene/labelled-scene.js';

/** The label of a surface in a map. */
export function labelOf(surface: Surface): number {
  return 1 + SURFACES.indexOf(surface);
}

/**
 * A scene from functions of places in shares of the image: its labels (default: sky above road), and its grey level (default: rising
 * from left to right).
 */
export function handMadeScene({
  group = 'hand-made',
  surfaceAt = (_, y) => (y < 0.5 ? 'sky' : 'road'),
  greyAt = (x) => 255 * x,
  vehicles = [],
}: {
  readonly group?: string;
  readonly surfaceAt?: (x: number, y: number) => Surface | undefined;
  readonly greyAt?: (x: number, y: number) => number;
  readonly vehicles?: LabelledScene['vehicles'];
} = {}): LabelledScene {
  const surfaces = new Uint8Array(LABEL_WIDTH * LABEL_HEIGHT);
  for (let i = 0; i < surfaces.length; i++) {
    const surface = surfaceAt(
      ((i % LABEL_WIDTH) + 0.5) / LABEL_WIDTH,
      (Math.floor(i / LABEL_WIDTH) + 0.5) / LABEL_HEIGHT,
    );
    surfaces[i] = surface === undefined ? 0 : labelOf(surface);
  }
  const rgb = new Uint8Array(3 * SCENE_IMAGE_WIDTH * SCENE_IMAGE_HEIGHT);
  for (let y = 0, i = 0; y < SCENE_IMAGE_HEIGHT; y++) {
    for (let x = 0; x < SCENE_IMAGE_WIDTH; x++, i += 3) {
      rgb.fill(greyAt((x + 0.5) / SCENE_IMAGE_WIDTH, (y + 0.5) / SCENE_IMAGE_HEIGHT), i, i + 3);
    }
  }
  return { name: group, group, rgb, surfaces, confidence: new Uint8Array(surfaces.length).fill(255), vehicles };
}
