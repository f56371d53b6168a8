import sharp, { type Sharp } from 'sharp';
import { isReadAsRgb } from '../../image/image-extensions.js';
import { readImage } from '../../ingest/read-image.js';
import type { Store } from '../store/store.js';

const WIDTH = 64;
const HEIGHT = 36;
/** Radius of the box blur that is taken away: what remains are edges, which road and sky in the same places do not have in common. */
const BLUR = 4;
/** Pixels that one image may be moved against the other: the camera turns. */
const MAX_DX = 3;
const MAX_DY = 2;

/**
 * How alike two images are: the correlation of their edges at 64 x 36, at the best of small shifts, -1 to 1. Undefined where one cannot be
 * read. Medians over neighbours: consecutive frames of dash-cams, 5 to 30 a second, 0.62 to 1; single images of one data set 0.05 to 0.35.
 */
export async function likenessOf(store: Store, a: string, b: string): Promise<number | undefined> {
  const [first, second] = [await edgesOf(store, a), await edgesOf(store, b)];
  if (!first || !second) return undefined;
  let best = -1;
  for (let dy = -MAX_DY; dy <= MAX_DY; dy++) {
    for (let dx = -MAX_DX; dx <= MAX_DX; dx++) best = Math.max(best, correlation(first, second, dx, dy));
  }
  return best;
}

/** Edges of an image, `[36, 64]`. */
async function edgesOf(store: Store, path: string): Promise<Float32Array | undefined> {
  try {
    const image = isReadAsRgb(path) ? sharp(await store.read(path)) : await openOther(store, path);
    const small = image.resize(WIDTH, HEIGHT, { fit: 'fill' }).removeAlpha().toColourspace('b-w');
    const luma = await small.raw({ depth: 'uchar' }).toBuffer();
    return withoutBlur(luma);
  } catch {
    return undefined; // whoever makes its night reports why
  }
}

/** An image of a format that libav reads. */
async function openOther(store: Store, path: string): Promise<Sharp> {
  const { image } = await store.withLocalFile(path, (localPath) => readImage(localPath));
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
}

function withoutBlur(luma: Uint8Array): Float32Array {
  const edges = new Float32Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      let sum = 0;
      let count = 0;
      for (let j = Math.max(0, y - BLUR); j <= Math.min(HEIGHT - 1, y + BLUR); j++) {
        for (let i = Math.max(0, x - BLUR); i <= Math.min(WIDTH - 1, x + BLUR); i++, count++)
          sum += luma[j * WIDTH + i] ?? 0;
      }
      edges[y * WIDTH + x] = (luma[y * WIDTH + x] ?? 0) - sum / count;
    }
  }
  return edges;
}

function correlation(a: Float32Array, b: Float32Array, dx: number, dy: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let y = MAX_DY; y < HEIGHT - MAX_DY; y++) {
    for (let x = MAX_DX; x < WIDTH - MAX_DX; x++) {
      const p = a[y * WIDTH + x] ?? 0;
      const q = b[(y + dy) * WIDTH + x + dx] ?? 0;
      ab += p * q;
      aa += p * p;
      bb += q * q;
    }
  }
  return ab / Math.sqrt(aa * bb + 1e-9);
}
