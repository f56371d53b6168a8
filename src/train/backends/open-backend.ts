import { NocturneError } from '../../core/errors.js';
import type { Backend } from './backend.js';
import { registerKernelGradients } from './kernel-gradients.js';
import { openWasm } from './wasm-backend.js';

/** What may be asked for: a backend by name, or the fastest that is there. */
export type BackendChoice = 'auto' | Backend['name'];

/** Makes a backend the current one of TensorFlow.js. */
export async function openBackend(name: BackendChoice): Promise<Backend> {
  if (name !== 'auto' && name !== 'wasm') {
    throw new NocturneError({
      code: 'DEVICE_UNAVAILABLE',
      stage: 'train',
      message: `The ${name} backend is not here.`,
    });
  }
  const backend = await openWasm();
  registerKernelGradients();
  return backend;
}
