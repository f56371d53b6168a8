import { parseJson } from '../../core/decode-text.js';
import type { TensorPort } from '../network-session.js';
import type { GraphConstant, GraphNode, NetworkGraph } from './network-graph.js';

/** ONNX's words for TensorFlow's operations and layers, where they differ. */
const ONNX_NAMES: Readonly<Record<string, string>> = {
  ...{
    Conv2D: 'Conv',
    _FusedConv2D: 'Conv',
    DepthwiseConv2dNative: 'Conv',
    FusedDepthwiseConv2dNative: 'Conv',
    SeparableConv2D: 'Conv',
  },
  ...{ Conv2DBackpropInput: 'ConvTranspose', Conv2DTranspose: 'ConvTranspose', DepthwiseConv2D: 'Conv' },
  ...{
    AddV2: 'Add',
    BiasAdd: 'Add',
    RealDiv: 'Div',
    ConcatV2: 'Concat',
    Concatenate: 'Concat',
    MirrorPad: 'Pad',
    PadV2: 'Pad',
  },
  ...{
    FusedBatchNormV3: 'BatchNormalization',
    ResizeBilinear: 'Resize',
    ResizeNearestNeighbor: 'Resize',
    UpSampling2D: 'Resize',
  },
  ...{
    AvgPool: 'AveragePool',
    AveragePooling2D: 'AveragePool',
    MaxPooling2D: 'MaxPool',
    NonMaxSuppressionV5: 'NonMaxSuppression',
  },
};
/** Element types of TensorFlow in ONNX's words. */
const TYPES: Readonly<Record<string, string>> = {
  ...{
    DT_FLOAT: 'float32',
    DT_HALF: 'float16',
    DT_UINT8: 'uint8',
    DT_INT32: 'int32',
    float32: 'float32',
    int32: 'int32',
    bool: 'bool',
  },
};

