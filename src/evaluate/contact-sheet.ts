import type { RgbImage } from '../image/rgb-image.js';
import { yuvToImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { ImageSet } from './image-set.js';

/** Maximum number of scenes; each is shown as day, grade and result. */
const MAX_SCENES = 16;
const SCENES_PER_ROW = 2;
const COLUMNS = 3 * SCENES_PER_ROW;
/** Rows of real nights at the bottom. */
const NIGHT_ROWS = 2;
/** Space between images, and between groups of images, pixels. */
const GAP = 4;
const GROUP_GAP = 16;
const BACKGROUND = 64;

/** The images of a contact sheet. `day`, `grade` and `result` have the same order. */
export interface SheetSets {
  readonly day: ImageSet;
  readonly grade: ImageSet;
  readonly result: ImageSet;
  readonly night: ImageSet;
}

/**
 * Renders up to sixteen scenes, evenly spread over the set, two per row as day, grade and result; below them two rows of
 * real nights. It shows defects that the metrics miss.
 */
export function contactSheet({ day, grade, result, night }: SheetSets): RgbImage {
  const scenes = spreadIndices(day.length, MAX_SCENES);
  const nights = spreadIndices(night.length, NIGHT_ROWS * COLUMNS);
  const sceneRows = Math.ceil(scenes.length / SCENES_PER_ROW);
  const nightRows = Math.ceil(nights.length / COLUMNS);
  const width = COLUMNS * (THUMBNAIL_WIDTH + GAP) + (SCENES_PER_ROW - 1) * GROUP_GAP + GAP;
  const height = (sceneRows + nightRows) * (THUMBNAIL_HEIGHT + GAP) + GROUP_GAP + GAP;
  const sheet = { width, height, data: new Uint8Array(3 * width * height).fill(BACKGROUND) };
  const place = (image: Float32Array | undefined, row: number, column: number): void => {
    if (!image) return;
    const left = GAP + column * (THUMBNAIL_WIDTH + GAP) + Math.floor(column / 3) * GROUP_GAP;
    const top = GAP + row * (THUMBNAIL_HEIGHT + GAP) + (row >= sceneRows ? GROUP_GAP : 0);
    pasteInto(sheet, yuvToImage(image, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT), left, top);
  };
  for (const [i, scene] of scenes.entries()) {
    const [row, column] = [Math.floor(i / SCENES_PER_ROW), 3 * (i % SCENES_PER_ROW)];
    for (const [k, set] of [day, grade, result].entries()) place(set[scene], row, column + k);
  }
  for (const [i, at] of nights.entries()) place(night[at], sceneRows + Math.floor(i / COLUMNS), i % COLUMNS);
  return sheet;
}

/** Copies an image into a sheet, which must have room for it. */
export function pasteInto(sheet: RgbImage, image: RgbImage, left: number, top: number): void {
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(3 * y * image.width, 3 * (y + 1) * image.width);
    sheet.data.set(row, 3 * ((top + y) * sheet.width + left));
  }
}

/** Returns up to `maxCount` indices of a list, evenly spread. */
export function spreadIndices(length: number, maxCount: number): number[] {
  const count = Math.min(length, maxCount);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}
