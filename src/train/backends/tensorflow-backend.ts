import * as tf from '@tensorflow/tfjs-core';
import { type Backend, isInstalled, reasonOf, startBackend, unavailable } from './backend.js';

/** Tried in this order. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
const REMEDY = `Install one of the same version: npm install @tensorflow/tfjs-node@${tf.version_core} (docs/training-backends.md).`;

/** What is read of the backend that these packages register. */
interface NodeBackend {
  readonly isUsingGpuDevice?: boolean;
}

/**
 * TensorFlow's own library, on the GPU or all CPU cores, when `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node` is
 * installed. Throws NocturneError DEVICE_UNAVAILABLE when neither is, or does not load.
 */
export async function openTensorflow(): Promise<Backend> {
  // TensorFlow tells of every instruction set it was not built for; errors still show.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const installed = PACKAGES.filter((name) => isInstalled(name));
  if (installed.length === 0) throw unavailable(`Neither ${PACKAGES.join(' nor ')} is installed.`, REMEDY);
  let failure: unknown;
  for (const name of installed) {
    try {
      await import(name);
      return await start(name);
    } catch (error) {
      failure ??= error;
    }
  }
  throw unavailable(`${String(installed[0])} does not load: ${reasonOf(failure)}.`, REMEDY, failure);
}

async function start(packageName: string): Promise<Backend> {
  // The registry's type leaves out that there may be none.
  if (!(tf.findBackendFactory('tensorflow') as unknown)) {
    throw new Error(`${packageName} brought another @tensorflow/tfjs-core than ${tf.version_core}`);
  }
  const { isUsingGpuDevice = false } = tf.findBackend('tensorflow') as NodeBackend;
  const description = `TensorFlow through ${packageName}, ${isUsingGpuDevice ? 'GPU' : 'all CPU cores'}`;
  // On CPUs 30 runs of every kernel of a network's gradient gave the same bits; a GPU adds up in any order.
  return startBackend({ name: 'tensorflow', description, isExact: !isUsingGpuDevice });
}
