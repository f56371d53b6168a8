import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { NocturneError } from '../../core/errors.js';
import { unavailable } from '../device-names.js';
import type { Device, Placement } from '../network-session.js';
import { loadNativeTensorflow } from './native-tensorflow.js';

/** What TensorFlow.js computes with in this thread. It stays until the thread ends: sessions share it. */
let opened: Promise<Placement> | undefined;

/**
 * Makes TensorFlow's native library TensorFlow.js's backend in this thread, or WebAssembly where that is missing, and returns where it
 * computes. Throws NocturneError DEVICE_UNAVAILABLE where that is not the device asked for.
 */
export async function openTensorflowEngine(device: Device): Promise<Placement> {
  opened ??= open();
  const placement = await opened;
  if (device === 'auto' || device === placement.device) return placement;
  if (device === 'cpu' || device === 'cuda') {
    throw unavailable(device, {
      reason:
        device === 'cpu'
          ? 'TensorFlow computes on the GPU that it finds'
          : `TensorFlow computes on the CPU here${placement.notice === '' ? ', it finds no GPU' : ''}`,
      remedy:
        device === 'cpu'
          ? 'Hide the GPU: CUDA_VISIBLE_DEVICES=-1, or use --engine onnx.'
          : 'Install @tensorflow/tfjs-node-gpu with CUDA 11 (docs/devices.md), or use --engine onnx.',
    });
  }
  throw unavailable(device, {
    reason: 'TensorFlow runs on cpu and cuda',
    remedy: 'Leave --device at auto, or use --engine onnx.',
  });
}

async function open(): Promise<Placement> {
  try {
    const { isUsingGpu } = await loadNativeTensorflow('infer');
    await start('tensorflow');
    return { engine: 'tensorflow', device: isUsingGpu ? 'cuda' : 'cpu', notice: '' };
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    await start('wasm');
    const notice = `TensorFlow runs as WebAssembly, on one CPU core and several times slower: ${error.message} ${error.remedy}`;
    return { engine: 'wasm', device: 'cpu', notice };
  }
}

/** Makes a registered backend the current one. */
async function start(name: 'tensorflow' | 'wasm'): Promise<void> {
  if (!(await tf.setBackend(name))) {
    throw new NocturneError({
      code: 'DEVICE_UNAVAILABLE',
      stage: 'infer',
      message: `TensorFlow.js's backend ${name} does not start.`,
      remedy: 'Use --engine onnx, and install the packages again.',
    });
  }
  await tf.ready();
}
