import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { NocturneError, type Stage } from '../../core/errors.js';
import { firstLine } from '../../core/first-line.js';
import { isInstalled } from '../../core/optional-package.js';

/** TensorFlow's native library for Node, tried in this order. Optional peers: nothing installs them by itself. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** Builds the native addon of tfjs-node. In a checkout only: the npm package does not contain it. */
const BUILD_SCRIPT = new URL('../../../scripts/build-tensorflow-addon.mjs', import.meta.url);

/** TensorFlow's native library, loaded: TensorFlow.js has the backend `tensorflow` then. */
export interface NativeTensorflow {
  readonly packageName: string;
  /** Whether it computes on a GPU, by its own word. */
  readonly isUsingGpu: boolean;
}

/** Whether one of TensorFlow's packages is installed, loadable or not. */
export function isTensorflowInstalled(): boolean {
  return PACKAGES.some((name) => isInstalled(name));
}

/**
 * Loads TensorFlow's native library, through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`.
 * Throws NocturneError DEVICE_UNAVAILABLE when neither is installed, or neither loads.
 */
export async function loadNativeTensorflow(stage: Stage): Promise<NativeTensorflow> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'; // hides a message per instruction set TensorFlow was not built for; errors still show
  const unavailable = (message: string, remedy: string, cause?: unknown): NocturneError =>
    new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage, message, remedy, cause });
  const installed = PACKAGES.filter((name) => isInstalled(name));
  if (installed.length === 0) {
    throw unavailable(`Neither ${PACKAGES.join(' nor ')} is installed.`, installRemedy());
  }
  let failure: { readonly name: string; readonly error: unknown } | undefined;
  for (const name of installed) {
    try {
      await import(name);
      // The type of the registry leaves out that there may be none.
      if (!(tf.findBackendFactory('tensorflow') as unknown)) {
        throw new Error(`${name} loaded another @tensorflow/tfjs-core than ${tf.version_core}`);
      }
      const { isUsingGpuDevice = false } = tf.findBackend('tensorflow') as { readonly isUsingGpuDevice?: boolean };
      return { packageName: name, isUsingGpu: isUsingGpuDevice };
    } catch (error) {
      failure ??= { name, error };
    }
  }
  const { name = '', error } = failure ?? {};
  throw unavailable(`${name} is installed but does not load: ${firstLine(error)}.`, loadRemedy(name), error);
}

/** What to do where no package is installed. In a checkout npm considers an optional peer installed, and installs nothing. */
function installRemedy(): string {
  if (existsSync(BUILD_SCRIPT)) return 'Run: node scripts/build-tensorflow-addon.mjs (docs/training-backends.md).';
  return `Run: npm install @tensorflow/tfjs-node@${tf.version_core} (docs/training-backends.md).`;
}

/** What to do about a package that does not load: usually its native addon is missing, because its install script did not run. */
function loadRemedy(packageName: string): string {
  if (existsSync(BUILD_SCRIPT)) return 'Run: node scripts/build-tensorflow-addon.mjs (docs/training-backends.md).';
  return `Run its install script: npm rebuild --ignore-scripts=false ${packageName} (docs/training-backends.md).`;
}
