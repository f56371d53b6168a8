import sharp from 'sharp';
import { NocturneError } from '../../../src/core/errors.js';
import type { DatasetPlan, Item } from '../../../src/augment/dataset.js';
import { planDataset, type PlanDatasetOptions } from '../../../src/augment/layouts/plan-dataset.js';
import { inNaturalOrder } from '../../../src/augment/store/local-store.js';
import type { Store } from '../../../src/augment/store/store.js';

/** Files by path. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** A set in memory, for reading only. What needs a file of the machine is refused. */
export function memoryStore(files: Files): Store {
  const refused = (): never => {
    throw new Error('this store is for reading');
  };
  const bytesOf = (path: string): Uint8Array => {
    const bytes = files[path];
    if (bytes !== undefined) return Buffer.from(bytes);
    throw new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'ingest', message: `${path} does not exist.` });
  };
  return {
    label: 'SET',
    list: () =>
      Promise.resolve({
        files: inNaturalOrder(Object.entries(files).map(([path, { length: bytes }]) => ({ path, bytes }))),
        notices: [],
      }),
    read: (path) => Promise.resolve(path).then(bytesOf),
    size: (path) => Promise.resolve(files[path]?.length),
    write: refused,
    writeFile: refused,
    withLocalFile: refused,
    remove: refused,
  };
}

/** Plans a set in memory. */
export async function planOf(files: Files, options: PlanDatasetOptions = {}): Promise<DatasetPlan> {
  return (await planDataset(memoryStore(files), options)).plan;
}

/** All items of a plan, in its order. */
export function itemsOf(plan: Pick<DatasetPlan, 'units'>): Item[] {
  return plan.units.flatMap(({ items }) => items);
}

/** The item of a source. */
export function itemOf(plan: DatasetPlan, source: string): Item {
  return itemsOf(plan).find((item) => item.source === source)!;
}

/** Copies of a plan: role by path. */
export function rolesOf({ copies }: DatasetPlan): Record<string, string> {
  return Object.fromEntries(copies.map(({ path, role }) => [path, role]));
}

/** Every file of the set is an item or a copy, once; units are indexed from 0. */
export function isWhole(plan: DatasetPlan, files: Files): boolean {
  const planned = [...itemsOf(plan).map(({ source }) => source), ...plan.copies.map(({ path }) => path)];
  const isIndexed = plan.units.every(({ index, items }, i) => index === i && items.length > 0);
  return isIndexed && planned.toSorted().join('\n') === Object.keys(files).toSorted().join('\n');
}

const WIDTH = 160;
const HEIGHT = 90;

/** Numbers from 0 to 1 from a seed. */
function randomNumbers(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** RGB pixels, 160 x 90, as a camera gives them: boxes of many sizes, light that varies, noise. `shift` moves the camera, in pixels. */
export function cameraPixels(seed: number, shift = 0): Buffer {
  const next = randomNumbers(seed);
  const boxes = Array.from({ length: 40 }, () => [
    next() * 260 - 50,
    next() * 90,
    8 + next() * 40,
    6 + next() * 30,
    next() * 200,
  ]);
  const grain = randomNumbers(seed * 977 + shift + 1);
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const box = boxes.findLast(
        ([left = 0, top = 0, w = 0, h = 0]) => x + shift >= left && x + shift < left + w && y >= top && y < top + h,
      );
      const light = (box?.[4] ?? 120) + (x + y) * 0.15;
      for (let c = 0; c < 3; c++) pixels[(y * WIDTH + x) * 3 + c] = Math.min(255, light + c * 8 + grain() * 12);
    }
  }
  return pixels;
}

/** Options of {@link cameraImage}. */
interface CameraImageOptions {
  readonly shift?: number;
  readonly format?: 'png' | 'jpeg' | 'tiff';
  readonly grey?: boolean;
}

/** The same as an image file. */
export function cameraImage(
  seed: number,
  { shift = 0, format = 'png', grey = false }: CameraImageOptions = {},
): Promise<Buffer> {
  const image = sharp(cameraPixels(seed, shift), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  return (grey ? image.greyscale().toColourspace('b-w') : image).toFormat(format).toBuffer();
}

/** An index mask, 160 x 90: one grey value for each of a few flat areas. */
export function maskImage(seed: number, { colors = false } = {}): Promise<Buffer> {
  const next = randomNumbers(seed);
  const boxes = Array.from({ length: 6 }, (_, i) => [
    next() * 120,
    next() * 60,
    20 + next() * 40,
    10 + next() * 30,
    i + 1,
  ]);
  const channels = colors ? 3 : 1;
  const pixels = Buffer.alloc(WIDTH * HEIGHT * channels);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const box = boxes.findLast(
      ([left = 0, top = 0, w = 0, h = 0]) => x >= left && x < left + w && y >= top && y < top + h,
    );
    for (let c = 0; c < channels; c++)
      pixels[at * channels + c] = ((box?.[4] ?? 0) * (colors ? 37 * (c + 1) : 1)) % 256;
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels } })
    .toColourspace(colors ? 'srgb' : 'b-w')
    .png()
    .toBuffer();
}

/** A depth image, 160 x 90, one channel of 16 bit. `sparse`: as a lidar measures it, mostly 0. */
export function depthImage({ sparse = false } = {}): Promise<Buffer> {
  const values = new Uint16Array(WIDTH * HEIGHT);
  for (let at = 0; at < values.length; at++) {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const metres = x > 40 && x < 80 && y > 20 ? 12 : 5 + (HEIGHT - y) * 0.8;
    values[at] = sparse && (x * 7 + y * 3) % 5 !== 0 ? 0 : metres * 256;
  }
  const raw = { width: WIDTH, height: HEIGHT, channels: 1 as const };
  return sharp(new Uint16Array(values), { raw }).toColourspace('grey16').png().toBuffer();
}
