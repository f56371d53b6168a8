import * as tf from '@tensorflow/tfjs-core';
import { layoutSet, layoutSetDistance, type LayoutSet } from '../evaluate/layout-distance.js';
import type { ImageSet } from '../evaluate/image-set.js';
import { slicedWasserstein } from '../evaluate/sliced-wasserstein.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { Augmenter, NO_AUGMENT } from './data/augment.js';
import type { ImageStore } from './data/image-store.js';
import type { CycleGan } from './models/cycle-gan.js';
import { toPlanesInto } from './models/grade-teacher.js';

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
/** Pictures translated at once. */
const CHUNK = 4;
/** Days that are measured at most: more take longer than they tell. */
const MOST = 160;
const DIRECTIONS = 64;
const SEED = 1;

/** How near the nights that are made are to real ones, on pictures that training has not seen. */
export interface ValidationFigures {
  /** Layout distance to the real nights. */
  readonly layout: number;
  /** Sliced Wasserstein distance to them, mean of its levels. */
  readonly swd: number;
  /** Both as shares of the untouched days' own: below 2 is better than nothing, and lower is better. */
  readonly score: number;
}

/** A picture with what was made of it; planar Y, U, V `[3, 144, 256]`. */
export interface Sample {
  readonly day: Float32Array;
  readonly night: Float32Array;
  /** `[72, 128]`: gain of the cores, where netGA makes looks. */
  readonly core?: Float32Array;
}

/** Held-back days and nights, by which the best checkpoint is chosen. */
export class Validation {
  readonly #days: readonly Float32Array[];
  readonly #nights: ImageSet;
  readonly #nightLayout: LayoutSet;
  /** The untouched days' own distances. */
  readonly ofDays: { readonly layout: number; readonly swd: number };

  /** Borrows the pictures. Throws RangeError where a store is empty. */
  constructor(stores: { readonly days: ImageStore; readonly nights: ImageStore }) {
    this.#days = centres(stores.days);
    this.#nights = centres(stores.nights).map(planar);
    this.#nightLayout = layoutSet(this.#nights);
    this.ofDays = this.#distances(this.#days.map(planar));
  }

  /** Days held back. */
  get count(): number {
    return this.#days.length;
  }

  /** Measures the average of a model's weights. */
  async measure(model: CycleGan): Promise<ValidationFigures> {
    const samples = await this.samples(model, this.#days.length);
    const { layout, swd } = this.#distances(samples.map(({ night }) => night));
    return { layout, swd, score: layout / this.ofDays.layout + swd / this.ofDays.swd };
  }

  /** The first days, evenly spread over all of them, with their nights. */
  async samples(model: CycleGan, count: number): Promise<readonly Sample[]> {
    const step = this.#days.length / Math.min(count, this.#days.length);
    const chosen = this.#days.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
    const samples: Sample[] = [];
    for (let at = 0; at < chosen.length; at += CHUNK) {
      samples.push(...(await translated(model, chosen.slice(at, at + CHUNK))));
    }
    return samples;
  }

  #distances(nights: ImageSet): { layout: number; swd: number } {
    const swd = slicedWasserstein(nights, this.#nights, { seed: SEED, directions: DIRECTIONS }).at(-1) ?? 0;
    return { layout: layoutSetDistance(layoutSet(nights), this.#nightLayout), swd };
  }
}

async function translated(model: CycleGan, days: readonly Float32Array[]): Promise<Sample[]> {
  const batch = new Float32Array(days.length * 3 * PIXELS);
  for (const [i, day] of days.entries()) batch.set(day, i * 3 * PIXELS);
  const input = tf.tensor4d(batch, [days.length, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3]);
  const { night, lights } = model.translate(input);
  const nights = Float32Array.from(await night.data());
  const lit = lights && Float32Array.from(await lights.data()); // [N, 72, 128, 4]
  tf.dispose([input, night, ...(lights ? [lights] : [])]);
  return days.map((day, n) => {
    const sample = { day: planar(day), night: planar(nights.subarray(n * 3 * PIXELS, (n + 1) * 3 * PIXELS)) };
    if (!lit) return sample;
    const [first, count] = [n * PIXELS, PIXELS / 4];
    return { ...sample, core: Float32Array.from({ length: count }, (_, i) => lit[first + 4 * i] ?? 0) };
  });
}

/** The middle of each picture, `[144, 256, 3]`, evenly spread where there are too many. */
function centres(store: ImageStore): readonly Float32Array[] {
  const augmenter = new Augmenter(NO_AUGMENT, { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT }, 0);
  const placement = { left: 0, top: 0, isFlipped: false };
  const step = Math.max(1, store.size / MOST);
  return Array.from({ length: Math.floor(store.size / step) }, (_, i) => {
    const picture = store.at(Math.floor(i * step));
    const pixels = new Float32Array(3 * PIXELS);
    augmenter.placeInto(picture, placement);
    augmenter.writeInto(picture, placement, pixels, 0);
    return pixels;
  });
}

function planar(pixels: Float32Array): Float32Array {
  const planes = new Float32Array(3 * PIXELS);
  toPlanesInto(pixels, PIXELS, planes);
  return planes;
}
