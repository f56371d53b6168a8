import { NocturneError } from '../core/errors.js';
import { silentLogger, type Logger } from '../core/logger.js';
import type { Thumbnail } from '../image/thumbnail.js';
import { unavailable } from './device-names.js';
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
import type { NetworkSession, NetworkTensor, Placement, TensorPort } from './network-session.js';
import { openNetworkSession, type SessionOptions } from './open-session.js';
import { openFailure } from './ort-providers.js';
import { reasonOf } from './ort-runtime.js';

/** Options of {@link openLookGenerator}. */
export interface LookGeneratorOptions extends Omit<SessionOptions, 'prefersGpu'> {
  /** Path of the `.onnx` file or of its model card. */
  readonly model: string;
  readonly logger?: Logger;
}

/**
 * Opens an ONNX model whose output is a look, and runs it once to check that it works.
 * Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID or DEVICE_UNAVAILABLE.
 */
export async function openLookGenerator(options: LookGeneratorOptions): Promise<Generator> {
  const { model, logger = silentLogger, ...where } = options;
  const file = await readModelFile(model);
  const started = performance.now();
  const session = await openNetworkSession(file, where);
  const generator = new LookNetworkGenerator(session, file);
  try {
    generator.checkMetadata();
    await generator.warmUp();
  } catch (error) {
    await generator.close();
    throw error;
  }
  const openMs = Math.round(performance.now() - started);
  const { device } = generator;
  logger.debug({ model: file.path, version: file.card.version, device, openMs }, 'The network is ready.');
  return generator;
}

/** What a run of a network gives, by name. */
type NetworkOutput = Awaited<ReturnType<NetworkSession['run']>>;

class LookNetworkGenerator implements Generator {
  readonly card: OnnxModelCard;
  readonly #session: NetworkSession;
  readonly #path: string;
  readonly #look = emptyLook();
  readonly #input: NetworkTensor;
  #closed = false;

  constructor(session: NetworkSession, { path, card }: ModelFile) {
    this.#session = session;
    this.#path = path;
    this.card = card;
    const { shape } = card.input;
    this.#input = { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape };
  }

  get placement(): Placement {
    return this.#session.placement;
  }

  get device(): string {
    return this.placement.device;
  }

  get isElsewhere(): boolean {
    return this.#session.isElsewhere ?? false;
  }

  async translate(thumbnail: Thumbnail): Promise<Look> {
    if (this.#closed) throw new TypeError('translate needs an open generator, got a closed one');
    this.#input.data.set(thumbnail.data);
    let result: NetworkOutput;
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
    this.#checkTensor('input', this.#session.inputs, input);
    this.#checkTensor('output', this.#session.outputs, outputs.grid);
    this.#checkTensor('output', this.#session.outputs, outputs.lights);
    const extra = this.#session.inputs.map(({ name }) => name).filter((name) => name !== input.name);
    if (extra.length > 0)
      throw invalid(`${this.#path} has inputs that its model card does not name: ${extra.join(', ')}.`);
  }

  /** Runs the network once on mid-grey, so that a device that does not work fails here and not on the first frame. */
  async warmUp(): Promise<void> {
    this.#input.data.fill(0.5, 0, this.#input.data.length / 3);
    try {
      this.#copyLook(await this.#run());
    } catch (error) {
      if (error instanceof NocturneError) throw error;
      const { device } = this.placement;
      if (device !== 'cpu') throw unavailable(device, openFailure(device, error), error);
      throw invalid(`${this.#path} does not run: ${reasonOf(error)}.`, error);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<NetworkOutput> {
    const { input, outputs } = this.card;
    return this.#session.run({ [input.name]: this.#input }, [outputs.grid.name, outputs.lights.name]);
  }

  #copyLook(result: NetworkOutput): void {
    const { grid, lights } = this.card.outputs;
    const gridData = this.#dataOf(result, grid, GRID_SIZE);
    if (grid.layout === 'HWB34') this.#look.grid.set(gridData);
    else reorderGridInto(gridData, this.#look.grid);
    this.#look.lights.set(this.#dataOf(result, lights, LIGHTS_SIZE));
  }

  #dataOf(result: NetworkOutput, tensor: TensorCard, length: number): Float32Array {
    const data = result[tensor.name]?.data;
    if (data?.length !== length) {
      throw invalid(`${this.#path}: output ${tensor.name} must be ${length} numbers, got ${data?.length ?? 'none'}.`);
    }
    return data;
  }

  #checkTensor(kind: string, known: readonly TensorPort[], card: TensorCard): void {
    const found = known.find((value) => value.name === card.name);
    if (!found) {
      const names = known.map((value) => value.name).join(', ');
      throw invalid(`${this.#path} has no ${kind} ${card.name}, got ${names}.`);
    }
    if (found.type !== 'float32') {
      throw invalid(`${this.#path}: ${kind} ${card.name} must be float32, got ${found.type}.`);
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
