import * as tf from '@tensorflow/tfjs-core';
import { findGpu } from '../../render/webgpu/gpu-adapter.js';
import type { GpuInfo } from '../../render/webgpu/gpu.js';
import { type Backend, startBackend, unavailable } from './backend.js';
import { findKernel, replaceKernel } from './replace-kernel.js';

interface Device {
  destroy(): void;
}

/** The types of tfjs would bring those of WebGPU into every file. */
interface TfjsPackage {
  readonly WebGPUBackend: new (device: Device, info: GpuInfo) => tf.KernelBackend;
}

/** Limits that tfjs needs above WebGPU's defaults; requested as the adapter has them. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];
/**
 * Any GPU with Vulkan, Metal or Direct3D 12, through the `webgpu` package (Dawn). Read tensors by `await tensor.data()`: `dataSync`
 * needs a browser. Throws NocturneError DEVICE_UNAVAILABLE when the package or an adapter is missing.
 * @param options `onlyHardware`: refuses software drivers.
 */
export async function openWebgpu(options: { readonly onlyHardware?: boolean } = {}): Promise<Backend> {
  const { gpu: found, adapter, globals, name: words, isSoftware } = await findGpu('train');
  exposeGlobals(globals, found);
  if (isSoftware && options.onlyHardware)
    throw unavailable(`WebGPU has only the software driver ${words}.`, 'Install a GPU driver.');

  // Imported only now: it reads navigator.gpu when it loads.
  const { WebGPUBackend } = (await import('@tensorflow/tfjs-backend-webgpu')) as unknown as TfjsPackage;
  fixCast();
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit] ?? 0]));
  const gpu = await adapter.requestDevice({ requiredLimits });
  // Removes the backend of an earlier device, and the one that tfjs-backend-webgpu 4.22 registers itself, which requests a feature wrongly.
  if (tf.findBackendFactory('webgpu') as unknown) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(gpu, adapter.info), 3);
  const device = `${words}${isSoftware ? ' (software)' : ''}`;
  return startBackend({ name: 'webgpu', device, isDeterministic: true }, () => gpu.destroy());
}

/** Makes the globals of a browser that tfjs expects. */
function exposeGlobals(globals: object, gpu: object): void {
  Object.assign(globalThis, globals);
  const scope = globalThis as { navigator?: object };
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
}

/** The name under which the backend's own cast stays registered. */
const RELABELLING_CAST = 'RelabelCast';

/**
 * Makes casts to float32 give floats. tfjs-backend-webgpu 4.22 only relabels the integers, which kernels that index a buffer
 * themselves (a transposition, hence each sum over rows) then reject.
 */
function fixCast(): void {
  const cast = findKernel('Cast', 'webgpu');
  if (!cast || findKernel(RELABELLING_CAST, 'webgpu')) return;
  tf.registerKernel({ ...cast, kernelName: RELABELLING_CAST });
  replaceKernel('Cast', 'webgpu', (call) => {
    const from = (call.inputs['x'] as tf.Tensor).dtype;
    const result = cast.kernelFunc(call) as tf.TensorInfo; // a cast has one output
    if (result.dtype !== 'float32' || from === 'float32') return result;
    return tf.tidy(() => tf.mul(tf.engine().makeTensorFromTensorInfo(result), 1));
  });
}
