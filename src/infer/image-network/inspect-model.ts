import { existsSync } from 'node:fs';
import { NocturneError } from '../../core/errors.js';
import { invalid, modelPaths, readModelBytes, readWeights, sha256Of } from '../model-file.js';
import type { SessionOptions } from '../open-session.js';
import { reasonOf } from '../ort-runtime.js';
import { cardOf, guessCard, type ModelGuess } from './guess-card.js';
import type { ImageModelCard } from './image-card.js';
import { ImageNetwork, openImageNetwork } from './image-network.js';
import { unusualOperators } from './known-networks.js';
import { operatorCounts, parameterCount, type NetworkGraph } from './network-graph.js';
import { nameOf, readGraph } from './uncarded-model.js';
import { trialImage } from './trial-image.js';

/** What a run of a network on a painted street gave. */
export interface ModelTrial {
  readonly inputSize: readonly [width: number, height: number];
  readonly outputSize: readonly [width: number, height: number];
  /** Of the output's numbers. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Milliseconds of the run, after a first one. */
  readonly runMs: number;
  readonly device: string;
}

/** What a model file is, as far as it and a trial run show it. */
export interface ModelInspection {
  /** The `.onnx` file, or the `model.json` of TensorFlow.js. */
  readonly path: string;
  /** Of the file and of those beside it that hold weights. */
  readonly bytes: number;
  readonly graph: Pick<NetworkGraph, 'format' | 'facts' | 'inputs' | 'outputs'>;
  readonly parameters: number;
  /** Whether it keeps its weights as float16. */
  readonly isHalf: boolean;
  /** Each operation and how often it occurs, the most frequent first. */
  readonly operators: readonly (readonly [name: string, count: number])[];
  /** Operations that image networks rarely have. */
  readonly unusual: readonly string[];
  readonly guess: ModelGuess;
  /** The card that it could have; undefined for a network that makes no images. */
  readonly card?: ImageModelCard;
  /** Where its card is, or would be. */
  readonly cardPath: string;
  readonly hasCard: boolean;
  readonly trial?: ModelTrial;
  /** Why it cannot be used as it is, one line; absent where it can. */
  readonly problem?: NocturneError;
}

/** Reads a model file, guesses its card and runs it. Throws NocturneError MODEL_NOT_FOUND, or MODEL_INVALID for a file that is no model. */
export async function inspectModel(path: string, where: SessionOptions = {}): Promise<ModelInspection> {
  const paths = await modelPaths(path);
  const bytes = await readModelBytes(paths.model, 'model');
  const graph = readGraph(paths.model, bytes);
  const guess = guessCard(graph);
  const { format, facts, inputs, outputs } = graph;
  const found = {
    path: paths.model,
    bytes: bytes.byteLength,
    graph: { format, facts, inputs, outputs },
    parameters: parameterCount(graph),
    isHalf: [...graph.constants.values()].some(({ type, shape }) => type === 'float16' && shape.length === 4),
    operators: [...operatorCounts(graph)],
    unusual: unusualOperators(graph),
    guess,
    cardPath: paths.card,
    hasCard: existsSync(paths.card),
  };
  if (guess.kind === 'other') return found;
  const card = cardOf(guess, { name: nameOf(paths.model), sha256: sha256Of(bytes) });
  try {
    const externalData = await readWeights(paths.model, bytes);
    const size = externalData.reduce((sum, { data }) => sum + data.byteLength, bytes.byteLength);
    await using network = await openImageNetwork({ path: paths.model, bytes, externalData, card }, where);
    return { ...found, bytes: size, card, trial: await tryNetwork(network) };
  } catch (error) {
    return { ...found, card, problem: asProblem(error, paths.model) };
  }
}

async function tryNetwork(network: ImageNetwork): Promise<ModelTrial> {
  const { width, height } = network.card.input;
  const started = performance.now();
  const { data, shape } = await network.run(trialImage(width, height));
  const runMs = Math.round(performance.now() - started);
  const [rows = 0, columns = 0] = network.card.output.layout === 'NCHW' ? shape.slice(2) : shape.slice(1, 3);
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of data) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const device = network.placement.device;
  return { inputSize: [width, height], outputSize: [columns, rows], min, max, mean: sum / data.length, runMs, device };
}

function asProblem(error: unknown, path: string): NocturneError {
  return error instanceof NocturneError ? error : invalid(`${path} does not run: ${reasonOf(error)}.`, error);
}
