import { NocturneError } from '../core/errors.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
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

/** Where the pictures are: folders, or `synth`, the street that Nocturne paints itself. */
export type TrainingSource = DataLocation | 'synth';

/** Pictures of both domains, divided, and what was found in them. */
export interface TrainingData {
  readonly dataset: Dataset;
  readonly validation: { readonly days: ImageStore; readonly nights: ImageStore };
  /** Lines of the data check. */
  readonly report: readonly string[];
  /** Pictures to learn from and held back, day and night. */
  readonly counts: { readonly days: number; readonly nights: number; readonly heldBack: number };
}

/** Pictures of each domain that `synth` paints. */
const SYNTH_COUNT = 96;
/** Pictures held back at least, however small the share. */
const FEWEST = 2;

/** Loads, checks and divides the pictures. Throws NocturneError INPUT_* or CONFIG_INVALID. */
export async function loadTrainingData(source: TrainingSource, options: TrainOptions): Promise<TrainingData> {
  const { a, b, isSideBySide } = source === 'synth' ? paintDomains(options) : await loadDomains(source, options);
  const report = dataReportLines(checkData(a, b, { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT }));
  const [days, nights] = [divide(a, options), divide(b, options)];
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

function paintDomains({ seed, dataset }: TrainOptions): Domains {
  return { ...synthDomains({ count: SYNTH_COUNT, seed, isPaired: dataset === 'aligned' }), isSideBySide: false };
}

async function loadDomains(location: DataLocation, { loadWidth, loadHeight }: TrainOptions): Promise<Domains> {
  const folders = await readDataFolders(location);
  const size = { loadWidth, loadHeight };
  const [left, right] = folders.isSideBySide ? ([{ half: 'left' }, { half: 'right' }] as const) : [{}, {}];
  const a = await ImageStore.load(folders.a.entries, { ...size, ...left });
  const b = await ImageStore.load(folders.b.entries, { ...size, ...right });
  return { a, b, isSideBySide: folders.isSideBySide };
}

function divide(
  store: ImageStore,
  { validationShare, seed }: TrainOptions,
): { train: ImageStore; validation: ImageStore } {
  const { train, validation } = splitTraining(store.pictures, { fraction: validationShare, seed });
  if (validation.length >= FEWEST && train.length > 0) {
    return { train: ImageStore.of(train), validation: ImageStore.of(validation) };
  }
  if (store.size <= FEWEST) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'train',
      message: `a training needs more than ${FEWEST} pictures of each domain, got ${store.size}.`,
      remedy: 'Bring some hundreds of each.',
    });
  }
  const held = store.pictures.slice(0, FEWEST);
  return { train: ImageStore.of(store.pictures.slice(FEWEST)), validation: ImageStore.of(held) };
}

function createDataset(
  stores: { a: ImageStore; b: ImageStore },
  isSideBySide: boolean,
  options: TrainOptions,
): Dataset {
  const common = { ...stores, seed: options.seed, augment: augmentOf(options) };
  if (options.dataset === 'aligned' || isSideBySide) return new AlignedDataset(common);
  return new UnalignedDataset(common);
}

function augmentOf({ exposure, whiteBalance, noise }: TrainOptions): AugmentOptions {
  return {
    ...CYCLE_GAN_AUGMENT,
    exposure: { ...DEFAULT_AUGMENT.exposure, probability: exposure },
    whiteBalance: { ...DEFAULT_AUGMENT.whiteBalance, probability: whiteBalance },
    noise: { ...DEFAULT_AUGMENT.noise, probability: noise },
  };
}
