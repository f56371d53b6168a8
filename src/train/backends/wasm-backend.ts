import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type Backend, startBackend } from './backend.js';
import { registerWasmKernels } from './wasm-kernels.js';

/**
 * The backend of every machine: WebAssembly with SIMD, on one core. (tfjs-backend-wasm 4.22 makes its threads from web workers with
 * a blob URL, which Node lacks.) Throws NocturneError DEVICE_UNAVAILABLE when WebAssembly does not start.
 */
export async function openWasm(): Promise<Backend> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  registerWasmKernels();
  return startBackend({ name: 'wasm', device: 'one CPU core (WebAssembly)', isDeterministic: true });
}
