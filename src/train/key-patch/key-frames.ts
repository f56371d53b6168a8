import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Frame } from '../../core/frame.js';
import { decodeText } from '../../core/decode-text.js';
import { NocturneError } from '../../core/errors.js';
import { micros, wallClock } from '../../core/time.js';
import { readRgb } from '../../image/image-file.js';
import { frameToRgb, type RgbImage } from '../../image/rgb-image.js';
import type { Box } from '../../scene/scene.js';
import type { Planes } from '../../synth/planes.js';
import { Street } from '../../synth/street.js';
import { listImages } from '../data/image-folder.js';
import { readSceneGroups } from '../scene/scene-folder.js';
import { findRegions } from './find-regions.js';
import type { KeyFrame } from './key-frame.js';

/** Regions that a frame has at most. */
const MAX_REGIONS = 8;
/** Size that frames are stretched to: patches of near objects then have some 64 samples of their own. */
const KEPT = { width: 320, height: 180 } as const;
/** Smallest side of a labelled region, in shares of the frame: less is no part of an image of 64 samples. */
const MIN_SIDE = 0.05;
/** Largest side: more leaves no surroundings. */
const MAX_SIDE = 0.6;
/** What stands around an object belongs to its patch: its box is enlarged by this factor. */
const CONTEXT = 1.15;

/** Images of one painted street; the next ones are of the next seed's. */
const IMAGES_PER_STREET = 24;
/** Seconds between two images of one street: some 40 m of driving. */
const STEP_S = 4.7;
/** The objects of a frame as `objects.jsonl` has them; boxes left, top, right, bottom in shares. */
interface ObjectsLine {
  readonly frame: string;
  readonly [kind: string]: unknown;
}

/** Kinds of objects whose boxes are key regions. */
const KINDS = ['vehicles', 'persons', 'signals', 'streetLamps'] as const;

/**
 * Reads a folder of nights: any images, or a folder of labelled scenes (`images/NAME`, `objects.jsonl`, `INDEX.tsv`). Regions come from the labels, and
 * where a frame has too few, from {@link findRegions}. Throws NocturneError INPUT_*.
 */
export async function readKeyFrames(folder: string): Promise<readonly KeyFrame[]> {
  const labels = existsSync(join(folder, 'objects.jsonl')) ? readObjects(join(folder, 'objects.jsonl')) : undefined;
  const groups = existsSync(join(folder, 'INDEX.tsv')) ? await readSceneGroups(folder) : undefined;
  const entries = await listImages(labels ? join(folder, 'images') : folder);
  const frames: KeyFrame[] = [];
  for (const { path, name, source } of entries) {
    const image = await readRgb(path, [KEPT.width, KEPT.height]);
    frames.push(keyFrame({ name, group: groups?.get(name) ?? source, image, boxes: labels?.get(name) ?? [] }));
  }
  return frames;
}

/** Painted nights of the built-in street with exact boxes, the same for the same seed. */
export function paintedKeyFrames({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): readonly KeyFrame[] {
  let street: Street | undefined;
  return Array.from({ length: count }, (_, i) => {
    const moment = i % IMAGES_PER_STREET;
    const streetSeed = seed * 1009 + Math.floor(i / IMAGES_PER_STREET);
    if (moment === 0 || !street) street = new Street({ seed: streetSeed, ...KEPT });
    const timeS = moment * STEP_S;
    const { boxes, width, height } = street.truth(timeS, timeS);
    const objects = boxes
      .filter(({ label }) => label !== 'tree')
      .map((box) => ({ x: box.x / width, y: box.y / height, width: box.width / width, height: box.height / height }));
    const image = toRgb(street.night(timeS));
    return keyFrame({ name: `street-${streetSeed}__${moment}`, group: `street-${streetSeed}`, image, boxes: objects });
  });
}

function keyFrame(labelled: { name: string; group: string; image: RgbImage; boxes: readonly Box[] }): KeyFrame {
  const { name, group, image, boxes } = labelled;
  const regions = distinct(boxes.filter(isRegion).map(withContext));
  const found = findRegions(image, MAX_REGIONS - regions.length, regions);
  return { name, group, image, regions: [...regions, ...found], labelled: regions.length };
}

function isRegion({ width, height }: Box): boolean {
  return Math.max(width, height) >= MIN_SIDE && Math.max(width, height) <= MAX_SIDE;
}

/** A box enlarged by what stands around it, within the frame. */
function withContext({ x, y, width, height }: Box): Box {
  const grow = (from: number, size: number): readonly [number, number] => {
    const longer = Math.max(MIN_SIDE, CONTEXT * size);
    const start = Math.max(0, from + size / 2 - longer / 2);
    return [start, Math.min(1, start + longer) - start];
  };
  const [left, columns] = grow(x, width);
  const [top, rows] = grow(y, height);
  return { x: left, y: top, width: columns, height: rows };
}

/** The largest boxes, without those that mostly repeat a larger one. */
function distinct(boxes: readonly Box[]): Box[] {
  const area = ({ width, height }: Box): number => width * height;
  const kept: Box[] = [];
  for (const box of [...boxes].sort((a, b) => area(b) - area(a))) {
    if (kept.length < MAX_REGIONS && !kept.some((other) => shared(other, box) > 0.5 * area(box))) kept.push(box);
  }
  return kept;
}

function shared(a: Box, b: Box): number {
  const overlap = (p: number, n: number, q: number, m: number): number => Math.min(p + n, q + m) - Math.max(p, q);
  const [columns, rows] = [overlap(a.x, a.width, b.x, b.width), overlap(a.y, a.height, b.y, b.height)];
  return Math.max(0, columns) * Math.max(0, rows);
}

/** Boxes by image name. Throws NocturneError INPUT_NOT_VIDEO. */
function readObjects(path: string): ReadonlyMap<string, readonly Box[]> {
  const lines = decodeText(readFileSync(path)).trimEnd().split(/\r?\n/);
  return new Map(
    lines.map((line, i) => {
      try {
        const objects = JSON.parse(line) as ObjectsLine; // the format of the folder; its boxes are checked
        return [objects.frame, KINDS.flatMap((kind) => boxesOf(objects[kind]))] as const;
      } catch (cause) {
        const message = `line ${i + 1} of ${path} is not JSON.`;
        throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'train', message, cause });
      }
    }),
  );
}

function boxesOf(objects: unknown): Box[] {
  if (!Array.isArray(objects)) return [];
  return objects.flatMap((object: unknown) => {
    const box: unknown = typeof object === 'object' && object !== null && 'box' in object ? object.box : undefined;
    if (!Array.isArray(box) || box.length !== 4 || !box.every((side) => typeof side === 'number')) return [];
    const [left = 0, top = 0, right = 0, bottom = 0] = box as readonly number[]; // four numbers
    return [{ x: left, y: top, width: right - left, height: bottom - top }];
  });
}

/** Painted planes as an image. */
function toRgb(planes: Planes): RgbImage {
  const frame = Frame.allocate({
    width: planes.width,
    height: planes.height,
    color: { matrix: 'bt709', range: 'limited' },
    pts: micros(0),
    duration: micros(0),
    capturedAt: wallClock(),
  });
  try {
    frame.y.set(planes.y);
    frame.u.set(planes.u);
    frame.v.set(planes.v);
    return frameToRgb(frame);
  } finally {
    frame.close();
  }
}
