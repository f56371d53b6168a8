import type { Logger } from '../../core/logger.js';
import { basename, dirname, parse, resolve } from 'node:path';
import { invalid, readModelBytes, readWeights, sha256Of, type ModelFile } from '../model-file.js';
import { isTensorFlowModel } from '../tensorflow-file.js';
import { cardOf, guessCard, type ModelGuess } from './guess-card.js';
import type { ImageModelCard } from './image-card.js';
import { unusualOperators } from './known-networks.js';
import type { NetworkGraph } from './network-graph.js';
import { onnxGraph } from './onnx-summary.js';
import { tensorFlowGraph } from './tensorflow-graph.js';

/** The graph in a model file. Throws NocturneError MODEL_INVALID for bytes that are no model. */
export function readGraph(path: string, bytes: Uint8Array): NetworkGraph {
  const graph = isTensorFlowModel(bytes) ? tensorFlowGraph(bytes) : onnxGraph(bytes);
  if (graph) return graph;
  throw invalid(`${path} is neither an ONNX file nor a model.json of TensorFlow.js, or not all of one.`);
}

/**
 * Reads a model without a card as an image network, where its file shows how it is used, and logs what was guessed. Throws NocturneError
 * MODEL_NOT_FOUND, or MODEL_INVALID where it is another network or something is in doubt.
 */
export async function readUncardedModel(path: string, logger: Logger): Promise<ModelFile<ImageModelCard>> {
  const bytes = await readModelBytes(path, 'model');
  const graph = readGraph(path, bytes);
  const guess = guessCard(graph);
  const command = `\`nocturne models inspect ${path} --write\``;
  if (guess.kind === 'other') throw invalid(`${path} has no card and is ${guess.what}.`, undefined, guess.advice);
  if (guess.doubts.length > 0) {
    const message = `${path} has no card, and its file does not show ${guess.doubts.join(' and ')}.`;
    const unusual = unusualOperators(graph);
    const rare =
      unusual.length === 0 ? '' : ` It has operators that image networks rarely have: ${unusual.join(', ')}.`;
    throw invalid(message + rare, undefined, `Write one with ${command}, and correct what it guessed.`);
  }
  logger.warn(
    { model: path },
    `${path} has no card: taken for ${describePorts(guess)}. Write its card with ${command}.`,
  );
  const card = cardOf(guess, { name: nameOf(path), sha256: sha256Of(bytes) });
  return { path, bytes, externalData: await readWeights(path, bytes), card };
}

/** The name of a model without a card: that of its file; of a `model.json`, of its folder. */
export function nameOf(path: string): string {
  return basename(path) === 'model.json' ? basename(dirname(resolve(path))) : parse(path).name;
}

/** A guess in one clause: `ResNet-9, 64 filters: NCHW, 256x256, RGB, [-1, 1] to [-1, 1]`. */
function describePorts({ architecture, input, output }: Extract<ModelGuess, { kind: 'image' }>): string {
  const size = `${input.width}x${input.height}${input.multiple === undefined ? '' : ' or any other size'}`;
  const layout = input.layout === output.layout ? input.layout : `${input.layout} to ${output.layout}`;
  return `${architecture}: ${layout}, ${size}, ${input.colors}, [${input.range.join(', ')}] to [${output.range.join(', ')}]`;
}
