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
  ROAD_HALF_WIDTH,
  VIEW_DISTANCE,
} from './street-plan.js';
import type { Material, Canvas } from './canvas.js';
import type { StreetVariation } from './street-variation.js';
import type { Camera } from './camera.js';
import { fromRgb } from './yuv.js';

const WHITE: Material = { color: fromRgb(0xd8d8d2) };
const YELLOW: Material = { color: fromRgb(0xd9b23f) };
const KERB_FACE: Material = { color: fromRgb(0x8b8880) };
const KERB_TOP: Material = { color: fromRgb(0xb9b5aa) };
const GUTTER: Material = { color: fromRgb(0x4d4d4f) };
const IRON: Material = { color: fromRgb(0x3d3c3b) };

/** Kerbs and lines are drawn in pieces of this length, metres: haze varies along them, and at night the lamps' light nearby. */
const PIECE_LENGTH = 8.5;
const NIGHT_PIECE_LENGTH = PIECE_LENGTH / 10;
const MAX_NIGHT_PIECE_DEPTH = 45;
/** Maximum depth of small road markings, metres. */
const MAX_MARKING_DEPTH = 75;

/** Pixels by which the paving continues behind the fronts, whose bottom edges are rounded to whole rows. */
const FRONT_MARGIN = 20;

/** Half the width of the ground at a crossing street, metres. */
const CROSS_STREET_HALF_WIDTH = 160;

/** Draws ground, kerbs and road markings up to the horizon, and grass behind the fronts. @param blocks from far to near. */
export function drawRoad(
  pen: Pen,
  camera: Camera,
  blocks: readonly Block[],
  isDay: boolean,
  { lotShare, centreLine }: Pick<StreetVariation, 'lotShare' | 'centreLine'>,
): void {
  const hasGrass = lotShare > 0;
  pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: 0, z: camera.z + 10, movedZ: 0 });
  drawGround(pen, camera, hasGrass);
  for (const block of blocks) {
    for (let z = block.z + CROSSING_WIDTH; z < block.z + BLOCK_LENGTH - 0.01; z += PIECE_LENGTH) {
      if (z + PIECE_LENGTH < camera.z + 0.5 || z > camera.z + VIEW_DISTANCE) continue;
      const piece = isDay || z > camera.z + MAX_NIGHT_PIECE_DEPTH ? PIECE_LENGTH : NIGHT_PIECE_LENGTH;
      for (let from = z; from < z + PIECE_LENGTH - 0.01; from += piece) {
        pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: 0, z: from + piece / 2, movedZ: 0 });
        drawKerbs(pen, camera, from, from + piece);
        drawCentreLine(pen, from, from + piece, centreLine);
      }
      drawLaneMarkings(pen, camera, z);
    }
    drawKerbEnds(pen, camera, block);
    if (block.z - 12 < camera.z + VIEW_DISTANCE) drawCrosswalks(pen, camera, block);
  }
}

/** Draws asphalt and paving below the horizon, row by row. */
function drawGround(pen: Pen, camera: Camera, hasGrass: boolean): void {
  const { canvas } = pen;
  const { focal, horizonY, width, height } = camera;
  for (let y = Math.max(0, Math.floor(horizonY)); y < height; y++) {
    const down = y + 0.5 - horizonY;
    if (down * VIEW_DISTANCE < camera.y * focal) {
      const kind = hasGrass ? 'grass' : 'asphalt';
      canvas.drawGroundSpan({ kind, y, from: 0, to: width, depth: 2 * VIEW_DISTANCE, height: 0 });
      continue;
    }
    const road = (camera.y * focal) / down;
    const paved = ((camera.y - KERB_HEIGHT) * focal) / down;
    if (hasGrass) canvas.drawGroundSpan({ kind: 'grass', y, from: 0, to: width, depth: paved, height: KERB_HEIGHT });
    drawAsphaltRow(canvas, camera, y, road, paved);
    if (!isCrossing(camera.z + paved)) drawPavingRow(canvas, camera, y, paved, hasGrass ? 0 : FRONT_MARGIN);
  }
}

/** Draws one row of the road or of a crossing street. `road` and `paved` are the row's depths at road and paving height. */
function drawAsphaltRow(canvas: Canvas, camera: Camera, y: number, road: number, paved: number): void {
  const isAtCrossing = isCrossing(camera.z + road) || isCrossing(camera.z + paved);
  const from = isAtCrossing
    ? columnOf(camera, -CROSS_STREET_HALF_WIDTH, road)
    : columnOf(camera, -ROAD_HALF_WIDTH, paved) - 1;
  const to = isAtCrossing
    ? columnOf(camera, CROSS_STREET_HALF_WIDTH, road)
    : columnOf(camera, ROAD_HALF_WIDTH, paved) + 1;
  canvas.drawGroundSpan({ kind: 'asphalt', y, from, to, depth: road, height: 0 });
}

