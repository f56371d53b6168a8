import { existsSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { NocturneError } from '../core/errors.js';
import type { RgbImage } from '../image/rgb-image.js';

/** A network that describes a picture by a vector, such as Inception's last pooling layer. */
export interface FeatureNetwork extends AsyncDisposable {
  /** Numbers of a vector. */
  readonly length: number;
  /** The picture's vector, in memory of its own. Throws NocturneError MODEL_FAILED. */
  describe(picture: RgbImage): Promise<Float32Array>;
  /** Frees the network. Idempotent. */
  close(): Promise<void>;
}

/** Side that a network without a fixed size is given: Inception's. */
const ANY_SIDE = 299;

/**
 * Opens a feature network: an ONNX model of one input, float32 `[1, 3, H, W]`, R, G and B in [0, 1]; its first output is
 * the vector, whatever its shape. It is run once to see that it works. Throws NocturneError MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function openOrtFeatures(path: string, threads = 1): Promise<FeatureNetwork> {
  const session = await createSession(path, threads);
  try {
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
      typeof value === 'number' && value > 0 ? value : ANY_SIDE;
    const size = { width: side(width), height: side(height) };
    const grey = { width: 1, height: 1, data: Uint8Array.of(128, 128, 128) };
    const network = new OrtFeatures({ session, path, names: [input.name, output], size, length: 0 });
    const { length } = await network.describe(grey).catch((error: unknown) => {
      throw invalid(`${path} does not run: ${reasonOf(error)}.`, error);
    });
    return new OrtFeatures({ session, path, names: [input.name, output], size, length });
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface OrtFeaturesOptions {
  readonly session: InferenceSession;
  readonly path: string;
  readonly names: readonly [input: string, output: string];
  readonly size: { readonly width: number; readonly height: number };
  readonly length: number;
}

class OrtFeatures implements FeatureNetwork {
  readonly length: number;
  readonly #options: OrtFeaturesOptions;
  #closed = false;

  constructor(init: OrtFeaturesOptions) {
    this.#options = init;
    this.length = init.length;
  }

  async describe(picture: RgbImage): Promise<Float32Array> {
    const { session, path, names, size } = this.#options;
    const input = new Tensor('float32', resizeToPlanes(picture, size), [1, 3, size.height, size.width]);
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

/** Bilinear, samples at pixel centres: `[3, height, width]` in [0, 1]. */
function resizeToPlanes(picture: RgbImage, { width, height }: OrtFeaturesOptions['size']): Float32Array {
  const out = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom, fy] = around(y, height, picture.height);
    for (let x = 0; x < width; x++) {
      const [left, right, fx] = around(x, width, picture.width);
      for (let channel = 0; channel < 3; channel++) {
        const at = (row: number, column: number): number =>
          picture.data[3 * (row * picture.width + column) + channel] ?? 0;
        const upper = at(top, left) + fx * (at(top, right) - at(top, left));
        const lower = at(bottom, left) + fx * (at(bottom, right) - at(bottom, left));
        out[(channel * height + y) * width + x] = (upper + fy * (lower - upper)) / 255;
      }
    }
  }
  return out;
}

/** The two of `count` samples around the centre of pixel `at` of `length`, and how far between them it lies. */
function around(at: number, length: number, count: number): readonly [number, number, number] {
  const position = Math.min(count - 1, Math.max(0, ((at + 0.5) * count) / length - 0.5));
  const first = Math.floor(position);
  return [first, Math.min(count - 1, first + 1), position - first];
}

async function createSession(path: string, threads: number): Promise<InferenceSession> {
  if (!existsSync(path)) {
    throw new NocturneError({
      code: 'MODEL_NOT_FOUND',
      stage: 'infer',
      message: `no such feature network: ${path}.`,
      remedy: 'Check the path given to --features.',
    });
  }
  try {
    return await InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw invalid(`${path} is not a model that ONNX Runtime reads: ${reasonOf(error)}.`, error);
  }
}

function invalid(message: string, cause?: unknown): NocturneError {
  const remedy = 'Give an ONNX file with one input [1, 3, H, W] to --features; see docs/evaluation.md.';
  return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, remedy, cause });
}

/** A foreign error's first line without its full stop. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}
