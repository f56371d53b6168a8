import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import { withFallback, type FallbackGenerator } from './fallback-generator.js';
import { createGrade } from './grade/grade.js';
import type { Device } from './ort-generator.js';

/** Options of {@link openGenerator}. */
export interface OpenGeneratorOptions {
  /**
   * `auto`: the trained network that comes with the package, else `grade`. `grade` or `grade:deep`: physics, no network.
   * Anything else: path of an ONNX model, of its card, or of a folder NAME with NAME.onnx and NAME.json.
   */
  readonly generator: string;
  /** Where a network runs; default `auto`. */
  readonly device?: Device;
  /** Threads of a network on the processor; default 1. */
  readonly threads?: number;
  readonly logger?: Logger;
}

/** The trained network of the package; works from `src/` and from `dist/`. */
const SHIPPED_MODEL = new URL('../../models/nightgrid/', import.meta.url);

/**
 * Opens a generator by name or path. A network is guarded: when it fails on a frame, another look stands in.
 * Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE.
 */
export async function openGenerator(options: OpenGeneratorOptions): Promise<FallbackGenerator> {
  const logger = options.logger ?? silentLogger;
  switch (options.generator) {
    case 'grade':
      return createGrade();
    case 'grade:deep':
      return createGrade({ depth: 'deep' });
    case 'auto':
      return existsSync(SHIPPED_MODEL) ? openShipped(options, logger) : createGrade();
    default:
      return openNetwork(options.generator, options, logger);
  }
}

async function openShipped(options: OpenGeneratorOptions, logger: Logger): Promise<FallbackGenerator> {
  try {
    return await openNetwork(fileURLToPath(SHIPPED_MODEL).replace(/[\\/]$/, ''), options, logger);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code === 'DEVICE_UNAVAILABLE') throw error;
    logger.warn({ code: error.code }, `${error.toLine()} The built-in grade takes its place.`);
    return createGrade();
  }
}

async function openNetwork(model: string, options: OpenGeneratorOptions, logger: Logger): Promise<FallbackGenerator> {
  const { device = 'auto', threads = 1 } = options;
  // Loaded when a network is wanted: the grade needs no ONNX Runtime, and its native library takes a while to load.
  const { openOrtGenerator } = await import('./ort-generator.js');
  const network = await openOrtGenerator({ model, device, threads, logger });
  return withFallback(network, { fallback: await createGrade(), logger });
}
