import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { drawText, fillRectangle, GLYPH_ADVANCE, GLYPH_HEIGHT } from '../../image/bitmap-font.js';
import { yuvToImage, type RgbImage } from '../../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { AtomicFile } from '../../output/atomic-file.js';
import { commitImage } from '../../output/atomic-image.js';
import { reportFailure } from './report-failure.js';

/** One image of a sheet. Rendering borrows the data. */
export interface SheetCell {
  /** `nhwc` `[H, W, 3]` or `nchw` `[3, H, W]`: Y, U, V in BT.709 full range; `map` `[H, W]`: a greyscale image, 0 black, 1 white. */
  readonly layout: 'nhwc' | 'nchw' | 'map';
  readonly data: Float32Array;
  /** Default 256. */
  readonly width?: number;
  /** Default 144. */
  readonly height?: number;
}

/** One row of images. */
interface SheetRow {
  readonly label: string;
  /** One per column; undefined leaves the cell empty. */
  readonly cells: readonly (SheetCell | undefined)[];
}

/** Images in rows and columns. */
export interface SampleSheet {
  /** Drawn at the top: `step 1000`. */
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
}

/** Size of a font dot, pixels. */
const FONT_SCALE = 2;
/** Height of a line of text with its spacing, pixels. */
const LINE_HEIGHT = GLYPH_HEIGHT * FONT_SCALE + 10;
const GAP = 8;
const BACKGROUND = [13, 17, 25] as const;
const EMPTY_CELL = [24, 30, 42] as const;
const TITLE_COLOR = [255, 180, 84] as const;
const HEADING_COLOR = [232, 237, 247] as const;
const LABEL_COLOR = [169, 180, 200] as const;

/** Writes the sheet as a PNG and creates its folder. Throws NocturneError OUTPUT_*. */
export async function writeSampleSheet(path: string, sheet: SampleSheet): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw reportFailure(dirname(path), error);
  });
  await commitImage(await AtomicFile.open({ path, overwrite: true }), renderSampleSheet(sheet));
}

/** The sheet as an image: cells of 256 x 144 pixels, the label of a row above its cells. Throws RangeError when empty or uneven. */
export function renderSampleSheet({ title, columns, rows }: SampleSheet): RgbImage {
  if (columns.length === 0 || rows.length === 0)
    throw new RangeError('a sheet must have at least one column and one row');
  const width = GAP + columns.length * (THUMBNAIL_WIDTH + GAP);
  const height = GAP + 2 * LINE_HEIGHT + rows.length * (LINE_HEIGHT + THUMBNAIL_HEIGHT + GAP);
  const sheet: RgbImage = { width, height, data: new Uint8Array(3 * width * height) };
  fillRectangle(sheet, { left: 0, top: 0, width, height }, BACKGROUND);
  drawText(sheet, truncateStart(title, width - 2 * GAP), { x: GAP, y: GAP, scale: FONT_SCALE, color: TITLE_COLOR });
  for (const [column, name] of columns.entries()) {
    const text = truncateStart(name, THUMBNAIL_WIDTH);
    drawText(sheet, text, { x: leftOf(column), y: GAP + LINE_HEIGHT, scale: FONT_SCALE, color: HEADING_COLOR });
  }
  for (const [index, { label, cells }] of rows.entries()) {
    if (cells.length !== columns.length) {
      throw new RangeError(`row ${label} must have ${columns.length} cells, got ${cells.length}`);
    }
    const top = GAP + 2 * LINE_HEIGHT + index * (LINE_HEIGHT + THUMBNAIL_HEIGHT + GAP);
    const text = truncateStart(label, width - 2 * GAP);
    drawText(sheet, text, { x: GAP, y: top + 4, scale: FONT_SCALE, color: LABEL_COLOR });
    for (const [column, cell] of cells.entries()) drawCell(sheet, cell, leftOf(column), top + LINE_HEIGHT);
  }
  return sheet;
}

function leftOf(column: number): number {
  return GAP + column * (THUMBNAIL_WIDTH + GAP);
}

/** The text, shortened to `width` pixels at its start, because a file's number is at its end. */
function truncateStart(text: string, width: number): string {
  const maxLength = Math.floor(width / (GLYPH_ADVANCE * FONT_SCALE));
  return text.length <= maxLength ? text : `...${text.slice(text.length - maxLength + 3)}`;
}

function drawCell(sheet: RgbImage, cell: SheetCell | undefined, left: number, top: number): void {
  if (!cell) {
    fillRectangle(sheet, { left, top, width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT }, EMPTY_CELL);
    return;
  }
  const image = cellImage(cell);
  for (let y = 0; y < THUMBNAIL_HEIGHT; y++) {
    const fromRow = Math.floor((y * image.height) / THUMBNAIL_HEIGHT) * image.width;
    for (let x = 0; x < THUMBNAIL_WIDTH; x++) {
      const from = 3 * (fromRow + Math.floor((x * image.width) / THUMBNAIL_WIDTH));
      sheet.data.set(image.data.subarray(from, from + 3), 3 * ((top + y) * sheet.width + left + x));
    }
  }
}

function cellImage({ layout, data, width = THUMBNAIL_WIDTH, height = THUMBNAIL_HEIGHT }: SheetCell): RgbImage {
  const count = width * height;
  const expected = layout === 'map' ? count : 3 * count;
  if (data.length !== expected) throw new RangeError(`data must be ${expected} numbers, got ${data.length}`);
  if (layout === 'nchw') return yuvToImage(data, width, height);
  const planar = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    if (layout === 'map') planar[i] = data[i] ?? 0;
    else for (let c = 0; c < 3; c++) planar[c * count + i] = data[3 * i + c] ?? 0;
  }
  return yuvToImage(planar, width, height);
}
