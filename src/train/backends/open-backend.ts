import { NocturneError } from '../../core/errors.js';
import { isTensorflowInstalled } from '../../infer/tensorflow/native-tensorflow.js';
import type { Backend } from './backend.js';
import { registerKernelGradients } from './kernel-gradients.js';
import { openTensorflow } from './tensorflow-backend.js';
import { openWasm } from './wasm-backend.js';
import { openWebgpu } from './webgpu-backend.js';

/** A backend by name, or `auto`: tensorflow, else webgpu on a hardware GPU, else wasm. */
export type BackendChoice = 'auto' | Backend['name'];

/**
 * Makes a backend the current one of TensorFlow.js, with gradients of all kernels that networks and losses use. The caller closes
 * it. Throws NocturneError DEVICE_UNAVAILABLE, with what to install, when the chosen backend is missing.
 * @param onWarning receives one line when `auto` falls back to wasm although a TensorFlow package is installed.
 */
export async function openBackend(
  choice: BackendChoice,
  onWarning: (line: string) => void = () => undefined,
): Promise<Backend> {
  const backend = choice === 'auto' ? await openBest(onWarning) : await OPEN[choice]();
  // After loading the backend: tfjs-node registers gradients of its own, and all backends must use the same ones.
  registerKernelGradients();
  return backend;
}

const OPEN: Readonly<Record<Backend['name'], () => Promise<Backend>>> = {
  tensorflow: openTensorflow,
  webgpu: () => openWebgpu(),
  wasm: openWasm,
};

async function openBest(onWarning: (line: string) => void): Promise<Backend> {
  const tensorflow = await unlessUnavailable(openTensorflow());
  if (!(tensorflow instanceof NocturneError)) return tensorflow;
  const webgpu = await unlessUnavailable(openWebgpu({ onlyHardware: true }));
  if (!(webgpu instanceof NocturneError)) return webgpu;
  if (isTensorflowInstalled()) {
    onWarning(`training falls back to wasm, which is several times slower: ${tensorflow.message} ${tensorflow.remedy}`);
  }
  return openWasm();
}

/** The backend, or why it is unavailable. Throws any other error. */
async function unlessUnavailable(opening: Promise<Backend>): Promise<Backend | NocturneError> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'DEVICE_UNAVAILABLE') return error;
    throw error;
  }
}
