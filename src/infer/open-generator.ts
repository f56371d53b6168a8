import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import { withFallback, type FallbackGenerator } from './fallback-generator.js';
import type { Generator } from './generator.js';
import { SHIPPED_SCENE_MODEL } from '../scene/scene-reader.js';
import { createGrade } from './grade/grade.js';
import { isSceneModel } from './model-file.js';
import type { Device } from './network-session.js';
import { usefulThreads } from './ort-runtime.js';
import type { ShareOptions } from './shared/share-messages.js';

/** Options of {@link openGenerator}. */
export interface OpenGeneratorOptions {
  /**
   * `auto`: `lit`, else `nightgrid`, else `grade`: the first whose network the package has and that opens. `lit`: the scene
   * network and a night style. `nightgrid`: the look network. `grade` or `grade:deep`: physics, no network.
   * Anything else: the path of an ONNX model, of its card, or of a folder NAME with NAME.onnx and NAME.json; a scene network makes
   * `lit` with it, and with the vehicle network in the folder `vehicle` beside its own, if there is one.
   */
  readonly generator: string;
  /** Night style of `lit`: a name or the path of a JSON file; default `city-led`. */
  readonly style?: string;
  /** Seed of `lit`; default 1. */
  readonly seed?: number;
  /** Where a network runs; default `auto`. */
  readonly device?: Device;
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
  const { generator, threads = 1, logger = silentLogger } = options;
  const cores = usefulThreads(threads);
  if (cores < threads) {
    logger.warn({ threads }, `--threads ${threads} is more than this machine has CPU cores: ${cores} are used.`);
  }
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
      return (await isSceneModel(generator)) ? openLit(generator, options) : openLookNetwork(generator, options);
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

// Both import their network on demand: the grade needs no ONNX Runtime, whose native library is slow to load.

async function openLit(model: string, options: OpenGeneratorOptions): Promise<Generator> {
  const { style = DEFAULT_STYLE, seed = 1, device = 'auto', threads = 1, share, logger = silentLogger } = options;
  const { openLitGenerator } = await import('./lit-generator.js');
  return openLitGenerator({ model, style, seed, device, threads, share, logger });
}

async function openLookNetwork(model: string, options: OpenGeneratorOptions): Promise<Generator> {
  const { device = 'auto', threads = 1, share, logger = silentLogger } = options;
  const { openLookGenerator } = await import('./look-generator.js');
  return openLookGenerator({ model, device, threads, share, logger });
}
