import * as tf from '@tensorflow/tfjs-core';
import { loadNativeTensorflow } from '../../infer/tensorflow/native-tensorflow.js';
import { type Backend, startBackend } from './backend.js';
import { LEAKY_RELU_GRADIENT } from './leaky-relu-gradient.js';
import { replaceKernel } from './replace-kernel.js';

/** The part of the backend registered by these packages that is read. */
interface NodeBackend {
  /** Constants of TensorFlow's C API. */
  readonly binding: Readonly<Record<'TF_ATTR_FLOAT' | 'TF_ATTR_TYPE' | 'TF_FLOAT', number>>;
  executeSingleOutput(op: string, attributes: readonly object[], inputs: readonly tf.Tensor[]): tf.TensorInfo;
}

/**
 * TensorFlow's native library, on the GPU or all CPU cores, through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`.
 * Throws NocturneError DEVICE_UNAVAILABLE when neither is installed, or neither loads.
 */
export async function openTensorflow(): Promise<Backend> {
  const { packageName, isUsingGpu } = await loadNativeTensorflow('train');
  registerLeakyReluGradient();
  const device = `${isUsingGpu ? 'GPU' : 'all CPU cores'} (${packageName})`;
  // On CPUs, 30 runs of each kernel of a network's gradient gave the same bits; a GPU sums in any order.
  return startBackend({ name: 'tensorflow', device, isDeterministic: !isUsingGpu });
}

/** TensorFlow's own gradient of the leaky ReLU: composed of other kernels it takes a sixth of a training step. */
function registerLeakyReluGradient(): void {
  replaceKernel(LEAKY_RELU_GRADIENT, 'tensorflow', ({ inputs, attrs, backend }) => {
    const node = backend as unknown as NodeBackend; // what its package registers
    const attributes = [
      { name: 'alpha', type: node.binding.TF_ATTR_FLOAT, value: attrs?.['alpha'] },
      { name: 'T', type: node.binding.TF_ATTR_TYPE, value: node.binding.TF_FLOAT },
    ];
    return node.executeSingleOutput('LeakyReluGrad', attributes, [inputs['dy'], inputs['x']] as tf.Tensor[]);
  });
}
