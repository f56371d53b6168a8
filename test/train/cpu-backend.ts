import '@tensorflow/tfjs-backend-cpu';

import * as tf from '@tensorflow/tfjs-core';

/** TensorFlow.js's plain JavaScript backend: slow, exact enough, has every kernel. */
export async function useCpuBackend(): Promise<void> {
  await tf.setBackend('cpu');
}
