import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeText, parseJson } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import { readExternalData, type ExternalData } from './external-data.js';
import { parseModelCard, type OnnxModelCard, type TrainedModelCard } from './model-card.js';

/** An ONNX model whose checksum matches its card. */
export interface ModelFile<C extends TrainedModelCard = OnnxModelCard> {
  /** Path of the `.onnx` file. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The files beside it that hold weights of it; usually none. The checksum does not cover them. */
  readonly externalData: readonly ExternalData[];
  readonly card: C;
}

/**
 * Reads a model and its card, and compares the model's checksum with the card's.
 * @param path the `.onnx` file, its `.json` card, or a folder NAME that contains NAME.onnx and NAME.json.
 * Throws NocturneError MODEL_NOT_FOUND or MODEL_INVALID.
 */
export async function readModelFile(path: string): Promise<ModelFile>;
/** The same with another parser of the card. */
export async function readModelFile<C extends TrainedModelCard>(
  path: string,
  parse: (json: string) => C,
): Promise<ModelFile<C>>;
export async function readModelFile(
  path: string,
  parse: (json: string) => TrainedModelCard = parseModelCard,
): Promise<ModelFile<TrainedModelCard>> {
  const stem = await stemOf(path);
  const [modelPath, cardPath] = [`${stem}.onnx`, `${stem}.json`];
  const bytes = await readModelBytes(modelPath, 'model');
  const json = await readModelBytes(cardPath, 'model card');
  let card: TrainedModelCard;
  try {
    card = parse(decodeText(json));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`invalid model card ${cardPath}: ${reason}.`, error);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== card.sha256.toLowerCase()) {
    throw invalid(`the model ${modelPath} does not match its card: SHA-256 ${sha256}, card ${card.sha256}.`);
  }
  try {
    return { path: modelPath, bytes, externalData: await readExternalData(modelPath, bytes), card };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = `Put them there, or merge them into one file: python3 -c "import onnx; onnx.save(onnx.load('IN.onnx'), 'OUT.onnx')".`;
    throw invalid(`cannot open the model ${modelPath}: ${reason}.`, error, remedy);
  }
}

/** True when the model at a path is a scene network, by its card's outputs; false for any other model, also a missing one. */
export async function isSceneModel(path: string): Promise<boolean> {
  try {
    const card = parseJson(await readFile(`${await stemOf(path)}.json`));
    return hasOutput(card, 'surfaces');
  } catch {
    return false; // whoever opens the model reports why
  }
}

function hasOutput(card: unknown, output: string): boolean {
  if (typeof card !== 'object' || card === null || !('outputs' in card)) return false;
  return typeof card.outputs === 'object' && card.outputs !== null && output in card.outputs;
}

/** Creates a NocturneError MODEL_INVALID. */
export function invalid(message: string, cause?: unknown, remedy?: string): NocturneError {
  const advice = remedy === undefined ? {} : { remedy };
  return new NocturneError({ code: 'MODEL_INVALID', stage: 'infer', message, cause, ...advice });
}

async function stemOf(path: string): Promise<string> {
  if (/\.(onnx|json)$/i.test(path)) return path.replace(/\.(onnx|json)$/i, '');
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, basename(path)) : path;
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
