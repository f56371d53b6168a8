import { ImageStore, type StoredImage } from '../../../src/train/data/image-store.js';
import { sourceOf } from '../../../src/train/data/image-folder.js';

/** A stored image from a function of each sample's code. */
export function storedImage(
  name: string,
  [width, height]: readonly [number, number],
  code: (x: number, y: number, channel: number) => number,
): StoredImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    data[i] = code(pixel % width, Math.floor(pixel / width), i % 3);
  }
  return {
    path: `folder/${name}`,
    name,
    source: sourceOf(name),
    width,
    height,
    data,
    fileWidth: width,
    fileHeight: height,
  };
}

/** `count` grey images of 20x12 named `PREFIX__i.png`, each with a different luma. */
export function greyStore(count: number, prefix = 'grey'): ImageStore {
  return ImageStore.of(
    Array.from({ length: count }, (_, i) =>
      storedImage(`${prefix}__${i}.png`, [20, 12], (_x, _y, channel) => (channel === 0 ? 10 + i : 128)),
    ),
  );
}
