import { NocturneError } from '../../core/errors.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { readExternalData } from '../../infer/external-data.js';
import { onnxMetadata } from '../../infer/onnx-metadata.js';
import {
  createOrtSession,
  loadOrt,
  reasonOf,
  type InferenceSession,
  type OrtRuntime,
  type Tensor,
} from '../../infer/ort-runtime.js';
import { readModelBytes } from '../../infer/model-file.js';
import { recogniseBoxLists } from './box-list-output.js';
import type { Detection } from './detection.js';
import { readDetectorCard } from './detector-card.js';
import {
  prepareImage,
  toImage,
  type DetectorInput,
  type PreparedImage,
  type Preprocessing,
  type Size,
} from './detector-input.js';
import { namesFor, namesInMetadata, readClassNames } from './detector-names.js';
import { describeDims, type OutputFormat, type OutputTensor } from './detector-output.js';
import type { Detector } from './detector.js';
import { MAX_DETECTIONS, mostCertain, suppressOverlaps } from './non-max-suppression.js';
import { recogniseYolo } from './yolo-output.js';

/** Options of {@link openOrtDetector}. */
export interface DetectorOptions {
  /** A text file of class names, or a list's name: {@link readClassNames}. Default: what the model states. */
  readonly classes?: string;
  readonly threads?: number;
}

/** Side of the input where neither model nor metadata fix it: YOLO's. */
const DEFAULT_SIDE = 640;
/** Level of the image that shows what a detector gives. */
const GREY = 114;
/** A second input of this name takes the size of the image that boxes are wanted for: RT-DETR's own export. */
const SIZE_INPUT = /orig|size/i;

const READ =
  'Read are YOLOv5 to v12 and YOLOX, SSD and TensorFlow detection models, torchvision, DETR and RT-DETR; ' +
  'see "A detector of your own" in docs/evaluation.md.';

/**
 * Opens an object detector in ONNX. What its outputs are is recognised from their shapes and names, after one run on a grey image.
 * Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID with what was seen, or CONFIG_INVALID for the class names.
 */
