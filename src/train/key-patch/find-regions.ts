import type { Box } from '../../scene/scene.js';
import type { RgbImage } from '../../image/rgb-image.js';

/** Columns and rows of the map on which regions are sought. */
const COLUMNS = 64;
const ROWS = 36;
/** Windows, in cells of the map: from a lamp to a vehicle that is near. */
const WINDOWS = [
  [5, 5],
  [8, 6],
  [12, 8],
  [16, 11],
] as const;
/** Cells around a window that are compared with it. */
const RING = 2;
/** Larger regions count for more, by this power of their cells. */
const SIZE_POWER = 0.35;

/**
 * Finds the regions of a frame that differ most from what surrounds them, none above another: by night lamps, signals, lit windows, vehicles.
 * The published key patches are the boxes of the highest objectness; on nights, contrast is that measure.
 */
export function findRegions(frame: RgbImage, count: number, taken: readonly Box[] = []): Box[] {
  const sums = contrastSums(frame);
  const windows = WINDOWS.flatMap(([width, height]) => placesOf(width, height))
    .map((window) => ({ window, score: contrastOf(sums, window) }))
    .sort((a, b) => b.score - a.score);
  const found: Box[] = [];
  for (const { window } of windows) {
    if (found.length >= count) break;
    const box = {
      x: window.x / COLUMNS,
      y: window.y / ROWS,
      width: window.width / COLUMNS,
      height: window.height / ROWS,
    };
    if (![...taken, ...found].some((other) => overlap(other, box))) found.push(box);
  }
  return found;
}

/** A window in cells. */
type Window = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;

function placesOf(width: number, height: number): Window[] {
  const places: Window[] = [];
  for (let y = RING; y + height + RING <= ROWS; y++) {
    for (let x = RING; x + width + RING <= COLUMNS; x++) places.push({ x, y, width, height });
  }
  return places;
}

/** How much more contrast is inside a window than around it. */
function contrastOf(sums: Float64Array, { x, y, width, height }: Window): number {
  const area = width * height;
  const outer = (width + 2 * RING) * (height + 2 * RING);
  const inside = sumOf(sums, { x, y, width, height });
  const all = sumOf(sums, { x: x - RING, y: y - RING, width: width + 2 * RING, height: height + 2 * RING });
  return (inside / area - (all - inside) / (outer - area)) * area ** SIZE_POWER;
}

/** Running sums of the contrast, `[ROWS + 1, COLUMNS + 1]`: how far a cell's luma and saturation are from the frame's mean. */
function contrastSums({ width, height, data: rgb }: RgbImage): Float64Array {
  const cells = new Float64Array(COLUMNS * ROWS);
  for (let row = 0, i = 0; row < ROWS; row++) {
    const [top, bottom] = [Math.floor((row * height) / ROWS), Math.floor(((row + 1) * height) / ROWS)];
    for (let column = 0; column < COLUMNS; column++, i++) {
      const [left, right] = [Math.floor((column * width) / COLUMNS), Math.floor(((column + 1) * width) / COLUMNS)];
      cells[i] = brightestOf(rgb, width, {
        left,
        top,
        right: Math.max(left + 1, right),
        bottom: Math.max(top + 1, bottom),
      });
    }
  }
  const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
  const sums = new Float64Array((COLUMNS + 1) * (ROWS + 1));
  for (let row = 0; row < ROWS; row++) {
    let line = 0;
    for (let column = 0; column < COLUMNS; column++) {
      line += Math.abs((cells[row * COLUMNS + column] ?? 0) - mean);
      const at = (row + 1) * (COLUMNS + 1) + column + 1;
      sums[at] = (sums[at - COLUMNS - 1] ?? 0) + line;
    }
  }
  return sums;
}

/** The mean of the largest channel and half the spread of the channels over a cell, 0 to 1.5. */
function brightestOf(
  rgb: Uint8Array,
  width: number,
  cell: { left: number; top: number; right: number; bottom: number },
): number {
  let sum = 0;
  for (let y = cell.top; y < cell.bottom; y++) {
    for (let x = cell.left; x < cell.right; x++) {
      const at = 3 * (y * width + x);
      const [r, g, b] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
      const most = Math.max(r, g, b);
      sum += 1.5 * most - 0.5 * Math.min(r, g, b);
    }
  }
  return sum / (255 * (cell.right - cell.left) * (cell.bottom - cell.top));
}

function sumOf(sums: Float64Array, { x, y, width, height }: Window): number {
  const at = (column: number, row: number): number => sums[row * (COLUMNS + 1) + column] ?? 0;
  return at(x + width, y + height) - at(x, y + height) - at(x + width, y) + at(x, y);
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
