import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { decodeText, parseJson } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import { readExternalData, readWeightFiles, type ExternalData } from './external-data.js';
import { parseModelCard, type ModelCard, type OnnxModelCard, type TrainedModelCard } from './model-card.js';
import { isTensorFlowModel, weightFilesOf } from './tensorflow-file.js';

/** What the cards of all model files hold. */
type FileCard = ModelCard & Pick<TrainedModelCard, 'sha256'>;

/** A model whose checksum matches its card. */
export interface ModelFile<C extends FileCard = OnnxModelCard> {
  /** Path of the `.onnx` file, or of the `model.json` of TensorFlow.js. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The files beside it that hold weights of it; none for most ONNX models. The checksum does not cover them. */
  readonly externalData: readonly ExternalData[];
  readonly card: C;
}

/** Where a model and its card lie. */
export interface ModelPaths {
  /** The `.onnx` file, or the `model.json` of TensorFlow.js. */
  readonly model: string;
  readonly card: string;
}

const CARD_REMEDY =
  'Write one: `nocturne models inspect MODEL --write` for a network that makes images, else see docs/models.md.';

/**
 * Reads a model and its card, and compares the model's checksum with the card's.
 * @param path the `.onnx` file, its `.json` card, or a folder NAME that contains NAME.onnx and NAME.json; of TensorFlow.js `model.json`, its
 * card `model.card.json`, or a folder that contains both.
 * Throws NocturneError MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function readModelFile(path: string): Promise<ModelFile>;
/** The same with another parser of the card. */
export async function readModelFile<C extends FileCard>(
  path: string,
  parse: (json: string) => C,
): Promise<ModelFile<C>>;
export async function readModelFile(
  path: string,
  parse: (json: string) => FileCard = parseModelCard,
): Promise<ModelFile<FileCard>> {
  const paths = await modelPaths(path);
  const bytes = await readModelBytes(paths.model, 'model');
  const json = await readModelBytes(paths.card, 'model card', CARD_REMEDY);
  let card: FileCard;
  try {
    card = parse(decodeText(json));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`invalid model card ${paths.card}: ${reason}.`, error);
  }
  const sha256 = sha256Of(bytes);
  if (sha256 !== card.sha256.toLowerCase()) {
    throw invalid(`the model ${paths.model} does not match its card: SHA-256 ${sha256}, card ${card.sha256}.`);
  }
  return { path: paths.model, bytes, externalData: await readWeights(paths.model, bytes), card };
}

/** The files beside a model that hold weights of it. Throws NocturneError MODEL_INVALID where one is missing or lies elsewhere. */
export async function readWeights(model: string, bytes: Uint8Array): Promise<readonly ExternalData[]> {
  const isTensorFlow = isTensorFlowModel(bytes);
  try {
    return await (isTensorFlow ? readWeightFiles(model, weightFilesOf(bytes)) : readExternalData(model, bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = isTensorFlow
      ? 'Put them beside model.json, as the converter wrote them.'
      : `Put them there, or merge them into one file: python3 -c "import onnx; onnx.save(onnx.load('IN.onnx'), 'OUT.onnx')".`;
    throw invalid(`cannot open the model ${model}: ${reason}.`, error, remedy);
  }
}

/** SHA-256 of a model file, 64 hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where the model that a path names, and its card, lie; neither need exist. See {@link readModelFile}. */
export async function modelPaths(path: string): Promise<ModelPaths> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const tensorFlow = isFolder ? join(path, 'model.json') : path.replace(/\.card\.json$/i, '.json');
  if (
    /(^|[/\\])model\.json$/i.test(tensorFlow) &&
    isTensorFlowModel(await readFile(tensorFlow).catch(() => new Uint8Array()))
  ) {
    return { model: tensorFlow, card: tensorFlow.replace(/\.json$/i, '.card.json') };
  }
  const stem = isFolder ? join(path, basename(resolve(path))) : path.replace(/\.(onnx|json)$/i, '');
  return { model: `${stem}.onnx`, card: `${stem}.json` };
}

/** What a network is for. */
export type ModelKind = 'image' | 'two-pathway' | 'look' | 'scene';

/** What the card of a model is for; undefined where there is no card, or none of a known kind: whoever opens the model reports why. */
export async function modelKind(path: string): Promise<ModelKind | undefined> {
  try {
    const card: unknown = parseJson(await readFile((await modelPaths(path)).card));
    if (typeof card !== 'object' || card === null) return undefined;
    if ('kind' in card) return card.kind === 'image' || card.kind === 'two-pathway' ? card.kind : undefined;
    return hasOutput(card, 'surfaces') ? 'scene' : 'look';
  } catch {
    return undefined;
  }
}

function hasOutput(card: object, output: string): boolean {
  if (!('outputs' in card)) return false;
  return typeof card.outputs === 'object' && card.outputs !== null && output in card.outputs;
}

/** Creates a NocturneError MODEL_INVALID. */
export function invalid(message: string, cause?: unknown, remedy?: string): NocturneError {
  const advice = remedy === undefined ? {} : { remedy };
  return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, cause, ...advice });
}

/** The bytes of a file of a model. Rejects with NocturneError MODEL_NOT_FOUND. @param what the file, for the message; @param remedy default: the code's. */
export async function readModelBytes(path: string, what: string, remedy?: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new NocturneError({
      code: 'MODEL_NOT_FOUND',
      stage: 'infer',
      message: isMissing ? `${what} not found: ${path}.` : `cannot read the ${what} ${path}.`,
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}
