import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { PhotoSource } from '../image/photo.js';
import type { Generator } from './generator.js';
import { withFallback, type FallbackGenerator } from './fallback-generator.js';
import { SHIPPED_SCENE_MODEL } from '../scene/scene-reader.js';
import { createGrade } from './grade/grade.js';
import { modelKind, modelPaths, readModelFile, type ModelFile } from './model-file.js';
import { parseImageCard, type ImageModelCard } from './image-network/image-card.js';
import type { ImageNetwork } from './image-network/image-network.js';
import type { Device, Engine } from './network-session.js';
import { isPackageGenerator } from './generator-names.js';
import { usefulThreads } from './ort-runtime.js';
import type { ShareOptions } from './shared/share-messages.js';

/** Options of {@link openGenerator}. */
export interface OpenGeneratorOptions {
  /**
   * `auto`: `lit`, else `nightgrid`, else `grade`: the first whose network the package has and that opens. `lit`: the scene
   * network and a night style. `nightgrid`: the look network. `grade` or `grade:deep`: physics, no network.
   * Anything else: the path of an ONNX model, of its card, or of a folder NAME with NAME.onnx and NAME.json; a scene network makes
   * `lit` with it, and with the vehicle network in the folder `vehicle` beside its own, if there is one; an image network makes images
   * to which looks are fitted, and needs no card where its file shows how it is used; a two-pathway network does so from the frame and from
   * the key regions that the scene network of the package finds in it.
   */
  readonly generator: string;
  /** Night style of `lit`: a name or the path of a JSON file; default `city-led`. */
  readonly style?: string;
  /** Night photos: what they show of their night, the style of `lit` has too. */
  readonly like?: readonly PhotoSource[] | undefined;
  /** Seed of `lit`; default 1. */
  readonly seed?: number;
  /** Where a network runs; default `auto`. */
  readonly device?: Device;
  /** Which library runs a network; default `auto`. */
  readonly engine?: Engine;
  /** Threads of a network on the CPU; default 1. As many as there are CPU cores run, at most. */
  readonly threads?: number;
  /** The generator process that runs its networks; default: this thread. */
  readonly share?: ShareOptions | undefined;
  readonly logger?: Logger;
}

/** The night style where none is named. */
const DEFAULT_STYLE = 'city-led';

/** Folder of the look network of the package; the same from `src/` and from `dist/`. */
export const SHIPPED_LOOK_MODEL = fileURLToPath(new URL('../../models/nightgrid', import.meta.url));

/**
 * Opens a generator by name or path. A network gets the grade as its fallback: see {@link withFallback}.
 * Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE, and CONFIG_INVALID for a style.
 */
export async function openGenerator(options: OpenGeneratorOptions): Promise<FallbackGenerator> {
  const network = await openNetworkGenerator(options);
  const { logger = silentLogger } = options;
  return isFallback(network) ? network : withFallback(network, { fallback: await createGrade(), logger });
}

/** The same without a fallback: its looks fail where its network does. */
export async function openNetworkGenerator(options: OpenGeneratorOptions): Promise<Generator> {
  const network = await openByName(options);
  const { placement } = network;
  if (placement && placement.notice !== '') (options.logger ?? silentLogger).warn({ ...placement }, placement.notice);
  return network;
}

async function openByName(options: OpenGeneratorOptions): Promise<Generator> {
  const { generator, threads = 1, like, logger = silentLogger } = options;
  const cores = usefulThreads(threads);
  if (cores < threads) {
    logger.warn({ threads }, `--threads ${threads} is more than this machine has CPU cores: ${cores} are used.`);
  }
  if (like && !(await isLit(generator))) throw needsLit(generator);
  switch (generator) {
    case 'grade':
      return createGrade();
    case 'grade:deep':
      return createGrade({ depth: 'deep' });
    case 'lit':
      return openLit(SHIPPED_SCENE_MODEL, options);
    case 'nightgrid':
      return openLookNetwork(SHIPPED_LOOK_MODEL, options);
    case 'auto':
      return openShipped(options);
    default:
      return openModel(generator, options);
  }
}

/** Whether a generator may have a night style. */
async function isLit(generator: string): Promise<boolean> {
  if (isPackageGenerator(generator)) return generator === 'lit' || generator === 'auto';
  return (await modelKind(generator)) === 'scene';
}

