import * as tf from '@tensorflow/tfjs-core';

/** A backend's kernel, or undefined. */
export function findKernel(kernelName: string, backendName: string): tf.KernelConfig | undefined {
  // The lookup's type leaves out that there may be none.
  return tf.getKernel(kernelName, backendName);
}

/** Gives a backend another kernel for a name, or its first; what prepares and disposes the present one goes on doing so. */
export function replaceKernel(kernelName: string, backendName: string, kernelFunc: tf.KernelFunc): void {
  const present = findKernel(kernelName, backendName);
  if (present) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...present, kernelName, backendName, kernelFunc });
}