/** Draws one row of the paving on both sides. */
function drawPavingRow(canvas: Canvas, camera: Camera, y: number, depth: number, margin: number): void {
  const span = (from: number, to: number): void => {
    canvas.drawGroundSpan({ kind: 'paving', y, from, to, depth, height: KERB_HEIGHT });
  };
  span(columnOf(camera, -FACADE_X, depth) - margin, columnOf(camera, -ROAD_HALF_WIDTH, depth));
  span(columnOf(camera, ROAD_HALF_WIDTH, depth), columnOf(camera, FACADE_X, depth) + margin);
}

/** Returns the pixel column of a world x at a depth, rounded. */
function columnOf(camera: Camera, x: number, depth: number): number {
  return Math.round(camera.centerX + ((x - camera.x) * camera.focal) / depth);
}

/** Draws a piece of the kerbs. */
function drawKerbs(pen: Pen, camera: Camera, from: number, to: number): void {
  const z = [from, to] as const;
  for (const side of [-1, 1]) {
    const kerb = side * ROAD_HALF_WIDTH;
    pen.fillSideRect({ x: kerb, y: [0, KERB_HEIGHT], z }, KERB_FACE);
    if (from > camera.z + MAX_MARKING_DEPTH) continue;
    pen.fillGroundRect({ x: [kerb, kerb + side * 0.28], y: KERB_HEIGHT, z }, KERB_TOP, { isDecal: true });
    pen.fillGroundRect({ x: [kerb - side * 0.3, kerb], y: 0, z }, GUTTER, { isDecal: true, alpha: 0.5 });
  }
}

/** Draws a piece of the centre line; a dash is a third of a piece. */
function drawCentreLine(pen: Pen, from: number, to: number, kind: StreetVariation['centreLine']): void {
  if (kind === 'none') return;
  if (kind === 'dashed') {
    const z = [from, from + (to - from) / 3] as const;
    pen.fillGroundRect({ x: [-0.08, 0.08], y: 0, z }, WHITE, { isDecal: true, alpha: 0.85 });
    return;
  }
  const z = [from, to] as const;
  pen.fillGroundRect({ x: [-0.16, -0.06], y: 0, z }, YELLOW, { isDecal: true, alpha: 0.85 });
  pen.fillGroundRect({ x: [0.06, 0.16], y: 0, z }, YELLOW, { isDecal: true, alpha: 0.85 });
}

/** Draws the markings between lanes and parked cars, and some manholes. */
function drawLaneMarkings(pen: Pen, camera: Camera, z: number): void {
  if (z > camera.z + MAX_MARKING_DEPTH) return;
  pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: 0, z: z + 0.6, movedZ: 0 });
  for (const side of [-1, 1]) {
    const x = side * LANE_WIDTH;
    pen.fillGroundRect({ x: [x - 0.05, x + 0.05], y: 0, z: [z, z + 1.2] }, WHITE, { isDecal: true, alpha: 0.8 });
  }
  if (Math.round(z / PIECE_LENGTH) % 4 === 1) drawManhole(pen, 2.3, z + 3);
}

function drawManhole(pen: Pen, x: number, z: number): void {
  for (let i = 0; i < 12; i++) {
    const angle = (i * Math.PI) / 6;
    pen.setCorner(i, x + 0.36 * Math.cos(angle), 0, z + 0.36 * Math.sin(angle));
  }
  pen.fillPolygon(12, IRON, { isDecal: true, alpha: 0.7 });
}

/** Draws the ends of the kerbs that face the camera behind a crossing. */
function drawKerbEnds(pen: Pen, camera: Camera, block: Block): void {
  const z = block.z + CROSSING_WIDTH;
  if (z < camera.z + 0.5 || z > camera.z + VIEW_DISTANCE) return;
  pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: 0, z, movedZ: 0 });
  for (const side of [-1, 1])
    pen.fillUprightRect(
      { x: [side * ROAD_HALF_WIDTH, side * CROSS_STREET_HALF_WIDTH], y: [0, KERB_HEIGHT], z },
      KERB_FACE,
    );
}

/** Draws crosswalks before and behind a crossing, and a stop line before it. */
function drawCrosswalks(pen: Pen, camera: Camera, block: Block): void {
  const starts = [block.z - 4.2, block.z + CROSSING_WIDTH + 0.9];
  for (const start of starts) {
    if (start + 3.4 < camera.z + 0.5 || start > camera.z + 160) continue;
    pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: 0, z: start, movedZ: 0 });
    for (let x = -ROAD_HALF_WIDTH + 0.45; x < ROAD_HALF_WIDTH - 0.5; x += 1.02) {
      pen.fillGroundRect({ x: [x, x + 0.52], y: 0, z: [start, start + 3.2] }, WHITE, { isDecal: true, alpha: 0.88 });
    }
  }
  pen.canvas.beginObject({ id: objectId('ground', 0), surface: 'ground', x: LANE_CENTER, z: block.z - 5.7, movedZ: 0 });
  if (block.z - 5.6 > camera.z)
    pen.fillGroundRect({ x: [0.25, ROAD_HALF_WIDTH - 0.3], y: 0, z: [block.z - 5.9, block.z - 5.5] }, WHITE, {
      isDecal: true,
      alpha: 0.9,
    });
}
