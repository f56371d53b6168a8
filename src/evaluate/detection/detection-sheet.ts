import { drawText, fillRectangle, textWidth } from '../../image/bitmap-font.js';
import { resizeRgb } from '../../image/resize-rgb.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { pasteInto } from '../contact-sheet.js';
import type { Detection, PixelBox, TrueBox } from './detection.js';
import { matchDetections, OUTCOMES } from './match-detections.js';
import { foundTruths, type BoxesByClass } from './set-matches.js';

/** Days with their nights, and real nights below them. */
export const MAX_SHEET_PAIRS = 12;
export const MAX_SHEET_NIGHTS = 8;

const CELL_WIDTH = 400;
const CELL_HEIGHT = 300;
const GAP = 4;
const GROUP_GAP = 16;
const PAIRS_PER_ROW = 2;
const COLUMNS = 2 * PAIRS_PER_ROW;
const LEGEND_HEIGHT = 28;
const BACKGROUND = 40;

type Rgb = readonly [number, number, number];

/** What a box's colour says, in the order of the legend. */
const COLORS = {
  found: { color: [70, 230, 90], text: 'found' },
  lost: { color: [255, 60, 60], text: 'found by day, lost here' },
  missed: { color: [150, 150, 160], text: 'missed by day too' },
  wrong: { color: [255, 210, 0], text: 'on nothing that is labelled' },
} as const satisfies Record<string, { color: Rgb; text: string }>;

/** An image of the sheet, with its boxes drawn. */
export type SheetCell = RgbImage;

/** Boxes of an image. */
interface CellBoxes {
  readonly found: BoxesByClass<Detection>;
  readonly truths: BoxesByClass<TrueBox> | undefined;
  /** Score from which a detection is drawn. */
  readonly score: number;
  /** Which truths were found by day. */
  readonly before?: BoxesByClass<boolean | undefined>;
}

/** Shrinks an image to a cell and draws what is found and what is not. Borrows the image. */
export function sheetCell(image: RgbImage, { found, truths, score, before }: CellBoxes): SheetCell {
  const scale = Math.min(CELL_WIDTH / image.width, CELL_HEIGHT / image.height);
  const cell = shrink(
    image,
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  );
  const draw = (box: PixelBox, name: keyof typeof COLORS): void => drawBox(cell, box, scale, COLORS[name].color);
  const sure = found.map((boxes) => boxes.filter((box) => box.score >= score));
  if (!truths) {
    for (const box of sure.flat()) draw(box, 'found');
    return cell;
  }
  for (const [index, boxes] of sure.entries()) {
    const { outcomes } = matchDetections(boxes, truths[index] ?? []);
    for (const [i, box] of boxes.entries()) if (outcomes[i] === OUTCOMES.wrong) draw(box, 'wrong');
  }
  const isFound = foundTruths(found, truths, score);
  for (const [index, boxes] of truths.entries()) {
    for (const [i, box] of boxes.entries()) {
      const [now, then] = [isFound[index]?.[i], before?.[index]?.[i]];
      if (now !== undefined) draw(box, now ? 'found' : then ? 'lost' : 'missed');
    }
  }
  return cell;
}

/** Renders days beside their nights, two pairs a row, and real nights below. */
export function detectionSheet(
  pairs: readonly (readonly [day: SheetCell, night: SheetCell])[],
  nights: readonly SheetCell[],
): RgbImage {
  const pairRows = Math.ceil(pairs.length / PAIRS_PER_ROW);
  const rows = pairRows + Math.ceil(nights.length / COLUMNS);
  const width = COLUMNS * (CELL_WIDTH + GAP) + (PAIRS_PER_ROW - 1) * GROUP_GAP + GAP;
  const height = LEGEND_HEIGHT + rows * (CELL_HEIGHT + GAP) + GROUP_GAP + GAP;
  const sheet = { width, height, data: new Uint8Array(3 * width * height).fill(BACKGROUND) };
  drawLegend(sheet);
  const place = (cell: SheetCell, row: number, column: number): void => {
    const left = GAP + column * (CELL_WIDTH + GAP) + (column >= COLUMNS / 2 ? GROUP_GAP : 0);
    const top = LEGEND_HEIGHT + GAP + row * (CELL_HEIGHT + GAP) + (row >= pairRows ? GROUP_GAP : 0);
    pasteInto(sheet, cell, left + ((CELL_WIDTH - cell.width) >> 1), top + ((CELL_HEIGHT - cell.height) >> 1));
  };
  for (const [i, [day, night]] of pairs.entries()) {
    const [row, column] = [Math.floor(i / PAIRS_PER_ROW), 2 * (i % PAIRS_PER_ROW)];
    place(day, row, column);
    place(night, row, column + 1);
  }
  for (const [i, night] of nights.entries()) place(night, pairRows + Math.floor(i / COLUMNS), i % COLUMNS);
  return sheet;
}

function drawLegend(sheet: RgbImage): void {
  let x = GAP;
  for (const { color, text } of Object.values(COLORS)) {
    fillRectangle(sheet, { left: x, top: 8, width: 12, height: 12 }, color);
    drawText(sheet, text, { x: x + 18, y: 7, color });
    x += 18 + textWidth(text) + 24;
  }
}

/** Halves an image until less than half is left to shrink, so that no detail flickers away, then resizes it. */
function shrink(image: RgbImage, width: number, height: number): RgbImage {
  let smaller = image;
  while (smaller.width >= 2 * width && smaller.height >= 2 * height) {
    smaller = resizeRgb(smaller, smaller.width >> 1, smaller.height >> 1); // samples between pixels: means of four
  }
  return resizeRgb(smaller, width, height);
}

/** Draws the outline of a box, two pixels wide. */
function drawBox(cell: RgbImage, box: PixelBox, scale: number, color: Rgb): void {
  const [x, y] = [Math.round(box.x * scale), Math.round(box.y * scale)];
  const [width, height] = [Math.max(4, Math.round(box.width * scale)), Math.max(4, Math.round(box.height * scale))];
  const edge = (left: number, top: number, across: number, down: number): void =>
    fillRectangle(cell, { left, top, width: across, height: down }, color);
  edge(x, y, width, 2);
  edge(x, y + height - 2, width, 2);
  edge(x, y, 2, height);
  edge(x + width - 2, y, 2, height);
}
