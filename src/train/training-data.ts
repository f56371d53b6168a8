import { NocturneError } from '../core/errors.js';
import { AlignedDataset } from './data/aligned-dataset.js';
import { CYCLE_GAN_AUGMENT, DEFAULT_AUGMENT, type AugmentOptions } from './data/augment.js';
import { checkData } from './data/check-data.js';
import { readDataFolders, type DataLocation } from './data/data-folders.js';
import { dataReportLines } from './data/data-report.js';
import type { Dataset } from './data/dataset.js';
import { ImageStore } from './data/image-store.js';
import { synthDomains } from './data/synth-domains.js';
import { splitTraining } from './data/train-split.js';
import { UnalignedDataset } from './data/unaligned-dataset.js';
import type { TrainOptions } from './options.js';

/** Where the training images are: folders, or `synth`, the built-in procedural street. */
export type TrainingSource = DataLocation | 'synth';

/** The images of both domains, split for training and validation, with the report of the data check. */
export interface TrainingData {
  readonly dataset: Dataset;
  readonly validation: { readonly days: ImageStore; readonly nights: ImageStore };
  /** Lines of the data check. */
  readonly report: readonly string[];
  /** Training images of each domain, and images held back from both. */
  readonly counts: { readonly days: number; readonly nights: number; readonly heldBack: number };
}

/** Images per domain of `synth`. */
const SYNTH_IMAGES = 96;
/** Minimum number of images held back from each domain. */
const MIN_HELD_BACK = 2;

/** Loads, checks and splits the images. Throws NocturneError INPUT_* or CONFIG_INVALID. */
export async function loadTrainingData(source: TrainingSource, options: TrainOptions): Promise<TrainingData> {
  const { a, b, isSideBySide } = source === 'synth' ? generateDomains(options) : await loadDomains(source, options);
  const report = dataReportLines(checkData(a, b, options));
  const [days, nights] = [split(a, options), split(b, options)];
  return {
    dataset: createDataset({ a: days.train, b: nights.train }, isSideBySide, options),
    validation: { days: days.validation, nights: nights.validation },
    report,
    counts: {
      days: days.train.size,
      nights: nights.train.size,
      heldBack: days.validation.size + nights.validation.size,
    },
  };
}

interface Domains {
  readonly a: ImageStore;
  readonly b: ImageStore;
  readonly isSideBySide: boolean;
}

function generateDomains({ seed, dataset, loadWidth, loadHeight }: TrainOptions): Domains {
  const size = { width: nextEven(loadWidth), height: nextEven(loadHeight) };
  const domains = synthDomains({ count: SYNTH_IMAGES, seed, isPaired: dataset === 'aligned', ...size });
  return { ...domains, isSideBySide: false };
}

function nextEven(length: number): number {
  return 2 * Math.ceil(length / 2);
}

async function loadDomains(location: DataLocation, { loadWidth, loadHeight }: TrainOptions): Promise<Domains> {
  const folders = await readDataFolders(location);
  const size = { loadWidth, loadHeight };
  const [left, right] = folders.isSideBySide ? ([{ half: 'left' }, { half: 'right' }] as const) : [{}, {}];
  const a = await ImageStore.load(folders.a, { ...size, ...left });
  const b = await ImageStore.load(folders.b, { ...size, ...right });
  return { a, b, isSideBySide: folders.isSideBySide };
}

function split(
  store: ImageStore,
  { validationShare, seed }: TrainOptions,
): { train: ImageStore; validation: ImageStore } {
  const { train, validation } = splitTraining(store.images, { fraction: validationShare, seed });
  if (validation.length >= MIN_HELD_BACK && train.length > 0) {
    return { train: ImageStore.of(train), validation: ImageStore.of(validation) };
  }
  if (store.size <= MIN_HELD_BACK) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'train',
      message: `training needs more than ${MIN_HELD_BACK} images of each domain, got ${store.size}.`,
      remedy: 'Add images: some hundreds of each domain are enough.',
    });
  }
  const held = store.images.slice(0, MIN_HELD_BACK);
  return { train: ImageStore.of(store.images.slice(MIN_HELD_BACK)), validation: ImageStore.of(held) };
}

function createDataset(
  stores: { a: ImageStore; b: ImageStore },
  isSideBySide: boolean,
  options: TrainOptions,
): Dataset {
  const { seed, width, height } = options;
  const common = { ...stores, seed, width, height, augment: augmentOptions(options) };
  if (options.dataset === 'aligned' || isSideBySide) return new AlignedDataset(common);
  return new UnalignedDataset(common);
}

function augmentOptions({ exposure, whiteBalance, noise }: TrainOptions): AugmentOptions {
  return {
    ...CYCLE_GAN_AUGMENT,
    exposure: { ...DEFAULT_AUGMENT.exposure, probability: exposure },
    whiteBalance: { ...DEFAULT_AUGMENT.whiteBalance, probability: whiteBalance },
    noise: { ...DEFAULT_AUGMENT.noise, probability: noise },
  };
}
