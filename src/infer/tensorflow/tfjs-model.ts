import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { decodeText } from '../../core/decode-text.js';
import { isInstalled } from '../../core/optional-package.js';
import { NocturneError } from '../../core/errors.js';
import type { NetworkTensor, TensorPort } from '../network-session.js';
import type { NetworkFile } from '../open-ort-session.js';
import type { TensorflowNetwork } from './tensorflow-session.js';

/** The part of `model.json` that is read here. */
interface ModelJson {
  readonly format?: string;
  readonly modelTopology: object;
  readonly signature?: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly tf.io.WeightsManifestEntry[];
  }[];
}

/** An input or output, of the packages' types. */
interface TfjsPort {
  readonly name: string;
  readonly shape?: readonly (number | null)[];
  /** Of a graph's output: undefined. */
  readonly dtype?: string;
  /** Of layers: the one that gives it. Its name is in model.json; `name` is made when the model is loaded. */
  readonly sourceLayer?: { readonly name: string };
}

/** What both kinds of model share, of the packages' types. */
interface TfjsModel {
  readonly inputs: readonly TfjsPort[];
  readonly outputs: readonly TfjsPort[];
  predict(inputs: tf.Tensor | readonly tf.Tensor[]): tf.Tensor | tf.Tensor[];
  dispose(): unknown;
}

/** The kinds of model, and the packages that read them; tfjs-node brings both. */
const PACKAGES = {
  'graph-model': { name: '@tensorflow/tfjs-converter', load: 'loadGraphModel' },
  'layers-model': { name: '@tensorflow/tfjs-layers', load: 'loadLayersModel' },
} as const;

/** Opens a graph or layers model. Throws an Error with a clause for people, NocturneError DEVICE_UNAVAILABLE for a missing package. */
export async function openTfjsModel({ path, bytes }: Pick<NetworkFile, 'path' | 'bytes'>): Promise<TensorflowNetwork> {
  const json = JSON.parse(decodeText(bytes)) as Partial<ModelJson>; // checked below
  const { modelTopology, weightsManifest, format = 'layers-model', signature } = json;
  if (typeof modelTopology !== 'object' || !Array.isArray(weightsManifest)) {
    throw new Error('it must have modelTopology and weightsManifest, as tensorflowjs_converter writes them');
  }
  if (format !== 'graph-model' && format !== 'layers-model')
    throw new Error(`its format must be graph-model or layers-model, got ${format}`);
  const manifest = weightsManifest as ModelJson['weightsManifest']; // as the format says
  const artifacts: tf.io.ModelArtifacts = {
    modelTopology,
    format,
    ...(signature && { signature }),
    weightSpecs: manifest.flatMap(({ weights }) => weights),
    weightData: await readShards(
      path,
      manifest.flatMap(({ paths }) => paths),
    ),
  };
  const model = await loadModel(format, artifacts);
  return new TfjsNetwork(model);
}

async function loadModel(format: keyof typeof PACKAGES, artifacts: tf.io.ModelArtifacts): Promise<TfjsModel> {
  const { name, load } = PACKAGES[format];
  if (!isInstalled(name)) {
    throw new NocturneError({
      code: 'DEVICE_UNAVAILABLE',
      stage: 'infer',
      message: `A ${format} needs ${name}, which is not installed.`,
      remedy: `Run: npm install ${name}@${tf.version_core} (docs/devices.md).`,
    });
  }
  // CommonJS, so that it shares TensorFlow.js's core with this package.
  const library = createRequire(import.meta.url)(name) as Record<
    string,
    (handler: tf.io.IOHandler) => Promise<TfjsModel>
  >;
  const loader = library[load];
  if (!loader) throw new Error(`${name} has no ${load}`);
  return loader({ load: () => Promise.resolve(artifacts) });
}

/** The bytes of a model's weights, from its own folder only. */
async function readShards(path: string, names: readonly string[]): Promise<ArrayBuffer> {
  const folder = await realpath(dirname(path));
  const parts = await Promise.all(
    names.map(async (name) => {
      const place = await realpath(join(folder, name)).catch(() => undefined);
      if (place === undefined) throw new Error(`its weights ${name} are missing beside it`);
      if (!place.startsWith(folder + sep)) throw new Error(`its weights ${name} lie outside its folder`);
      return readFile(place);
    }),
  );
  return new Uint8Array(Buffer.concat(parts)).buffer;
}

class TfjsNetwork implements TensorflowNetwork {
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
  readonly #model: TfjsModel;

  constructor(model: TfjsModel) {
    this.#model = model;
    this.inputs = portsOf(model.inputs);
    this.outputs = portsOf(model.outputs);
  }

  async run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>> {
    const results = tf.tidy(() => this.#compute(inputs));
    try {
      const tensors: Record<string, NetworkTensor> = {};
      for (const name of outputs) {
        const tensor = results[this.outputs.findIndex((port) => port.name === name)];
        if (!tensor) throw new Error(`it has no output ${name}`);
        tensors[name] = { data: Float32Array.from(await tensor.data()), shape: tensor.shape };
      }
      return tensors;
    } finally {
      tf.dispose(results);
    }
  }

  close(): void {
    this.#model.dispose();
  }

  /** All outputs, in the order in which the model has them. */
  #compute(inputs: Readonly<Record<string, NetworkTensor>>): tf.Tensor[] {
    const tensors = this.inputs.map(({ name }) => {
      const input = inputs[name];
      if (!input) throw new Error(`its input ${name} is missing`);
      return tf.tensor(input.data, [...input.shape], 'float32');
    });
    const result = this.#model.predict(tensors.length === 1 && tensors[0] ? tensors[0] : tensors);
    return Array.isArray(result) ? result : [result];
  }
}

function portsOf(ports: readonly TfjsPort[]): TensorPort[] {
  return ports.map(({ name, shape = [], dtype = 'float32', sourceLayer }) => ({
    name: sourceLayer?.name ?? name,
    type: dtype,
    shape: shape.map((length, axis) => (length === null || length < 0 ? `axis ${axis}` : length)),
  }));
}
