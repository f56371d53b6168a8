import {
  BACKWARD,
  COLUMNS,
  columnsOf,
  COMPENSATED,
  FORWARD,
  HEIGHT,
  LAST_BACKWARD,
  LAST_FORWARD,
  LEVELS,
  NOW,
  planeOf,
  RAW,
  RESIDUAL,
  ROWS,
  rowsOf,
  vectorsOf,
  WIDTH,
} from './layout';
import { medianInto } from './median';

/** Side of a block, samples. Blocks overlap by half. */
const BLOCK: i32 = 8;
/** Search range at the coarsest level, samples: 4 there are 32 at the finest. */
const REACH: i32 = 4;
/**
 * Cost of a distance of one sample from the coarser level's vector, as a sum of absolute differences: flat areas keep
 * that vector.
 */
const PENALTY: i32 = 10;
const IMPOSSIBLE: i32 = 1 << 20;
/** A sum of absolute differences below this ends the search: half a grey level. */
const ALIKE: i32 = 32;
/** A sum of absolute differences below this skips the subpixel step: a quarter of a grey level. */
const QUIET: i32 = 16;

// The current block and its best vector so far.
let source: usize = 0;
let target: usize = 0;
let width: i32 = 0;
let height: i32 = 0;
let blockX: i32 = 0;
let blockY: i32 = 0;
let expectedX: i32 = 0;
let expectedY: i32 = 0;
let bestX: i32 = 0;
let bestY: i32 = 0;
let bestCost: i32 = 0;

/**
 * Finds the flow in both directions between the current pyramid and the compensated previous one. Writes BACKWARD, FORWARD
 * and RESIDUAL. The vectors of the previous search are candidates too, because motion continues. Half the resolution is
 * enough for the forward flow, which only detects occlusion.
 */
export function search(): void {
  searchTo(1, COMPENSATED, NOW, LAST_FORWARD);
  refineInto(FORWARD, 1);
  searchTo(0, NOW, COMPENSATED, LAST_BACKWARD);
  refineInto(RAW, 0);
  medianInto(RAW, BACKWARD);
}

/**
 * Searches from the coarsest level to `finest`. `last` holds the previous vectors of level `finest` and receives the new
 * ones.
 */
function searchTo(finest: i32, from: usize, to: usize, last: usize): void {
  for (let level = LEVELS - 1; level >= finest; level--) searchLevel(from, to, level, finest, last);
  memory.copy(last, vectorsOf(finest), columnsOf(finest) * rowsOf(finest) * 4);
}

function searchLevel(from: usize, to: usize, level: i32, finest: i32, last: usize): void {
  beginLevel(from, to, level);
  const vectors = vectorsOf(level);
  const columns = columnsOf(level);
  const rows = rowsOf(level);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = vectors + (row * columns + column) * 4;
      beginBlock(column, row);
      if (level === LEVELS - 1) searchAround();
      else {
        tryParents(level + 1, column, row);
        tryLast(last, finest, level - finest, column, row);
        if (column > 0) tryVector(load<i16>(at - 4), load<i16>(at - 4, 2));
        if (row > 0) tryVector(load<i16>(at - columns * 4), load<i16>(at - columns * 4, 2));
        tryVector(0, 0);
        if (bestCost >= ALIKE) tryNeighbours();
      }
      store<i16>(at, <i16>bestX);
      store<i16>(at, <i16>bestY, 2);
    }
  }
}

function beginLevel(from: usize, to: usize, level: i32): void {
  source = planeOf(from, level);
  target = planeOf(to, level);
  width = WIDTH >> level;
  height = HEIGHT >> level;
}

function beginBlock(column: i32, row: i32): void {
  blockX = max(0, min(width - BLOCK, 4 * column - 2));
  blockY = max(0, min(height - BLOCK, 4 * row - 2));
  expectedX = 0;
  expectedY = 0;
  bestX = 0;
  bestY = 0;
  bestCost = IMPOSSIBLE;
}

function searchAround(): void {
  for (let y = -REACH; y <= REACH; y++) {
    for (let x = -REACH; x <= REACH; x++) tryVector(x, y);
  }
}