export async function openOrtDetector(path: string, { classes, threads = 1 }: DetectorOptions = {}): Promise<Detector> {
  const given = classes === undefined ? undefined : await readClassNames(classes);
  const bytes = await readModelBytes(path, 'detector', 'Check the path given to --detector.');
  const session = await createSession(path, bytes, threads);
  try {
    const metadata = onnxMetadata(bytes);
    const card = await readDetectorCard(path);
    const stated = given ?? card.classes ?? namesInMetadata(metadata);
    const inputs = inspect(session, path);
    const network = new Network(await loadOrt(), session, inputs, path);
    const size = inputs.image.size ?? sizeInMetadata(metadata);
    const format = await recognise(network, { size, path, classCount: stated?.length });
    const names = namesOf(stated, format, path);
    const preprocessing = { ...format.preprocessing, ...card };
    return new OrtDetector({ network, format, names, preprocessing, size });
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface OrtDetectorOptions {
  readonly network: Network;
  readonly format: OutputFormat;
  readonly names: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Size of the input, unless the fit is `own`. */
  readonly size: Size;
}

class OrtDetector implements Detector {
  readonly classes: readonly string[];
  readonly title: string;
  readonly #options: OrtDetectorOptions;

  constructor(options: OrtDetectorOptions) {
    this.classes = options.names;
    this.title = options.format.title;
    this.#options = options;
  }

  get input(): Size & Preprocessing {
    const { size, preprocessing } = this.#options;
    const { fit, values, colors } = preprocessing;
    return { ...size, fit, values, colors };
  }

  async detect(image: RgbImage): Promise<Detection[]> {
    const { network, format, names, preprocessing, size } = this.#options;
    const prepared = prepareImage(image, network.inputs.image, size, preprocessing);
    const found = format.decode(await network.run(prepared), prepared.size);
    const outside = found.find(({ classIndex }) => names[classIndex] === undefined);
    if (outside) throw classOutside(network.path, outside.classIndex, names.length);
    const placed = found
      .filter(({ classIndex }) => names[classIndex] !== '')
      .map((detection) => toImage(detection, prepared, image))
      .filter(({ width, height }) => width > 0 && height > 0);
    return format.needsSuppression ? suppressOverlaps(placed) : mostCertain(placed, MAX_DETECTIONS);
  }

  close(): Promise<void> {
    return this.#options.network.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface NetworkInputs {
  readonly image: DetectorInput;
  /** Name of an input that takes the size of the image. */
  readonly sizeName: string | undefined;
}

/** A session and its inputs. */
class Network {
  readonly inputs: NetworkInputs;
  readonly path: string;
  readonly #ort: OrtRuntime;
  readonly #session: InferenceSession;
  #closed = false;

  constructor(ort: OrtRuntime, session: InferenceSession, inputs: NetworkInputs, path: string) {
    this.#ort = ort;
    this.#session = session;
    this.inputs = inputs;
    this.path = path;
  }

  /** Runs the network. Throws NocturneError MODEL_FAILED. */
  async run({ data, dims, size }: PreparedImage): Promise<OutputTensor[]> {
    const { image, sizeName } = this.inputs;
    const { Tensor } = this.#ort;
    const feeds: Record<string, Tensor> = {
      [image.name]: data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims),
    };
    if (sizeName !== undefined) {
      feeds[sizeName] = new Tensor('int64', BigInt64Array.of(BigInt(size.width), BigInt(size.height)), [1, 2]);
    }
    try {
      const result = await this.#session.run(feeds);
      return Object.entries(result).map(([name, tensor]) => outputOf(name, tensor));
    } catch (error) {
      const message = `${this.path} failed: ${reasonOf(error)}.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, remedy: READ, cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.release();
  }
}

/** A tensor with its 64-bit integers as numbers. Borrows other data. */
function outputOf(name: string, { data, dims, type }: Tensor): OutputTensor {
  if (typeof data === 'string' || (Array.isArray(data) && typeof data[0] === 'string'))
    return { name, type, dims, data: [] };
  const numbers =
    data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : data;
  return { name, type, dims, data: numbers as ArrayLike<number> }; // texts and 64-bit integers were handled above
}

async function recognise(
  network: Network,
  options: { readonly size: Size; readonly path: string; readonly classCount: number | undefined },
): Promise<OutputFormat> {
  const { size, path, classCount } = options;
  const grey = { ...size, data: new Uint8Array(3 * size.width * size.height).fill(GREY) };
  const { image } = network.inputs;
  const probe = prepareImage(grey, image, size, { fit: 'stretch', values: 'unit', colors: 'rgb' });
  const outputs = await network.run(probe).catch((error: unknown) => {
    const cause = error instanceof NocturneError ? error.cause : error;
    throw invalid(`${path} does not run on ${size.width}x${size.height} pixels: ${reasonOf(cause)}.`, error);
  });
  const format = recogniseBoxLists(outputs, image, classCount) ?? recogniseYolo(outputs, size, classCount);
  if (format) return format;
  const seen = outputs.map((output) => `${output.name} ${output.type} ${describeDims(output)}`).join(', ');
  throw invalid(`the outputs of ${path} are no detections that are read here: ${seen}.`);
}

function namesOf(stated: readonly string[] | undefined, format: OutputFormat, path: string): readonly string[] {
  const remedy = 'Give their names to --detector-classes: a text file with one a line, coco or coco-ids.';
  try {
    const names = namesFor(stated, format.classCount);
    if (names) return names;
  } catch (error) {
    throw invalid(`the class names of ${path} do not fit: ${reasonOf(error)}.`, error, remedy);
  }
  const count = format.classCount === undefined ? '' : ` ${format.classCount}`;
  throw invalid(`${path} does not state the names of its${count} classes.`, undefined, remedy);
}

function classOutside(path: string, classIndex: number, count: number): NocturneError {
  const message = `${path} found class number ${classIndex}, and there are ${count} names, from 0.`;
  const remedy = 'Give all names to --detector-classes; for a network that counts from 1 the first line is background.';
  return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, remedy });
}

/** The inputs of a detector. Throws NocturneError MODEL_INVALID. */
function inspect(session: InferenceSession, path: string): NetworkInputs {
  const seen = session.inputMetadata.map((one) =>
    one.isTensor ? `${one.name} ${one.type} [${one.shape.join(', ')}]` : one.name,
  );
  const refuse = (): NocturneError => {
    const message = `${path} must take one image, float32 or uint8, [1, 3, H, W] or [1, H, W, 3], got ${seen.join(', ')}.`;
    return invalid(message, undefined, READ);
  };
  const [image, second, ...rest] = [...session.inputMetadata].sort((a, b) => rankOf(b) - rankOf(a));
  if (!image?.isTensor || rest.length > 0) throw refuse();
  const { name, type, shape } = image;
  if (type !== 'float32' && type !== 'uint8') throw refuse();
  if (shape.length !== 3 && shape.length !== 4) throw refuse();
  if (second && !(second.isTensor && second.type === 'int64' && SIZE_INPUT.test(second.name))) throw refuse();
  const hasBatch = shape.length === 4;
  const [a, b, c] = shape.slice(-3);
  if ((hasBatch && isFixed(shape[0]) && shape[0] !== 1) || (a !== 3 && c !== 3 && [a, b, c].every(isFixed)))
    throw refuse();
  const layout = c === 3 && a !== 3 ? 'NHWC' : 'NCHW';
  const [height, width] = layout === 'NHWC' ? [a, b] : [b, c];
  const size = isFixed(height) && isFixed(width) ? { width, height } : undefined;
  return { image: { name, type, layout, hasBatch, size }, sizeName: second?.name };
}

function rankOf(metadata: InferenceSession['inputMetadata'][number]): number {
  return metadata.isTensor ? metadata.shape.length : 0;
}

function isFixed(side: number | string | undefined): side is number {
  return typeof side === 'number' && side > 0;
}

/** Ultralytics' `imgsz`: `[height, width]`. */
function sizeInMetadata(metadata: ReadonlyMap<string, string>): Size {
  const [height, width] = [...(metadata.get('imgsz') ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return { width: width ?? height ?? DEFAULT_SIDE, height: height ?? DEFAULT_SIDE };
}

async function createSession(path: string, bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    const externalData = await readExternalData(path, bytes);
    return await createOrtSession(bytes, { device: 'cpu', threads, externalData });
  } catch (error) {
    throw invalid(`${path} is not a model that ONNX Runtime can read: ${reasonOf(error)}.`, error);
  }
}

function invalid(message: string, cause?: unknown, remedy = READ): NocturneError {
  return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, remedy, cause });
}
