import { NocturneError } from '../../core/errors.js';
import type { Backend } from './backend.js';
import { registerKernelGradients } from './kernel-gradients.js';
import { openTensorflow } from './tensorflow-backend.js';
import { openWasm } from './wasm-backend.js';
import { openWebgpu } from './webgpu-backend.js';

/** What may be asked for: a backend by name, or `auto`: tensorflow, else webgpu on a real GPU, else wasm. */
export type BackendChoice = 'auto' | Backend['name'];

/**
 * Makes a backend the current one of TensorFlow.js, able to differentiate what networks and losses are made of. The caller
 * closes it. Throws NocturneError DEVICE_UNAVAILABLE, which says what to install, when the one that is asked for is absent.
 */
export async function openBackend(name: BackendChoice): Promise<Backend> {
  const backend = await open(name);
  // After a backend is loaded: tfjs-node brings gradients of its own, and all backends are to have the same.
  registerKernelGradients();
  return backend;
}

async function open(name: BackendChoice): Promise<Backend> {
  switch (name) {
    case 'tensorflow':
      return openTensorflow();
    case 'webgpu':
      return openWebgpu();
    case 'wasm':
      return openWasm();
    case 'auto':
      return (
        (await unlessAbsent(openTensorflow())) ?? (await unlessAbsent(openWebgpu({ onlyHardware: true }))) ?? openWasm()
      );
  }
}

async function unlessAbsent(opening: Promise<Backend>): Promise<Backend | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'DEVICE_UNAVAILABLE') return undefined;
    throw error;
  }
}
