import type { TensorPort } from '../network-session.js';
import { isElementType } from '../tensor-elements.js';
import type { ImageInput, ImageModelCard, ImagePort } from './image-card.js';
import { isAnySize, shapeText } from './image-network.js';
import { architectureOf } from './known-networks.js';
import { halvings, type NetworkGraph } from './network-graph.js';
import { inputRange, outputRange, type ValueRange } from './value-range.js';

/** What a file's network is, as far as the file shows it. */
export type ModelGuess =
  | {
      readonly kind: 'image';
      /** For people: `ResNet-9, 64 filters`. */
      readonly architecture: string;
      readonly input: ImageInput;
      readonly output: ImagePort;
      /** What nothing in the file shows, one clause each; none: the guess is safe. */
      readonly doubts: readonly string[];
    }
  | {
      /** No network that makes images. */
      readonly kind: 'other';
      /** For people: `an object detector`. */
      readonly what: string;
      /** A sentence: what to do with it. */
      readonly advice: string;
    };

/** Side at which a network that takes any size runs: what most of them were trained at. */
const DEFAULT_SIDE = 256;
/** Most levels of a network whose sides are rounded to them. */
const MAX_LEVELS = 8;

/** Guesses what a network is and, of one that makes images, the ports for its card. */
export function guessCard(graph: NetworkGraph): ModelGuess {
  const { inputs, outputs } = graph;
  const other = otherKind(graph);
  if (other) return other;
  const [input] = inputs;
  if (!input || inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(', ');
    const advice = 'Export a module whose forward takes the image alone, the others as constants.';
    return {
      kind: 'other',
      what: `a network with ${inputs.length} inputs (${names}), where an image network has one`,
      advice,
    };
  }
  const layout = layoutOf(input);
  if (!layout || !isElementType(input.type)) {
    const advice =
      'An image network takes [1, 3, H, W] or [1, H, W, 3]: export it so, with one image of three channels.';
    return {
      kind: 'other',
      what: `a network whose input ${input.name} is ${input.type} ${shapeText(input.shape)}`,
      advice,
    };
  }
  const images = imagesOf(outputs);
  const output = images[0];
  if (!output) {
    const shapes = outputs.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(', ');
    const advice = 'An image network gives [1, 3, H, W] or [1, H, W, 3]; see docs/models.md.';
    return { kind: 'other', what: `a network whose outputs are no image: ${shapes}`, advice };
  }
  const more =
    images.length > 1 ? [`which of its outputs ${images.map(({ name }) => name).join(', ')} is the image`] : [];
  return imageGuess(graph, { input, output, layout, more });
}

/** Outputs that are images by their shapes; where none is, those without a shape, of which the file says nothing. */
function imagesOf(outputs: readonly TensorPort[]): readonly TensorPort[] {
  const numbers = outputs.filter(({ type }) => isElementType(type));
  const images = numbers.filter((port) => layoutOf(port) !== undefined);
  return images.length > 0 ? images : numbers.filter(({ shape }) => shape.length === 0);
}

interface Ports {
  readonly input: TensorPort;
  readonly output: TensorPort;
  readonly layout: ImagePort['layout'];
  readonly more: readonly string[];
}

function imageGuess(graph: NetworkGraph, { input, output, layout, more }: Ports): ModelGuess {
  const given = outputRange(graph, output.name);
  const first = inputRange(graph, input.name);
  const doubts = [...more];
  if (input.shape.length === 0 || isAnySize(channelsOf(input, layout))) doubts.push('where its channels are');
  if (!given) doubts.push('the range of its output');
  const outRange: ValueRange = given ?? [-1, 1];
  const range = first ?? (isNormal(outRange) ? outRange : [-1, 1]);
  if (!first && given && !isNormal(given)) doubts.push('the range of its input');
  const name = { colors: 'RGB', layout } as const;
  return {
    kind: 'image',
    architecture: architectureOf(graph),
    input: { name: input.name, ...name, range, ...sizeOf(graph, input, layout) },
    output: { name: output.name, ...name, layout: layoutOf(output) ?? layout, range: outRange },
    doubts,
  };
}

/** The two ranges between which networks without scaling of their own map. */
function isNormal([black, white]: ValueRange): boolean {
  return white === 1 && (black === -1 || black === 0);
}

function sizeOf(
  graph: NetworkGraph,
  { shape }: TensorPort,
  layout: ImagePort['layout'],
): Pick<ImageInput, 'width' | 'height' | 'multiple'> {
  const [height, width] = layout === 'NCHW' ? shape.slice(2) : shape.slice(1, 3);
  const isFixed = { width: !isAnySize(width), height: !isAnySize(height) };
  const step = 2 ** Math.min(MAX_LEVELS, Math.max(1, halvings(graph)));
  const size = {
    width: isFixed.width ? Number(width) : DEFAULT_SIDE,
    height: isFixed.height ? Number(height) : DEFAULT_SIDE,
  };
  return isFixed.width || isFixed.height ? size : { ...size, multiple: step };
}

/** Where a port's three channels are; of a port whose sides are all unknown, PyTorch's order; undefined where it is no image. */
function layoutOf({ shape }: TensorPort): ImagePort['layout'] | undefined {
  if (shape.length !== 4) return undefined;
  const [batch, first, , last] = shape;
  if (!isAnySize(batch) && batch !== 1) return undefined;
  if (first === 3) return 'NCHW';
  if (last === 3) return 'NHWC';
  return isAnySize(first) && shape.slice(2).every(isAnySize) ? 'NCHW' : undefined;
}

function channelsOf({ shape }: TensorPort, layout: ImagePort['layout']): number | string | undefined {
  return layout === 'NCHW' ? shape[1] : shape[3];
}

/** A network that Nocturne knows and that makes no images. */
function otherKind({ outputs, nodes }: NetworkGraph): ModelGuess | undefined {
  const names = new Set(outputs.map(({ name }) => name));
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.has(name));
  const needsCard = 'It needs the card that its export wrote, NAME.json beside NAME.onnx; see docs/models.md.';
  if (has('grid', 'lights')) return { kind: 'other', what: 'a look network', advice: needsCard };
  if (has('surfaces', 'vehicles')) return { kind: 'other', what: 'a scene network', advice: needsCard };
  if (has('vehicle'))
    return { kind: 'other', what: 'a vehicle network', advice: 'It works beside a scene network; see docs/scene.md.' };
  const isList =
    outputs.some(({ shape }) => shape.length === 3) || outputs.some(({ name }) => /box|score|detection/i.test(name));
  if (isList || nodes.some(({ type }) => type === 'NonMaxSuppression')) {
    const advice = 'Give it to `nocturne eval --detector` to measure how much of the day it finds at night.';
    return { kind: 'other', what: 'an object detector', advice };
  }
  if (outputs.length > 0 && outputs.every(({ shape }) => shape.length > 0 && shape.length <= 2)) {
    const advice = 'Give it to `nocturne eval --features` to measure distances between sets of images.';
    return { kind: 'other', what: 'a classifier or feature network', advice };
  }
  return undefined;
}

/** The card of a guess. */
export function cardOf(
  { architecture, input, output }: Extract<ModelGuess, { kind: 'image' }>,
  { name, sha256 }: { readonly name: string; readonly sha256: string },
): ImageModelCard {
  return {
    kind: 'image',
    name,
    version: '1.0.0',
    description: architecture,
    licence: 'not stated',
    sha256,
    input,
    output,
  };
}
