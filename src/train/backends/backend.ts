import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { NocturneError } from '../../core/errors.js';

/** Where TensorFlow.js computes. One is current at a time; tensors belong to the one they were made on. */
export interface Backend extends AsyncDisposable {
  readonly name: 'tensorflow' | 'webgpu' | 'wasm';
  /** The device, in words. */
  readonly description: string;
  /** Whether the same computation gives the same bits again. */
  readonly isExact: boolean;
  /** Frees the device and every tensor on it. Idempotent; never throws. */
  close(): Promise<void>;
}

/** Makes a registered backend the current one. Throws NocturneError DEVICE_UNAVAILABLE when it does not start. */
export async function startBackend(
  about: Pick<Backend, 'name' | 'description' | 'isExact'>,
  afterwards: () => void = () => undefined,
): Promise<Backend> {
  const { name } = about;
  if (!(await tf.setBackend(name))) throw unavailable(`The ${name} backend does not start.`, 'Install it again.');
  await tf.ready();
  const factory = tf.findBackendFactory(name);
  let isOpen = true;
  const close = (): Promise<void> => {
    if (isOpen) {
      isOpen = false;
      tf.removeBackend(name);
      // Else it could not be opened a second time.
      tf.registerBackend(name, factory);
      afterwards();
    }
    return Promise.resolve();
  };
  return { ...about, close, [Symbol.asyncDispose]: close };
}

/** A backend that is absent. @param remedy one line, what to install. */
export function unavailable(message: string, remedy: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage: 'train', message, remedy, cause });
}

/** Whether an optional package is there for this one. */
export function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

/** Why a package that is installed could not be loaded: a sentence without its full stop. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? text).replace(/[.\s]+$/, '');
}
