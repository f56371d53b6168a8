import * as tf from '@tensorflow/tfjs-core';
import { findKernel, replaceKernel } from './replace-kernel.js';

/** The name under which the backend's own cast is kept. */
const RELABEL = 'RelabelCast';

/**
 * Makes the webgpu backend's cast to float32 give floats. Its own relabels the same integers, which kernels that index a buffer
 * themselves (a transposition, and so every sum over rows) then refuse.
 */
export function mendWebgpuCast(): void {
  const cast = findKernel('Cast', 'webgpu');
  if (!cast || findKernel(RELABEL, 'webgpu')) return;
  tf.registerKernel({ ...cast, kernelName: RELABEL });
  replaceKernel('Cast', 'webgpu', (call) => {
    const from = (call.inputs['x'] as tf.Tensor).dtype;
    const result = cast.kernelFunc(call) as tf.TensorInfo; // a cast has one output
    if (result.dtype !== 'float32' || from === 'float32') return result;
    return tf.tidy(() => tf.mul(tf.engine().makeTensorFromTensorInfo(result), 1));
  });
}
