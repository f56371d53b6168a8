import { objectId, type Block } from './city.js';
import type { Pen } from './pen.js';
import {
  BLOCK_LENGTH,
  CROSSING_WIDTH,
  FACADE_X,
  isCrossing,
  KERB_HEIGHT,
  LANE_CENTER,
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

/** Kerbs and lines are drawn in pieces of so many metres: haze differs along them and, near by night, lamp light. */
const STRETCH = 8.5;
const STRETCH_NEAR_NIGHT = STRETCH / 10;
const NEAR_NIGHT = 45;
/** Small marks are drawn up to this depth, metres. */
const MARKS_SEEN = 75;

/** Pixels by which the pavement goes on behind the fronts, whose feet are rounded to whole rows. */
const BEHIND_FRONTS = 20;

/** Half the width of ground drawn where a street crosses. */
const CROSS_REACH = 160;

/** Draws the ground to the horizon, kerbs and marks. `blocks` from far to near. */
export function drawRoad(pen: Pen, view: View, blocks: readonly Block[], isDay: boolean): void {
  pen.surface.begin({ id: objectId('ground', 0), x: 0, z: view.z + 10, moveZ: 0 });
  drawGround(pen, view);
  for (const block of blocks) {
    for (let z = block.z + CROSSING_WIDTH; z < block.z + BLOCK_LENGTH - 0.01; z += STRETCH) {
      if (z + STRETCH < view.z + 0.5 || z > view.z + SIGHT) continue;
      const piece = isDay || z > view.z + NEAR_NIGHT ? STRETCH : STRETCH_NEAR_NIGHT;
      for (let from = z; from < z + STRETCH - 0.01; from += piece) {
        pen.surface.begin({ id: objectId('ground', 0), x: 0, z: from + piece / 2, moveZ: 0 });
        drawPiece(pen, view, from, from + piece);
      }
      drawDashes(pen, view, z);
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
      surface.groundSpan({ kind: 'asphalt', y, from: 0, to: width, depth: 2 * SIGHT, height: 0 });
      continue;
    }
    const road = (view.y * focal) / down;
    const paved = ((view.y - KERB_HEIGHT) * focal) / down;
    if (isCrossing(view.z + road) || isCrossing(view.z + paved)) {
      surface.groundSpan({
        kind: 'asphalt',
        y,
        from: column(-CROSS_REACH, road),
        to: column(CROSS_REACH, road),
        depth: road,
        height: 0,
      });
      if (isCrossing(view.z + paved)) continue;
    } else {
      surface.groundSpan({
        kind: 'asphalt',
        y,
        from: column(-ROAD_HALF, paved) - 1,
        to: column(ROAD_HALF, paved) + 1,
        depth: road,
        height: 0,
      });
    }
    surface.groundSpan({
      kind: 'paving',
      y,
      from: column(-FACADE_X, paved) - BEHIND_FRONTS,
      to: column(-ROAD_HALF, paved),
      depth: paved,
      height: KERB_HEIGHT,
    });
    surface.groundSpan({
      kind: 'paving',
      y,
      from: column(ROAD_HALF, paved),
      to: column(FACADE_X, paved) + BEHIND_FRONTS,
      depth: paved,
      height: KERB_HEIGHT,
    });
  }
}

/** Kerbs and centre lines. */
function drawPiece(pen: Pen, view: View, from: number, to: number): void {
  const z = [from, to] as const;
  for (const side of [-1, 1]) {
    const kerb = side * ROAD_HALF;
    pen.along({ x: kerb, y: [0, KERB_HEIGHT], z }, KERB_FACE);
    if (from > view.z + MARKS_SEEN) continue;
    pen.flat({ x: [kerb, kerb + side * 0.28], y: KERB_HEIGHT, z }, KERB_TOP, { isDecal: true });
    pen.flat({ x: [kerb - side * 0.3, kerb], y: 0, z }, GUTTER, { isDecal: true, alpha: 0.5 });
  }
  pen.flat({ x: [-0.16, -0.06], y: 0, z }, YELLOW, { isDecal: true, alpha: 0.85 });
  pen.flat({ x: [0.06, 0.16], y: 0, z }, YELLOW, { isDecal: true, alpha: 0.85 });
}

/** The marks between lane and parked cars, and a manhole here and there. */
function drawDashes(pen: Pen, view: View, z: number): void {
  if (z > view.z + MARKS_SEEN) return;
  pen.surface.begin({ id: objectId('ground', 0), x: 0, z: z + 0.6, moveZ: 0 });
  for (const side of [-1, 1]) {
    const x = side * LANE_WIDTH;
    pen.flat({ x: [x - 0.05, x + 0.05], y: 0, z: [z, z + 1.2] }, WHITE, { isDecal: true, alpha: 0.8 });
  }
  if (Math.round(z / STRETCH) % 4 === 1) drawManhole(pen, 2.3, z + 3);
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
  for (const side of [-1, 1])
    pen.upright({ x: [side * ROAD_HALF, side * CROSS_REACH], y: [0, KERB_HEIGHT], z }, KERB_FACE);
}

/** Zebra and stop line before a crossing, zebra behind it. */
function drawCrossingMarks(pen: Pen, view: View, block: Block): void {
  const starts = [block.z - 4.2, block.z + CROSSING_WIDTH + 0.9];
  for (const start of starts) {
    if (start + 3.4 < view.z + 0.5 || start > view.z + 160) continue;
    pen.surface.begin({ id: objectId('ground', 0), x: 0, z: start, moveZ: 0 });
    for (let x = -ROAD_HALF + 0.45; x < ROAD_HALF - 0.5; x += 1.02) {
      pen.flat({ x: [x, x + 0.52], y: 0, z: [start, start + 3.2] }, WHITE, { isDecal: true, alpha: 0.88 });
    }
  }
  pen.surface.begin({ id: objectId('ground', 0), x: LANE_CENTER, z: block.z - 5.7, moveZ: 0 });
  if (block.z - 5.6 > view.z)
    pen.flat({ x: [0.25, ROAD_HALF - 0.3], y: 0, z: [block.z - 5.9, block.z - 5.5] }, WHITE, {
      isDecal: true,
      alpha: 0.9,
    });
}
