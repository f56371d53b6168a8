import * as tf from '@tensorflow/tfjs-core';
import { layoutSet, layoutSetDistance, type LayoutSet } from '../evaluate/layout-distance.js';
import type { ImageSet } from '../evaluate/image-set.js';
import { slicedWasserstein } from '../evaluate/sliced-wasserstein.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { PlaneResizer, type PlaneSize } from '../image/resize-planes.js';
import { Augmenter, NO_AUGMENT } from './data/augment.js';
import type { ImageStore } from './data/image-store.js';
import type { CycleGan } from './models/cycle-gan.js';
import { hwcToChwInto } from './models/grade-teacher.js';

/** The size at which images are measured. */
const MEASURED: PlaneSize = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
/** Images translated at once. */
const BATCH = 4;
/** Largest number of days that are measured: more would cost time and add little. */
const MAX_DAYS = 160;
const DIRECTIONS = 64;
const SEED = 1;

/** Distances of translated nights from real ones, on images held back from training. */
export interface ValidationMetrics {
  /** Layout distance from the real nights. */
  readonly layout: number;
  /** Sliced Wasserstein distance from them, mean of its levels. */
  readonly swd: number;
  /** The sum of both, each divided by that of the unchanged days: 2 is no better than the day; lower is better. */
  readonly score: number;
}

/** A day and its translation, resized to what is measured; planar Y, U, V `[3, 144, 256]`. */
export interface Sample {
  readonly day: Float32Array;
  readonly night: Float32Array;
  /** Gain of the cores `[72, 128]`, where netGA predicts looks. */
  readonly core?: Float32Array;
}

/**
 * Measures a model on held-back days and nights; the best checkpoint is chosen by it. Crops of another size than 256 x 144 are
 * resized to it after the network, those of real nights too.
 */
export class Validation {
  /** `[height, width, 3]`. */
  readonly #days: readonly Float32Array[];
  readonly #crop: PlaneSize;
  readonly #nights: ImageSet;
  readonly #nightLayout: LayoutSet;
  /** Distances of the unchanged days. */
  readonly dayDistances: { readonly layout: number; readonly swd: number };

  /** Borrows the images. Throws RangeError where a store is empty. */
  constructor(stores: { readonly days: ImageStore; readonly nights: ImageStore }, crop: PlaneSize = MEASURED) {
    this.#crop = { width: crop.width, height: crop.height };
    this.#days = centreCrops(stores.days, crop);
    this.#nights = centreCrops(stores.nights, crop).map((night) => toPlanes(night, crop));
    this.#nightLayout = layoutSet(this.#nights);
    this.dayDistances = this.#distances(this.#days.map((day) => toPlanes(day, crop)));
  }

  /** Measures a model with its averaged weights. */
  async measure(model: CycleGan): Promise<ValidationMetrics> {
    const samples = await this.samples(model, this.#days.length);
    const { layout, swd } = this.#distances(samples.map(({ night }) => night));
    return { layout, swd, score: layout / this.dayDistances.layout + swd / this.dayDistances.swd };
  }

  /** `count` days, evenly spaced, with their translations. */
  async samples(model: CycleGan, count: number): Promise<readonly Sample[]> {
    const step = this.#days.length / Math.min(count, this.#days.length);
    const chosen = this.#days.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
    const samples: Sample[] = [];
    for (let at = 0; at < chosen.length; at += BATCH) {
      samples.push(...(await translateDays(model, chosen.slice(at, at + BATCH), this.#crop)));
    }
    return samples;
  }

  #distances(nights: ImageSet): { layout: number; swd: number } {
    const swd = slicedWasserstein(nights, this.#nights, { seed: SEED, directions: DIRECTIONS }).at(-1) ?? 0;
    return { layout: layoutSetDistance(layoutSet(nights), this.#nightLayout), swd };
  }
}

async function translateDays(model: CycleGan, days: readonly Float32Array[], crop: PlaneSize): Promise<Sample[]> {
  const { width, height } = crop;
  const numbers = 3 * width * height;
  const batch = new Float32Array(days.length * numbers);
  for (const [i, day] of days.entries()) batch.set(day, i * numbers);
  const input = tf.tensor4d(batch, [days.length, height, width, 3]);
  const { night, lights } = model.translate(input);
  const nights = Float32Array.from(await night.data());
  const lightsData = lights && Float32Array.from(await lights.data()); // [N, 72, 128, 4]
  tf.dispose([input, night, ...(lights ? [lights] : [])]);
  return days.map((day, n) => {
    const night = nights.subarray(n * numbers, (n + 1) * numbers);
    const sample = { day: toPlanes(day, crop), night: toPlanes(night, crop) };
    if (!lightsData) return sample;
    const count = lightsData.length / (4 * days.length);
    const first = 4 * n * count;
    return { ...sample, core: Float32Array.from({ length: count }, (_, i) => lightsData[first + 4 * i] ?? 0) };
  });
}

/** The centre crop of each image, `[height, width, 3]`; evenly spaced ones where there are too many. */
function centreCrops(store: ImageStore, crop: PlaneSize): readonly Float32Array[] {
  const augmenter = new Augmenter(NO_AUGMENT, crop, 0);
  const placement = { left: 0, top: 0, isFlipped: false };
  const step = Math.max(1, store.size / MAX_DAYS);
  return Array.from({ length: Math.floor(store.size / step) }, (_, i) => {
    const image = store.at(Math.floor(i * step));
    const pixels = new Float32Array(3 * crop.width * crop.height);
    augmenter.samplePlacementInto(image, placement);
    augmenter.augmentInto(image, placement, pixels, 0);
    return pixels;
  });
}

/** `[height, width, 3]` as `[3, 144, 256]`. */
function toPlanes(pixels: Float32Array, { width, height }: PlaneSize): Float32Array {
  const planes = new Float32Array(pixels.length);
  hwcToChwInto(pixels, width * height, planes);
  if (width === MEASURED.width && height === MEASURED.height) return planes;
  const resized = new Float32Array(3 * MEASURED.width * MEASURED.height);
  new PlaneResizer({ width, height }, MEASURED).resizeAllInto(planes, resized);
  return resized;
}
