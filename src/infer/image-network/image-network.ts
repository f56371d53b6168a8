import { NocturneError } from '../../core/errors.js';
import { isFiniteArray } from '../../image/is-finite-array.js';
import type { YuvPlanes } from '../../look/fit/look-fitter.js';
import { invalid, type ModelFile } from '../model-file.js';
import type { NetworkSession, NetworkTensor, Placement, TensorPort } from '../network-session.js';
import { openNetworkSession, type SessionOptions } from '../open-session.js';
import { reasonOf } from '../ort-runtime.js';
import { isElementType } from '../tensor-elements.js';
import type { ImageInput, ImageModelCard, ImagePort } from './image-card.js';
import { imageShape, sizeOfTensor, toTensor } from './image-tensor.js';

/** Luma of the image on which a network is tried. */
const TRIAL_LUMA = 0.5;

/**
 * Opens a network that turns an image into an image, compares it with its card and runs it once.
 * Throws NocturneError MODEL_INVALID or DEVICE_UNAVAILABLE.
 */
export async function openImageNetwork(
  file: ModelFile<ImageModelCard>,
  where: SessionOptions = {},
): Promise<ImageNetwork> {
  const session = await openNetworkSession(file, { prefersGpu: true, ...where });
  const network = new ImageNetwork(session, file);
  try {
    network.checkPorts();
    await network.tryOut();
  } catch (error) {
    await network.close();
    throw error;
  }
  return network;
}

/** A network that turns an image into an image. Runs one request after another. */
export class ImageNetwork implements AsyncDisposable {
  readonly card: ImageModelCard;
  readonly #session: NetworkSession;
  readonly #path: string;
  /** Memory of the input, for the next run; undefined while a run uses it. */
  #input: Float32Array | undefined;
  #isClosed = false;

  /** Takes the session. {@link openImageNetwork} checks it too. */
  constructor(session: NetworkSession, { path, card }: Pick<ModelFile<ImageModelCard>, 'path' | 'card'>) {
    this.#session = session;
    this.#path = path;
    this.card = card;
  }

  /** `NetworkSession.isElsewhere`. */
  get isElsewhere(): boolean {
    return this.#session.isElsewhere ?? false;
  }

  get placement(): Placement {
    return this.#session.placement;
  }

  /** The size at which an image of some size runs: its own, in multiples, where the network takes any size; else that of the card. */
  sizeFor(image: { readonly width: number; readonly height: number }): { width: number; height: number } {
    const { width, height, multiple } = this.card.input;
    if (multiple === undefined) return { width, height };
    const fit = (side: number): number => multiple * Math.max(1, Math.round(side / multiple));
    return { width: fit(image.width), height: fit(image.height) };
  }

  /**
   * Turns an image at a size that the network takes into another, `[1, 3, H, W]` or `[1, H, W, 3]` in the range of the card's output. Borrows
   * the image; the caller owns the tensor. Throws NocturneError MODEL_FAILED when the network fails or a number is not finite.
   */
  async run(image: YuvPlanes): Promise<NetworkTensor> {
    if (this.#isClosed) throw new TypeError('run needs an open network, got a closed one');
    let tensor: NetworkTensor;
    try {
      tensor = await this.#run(image);
    } catch (error) {
      throw failed(`${this.#path} failed: ${reasonOf(error)}.`, error);
    }
    if (!sizeOfTensor(tensor, this.card.output))
      throw failed(`${this.#path} gave ${shapeText(tensor.shape)}, no image.`);
    if (!isFiniteArray(tensor.data)) throw failed(`${this.#path} returned an image that is not finite.`);
    return tensor;
  }

  /** Compares the session's inputs and outputs with the card. Throws NocturneError MODEL_INVALID. */
  checkPorts(): void {
    const { inputs, outputs } = this.#session;
    const { input, output } = this.card;
    this.#checkPort('input', inputs, input, imageShape(input, input.width, input.height));
    const others = inputs.filter(({ name }) => name !== input.name).map(({ name }) => name);
    if (others.length > 0) {
      const message = `${this.#path} has ${inputs.length} inputs, ${inputs.map(({ name }) => name).join(' and ')}: an image network has one.`;
      throw invalid(
        message,
        undefined,
        'Export a module whose forward takes the image alone, the others as constants.',
      );
    }
    this.#checkPort('output', outputs, output, imageShape(output, ANY, ANY));
  }

  /** Runs it once on mid-grey, so that what does not run fails here and not on the first frame. */
  async tryOut(): Promise<void> {
    const { width, height } = this.card.input;
    const data = new Float32Array(3 * width * height).fill(TRIAL_LUMA, 0, width * height);
    let tensor: NetworkTensor;
    try {
      tensor = await this.#run({ width, height, data });
    } catch (error) {
      throw invalid(`${this.#path} does not run at ${width}x${height}: ${reasonOf(error)}.`, error, CARD_REMEDY);
    }
    const { output } = this.card;
    if (sizeOfTensor(tensor, output)) return;
    const expected = shapeText(imageShape(output, ANY, ANY));
    throw invalid(
      `${this.#path}: output ${output.name} must be ${expected}, got ${shapeText(tensor.shape)}.`,
      undefined,
      CARD_REMEDY,
    );
  }

  /** Waits for the run in flight, then frees the network. Idempotent, never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(image: YuvPlanes): Promise<NetworkTensor> {
    const { input, output } = this.card;
    const tensor = toTensor(image, input, this.#input);
    this.#input = undefined;
    const tensors = await this.#session.run({ [input.name]: tensor }, [output.name]);
    this.#input = tensor.data; // after a failure the session may still read it
    const night = tensors[output.name];
    if (!night) throw new TypeError(`it gave no output ${output.name}`);
    return night;
  }

  #checkPort(
    kind: string,
    known: readonly TensorPort[],
    card: ImagePort | ImageInput,
    expected: readonly number[],
  ): void {
    const found = known.find(({ name }) => name === card.name);
    if (!found) {
      const names = known.map(({ name }) => name).join(', ');
      throw invalid(`${this.#path} has no ${kind} ${card.name}, got ${names}.`, undefined, CARD_REMEDY);
    }
    const { type, shape } = found;
    if (!isElementType(type)) throw invalid(`${this.#path}: ${kind} ${card.name} must hold numbers, got ${type}.`);
    const fits =
      shape.length === expected.length &&
      shape.every((side, i) => isAnySize(side) || isAnySize(expected[i]) || side === expected[i]);
    if (fits || shape.length === 0) return; // of no stated shape, as a graph of TensorFlow.js gives: the first run shows it
    const message = `${this.#path}: ${kind} ${card.name} must be ${shapeText(expected)}, as its card says, got ${shapeText(shape)}.`;
    throw invalid(message, undefined, CARD_REMEDY);
  }
}

/** In a shape: any number. */
const ANY = -1;

const CARD_REMEDY = 'Correct the card, or write it again: `nocturne models inspect MODEL --write --overwrite`.';

/** True for a dimension that any number fits: a name, or one that is not positive. */
export function isAnySize(side: number | string | undefined): boolean {
  return typeof side !== 'number' || side <= 0;
}

/** A shape for people; a dimension that any number fits is its name, or `any`. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map((side) => (typeof side === 'number' && side <= 0 ? 'any' : side)).join(', ')}]`;
}

function failed(message: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, fatal: false, cause });
}
