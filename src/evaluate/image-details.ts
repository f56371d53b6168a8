import type { Frame } from '../core/frame.js';
import { readCropped } from '../image/image-file.js';
import { imageToYuv, padToEven, rgbToFrame, yuvToImage, type RgbImage } from '../image/rgb-image.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { ThumbnailReader } from '../image/thumbnail-reader.js';

/** The details of a set of images, for generators that read them. Held in 8 bits: a third of a megabyte each. */
export class ImageDetails {
  readonly #reader: ThumbnailReader;
  #images: RgbImage[] = [];

  private constructor(reader: ThumbnailReader) {
    this.#reader = reader;
  }

  /** Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<ImageDetails> {
    return new ImageDetails(await ThumbnailReader.open('detail'));
  }

  /** Adds the detail of a frame. Borrows the frame. */
  add(frame: Frame): void {
    this.#images.push(yuvToImage(this.#reader.readPlanes(frame), DETAIL_WIDTH, DETAIL_HEIGHT));
  }

  /** Adds the detail of an image file: area-averaged from the crop that is measured. Throws as `readCropped` does. */
  async addFile(path: string): Promise<void> {
    using frame = rgbToFrame(padToEven(await readCropped(path, [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT], 'crop')));
    this.add(frame);
  }

  /** Keeps the first, the third, ... */
  dropEverySecond(): void {
    this.#images = this.#images.filter((_, i) => i % 2 === 0);
  }

  /** The detail of an image, `[3, 256, 448]`; the caller owns it. Throws RangeError where there is none. */
  at(index: number): Float32Array {
    const image = this.#images[index];
    if (!image) throw new RangeError(`index must be below ${this.#images.length}, got ${index}`);
    return imageToYuv(image);
  }
}
