import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Generator } from './generator.js';
import {
  AFFINE_SIZE,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_SIZE,
  GRID_WIDTH,
  LIGHTS_SIZE,
  emptyLook,
  isFiniteLook,
  type Look,
} from '../look/look.js';
import type { OnnxModelCard, TensorCard } from './model-card.js';
import { invalid, readModelFile, type ModelFile } from './model-file.js';
import { openModelSession, unavailable } from './model-session.js';
import { loadOrt, reasonOf, type InferenceSession, type Tensor } from './ort-runtime.js';

/** Where a network may run. `auto` means the CPU: looks are small, and copying them from a GPU takes as long. */
export type Device = 'auto' | 'cpu' | 'webgpu';

/** Options of {@link openOrtGenerator}. */
export interface OrtGeneratorOptions {
  /** Path of the `.onnx` file or of its model card. */
  readonly model: string;
  /** Default `auto`. */
  readonly device?: Device;
  /** Threads of the network on the CPU; default 1, because decoder and encoder need the other cores. */
  readonly threads?: number;
  readonly logger?: Logger;
}

/**
 * Opens an ONNX model whose output is a look, and runs it once to check that it works.
 * Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE.
 */
export async function openOrtGenerator(options: OrtGeneratorOptions): Promise<Generator> {
  const threads = options.threads ?? 1;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be an integer of 1 or more, got ${threads}`);
  }
  const device = options.device === 'webgpu' ? 'webgpu' : 'cpu';
  const file = await readModelFile(options.model);
  const started = performance.now();
  const session = await openModelSession(file, { device, threads });
  const { Tensor } = await loadOrt();
  const shape = file.card.input.shape;
  const input = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  const generator = new OrtGenerator({ session, file, device, input });
  try {
    generator.checkMetadata();
    await generator.warmUp();
  } catch (error) {
    await generator.close();
    throw error;
  }
  const logger = options.logger ?? silentLogger;
  const openMs = Math.round(performance.now() - started);
  logger.debug({ model: file.path, version: file.card.version, device, threads, openMs }, 'The network is ready.');
  return generator;
}

interface OpenNetwork {
  readonly session: InferenceSession;
  readonly file: ModelFile;
  readonly device: 'cpu' | 'webgpu';
  /** The session's input; the generator overwrites its data at each run. */
  readonly input: Tensor;
}

class OrtGenerator implements Generator {
  /** The last run of any WebGPU session in this thread. Sessions share one device, which allows one run at a time. */
  static #lastWebgpuRun: Promise<unknown> = Promise.resolve();

  readonly card: OnnxModelCard;
  readonly device: string;
  readonly #session: InferenceSession;
  readonly #path: string;
  readonly #look = emptyLook();
  readonly #input: Tensor;
  readonly #inputData: Float32Array;
  #closed = false;

  constructor({ session, file, device, input }: OpenNetwork) {
    this.#session = session;
    this.#path = file.path;
    this.card = file.card;
    this.device = device;
    this.#input = input;
    this.#inputData = input.data as Float32Array; // a float32 tensor's data is one
  }

  async translate(thumbnail: Thumbnail): Promise<Look> {
    if (this.#closed) throw new TypeError('translate needs an open generator, got a closed one');
    this.#inputData.set(thumbnail.data);
    let result: InferenceSession.OnnxValueMapType;
    try {
      result = await this.#run();
    } catch (error) {
      throw failed(`${this.#path} failed: ${reasonOf(error)}.`, error);
    }
    this.#copyLook(result);
    if (!isFiniteLook(this.#look)) throw failed(`${this.#path} returned a look that is not finite.`);
    return this.#look;
  }

  /** Compares the session's inputs and outputs with the model card. Throws NocturneError MODEL_INVALID. */
  checkMetadata(): void {
    const { input, outputs } = this.card;
    this.#checkTensor('input', this.#session.inputMetadata, input);
    this.#checkTensor('output', this.#session.outputMetadata, outputs.grid);
    this.#checkTensor('output', this.#session.outputMetadata, outputs.lights);
    const extra = this.#session.inputNames.filter((name) => name !== input.name);
    if (extra.length > 0)
      throw invalid(`${this.#path} has inputs that its model card does not name: ${extra.join(', ')}.`);
  }

  /** Runs the network once on mid-grey, so that a device that does not work fails here and not on the first frame. */
  async warmUp(): Promise<void> {
    this.#inputData.fill(0.5, 0, this.#inputData.length / 3);
    try {
      this.#copyLook(await this.#run());
    } catch (error) {
      if (error instanceof NocturneError) throw error;
      if (this.device === 'webgpu') throw unavailable(error);
      throw invalid(`${this.#path} does not run: ${reasonOf(error)}.`, error);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await OrtGenerator.#lastWebgpuRun.catch(ignore);
    await this.#session.release().catch(ignore);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<InferenceSession.OnnxValueMapType> {
    const feeds = { [this.card.input.name]: this.#input };
    const fetches = [this.card.outputs.grid.name, this.card.outputs.lights.name];
    if (this.device !== 'webgpu') return this.#session.run(feeds, fetches);
    const run = OrtGenerator.#lastWebgpuRun.catch(ignore).then(() => this.#session.run(feeds, fetches));
    OrtGenerator.#lastWebgpuRun = run.catch(ignore);
    return run;
  }

  #copyLook(result: InferenceSession.OnnxValueMapType): void {
    const { grid, lights } = this.card.outputs;
    const gridData = this.#dataOf(result, grid, GRID_SIZE);
    if (grid.layout === 'HWB34') this.#look.grid.set(gridData);
    else reorderGridInto(gridData, this.#look.grid);
    this.#look.lights.set(this.#dataOf(result, lights, LIGHTS_SIZE));
  }

  #dataOf(result: InferenceSession.OnnxValueMapType, tensor: TensorCard, length: number): Float32Array {
    const data = result[tensor.name]?.data;
    if (!(data instanceof Float32Array) || data.length !== length) {
      throw invalid(`${this.#path}: output ${tensor.name} must be ${length} float32 numbers, got ${describe(data)}.`);
    }
    return data;
  }

  #checkTensor(kind: string, known: readonly InferenceSession.ValueMetadata[], card: TensorCard): void {
    const found = known.find((value) => value.name === card.name);
    if (!found) {
      const names = known.map((value) => value.name).join(', ');
      throw invalid(`${this.#path} has no ${kind} ${card.name}, got ${names}.`);
    }
    if (!found.isTensor || found.type !== 'float32') {
      throw invalid(
        `${this.#path}: ${kind} ${card.name} must be float32, got ${found.isTensor ? found.type : 'no tensor'}.`,
      );
    }
    const shape = found.shape;
    // A symbolic dimension, a name instead of a number, fits any size.
    const fits =
      shape.length === card.shape.length && shape.every((d, i) => typeof d === 'string' || d === card.shape[i]);
    if (!fits) {
      throw invalid(
        `${this.#path}: ${kind} ${card.name} must be [${card.shape.join(', ')}], got [${shape.join(', ')}].`,
      );
    }
  }
}

/** Writes a bin-major grid `[96, 9, 16]` as the `[9, 16, 8, 3, 4]` of a look. */
function reorderGridInto(channels: Float32Array, out: Float32Array): void {
  const cells = GRID_HEIGHT * GRID_WIDTH;
  for (let k = 0; k < GRID_BINS * AFFINE_SIZE; k++) {
    for (let cell = 0; cell < cells; cell++) out[cell * GRID_BINS * AFFINE_SIZE + k] = channels[k * cells + cell] ?? 0;
  }
}

function failed(message: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false, cause });
}

function describe(data: unknown): string {
  return ArrayBuffer.isView(data) && 'length' in data
    ? `${data.constructor.name} of ${String(data.length)}`
    : typeof data;
}

function ignore(): void {
  // The caller of a failed run has its error.
}
