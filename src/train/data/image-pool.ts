import type { Random } from '../../core/random.js';

/** CycleGAN's pool size. */
export const POOL_SIZE = 50;

/** What a pool is made from. */
export interface ImagePoolOptions<T> {
  /** Pictures kept; 0 gives every picture straight back. Default {@link POOL_SIZE}. */
  readonly size?: number;
  readonly random: Random;
  /** A second handle to the same picture, of which the pool is the owner (`tf.keep(tf.clone(x))`). */
  readonly clone: (picture: T) => T;
  /** Frees a picture that the pool owned. */
  readonly release: (picture: T) => void;
}

/**
 * A history of generated pictures for the discriminators (Shrivastava et al. 2017, as CycleGAN has it): while it fills,
 * each picture is kept and given back; when it is full, with probability one half an old picture is given and the new
 * one takes its place, else the new one is given and not kept. One picture a query, not a batch.
 */
export class ImagePool<T> {
  readonly #size: number;
  readonly #random: Random;
  readonly #clone: (picture: T) => T;
  readonly #release: (picture: T) => void;
  readonly #pictures: T[] = [];

  constructor({ size = POOL_SIZE, random, clone, release }: ImagePoolOptions<T>) {
    if (!Number.isInteger(size) || size < 0) throw new RangeError(`size must be an integer from 0 on, got ${size}`);
    this.#size = size;
    this.#random = random;
    this.#clone = clone;
    this.#release = release;
  }

  /** What is kept, for a checkpoint. Lends it. */
  get pictures(): readonly T[] {
    return this.#pictures;
  }

  /** Takes a picture; gives one, the same or an older, that the caller owns. */
  query(picture: T): T {
    if (this.#size === 0) return picture;
    if (this.#pictures.length < this.#size) {
      this.#pictures.push(this.#clone(picture));
      return picture;
    }
    if (this.#random.next() <= 0.5) return picture;
    const index = this.#random.below(this.#size);
    const [old] = this.#pictures.splice(index, 1, picture);
    return old as T; // index is below the length
  }

  /** Takes these pictures in the place of what it has, as a checkpoint kept them. Its chance is restored by who gave it. */
  restore(pictures: readonly T[]): void {
    if (pictures.length > this.#size)
      throw new RangeError(`pictures must be ${this.#size} or fewer, got ${pictures.length}`);
    this.close();
    this.#pictures.push(...pictures);
  }

  /** Frees what is kept; the pool is empty then. */
  close(): void {
    for (const picture of this.#pictures.splice(0)) this.#release(picture);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
