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
   * `auto`: the trained network of the package if present, else `grade`. `grade` or `grade:deep`: physics, no network.
   * Anything else: the path of an ONNX model, of its card, or of a folder NAME with NAME.onnx and NAME.json.
   */
  readonly generator: string;
  /** Where a network runs; default `auto`. */
  readonly device?: Device;
  /** Threads of a network on the CPU; default 1. */
  readonly threads?: number;
  readonly logger?: Logger;
}

/** Folder of the trained network of the package; the same from `src/` and from `dist/`. */
const SHIPPED_MODEL = new URL('../../models/nightgrid/', import.meta.url);

/**
 * Opens a generator by name or path. A network gets the grade as its fallback: see {@link withFallback}.
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

/** Opens the network of the package; the grade when the network cannot be used. */
async function openShipped(options: OpenGeneratorOptions, logger: Logger): Promise<FallbackGenerator> {
  try {
    return await openNetwork(fileURLToPath(SHIPPED_MODEL).replace(/[\\/]$/, ''), options, logger);
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code === 'DEVICE_UNAVAILABLE') throw error;
    logger.warn({ code: error.code }, `${error.toLine()} Using the built-in grade instead.`);
    return createGrade();
  }
}

async function openNetwork(model: string, options: OpenGeneratorOptions, logger: Logger): Promise<FallbackGenerator> {
  const { device = 'auto', threads = 1 } = options;
  // Imported on demand: the grade needs no ONNX Runtime, whose native library is slow to load.
  const { openOrtGenerator } = await import('./ort-generator.js');
  const network = await openOrtGenerator({ model, device, threads, logger });
  return withFallback(network, { fallback: await createGrade(), logger });
}
