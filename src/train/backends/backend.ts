import * as tf from '@tensorflow/tfjs-core';
import { NocturneError } from '../../core/errors.js';

/** A TensorFlow.js backend. One is current at a time; tensors belong to the backend they were created on. */
export interface Backend extends AsyncDisposable {
  readonly name: 'tensorflow' | 'webgpu' | 'wasm';
  /** The device that computes, in words. */
  readonly device: string;
  /** Whether the same computation always gives the same bits. */
  readonly isDeterministic: boolean;
  /** Frees the device and all tensors on it. Idempotent; never throws. */
  close(): Promise<void>;
}

/** Makes a registered backend the current one. Throws NocturneError DEVICE_UNAVAILABLE when it does not start. */
export async function startBackend(
  description: Pick<Backend, 'name' | 'device' | 'isDeterministic'>,
  onClosed: () => void = () => undefined,
): Promise<Backend> {
  const { name } = description;
  if (!(await tf.setBackend(name))) throw unavailable(`The ${name} backend does not start.`, 'Reinstall its package.');
  await tf.ready();
  const factory = tf.findBackendFactory(name);
  let isOpen = true;
  const close = (): Promise<void> => {
    if (isOpen) {
      isOpen = false;
      tf.removeBackend(name);
      tf.registerBackend(name, factory); // so that it can be opened again
      onClosed();
    }
    return Promise.resolve();
  };
  return { ...description, close, [Symbol.asyncDispose]: close };
}

/** The failure of a backend that is missing or does not load. @param remedy one line: what to install or run. */
export function unavailable(message: string, remedy: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage: 'train', message, remedy, cause });
}
