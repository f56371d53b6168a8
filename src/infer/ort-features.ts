import { existsSync } from 'node:fs';
import { NocturneError } from '../core/errors.js';
import type { RgbImage } from '../image/rgb-image.js';
import { createOrtSession, loadOrt, reasonOf, type InferenceSession, type OrtRuntime } from './ort-runtime.js';

/** A network that computes a feature vector of an image, such as Inception's last pooling layer. */
export interface FeatureNetwork extends AsyncDisposable {
  /** Length of a feature vector. */
  readonly length: number;
  /** The image's feature vector, a new array at each call. Throws NocturneError MODEL_FAILED. */
  describe(image: RgbImage): Promise<Float32Array>;
  /** Frees the network. Idempotent. */
  close(): Promise<void>;
}

/** Side of the input where the model does not fix it: Inception's. */
const DEFAULT_SIDE = 299;

/**
 * Opens a feature network: an ONNX model with one float32 input `[1, 3, H, W]` (R, G and B in [0, 1]). Its first output is
 * the feature vector, whatever its shape. Runs the network once to check that it works.
 * Throws NocturneError MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function openOrtFeatures(path: string, threads = 1): Promise<FeatureNetwork> {
  const session = await createSession(path, threads);
  try {
    const options = { ort: await loadOrt(), session, path, ...inspect(session, path) };
    const grey = { width: 1, height: 1, data: Uint8Array.of(128, 128, 128) };
    const { length } = await new OrtFeatures({ ...options, length: 0 }).describe(grey).catch((error: unknown) => {
      throw invalid(`${path} does not run: ${reasonOf(error)}.`, error);
    });
    return new OrtFeatures({ ...options, length });
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Names of input and output and the size of the input. Throws NocturneError MODEL_INVALID. */
function inspect(session: InferenceSession, path: string): Pick<OrtFeaturesOptions, 'names' | 'size'> {
  const [input] = session.inputMetadata;
  const output = session.outputNames[0];
  if (!input?.isTensor || input.type !== 'float32' || session.inputNames.length !== 1 || output === undefined) {
    throw invalid(`${path} must have one float32 input and an output, got ${session.inputNames.join(', ')}.`);
  }
  const [, channels, height, width] = input.shape;
  if (input.shape.length !== 4 || (typeof channels === 'number' && channels !== 3)) {
    throw invalid(`${path} must take [1, 3, H, W], got [${input.shape.join(', ')}].`);
  }
  const side = (value: string | number | undefined): number =>
    typeof value === 'number' && value > 0 ? value : DEFAULT_SIDE;
  return { names: [input.name, output], size: { width: side(width), height: side(height) } };
}

interface OrtFeaturesOptions {
  readonly ort: OrtRuntime;
  readonly session: InferenceSession;
  readonly path: string;
  readonly names: readonly [input: string, output: string];
  /** Size of the input. */
  readonly size: { readonly width: number; readonly height: number };
  /** Length of a feature vector. */
  readonly length: number;
}

class OrtFeatures implements FeatureNetwork {
  readonly length: number;
  readonly #options: OrtFeaturesOptions;
  #closed = false;

  constructor(options: OrtFeaturesOptions) {
    this.#options = options;
    this.length = options.length;
  }

  async describe(image: RgbImage): Promise<Float32Array> {
    const { ort, session, path, names, size } = this.#options;
    const input = new ort.Tensor('float32', resizeToPlanes(image, size), [1, 3, size.height, size.width]);
    try {
      const result = await session.run({ [names[0]]: input }, [names[1]]);
      const data = result[names[1]]?.data;
      if (!(data instanceof Float32Array)) throw new TypeError('the output must be float32');
      return data.slice();
    } catch (error) {
      const message = `${path} failed: ${reasonOf(error)}.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#options.session.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Resizes bilinearly, samples at pixel centres: `[3, height, width]` in [0, 1]. */
function resizeToPlanes(image: RgbImage, { width, height }: OrtFeaturesOptions['size']): Float32Array {
  const out = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom, fy] = neighbours(y, height, image.height);
    for (let x = 0; x < width; x++) {
      const [left, right, fx] = neighbours(x, width, image.width);
      for (let channel = 0; channel < 3; channel++) {
        const at = (row: number, column: number): number => image.data[3 * (row * image.width + column) + channel] ?? 0;
        const upper = at(top, left) + fx * (at(top, right) - at(top, left));
        const lower = at(bottom, left) + fx * (at(bottom, right) - at(bottom, left));
        out[(channel * height + y) * width + x] = (upper + fy * (lower - upper)) / 255;
      }
    }
  }
  return out;
}

/** The two of `count` samples beside the centre of pixel `at` of `length`, and the weight of the second in [0, 1]. */
function neighbours(at: number, length: number, count: number): readonly [number, number, number] {
  const position = Math.min(count - 1, Math.max(0, ((at + 0.5) * count) / length - 0.5));
  const first = Math.floor(position);
  return [first, Math.min(count - 1, first + 1), position - first];
}

async function createSession(path: string, threads: number): Promise<InferenceSession> {
  if (!existsSync(path)) {
    throw new NocturneError({
      code: 'MODEL_NOT_FOUND',
      stage: 'infer',
      message: `feature network not found: ${path}.`,
      remedy: 'Check the path given to --features.',
    });
  }
  try {
    return await createOrtSession(path, { device: 'cpu', threads });
  } catch (error) {
    throw invalid(`${path} is not a model that ONNX Runtime can read: ${reasonOf(error)}.`, error);
  }
}

function invalid(message: string, cause?: unknown): NocturneError {
  const remedy = 'Give an ONNX file with one input [1, 3, H, W] to --features; see docs/evaluation.md.';
  return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, remedy, cause });
}
