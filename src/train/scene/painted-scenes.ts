import { SURFACES } from '../../scene/scene.js';
import { NO_SURFACE, ScenePainter, type PaintedScene } from '../../synth/scene-painter.js';
import { SURFACE_NAMES } from '../../synth/surface-names.js';
import {
  LABEL_HEIGHT,
  LABEL_WIDTH,
  SCENE_IMAGE_HEIGHT,
  SCENE_IMAGE_WIDTH,
  type LabelledScene,
  type LabelledVehicle,
} from './labelled-scene.js';

/** Share of a vehicle that must be visible for its facing and its lamps to be learned. */
const MIN_VISIBLE = 0.35;
/** Painted scenes in a group. */
const GROUP = 20;

/** Painted streets with exact labels, the same for the same seed. */
export function paintedScenes({ count, seed }: { readonly count: number; readonly seed: number }): LabelledScene[] {
  const painter = new ScenePainter({ width: SCENE_IMAGE_WIDTH, height: SCENE_IMAGE_HEIGHT });
  return Array.from({ length: count }, (_, i) => labelled(painter.paint(seed * 1_000_003 + i), i));
}

/** For each surface of a painted scene its label: 1 plus its index in `SURFACES`. */
const LABELS = SURFACE_NAMES.map((name) => 1 + SURFACES.indexOf(name));

function labelled({ seed, rgb, surface, objects }: PaintedScene, index: number): LabelledScene {
  const surfaces = new Uint8Array(LABEL_WIDTH * LABEL_HEIGHT);
  for (let y = 0, i = 0; y < LABEL_HEIGHT; y++) {
    const row = Math.floor(((y + 0.5) / LABEL_HEIGHT) * SCENE_IMAGE_HEIGHT) * SCENE_IMAGE_WIDTH;
    for (let x = 0; x < LABEL_WIDTH; x++, i++) {
      const from = surface[row + Math.floor(((x + 0.5) / LABEL_WIDTH) * SCENE_IMAGE_WIDTH)] ?? NO_SURFACE;
      surfaces[i] = from === NO_SURFACE ? 0 : (LABELS[from] ?? 0);
    }
  }
  return {
    name: `painted-${seed}`,
    group: `painted-${Math.floor(index / GROUP)}`,
    rgb,
    surfaces,
    confidence: new Uint8Array(surfaces.length).fill(255),
    vehicles: objects.vehicles.map(labelledVehicle),
  };
}

type PaintedVehicle = PaintedScene['objects']['vehicles'][number];

function labelledVehicle({ box, facing, lamps, visibleShare }: PaintedVehicle): LabelledVehicle {
  const corners = [box.x, box.y, box.x + box.width, box.y + box.height] as const;
  if (visibleShare < MIN_VISIBLE) return { box: corners, facingScore: 0 };
  const inside = (place: { x: number; y: number } | undefined): readonly [number, number] | undefined =>
    place && place.x > box.x && place.x < box.x + box.width ? [place.x, place.y] : undefined;
  const [left, right] = [inside(lamps?.[0]), inside(lamps?.[1])];
  return { box: corners, facing, facingScore: 1, ...(left && { left }), ...(right && { right }) };
}