/** The graph of a TensorFlow.js `model.json`, of a graph or of layers; undefined where it holds neither. Throws SyntaxError for other bytes. */
export function tensorFlowGraph(bytes: Uint8Array): NetworkGraph | undefined {
  const model = objectOf(parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  const topology = objectOf(model['modelTopology']);
  const constants = weightsOf(model);
  const version = textOf(model['convertedBy'] ?? model['generatedBy']) ?? 'an unnamed program';
  const nodes = listOf(topology['node']).map(objectOf);
  const graph = nodes.length > 0 ? graphModel(model, nodes) : layersModel(topology);
  if (!graph) return undefined;
  const format = nodes.length > 0 ? 'a graph' : 'layers';
  return { format: 'tensorflow', facts: [`TensorFlow.js, ${format}`, `written by ${version}`], constants, ...graph };
}

type Json = Readonly<Record<string, unknown>>;
type Structure = Pick<NetworkGraph, 'nodes' | 'inputs' | 'outputs'>;

function graphModel(model: Json, nodes: readonly Json[]): Structure {
  const signature = objectOf(model['signature'] ?? objectOf(model['userDefinedMetadata'])['signature']);
  const portsOf = (kind: 'inputs' | 'outputs'): TensorPort[] =>
    Object.values(objectOf(signature[kind])).map(signaturePort);
  const placeholders = nodes.filter((node) => node['op'] === 'Placeholder').map(placeholderPort);
  const used = new Set(nodes.flatMap((node) => listOf(node['input']).map((name) => plainName(String(name)))));
  const ends = nodes.filter(
    (node) => !used.has(String(node['name'])) && !['Const', 'Placeholder', 'NoOp'].includes(String(node['op'])),
  );
  const [inputs, outputs] = [portsOf('inputs'), portsOf('outputs')];
  return {
    inputs: inputs.length > 0 ? inputs : placeholders,
    outputs:
      outputs.length > 0 ? outputs : ends.map((node) => ({ name: String(node['name']), type: 'float32', shape: [] })),
    nodes: nodes.filter((node) => !['Const', 'Placeholder', 'NoOp'].includes(String(node['op']))).map(graphNode),
  };
}

/** `tensor_name:0` names the first output of a node; `^name` only waits for it. */
function plainName(name: string): string {
  return name.replace(/^\^/, '').replace(/:\d+$/, '');
}

function graphNode(node: Json): GraphNode {
  const attributes = objectOf(node['attr']);
  const strides = listOf(objectOf(objectOf(attributes['strides'])['list'])['i']).map(Number);
  const op = String(node['op']);
  const fused = listOf(objectOf(objectOf(attributes['fused_ops'])['list'])['s']).map((name) =>
    Buffer.from(String(name), 'base64').toString(),
  );
  const integers = new Map([['strides', strides.slice(1, 3)]]);
  const isDepthwise = /depthwise/i.test(op);
  if (isDepthwise) integers.set('group', [2]);
  const ending = fused.at(-1);
  return {
    type: ending === 'Tanh' || ending === 'Sigmoid' ? ending : (ONNX_NAMES[op] ?? op),
    inputs: listOf(node['input']).map((name) => plainName(String(name))),
    outputs: [String(node['name'])],
    integers,
  };
}

function signaturePort(value: unknown): TensorPort {
  const port = objectOf(value);
  const shape = listOf(objectOf(port['tensorShape'])['dim']).map((dim) => sideOf(objectOf(dim)['size']));
  return {
    name: plainName(textOf(port['name']) ?? ''),
    type: TYPES[String(port['dtype'])] ?? String(port['dtype']),
    shape,
  };
}

function placeholderPort(node: Json): TensorPort {
  const attributes = objectOf(node['attr']);
  const shape = listOf(objectOf(objectOf(attributes['shape'])['shape'])['dim']).map((dim) =>
    sideOf(objectOf(dim)['size']),
  );
  const stated = objectOf(attributes['dtype'])['type'];
  const type = typeof stated === 'string' ? stated : 'DT_FLOAT';
  return { name: String(node['name']), type: TYPES[type] ?? type, shape };
}

/** Layers of Keras: of a sequence, or of a graph of named layers. */
function layersModel(topology: Json): Structure | undefined {
  const model = objectOf(topology['model_config']);
  const config = objectOf(model['config'] ?? topology['config']);
  const layers = listOf(config['layers'] ?? model['config']).map(objectOf);
  const [first] = layers;
  if (!first) return undefined;
  const nodes = layers.flatMap((layer, i) => {
    if (isInputLayer(layer)) return [];
    const [before] = layers.slice(Math.max(0, i - 1), i);
    return layerNode(layer, before ? layerName(before) : inputName(layer));
  });
  const inputs = layers.filter((layer) => objectOf(layer['config'])['batch_input_shape'] !== undefined).map(layerPort);
  const named = listOf(config['output_layers']).map((output) => textOf(listOf(output)[0]) ?? textOf(output) ?? '');
  const outputs = named.length > 0 ? named : [layerName(layers.at(-1) ?? first)];
  return { inputs, outputs: outputs.map((name) => ({ name, type: 'float32', shape: [] })), nodes };
}

function layerName(layer: Json): string {
  return textOf(layer['name']) ?? textOf(objectOf(layer['config'])['name']) ?? '';
}

function isInputLayer({ class_name: kind }: Json): boolean {
  return kind === 'InputLayer';
}

/** The name of the input at a layer: a sequence that starts without an input layer gets one of this name when it is loaded. */
function inputName(layer: Json): string {
  return isInputLayer(layer) ? layerName(layer) : `${layerName(layer)}_input`;
}

/** A layer as its operation, and its activation as another. @param before in a sequence: the name of what it takes. */
function layerNode(layer: Json, before: string): GraphNode[] {
  const config = objectOf(layer['config']);
  const name = layerName(layer);
  const kind = String(layer['class_name']);
  const inbound = listOf(listOf(layer['inbound_nodes'])[0]).map((edge) => textOf(listOf(edge)[0]) ?? '');
  const inputs = inbound.length > 0 ? inbound : [before];
  const activation = textOf(config['activation']) ?? 'linear';
  const ending = { tanh: 'Tanh', sigmoid: 'Sigmoid', relu: 'Relu' }[activation];
  const integers = new Map([['strides', listOf(config['strides']).map(Number)]]);
  if (/depthwise/i.test(kind)) integers.set('group', [2]);
  if (kind === 'Activation') return [{ type: ending ?? activation, inputs, outputs: [name], integers: new Map() }];
  const type = ONNX_NAMES[kind] ?? kind;
  if (ending === undefined) return [{ type, inputs, outputs: [name], integers }];
  return [
    { type, inputs, outputs: [`${name} before ${activation}`], integers },
    { type: ending, inputs: [`${name} before ${activation}`], outputs: [name], integers: new Map() },
  ];
}

function layerPort(layer: Json): TensorPort {
  const config = objectOf(layer['config']);
  const type = textOf(config['dtype']) ?? 'float32';
  return { name: inputName(layer), type: TYPES[type] ?? type, shape: listOf(config['batch_input_shape']).map(sideOf) };
}

/** Weights by name, kernels in TensorFlow's order HWIO turned to OIHW. */
function weightsOf(model: Json): ReadonlyMap<string, GraphConstant> {
  const constants = new Map<string, GraphConstant>();
  for (const weight of listOf(model['weightsManifest'])
    .flatMap((group) => listOf(objectOf(group)['weights']))
    .map(objectOf)) {
    const shape = listOf(weight['shape']).map(Number);
    const [h, w, i, o] = shape;
    const ordered = shape.length === 4 ? [o ?? 0, i ?? 0, h ?? 0, w ?? 0] : shape;
    constants.set(String(weight['name']), {
      type: TYPES[String(weight['dtype'])] ?? String(weight['dtype']),
      shape: ordered,
    });
  }
  return constants;
}

function sideOf(size: unknown): number | string {
  const side = Number(size ?? -1);
  return side > 0 ? side : 'any';
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}; // a JSON object
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
