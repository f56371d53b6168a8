import * as tf from '@tensorflow/tfjs-core';

/** A backend's kernel; undefined where it has none. */
export function findKernel(kernelName: string, backendName: string): tf.KernelConfig | undefined {
  // The type of the lookup leaves out that there may be none.
  return tf.getKernel(kernelName, backendName);
}

/** Registers a kernel in the place of a backend's own, if it has one. Setup and disposal functions of its own stay. */
export function replaceKernel(kernelName: string, backendName: string, kernelFunc: tf.KernelFunc): void {
  const present = findKernel(kernelName, backendName);
  if (present) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...present, kernelName, backendName, kernelFunc });
}
