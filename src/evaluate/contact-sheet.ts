import type { RgbImage } from '../image/rgb-image.js';
import { yuvToImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { ImageSet } from './image-set.js';

/** Scenes shown, two a row, each as day, grade and result. */
const SCENES = 16;
const SCENES_A_ROW = 2;
const COLUMNS = 3 * SCENES_A_ROW;
/** Rows of real nights at the bottom. */
const NIGHT_ROWS = 2;
/** Between pictures, and between groups of them, pixels. */
const GAP = 4;
const GROUP_GAP = 16;
const BACKGROUND = 64;

/** What a contact sheet shows. The first three run parallel. */
export interface SheetSets {
  readonly day: ImageSet;
  readonly grade: ImageSet;
  readonly result: ImageSet;
  readonly night: ImageSet;
}

/**
 * Sixteen scenes spread over the set, two a row: day, grade, result; below them two rows of real nights. What numbers do
 * not tell is seen here.
 */
export function contactSheet({ day, grade, result, night }: SheetSets): RgbImage {
  const scenes = spreadIndices(day.length, SCENES);
  const nights = spreadIndices(night.length, NIGHT_ROWS * COLUMNS);
  const sceneRows = Math.ceil(scenes.length / SCENES_A_ROW);
  const nightRows = Math.ceil(nights.length / COLUMNS);
  const width = COLUMNS * (THUMBNAIL_WIDTH + GAP) + (SCENES_A_ROW - 1) * GROUP_GAP + GAP;
  const height = (sceneRows + nightRows) * (THUMBNAIL_HEIGHT + GAP) + GROUP_GAP + GAP;
  const sheet = { width, height, data: new Uint8Array(3 * width * height).fill(BACKGROUND) };
  const place = (picture: Float32Array | undefined, row: number, column: number): void => {
    if (!picture) return;
    const left = GAP + column * (THUMBNAIL_WIDTH + GAP) + Math.floor(column / 3) * GROUP_GAP;
    const top = GAP + row * (THUMBNAIL_HEIGHT + GAP) + (row >= sceneRows ? GROUP_GAP : 0);
    pasteInto(sheet, yuvToImage(picture, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT), left, top);
  };
  for (const [i, scene] of scenes.entries()) {
    const [row, column] = [Math.floor(i / SCENES_A_ROW), 3 * (i % SCENES_A_ROW)];
    for (const [k, set] of [day, grade, result].entries()) place(set[scene], row, column + k);
  }
  for (const [i, at] of nights.entries()) place(night[at], sceneRows + Math.floor(i / COLUMNS), i % COLUMNS);
  return sheet;
}

function pasteInto(sheet: RgbImage, picture: RgbImage, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
    sheet.data.set(row, 3 * ((top + y) * sheet.width + left));
  }
}

/** At most `most` places of a list, evenly spread. */
function spreadIndices(length: number, most: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}
