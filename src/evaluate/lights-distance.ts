import { LIGHTS_NUMBERS, LightsMeter, type LightsNumber } from './image-lights.js';
import { checkImages, type ImageSet } from './image-set.js';
import type { ImageCounts } from './layout-distance.js';

/** Minimum spread by which a distance is divided: a reference in which a number hardly varies does not outweigh all others. */
const MIN_SPREAD = 0.005;
/** Distance, in spreads, between a set with spots and one without any, for the height that the latter does not have. */
const MISSING_DISTANCE = 1;

/** The values of one number over a set's images, ascending; images without it are left out. */
interface Sample {
  readonly values: Float64Array;
  /** Index of each value's image. */
  readonly order: Uint16Array;
  /** Standard deviation over the images. */
  readonly spread: number;
}

/** A set of images prepared for the lights distance. */
export interface LightsSet {
  /** Number of images. */
  readonly count: number;
  readonly samples: Readonly<Record<LightsNumber, Sample>>;
}

/** The lights distance by number: 1-D Wasserstein distances, each in spreads of the reference. */
export type LightsByNumber = Readonly<Record<LightsNumber, number>>;

/**
 * Computes how much the lights of two sets differ: the mean over eight numbers of an image (see `ImageLights`) of the 1-D
 * Wasserstein distance between the sets, divided by the number's standard deviation in `night`. 0 for equal sets; not symmetric.
 * It detects nights without lamps, and lamps of another number, strength, colour or place, which means over cells do not.
 * Throws RangeError for an empty set or an image of another size.
 */
export function lightsDistance(images: ImageSet, night: ImageSet): number {
  return meanOf(lightsByNumber(lightsSet(images), lightsSet(night)));
}

/** Measures a set's images. Borrows them. Throws like {@link lightsDistance}. */
export function lightsSet(images: ImageSet): LightsSet {
  checkImages('images', images);
  const meter = new LightsMeter();
  const measured = images.map((image) => meter.measure(image));
  const samples = LIGHTS_NUMBERS.map((name) => [name, sampleOf(measured.map((lights) => lights[name]))] as const);
  return { count: images.length, samples: Object.fromEntries(samples) as LightsSet['samples'] }; // one for each number
}

/** {@link lightsDistance} of prepared sets, by number. Counts give each image a multiplicity; default 1. */
export function lightsByNumber(
  set: LightsSet,
  night: LightsSet,
  counts?: ImageCounts,
  nightCounts?: ImageCounts,
): LightsByNumber {
  const entries = LIGHTS_NUMBERS.map((name) => {
    const [sample, real] = [set.samples[name], night.samples[name]];
    const distance = wasserstein(sample, real, counts, nightCounts);
    return [name, distance === undefined ? MISSING_DISTANCE : distance / Math.max(MIN_SPREAD, real.spread)] as const;
  });
  return Object.fromEntries(entries) as LightsByNumber; // one for each number
}

/** The lights distance from its distances by number. */
export function meanOf(byNumber: LightsByNumber): number {
  return LIGHTS_NUMBERS.reduce((sum, name) => sum + byNumber[name], 0) / LIGHTS_NUMBERS.length;
}

function sampleOf(numbers: readonly number[]): Sample {
  const valueOf = (image: number): number => numbers[image] ?? 0;
  const order = Uint16Array.from([...numbers.keys()].filter((image) => !Number.isNaN(valueOf(image))));
  order.sort((a, b) => valueOf(a) - valueOf(b));
  const values = Float64Array.from(order, valueOf);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { values, order, spread: values.length > 0 ? Math.sqrt(variance) : 0 };
}

/**
 * Computes the area between the distribution functions of two samples. 0 if both are empty, undefined if only one is.
 * Counts are those of the images.
 */
function wasserstein(a: Sample, b: Sample, countsA?: ImageCounts, countsB?: ImageCounts): number | undefined {
  const weightA = weightOf(a, countsA);
  const weightB = weightOf(b, countsB);
  if (weightA === 0 || weightB === 0) return weightA === weightB ? 0 : undefined;
  let [i, j, belowA, belowB, area] = [0, 0, 0, 0, 0];
  let previous = Math.min(a.values[0] ?? Infinity, b.values[0] ?? Infinity);
  while (i < a.values.length || j < b.values.length) {
    const [nextA, nextB] = [a.values[i] ?? Infinity, b.values[j] ?? Infinity];
    const value = Math.min(nextA, nextB);
    area += Math.abs(belowA / weightA - belowB / weightB) * (value - previous);
    previous = value;
    if (nextA <= nextB) belowA += countOf(a, i++, countsA);
    else belowB += countOf(b, j++, countsB);
  }
  return area;
}

function weightOf(sample: Sample, counts: ImageCounts | undefined): number {
  if (!counts) return sample.values.length;
  return sample.order.reduce((sum, image) => sum + (counts[image] ?? 0), 0);
}

function countOf(sample: Sample, rank: number, counts: ImageCounts | undefined): number {
  return counts ? (counts[sample.order[rank] ?? 0] ?? 0) : 1;
}
