import { drawText, fillRectangle, GLYPH_ADVANCE, GLYPH_HEIGHT } from '../../image/bitmap-font.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { ItemRow } from '../unit/item-row.js';
import { describeDraw } from './describe-draw.js';
import { itemKey, RowSample } from './row-sample.js';
import { shrink, type RowImageReader } from './row-images.js';

/** Most items, and most variants of each, that a sheet shows. */
const MAX_ITEMS = 12;
const MAX_VARIANTS = 5;
/** Size that an image fits in, pixels. */
const CELL = [320, 200] as const;
const GAP = 8;
const FONT_SCALE = 2;
const CAPTION_SCALE = 1;
const LINE_HEIGHT = GLYPH_HEIGHT * FONT_SCALE + 8;
const CAPTION_LINES = 3;
const CAPTION_LINE_HEIGHT = GLYPH_HEIGHT * CAPTION_SCALE + 4;
const ROW_HEIGHT = LINE_HEIGHT + CELL[1] + CAPTION_LINES * CAPTION_LINE_HEIGHT + 2 * GAP;
const BACKGROUND = [13, 17, 25] as const;
const EMPTY = [24, 30, 42] as const;
const ITEM_COLOR = [255, 180, 84] as const;
const TEXT_COLOR = [169, 180, 200] as const;
const REJECTED_COLOR = [255, 143, 143] as const;

/** Items of a run with all their variants, chosen at random: add each row once, in any order; memory does not grow with their number. */
export class VariantSheet {
  readonly #rows = new RowSample(MAX_ITEMS * MAX_VARIANTS, itemKey);

  add(row: ItemRow): void {
    if (row.variant < MAX_VARIANTS && row.verdict !== 'failed') this.#rows.add(row);
  }

  /** One row an item: the day, then its nights, each with its draw. Undefined where no row was added. */
  async render(images: RowImageReader): Promise<RgbImage | undefined> {
    const items = groupByItem(this.#rows.rows()).slice(0, MAX_ITEMS);
    if (items.length === 0) return undefined;
    const columns = 1 + Math.max(...items.map((rows) => rows.length));
    const width = GAP + columns * (CELL[0] + GAP);
    const height = GAP + items.length * ROW_HEIGHT;
    const sheet: RgbImage = { width, height, data: new Uint8Array(3 * width * height) };
    fillRectangle(sheet, { left: 0, top: 0, width, height }, BACKGROUND);
    for (const [i, rows] of items.entries()) await drawItem(sheet, rows, GAP + i * ROW_HEIGHT, images);
    return sheet;
  }
}

/** Rows of one item follow each other. An item whose variants were cut off by the sample is still shown. */
function groupByItem(rows: readonly ItemRow[]): ItemRow[][] {
  const groups = new Map<string, ItemRow[]>();
  for (const row of rows) groups.set(row.item, [...(groups.get(row.item) ?? []), row]);
  return [...groups.values()];
}

async function drawItem(sheet: RgbImage, rows: readonly ItemRow[], top: number, images: RowImageReader): Promise<void> {
  const item = shortenStart(rows[0]?.item ?? '', sheet.width - 2 * GAP, FONT_SCALE);
  drawText(sheet, item, { x: GAP, y: top, scale: FONT_SCALE, color: ITEM_COLOR });
  for (const [i, row] of rows.entries()) {
    const { day, night } = await images(row);
    if (i === 0) await drawCell(sheet, { image: day, lines: ['day'], color: TEXT_COLOR }, { column: 0, top });
    const state =
      row.verdict === 'rejected'
        ? [`rejected: ${row.reason}`]
        : row.verdict === 'alreadyNight'
          ? ['night already']
          : [];
    const lines = wrap([`${row.variant}: ${describeDraw(row.draw)}`, ...state].join(' - '), CELL[0]);
    const color = row.verdict === 'rejected' ? REJECTED_COLOR : TEXT_COLOR;
    await drawCell(sheet, { image: night, lines, color }, { column: 1 + i, top });
  }
}

async function drawCell(
  sheet: RgbImage,
  cell: { image: Uint8Array | undefined; lines: readonly string[]; color: readonly [number, number, number] },
  { column, top }: { column: number; top: number },
): Promise<void> {
  const left = GAP + column * (CELL[0] + GAP);
  const imageTop = top + LINE_HEIGHT;
  fillRectangle(sheet, { left, top: imageTop, width: CELL[0], height: CELL[1] }, EMPTY);
  const small = await shrink(cell.image, CELL);
  const decoded = await small
    ?.removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  if (decoded) {
    const { data, info } = decoded;
    const [x, y] = [left + ((CELL[0] - info.width) >> 1), imageTop + ((CELL[1] - info.height) >> 1)];
    for (let row = 0; row < info.height; row++) {
      const pixels = data.subarray(3 * row * info.width, 3 * (row + 1) * info.width);
      sheet.data.set(pixels, 3 * ((y + row) * sheet.width + x));
    }
  }
  for (const [i, line] of cell.lines.slice(0, CAPTION_LINES).entries()) {
    const y = imageTop + CELL[1] + 4 + i * CAPTION_LINE_HEIGHT;
    drawText(sheet, line, { x: left, y, scale: CAPTION_SCALE, color: cell.color });
  }
}

/** The end of a path names the file. */
function shortenStart(text: string, width: number, scale: number): string {
  const most = Math.floor(width / (GLYPH_ADVANCE * scale));
  return text.length <= most ? text : `...${text.slice(text.length - most + 3)}`;
}

/** Breaks a text into lines of a width, at spaces where there are some. */
function wrap(text: string, width: number): string[] {
  const most = Math.floor(width / (GLYPH_ADVANCE * CAPTION_SCALE));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word.slice(0, most) : `${line} ${word}`;
  }
  return [...lines, line];
}
