import type { GraphNode, NetworkGraph } from './network-graph.js';
import { halvings, operatorCounts } from './network-graph.js';

/** Operations after which a residual block adds its input. */
const BEFORE_RESIDUAL = new Set([
  'Conv',
  'InstanceNormalization',
  'BatchNormalization',
  'GroupNormalization',
  'LayerNormalization',
  'Reshape',
]);
/** U-nets of fewer levels exist; those of image-to-image translation have at least this many. */
const MIN_UNET_LEVELS = 5;

/** What the layers of an image network are known as: `ResNet-9, 64 filters, as in pytorch-CycleGAN-and-pix2pix`. */
export function architectureOf(graph: NetworkGraph): string {
  const counts = operatorCounts(graph);
  const levels = halvings(graph);
  const blocks = residualBlocks(graph);
  const filters = firstFilters(graph);
  const width = filters === undefined ? '' : `, ${filters} filters`;
  const origin = hasNamesOf(graph, /^(module\.)?model\.\d+\./)
    ? ', layers named as in pytorch-CycleGAN-and-pix2pix'
    : '';
  if (levels === 2 && blocks >= 3) {
    const isAntialiased = graph.nodes.some(isDepthwise);
    return isAntialiased
      ? `ResNet-${blocks}${width}, antialiased as in CUT${origin}`
      : `ResNet-${blocks}${width}${origin}`;
  }
  if ((counts.get('Concat') ?? 0) >= MIN_UNET_LEVELS - 1 && levels >= MIN_UNET_LEVELS) {
    const unet = hasNamesOf(graph, /^(module\.)?model\.model\./)
      ? ', layers named as in pytorch-CycleGAN-and-pix2pix'
      : '';
    return `U-net of ${levels} levels${width}${unet}`;
  }
  return `a convolutional network of ${counts.get('Conv') ?? 0} convolutions`;
}

/** Additions whose one side was just normalised or convolved, and whose other side was computed too. */
function residualBlocks(graph: NetworkGraph): number {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node.type] as const)));
  return graph.nodes.filter(({ type, inputs }) => {
    const types = inputs.map((name) => producers.get(name));
    return type === 'Add' && !types.includes(undefined) && types.some((name) => BEFORE_RESIDUAL.has(name ?? ''));
  }).length;
}

function isDepthwise({ type, integers }: GraphNode): boolean {
  return (type === 'Conv' || type === 'ConvTranspose') && (integers.get('group')?.[0] ?? 1) > 1;
}

/** Filters of the first convolution. */
function firstFilters({ nodes, constants }: NetworkGraph): number | undefined {
  const conv = nodes.find(({ type }) => type === 'Conv');
  return constants.get(conv?.inputs[1] ?? '')?.shape[0];
}

function hasNamesOf({ constants }: NetworkGraph, pattern: RegExp): boolean {
  for (const name of constants.keys()) if (pattern.test(name)) return true;
  return false;
}

/** Operations that image networks are made of. */
const USUAL = new Set(
  `Add AveragePool BatchNormalization Cast Clip Concat Constant ConstantOfShape Conv ConvTranspose DepthToSpace Div Dropout Elu Equal
  Erf Exp Expand Flatten Floor Gather Gelu Gemm GlobalAveragePool GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization
  LayerNormalization LeakyRelu Less MatMul Max MaxPool Min Mul Neg PRelu Pad Pow Range Reciprocal ReduceMax ReduceMean ReduceSum Relu
  Reshape Resize Round Shape Sigmoid Slice Softmax Softplus SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze Upsample
  Where`.split(/\s+/),
);

/** Operations that image networks rarely have, each with how often it occurs: what a runtime may lack. */
export function unusualOperators(graph: NetworkGraph): readonly string[] {
  const rare = [...operatorCounts(graph)].filter(([type]) => !USUAL.has(type));
  return rare.map(([type, count]) => (count === 1 ? type : `${type} x ${count}`));
}
