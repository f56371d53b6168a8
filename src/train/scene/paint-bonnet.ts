import type { Random } from '../../core/random.js';
import { SURFACES } from '../../scene/scene.js';
import {
  LABEL_HEIGHT,
  LABEL_WIDTH,
  SCENE_IMAGE_HEIGHT,
  SCENE_IMAGE_WIDTH,
  type LabelledScene,
} from './labelled-scene.js';

/** Label of a bonnet: a vehicle's surface. */
const LABEL = 1 + SURFACES.indexOf('vehicle');
const ROAD = 1 + SURFACES.indexOf('road');
/** Heights of a bonnet in the middle, shares of the image's height. */
const MIN_RISE = 0.05;
const MAX_RISE = 0.27;
/** How far its edge falls towards the sides, shares of the height. */
const MAX_FALL = 0.22;
/** Share of the bonnets that are dashboards: matt, without a reflection. */
const DASHBOARD_SHARE = 0.2;
/** Rows around the edge that show the bonnet's rounded rim. */
const RIM_ROWS = 5;
/** Confidence of a label that a painted bonnet gives: sure. */
const SURE = 255;

/** Where a scene could have a bonnet: its bottom's middle is road. */
export function canShowBonnet({ surfaces }: LabelledScene): boolean {
  const row = (LABEL_HEIGHT - 4) * LABEL_WIDTH;
  return [0.35, 0.5, 0.65].every((share) => surfaces[row + Math.round(share * LABEL_WIDTH)] === ROAD);
}

/**
 * The scene as a camera behind a windscreen sees it: with a bonnet of any colour that reflects the street, or with a matt dashboard.
 * Labels rarely know bonnets, and a pale one looks like road. Returns a copy; vehicles keep their boxes.
 */
export function withBonnet(scene: LabelledScene, random: Random): LabelledScene {
  const rgb = scene.rgb.slice();
  const edge = bonnetEdge(random);
  paint(rgb, edge, random);
  const surfaces = scene.surfaces.slice();
  const confidence = scene.confidence.slice();
  for (let y = 0, i = 0; y < LABEL_HEIGHT; y++) {
    for (let x = 0; x < LABEL_WIDTH; x++, i++) {
      if ((y + 0.5) / LABEL_HEIGHT < edge((x + 0.5) / LABEL_WIDTH)) continue;
      surfaces[i] = LABEL;
      confidence[i] = SURE;
    }
  }
  const isVisible = ({ box: [x0, , x1, y1] }: LabelledScene['vehicles'][number]): boolean =>
    y1 <= edge((x0 + x1) / 2) + 0.02;
  return { ...scene, rgb, surfaces, confidence, vehicles: scene.vehicles.filter(isVisible) };
}

/** The bonnet's upper edge: for a share of the width a share of the height. */
function bonnetEdge(random: Random): (x: number) => number {
  const top = 1 - random.between(MIN_RISE, MAX_RISE);
  const fall = random.between(0, MAX_FALL);
  const middle = random.between(0.3, 0.7);
  const power = random.between(1.6, 4);
  const crease = random.next() < 0.4 ? random.between(0.005, 0.02) : 0;
  const [from, to] = [random.between(0.1, 0.3), random.between(0.7, 0.9)];
  return (x) => {
    const side = Math.abs(x - middle) / 0.5;
    const raised = x > from && x < to ? 0 : crease;
    return top + fall * Math.min(1.5, side) ** power + raised;
  };
}

function paint(rgb: Uint8Array, edge: (x: number) => number, random: Random): void {
  const isDashboard = random.next() < DASHBOARD_SHARE;
  const grey = isDashboard ? random.between(10, 70) : random.pick([15, 35, 70, 120, 170, 200, 225, 240]);
  const isColored = !isDashboard && random.next() < 0.4;
  const color = [0, 1, 2].map(() => Math.min(250, Math.max(5, grey + (isColored ? random.between(-90, 90) : 0))));
  const gloss = isDashboard ? 0 : random.between(0.05, 0.6);
  const squeeze = random.between(1, 3.5);
  const blur = 1 + random.below(6);
  const [light, slope] = [random.between(0.75, 1.25), random.between(-0.5, 0.5)];
  const noise = isDashboard ? random.between(0, 14) : random.between(0, 4);
  for (let x = 0; x < SCENE_IMAGE_WIDTH; x++) {
    const share = (x + 0.5) / SCENE_IMAGE_WIDTH;
    const top = Math.max(0, Math.round(edge(share) * SCENE_IMAGE_HEIGHT));
    for (let y = top; y < SCENE_IMAGE_HEIGHT; y++) {
      const depth = (y - top) / SCENE_IMAGE_HEIGHT;
      const rim = y - top < RIM_ROWS ? 1 + 0.25 * gloss * (1 - (y - top) / RIM_ROWS) : 1;
      const shade = rim * (light + slope * depth + 0.1 * (share - 0.5));
      const grain = noise * (random.next() - 0.5);
      const mirrored = Math.max(0, Math.round(top - 2 - squeeze * (y - top)));
      for (let c = 0; c < 3; c++) {
        const reflected = meanAround(rgb, x, mirrored, c, blur);
        const value = (1 - gloss) * shade * (color[c] ?? 0) + gloss * reflected + grain;
        rgb[3 * (y * SCENE_IMAGE_WIDTH + x) + c] = Math.min(255, Math.max(0, value));
      }
    }
  }
}

/** Mean of three samples in a row: a reflection is smeared along it. */
function meanAround(rgb: Uint8Array, x: number, y: number, channel: number, reach: number): number {
  const at = (column: number): number =>
    rgb[3 * (y * SCENE_IMAGE_WIDTH + Math.min(SCENE_IMAGE_WIDTH - 1, Math.max(0, column))) + channel] ?? 0;
  return (at(x - reach) + at(x) + at(x + reach)) / 3;
}
