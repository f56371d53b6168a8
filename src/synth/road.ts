import { objectId, type Block } from './city.js';
import type { Pen } from './pen.js';
import {
  BLOCK_LENGTH,
  CROSSING_WIDTH,
  FACADE_X,
  isCrossing,
  KERB_HEIGHT,
  LANE_WIDTH,
  ROAD_HALF,
  SIGHT,
} from './street-plan.js';
import type { Material } from './surface.js';
import type { View } from './view.js';
import { fromRgb } from './yuv.js';

const WHITE: Material = { color: fromRgb(0xd8d8d2) };
const YELLOW: Material = { color: fromRgb(0xd9b23f) };
const KERB_FACE: Material = { color: fromRgb(0x8b8880) };
const KERB_TOP: Material = { color: fromRgb(0xb9b5aa) };
const GUTTER: Material = { color: fromRgb(0x4d4d4f) };
const IRON: Material = { color: fromRgb(0x3d3c3b) };

/** Kerbs and lines are drawn in pieces of so many metres: haze and light differ along them. */
const STRETCH = 7;

/** Pixels by which the pavement goes on behind the fronts, whose feet are rounded to whole rows. */
const BEHIND_FRONTS = 20;

/** Half the width of ground drawn where a street crosses. */
const CROSS_REACH = 160;

/** Draws the ground to the horizon, kerbs and marks. `blocks` from far to near. */
export function drawRoad(pen: Pen, view: View, blocks: readonly Block[]): void {
  pen.surface.begin({ id: objectId('ground', 0), x: 0, z: view.z + 10, moveZ: 0 });
  drawGround(pen, view);
  for (const block of blocks) {
    for (let z = block.z; z < block.z + BLOCK_LENGTH; z += STRETCH) {
      const end = Math.min(z + STRETCH, block.z + BLOCK_LENGTH);
      if (end < view.z + 0.5 || z > view.z + SIGHT) continue;
      pen.surface.begin({ id: objectId('ground', 0), x: 0, z: (z + end) / 2, moveZ: 0 });
      if (z >= block.z + CROSSING_WIDTH) drawStretch(pen, view, z, end);
    }
    drawKerbEnds(pen, view, block);
    if (block.z - 12 < view.z + SIGHT) drawCrossingMarks(pen, view, block);
  }
}

function drawGround(pen: Pen, view: View): void {
  const { surface } = pen;
  const { focal, centerX, horizonY, width, height } = view;
  const column = (x: number, depth: number): number => Math.round(centerX + ((x - view.x) * focal) / depth);
  for (let y = Math.max(0, Math.floor(horizonY)); y < height; y++) {
    const down = y + 0.5 - horizonY;
    if (down * SIGHT < view.y * focal) {
      surface.groundSpan('asphalt', y, 0, width, 2 * SIGHT, 0);
      continue;
    }
    const road = (view.y * focal) / down;
    const paved = ((view.y - KERB_HEIGHT) * focal) / down;
    if (isCrossing(view.z + road) || isCrossing(view.z + paved)) {
      surface.groundSpan('asphalt', y, column(-CROSS_REACH, road), column(CROSS_REACH, road), road, 0);
      if (isCrossing(view.z + paved)) continue;
    } else {
      surface.groundSpan('asphalt', y, column(-ROAD_HALF, paved) - 1, column(ROAD_HALF, paved) + 1, road, 0);
    }
    surface.groundSpan(
      'paving',
      y,
      column(-FACADE_X, paved) - BEHIND_FRONTS,
      column(-ROAD_HALF, paved),
      paved,
      KERB_HEIGHT,
    );
    surface.groundSpan(
      'paving',
      y,
      column(ROAD_HALF, paved),
      column(FACADE_X, paved) + BEHIND_FRONTS,
      paved,
      KERB_HEIGHT,
    );
  }
}

function drawStretch(pen: Pen, view: View, z: number, end: number): void {
  const isNear = z < view.z + 120;
  for (const side of [-1, 1]) {
    const kerb = side * ROAD_HALF;
    pen.along(kerb, 0, KERB_HEIGHT, z, end, KERB_FACE);
    if (!isNear) continue;
    pen.flat(kerb, kerb + side * 0.28, z, end, KERB_HEIGHT, KERB_TOP, { isDecal: true });
    pen.flat(kerb - side * 0.3, kerb, z, end, 0, GUTTER, { isDecal: true, alpha: 0.5 });
    pen.flat(side * LANE_WIDTH - 0.05, side * LANE_WIDTH + 0.05, z, z + 1.2, 0, WHITE, { isDecal: true, alpha: 0.8 });
  }
  pen.flat(-0.16, -0.06, z, end, 0, YELLOW, { isDecal: true, alpha: 0.85 });
  pen.flat(0.06, 0.16, z, end, 0, YELLOW, { isDecal: true, alpha: 0.85 });
  if (Math.floor(z / 7) % 4 === 1) drawManhole(pen, 2.3, z + 3);
}

function drawManhole(pen: Pen, x: number, z: number): void {
  for (let i = 0; i < 12; i++) {
    const angle = (i * Math.PI) / 6;
    pen.corner(i, x + 0.36 * Math.cos(angle), 0, z + 0.36 * Math.sin(angle));
  }
  pen.fill(12, IRON, { isDecal: true, alpha: 0.7 });
}

/** The kerbs' ends that face the viewer behind a crossing. */
function drawKerbEnds(pen: Pen, view: View, block: Block): void {
  const z = block.z + CROSSING_WIDTH;
  if (z < view.z + 0.5 || z > view.z + SIGHT) return;
  pen.surface.begin({ id: objectId('ground', 0), x: 0, z, moveZ: 0 });
  for (const side of [-1, 1]) pen.upright(side * ROAD_HALF, side * CROSS_REACH, 0, KERB_HEIGHT, z, KERB_FACE);
}

/** Zebra and stop line before a crossing, zebra behind it. */
function drawCrossingMarks(pen: Pen, view: View, block: Block): void {
  const starts = [block.z - 4.2, block.z + CROSSING_WIDTH + 0.9];
  for (const start of starts) {
    if (start + 3.4 < view.z + 0.5) continue;
    pen.surface.begin({ id: objectId('ground', 0), x: 0, z: start, moveZ: 0 });
    for (let x = -ROAD_HALF + 0.45; x < ROAD_HALF - 0.5; x += 1.02) {
      pen.flat(x, x + 0.52, start, start + 3.2, 0, WHITE, { isDecal: true, alpha: 0.88 });
    }
  }
  if (block.z - 5.6 > view.z)
    pen.flat(0.25, ROAD_HALF - 0.3, block.z - 5.9, block.z - 5.5, 0, WHITE, { isDecal: true, alpha: 0.9 });
}
