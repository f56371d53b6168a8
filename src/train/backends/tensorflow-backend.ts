import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { isInstalled, reasonOf } from '../../core/optional-package.js';
import { type Backend, startBackend, unavailable } from './backend.js';
import { LEAKY_RELU_GRADIENT } from './leaky-relu-gradient.js';
import { replaceKernel } from './replace-kernel.js';

/** Tried in this order. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** Builds the native addon of tfjs-node. In a checkout only: the npm package does not contain it. */
const BUILD_SCRIPT = new URL('../../../scripts/build-tensorflow-addon.mjs', import.meta.url);

/** The part of the backend registered by these packages that is read. */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
  /** Constants of TensorFlow's C API. */
  readonly binding: Readonly<Record<'TF_ATTR_FLOAT' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>>;
  executeSingleOutput(op: string, attributes: readonly object[], inputs: readonly tf.Tensor[]): tf.TensorInfo;
}

/** Whether one of TensorFlow's packages is installed, loadable or not. */
export function isTensorflowInstalled(): boolean {
  return PACKAGES.some((name) => isInstalled(name));
}

/**
 * TensorFlow's native library, on the GPU or all CPU cores, through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`.
 * Throws NocturneError DEVICE_UNAVAILABLE when neither is installed, or neither loads.
 */
export async function openTensorflow(): Promise<Backend> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'; // hides a message per instruction set TensorFlow was not built for; errors still show
  const installed = PACKAGES.filter((name) => isInstalled(name));
  if (installed.length === 0) {
    const remedy = `Run: npm install @tensorflow/tfjs-node@${tf.version_core} (docs/training-backends.md).`;
    throw unavailable(`Neither ${PACKAGES.join(' nor ')} is installed.`, remedy);
  }
  let failure: { readonly name: string; readonly error: unknown } | undefined;
  for (const name of installed) {
    try {
      await import(name);
      return await start(name);
    } catch (error) {
      failure ??= { name, error };
    }
  }
  const { name = '', error } = failure ?? {};
  throw unavailable(`${name} is installed but does not load: ${reasonOf(error)}.`, loadRemedy(name), error);
}

/** What to do about a package that does not load: usually its native addon is missing, because its install script did not run. */
function loadRemedy(packageName: string): string {
  if (existsSync(BUILD_SCRIPT)) return 'Run: node scripts/build-tensorflow-addon.mjs (docs/training-backends.md).';
  return `Run its install script: npm rebuild --ignore-scripts=false ${packageName} (docs/training-backends.md).`;
}

async function start(packageName: string): Promise<Backend> {
  // The type of the registry leaves out that there may be none.
  if (!(tf.findBackendFactory('tensorflow') as unknown)) {
    throw new Error(`${packageName} loaded another @tensorflow/tfjs-core than ${tf.version_core}`);
  }
  const { isUsingGpuDevice = false } = tf.findBackend('tensorflow') as unknown as NodeBackend;
  registerLeakyReluGradient();
  const device = `${isUsingGpuDevice ? 'GPU' : 'all CPU cores'} (${packageName})`;
  // On CPUs, 30 runs of each kernel of a network's gradient gave the same bits; a GPU sums in any order.
  return startBackend({ name: 'tensorflow', device, isDeterministic: !isUsingGpuDevice });
}

/** TensorFlow's own gradient of the leaky ReLU: composed of other kernels it takes a sixth of a training step. */
function registerLeakyReluGradient(): void {
  replaceKernel(LEAKY_RELU_GRADIENT, 'tensorflow', ({ inputs, attrs, backend }) => {
    const node = backend as unknown as NodeBackend; // what its package registers
    const attributes = [
      { name: 'alpha', type: node.binding.TF_ATTR_FLOAT, value: attrs?.['alpha'] },
      { name: 'T', type: node.binding.TF_ATTR_TYPE, value: node.binding.TF_FLOAT },
    ];
    return node.executeSingleOutput('LeakyReluGrad', attributes, [inputs['dy'], inputs['x']] as tf.Tensor[]);
  });
}
