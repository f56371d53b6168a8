import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { type Backend, startBackend } from './backend.js';
import { registerWasmGradients } from './wasm-gradients.js';
import { registerWasmSplit } from './wasm-split.js';

/**
 * The backend that is always there: WebAssembly with SIMD, on one core. (Its threads are web workers made from a blob, which
 * Node does not have.) Throws NocturneError DEVICE_UNAVAILABLE when WebAssembly does not start.
 */
export async function openWasm(): Promise<Backend> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  registerWasmGradients();
  registerWasmSplit();
  return startBackend({ name: 'wasm', description: 'WebAssembly, one CPU core', isExact: true });
}
