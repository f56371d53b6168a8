import { paintedDays } from '../../evaluate/painted-days.js';
import { readFittedRgb } from '../../image/image-file.js';
import { rgbToFrame, type RgbImage } from '../../image/rgb-image.js';
import { ThumbnailReader } from '../../image/thumbnail-reader.js';
import type { Scene } from '../../scene/scene.js';
import { openSceneReader } from '../../scene/scene-reader.js';
import { stillScene } from '../../scene/scene-tracker.js';
import { listImages } from '../data/image-folder.js';

/** A day of which nights in any style are rendered. */
export interface NightDay {
  /** 512 x 288. */
  readonly image: RgbImage;
  /** Its thumbnail, `[3, 144, 256]`. */
  readonly day: Float32Array;
  readonly scene: Scene;
  /** Where it comes from: days of one group are held back together. */
  readonly group: string;
}

/** Size of the days. */
export const NIGHT_WIDTH = 512;
export const NIGHT_HEIGHT = 288;

/** Painted streets with their exact scenes, the same for the same seed. */
export function paintedNightDays(count: number, seed: number): NightDay[] {
  return [...paintedDays(count, seed)].map((day) => ({ ...day, group: 'street' }));
}

/** Images of a folder with what the scene network reads in them, `count` evenly spread. Throws INPUT_ and MODEL_ codes. */
export async function readNightDays(folder: string, count: number, seed: number): Promise<NightDay[]> {
  const entries = await listImages(folder);
  const chosen = entries.filter((_, i) => isChosen(i, entries.length, count));
  await using reader = await openSceneReader({ threads: 1 });
  const [thumbnails, details] = [await ThumbnailReader.open(), await ThumbnailReader.open('detail')];
  const days: NightDay[] = [];
  for (const { path, source } of chosen) {
    const { image } = await readFittedRgb(path, { width: NIGHT_WIDTH, height: NIGHT_HEIGHT });
    using frame = rgbToFrame(image);
    const day = thumbnails.read(frame).data.slice();
    const scene = stillScene(await reader.read(details.readPlanes(frame), { isStill: true }), seed);
    days.push({ image, day, scene: structuredClone(scene), group: source });
  }
  return days;
}

/** A photo, and its group as that of a {@link NightDay}. */
export interface Photo {
  readonly image: RgbImage;
  readonly group: string;
}

/** Photos without a style, nights or days, in the size of rendered ones. */
export async function readPhotos(folder: string, count: number): Promise<Photo[]> {
  const entries = await listImages(folder);
  const photos: Photo[] = [];
  for (const [i, { path, source }] of entries.entries()) {
    if (!isChosen(i, entries.length, count)) continue;
    const { image } = await readFittedRgb(path, { width: NIGHT_WIDTH, height: NIGHT_HEIGHT });
    photos.push({ image, group: source });
  }
  return photos;
}

function isChosen(index: number, total: number, count: number): boolean {
  if (total <= count) return true;
  const rank = (i: number): number => Math.floor((i * count) / total);
  return index === 0 || rank(index) !== rank(index - 1);
}