function needsLit(generator: string): NocturneError {
  const message = `a night like photos needs the generator lit, got ${generator}.`;
  const remedy = 'Leave --like out, or leave --generator at auto.';
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'infer', message, remedy });
}

/** Opens a model by its card; one without a card as an image network, if its file leaves no doubt about it. */
async function openModel(path: string, options: OpenGeneratorOptions): Promise<Generator> {
  switch (await modelKind(path)) {
    case 'scene':
      return openLit(path, options);
    case 'look':
      return openLookNetwork(path, options);
    case 'two-pathway':
      return openTwoPathway(path, options);
    case 'image':
    case undefined: {
      const file = await readImageFile(path, options);
      if (!file) throw new TypeError(`${path} has no image card`);
      return openImage(file, options);
    }
  }
}

function isFallback(generator: Generator): generator is FallbackGenerator {
  return 'fallbacks' in generator;
}

/** Opens the best generator of the package whose network can be used; the grade when none can. */
async function openShipped(options: OpenGeneratorOptions): Promise<Generator> {
  const { logger = silentLogger } = options;
  const candidates = [
    { model: SHIPPED_SCENE_MODEL, open: openLit },
    { model: SHIPPED_LOOK_MODEL, open: openLookNetwork },
  ];
  for (const { model, open } of candidates) {
    if (!existsSync(model)) continue;
    try {
      return await open(model, options);
    } catch (error) {
      if (!(error instanceof NocturneError) || !error.code.startsWith('MODEL_')) throw error;
      logger.warn({ code: error.code }, `${error.toLine()} Using another generator instead.`);
    }
  }
  return createGrade();
}

// All import their network on demand: the grade needs no ONNX Runtime, whose native library is slow to load.

async function openLit(model: string, options: OpenGeneratorOptions): Promise<Generator> {
  const { style = DEFAULT_STYLE, seed = 1, like, logger = silentLogger } = options;
  const { openLitGenerator } = await import('./lit-generator.js');
  return openLitGenerator({ model, style, seed, ...(like && { like }), ...placeOf(options), logger });
}

async function openLookNetwork(model: string, options: OpenGeneratorOptions): Promise<Generator> {
  const { openLookGenerator } = await import('./look-generator.js');
  return openLookGenerator({ model, ...placeOf(options), logger: options.logger ?? silentLogger });
}

async function openTwoPathway(model: string, options: OpenGeneratorOptions): Promise<Generator> {
  const { openTwoPathwayGenerator } = await import('./two-pathway/two-pathway-generator.js');
  return openTwoPathwayGenerator({ model, ...placeOf(options), logger: options.logger ?? silentLogger });
}

/** Where a network is to run. */
function placeOf({ device = 'auto', engine = 'auto', threads = 1, share }: OpenGeneratorOptions) {
  return { device, engine, threads, share };
}

/**
 * Opens the image network at a path, for its own pixels; undefined for a generator that makes looks. Throws as {@link openGenerator} does.
 */
export async function openImageNetworkAt(options: OpenGeneratorOptions): Promise<ImageNetwork | undefined> {
  const { generator } = options;
  if (isPackageGenerator(generator)) return undefined;
  const file = await readImageFile(generator, options);
  if (!file) return undefined;
  const { openImageNetwork } = await import('./image-network/image-network.js');
  return openImageNetwork(file, placeOf(options));
}

/** The image network at a path, by its card or by what its file shows; undefined for other models. */
async function readImageFile(
  path: string,
  options: OpenGeneratorOptions,
): Promise<ModelFile<ImageModelCard> | undefined> {
  const kind = await modelKind(path);
  if (kind !== undefined) return kind === 'image' ? readModelFile(path, parseImageCard) : undefined;
  const { model, card } = await modelPaths(path);
  if (existsSync(card) || !existsSync(model)) return readModelFile(path, parseImageCard); // reports what is wrong
  const { readUncardedModel } = await import('./image-network/uncarded-model.js');
  return readUncardedModel(model, options.logger ?? silentLogger);
}

async function openImage(file: ModelFile<ImageModelCard>, options: OpenGeneratorOptions): Promise<Generator> {
  const { openImageGenerator } = await import('./image-network/image-generator.js');
  return openImageGenerator({ file, ...placeOf(options), logger: options.logger ?? silentLogger });
}
