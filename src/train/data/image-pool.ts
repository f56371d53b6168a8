import type { Random } from '../../core/random.js';

/** Options of {@link ImagePool}. */
interface ImagePoolOptions<T> {
  /** Images kept; 0 disables the pool. CycleGAN uses 50. */
  readonly size: number;
  readonly random: Random;
  /** Returns a second handle to the same image, owned by the pool (`tf.keep(tf.clone(x))`). */
  readonly clone: (image: T) => T;
  /** Frees an image owned by the pool. */
  readonly release: (image: T) => void;
}

/**
 * A history of generated images for the discriminators (Shrivastava et al. 2017, as in CycleGAN). While it fills, it keeps and
 * returns each image. When it is full, with probability 0.5 it returns an old image and keeps the new one in its place, else it
 * returns the new one. A query is one image, not a batch.
 */
export class ImagePool<T> {
  readonly #size: number;
  readonly #random: Random;
  readonly #clone: (image: T) => T;
  readonly #release: (image: T) => void;
  readonly #images: T[] = [];

  constructor({ size, random, clone, release }: ImagePoolOptions<T>) {
    if (!Number.isInteger(size) || size < 0) throw new RangeError(`size must be an integer of 0 or more, got ${size}`);
    this.#size = size;
    this.#random = random;
    this.#clone = clone;
    this.#release = release;
  }

  /** The images kept, for a checkpoint; lent. */
  get images(): readonly T[] {
    return this.#images;
  }

  /** Takes an image and returns one, the same or an older one, which the caller owns. */
  query(image: T): T {
    if (this.#size === 0) return image;
    if (this.#images.length < this.#size) {
      this.#images.push(this.#clone(image));
      return image;
    }
    if (this.#random.next() <= 0.5) return image;
    const index = this.#random.below(this.#size);
    const [old] = this.#images.splice(index, 1, image);
    return old as T; // index is below the length
  }

  /** Replaces the images by those of a checkpoint; takes them. The owner of the random numbers restores those. */
  restore(images: readonly T[]): void {
    if (images.length > this.#size) throw new RangeError(`images must be ${this.#size} or fewer, got ${images.length}`);
    this.close();
    this.#images.push(...images);
  }

  /** Frees the images and empties the pool. */
  close(): void {
    for (const image of this.#images.splice(0)) this.#release(image);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
