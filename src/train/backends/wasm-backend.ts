import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { NocturneError } from '../../core/errors.js';
import type { Backend } from './backend.js';
import { registerWasmGradients } from './wasm-gradients.js';
import { registerWasmSplit } from './wasm-split.js';

/**
 * The backend that is always there: WebAssembly with SIMD, on one core. (Its threads need web workers from a blob, which Node
 * does not have.) Throws NocturneError DEVICE_UNAVAILABLE when WebAssembly does not start.
 */
export async function openWasm(): Promise<Backend> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  registerWasmGradients();
  registerWasmSplit();
  if (!(await tf.setBackend('wasm'))) {
    throw new NocturneError({
      code: 'DEVICE_UNAVAILABLE',
      stage: 'train',
      message: 'The wasm backend does not start.',
      remedy: 'Install the package again.',
    });
  }
  await tf.ready();
  const isSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const factory = tf.findBackendFactory('wasm');
  let isOpen = true;
  const close = (): Promise<void> => {
    if (isOpen) {
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory);
    }
    isOpen = false;
    return Promise.resolve();
  };
  return {
    name: 'wasm',
    description: `WebAssembly${isSimd === true ? ' with SIMD' : ''}, one CPU core`,
    isExact: true,
    close,
    [Symbol.asyncDispose]: close,
  };
}
