import sharp, { type Sharp } from 'sharp';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';

/** The encoded images of a row; undefined where there is none to show. */
export interface RowImages {
  readonly day?: Uint8Array;
  readonly night?: Uint8Array;
}

/** Reads the images of a row. */
export type RowImageReader = (row: ItemRow) => Promise<RowImages>;

/** Largest file that is read to be shown. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_PIXELS = 100_000_000;

/** Reads images from where a run read and wrote them. Videos and the members of shards have none; a file that is gone has none. */
export function storedImages(input: Store, output: Store): RowImageReader {
  return async (row) => {
    const [day, night] = [await imageIn(input, row.source), await imageIn(output, row.output)];
    return { ...(day && { day }), ...(night && { night }) };
  };
}

async function imageIn(store: Store, path: string): Promise<Uint8Array | undefined> {
  if (path === '') return undefined;
  try {
    const size = await store.size(path);
    return size === undefined || size > MAX_BYTES ? undefined : await store.read(path);
  } catch {
    return undefined; // a report shows what is there
  }
}

/** Shrinks an encoded image to fit, upright, as `[3, height, width]` bytes interleaved; undefined for what is no image. */
export async function shrink(
  image: Uint8Array | undefined,
  size: readonly [width: number, height: number],
): Promise<Sharp | undefined> {
  if (!image) return undefined;
  const options = { limitInputPixels: MAX_PIXELS, failOn: 'none' } as const;
  const pipeline = sharp(image, options).autoOrient().flatten({ background: '#000' }).toColourspace('srgb');
  try {
    await pipeline.metadata();
  } catch {
    return undefined; // a video, a shard
  }
  return pipeline.resize({ width: size[0], height: size[1], fit: 'inside', withoutEnlargement: true });
}