/** Tries the coarser level's vector of this block and of two neighbours. The first one is the expected vector. */
function tryParents(coarser: i32, column: i32, row: i32): void {
  const vectors = vectorsOf(coarser);
  const columns = columnsOf(coarser);
  const rows = rowsOf(coarser);
  const x = min(columns - 1, column >> 1);
  const y = min(rows - 1, row >> 1);
  const besideX = max(0, min(columns - 1, x + ((column & 1) === 0 ? -1 : 1)));
  const besideY = max(0, min(rows - 1, y + ((row & 1) === 0 ? -1 : 1)));
  const parent = vectors + (y * columns + x) * 4;
  expectedX = 2 * <i32>load<i16>(parent);
  expectedY = 2 * <i32>load<i16>(parent, 2);
  tryVector(expectedX, expectedY);
  tryDoubled(vectors + (y * columns + besideX) * 4);
  tryDoubled(vectors + (besideY * columns + x) * 4);
}

// @ts-ignore: decorator
@inline
function tryDoubled(at: usize): void {
  tryVector(2 * <i32>load<i16>(at), 2 * <i32>load<i16>(at, 2));
}

/** Tries the previous search's vector at this block; level `finest` is `finer` levels finer than this one. */
function tryLast(last: usize, finest: i32, finer: i32, column: i32, row: i32): void {
  const at = last + (min(rowsOf(finest) - 1, row << finer) * columnsOf(finest) + (column << finer)) * 4;
  tryVector(<i32>load<i16>(at) >> finer, <i32>load<i16>(at, 2) >> finer);
}

/** Steps to the best neighbour, at most twice. */
function tryNeighbours(): void {
  for (let step = 0; step < 2; step++) {
    const x = bestX;
    const y = bestY;
    tryVector(x - 1, y);
    tryVector(x + 1, y);
    tryVector(x, y - 1);
    tryVector(x, y + 1);
    if (bestX === x && bestY === y) return;
  }
}

function tryVector(x: i32, y: i32): void {
  if (x === bestX && y === bestY && bestCost < IMPOSSIBLE) return;
  const difference = differenceAt(x, y);
  const cost = difference + PENALTY * (abs(x - expectedX) + abs(y - expectedY));
  if (cost < bestCost) {
    bestCost = cost;
    bestX = x;
    bestY = y;
  }
}

/** Returns the sum of absolute differences between the block and its candidate match; IMPOSSIBLE outside the plane. */
function differenceAt(x: i32, y: i32): i32 {
  const left = blockX + x;
  const top = blockY + y;
  if (left < 0 || top < 0 || left > width - BLOCK || top > height - BLOCK) return IMPOSSIBLE;
  let here = source + blockY * width + blockX;
  let there = target + top * width + left;
  let sum = i16x8.splat(0);
  for (let row = 0; row < BLOCK; row += 2) {
    const a = v128.load64_lane(here + width, v128.load64_zero(here), 1);
    const b = v128.load64_lane(there + width, v128.load64_zero(there), 1);
    const difference = v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
    sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(difference));
    here += 2 * width;
    there += 2 * width;
  }
  const pairs = i32x4.extadd_pairwise_i16x8_u(sum);
  const halves = i32x4.add(pairs, v128.shuffle<i32>(pairs, pairs, 2, 3, 0, 1));
  return i32x4.extract_lane(halves, 0) + i32x4.extract_lane(halves, 1);
}

/**
 * Writes a level's vectors with subpixel fractions, in samples of the thumbnail, `[2, rows, columns]`; for level 0
 * RESIDUAL too.
 */
function refineInto(flow: usize, level: i32): void {
  const vectors = vectorsOf(level);
  const columns = columnsOf(level);
  const rows = rowsOf(level);
  const scale = <f32>(1 << level);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = row * columns + column;
      beginBlock(column, row);
      const x = <i32>load<i16>(vectors + place * 4);
      const y = <i32>load<i16>(vectors + place * 4, 2);
      const here = differenceAt(x, y);
      const isExact = here < QUIET;
      const partX: f32 = isExact ? 0 : fraction(differenceAt(x - 1, y), here, differenceAt(x + 1, y));
      const partY: f32 = isExact ? 0 : fraction(differenceAt(x, y - 1), here, differenceAt(x, y + 1));
      store<f32>(flow + place * 4, scale * (<f32>x + partX));
      store<f32>(flow + (columns * rows + place) * 4, scale * (<f32>y + partY));
      if (level === 0) store<f32>(RESIDUAL + place * 4, <f32>here / <f32>(BLOCK * BLOCK * 255));
    }
  }
}

/**
 * Returns the subpixel minimum, -0.5 to 0.5: where two lines of equal slope meet. Absolute differences form a V, not a
 * parabola.
 */
function fraction(before: i32, here: i32, after: i32): f32 {
  if (before >= IMPOSSIBLE || after >= IMPOSSIBLE) return 0;
  const steepness = max(before, after) - here;
  if (steepness <= 0) return 0;
  return (0.5 * <f32>(before - after)) / <f32>steepness;
}
