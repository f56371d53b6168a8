import * as tf from '@tensorflow/tfjs-core';
import { isInstalled } from '../../infer/tensorflow/native-tensorflow.js';
import { type Backend, reasonOf, startBackend, unavailable } from './backend.js';
import { findKernel, replaceKernel } from './replace-kernel.js';

/** The part of WebGPU that is used; Node has no types of it. */
interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
  };
  readonly isFallbackAdapter?: boolean;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<Device>;
}
interface Gpu {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface WebgpuPackage {
  readonly globals: object;
  create(flags: readonly string[]): Gpu;
}
interface Device {
  destroy(): void;
}
/** The types of tfjs would bring those of WebGPU into every file. */
interface TfjsPackage {
  readonly WebGPUBackend: new (device: Device, info: Adapter['info']) => tf.KernelBackend;
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
/** Software drivers: they compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i;

/**
 * Any GPU with Vulkan, Metal or Direct3D 12, through the `webgpu` package (Dawn). Read tensors by `await tensor.data()`: `dataSync`
 * needs a browser. Throws NocturneError DEVICE_UNAVAILABLE when the package or an adapter is missing.
 * @param options `onlyHardware`: refuses software drivers.
 */
export async function openWebgpu(options: { readonly onlyHardware?: boolean } = {}): Promise<Backend> {
  const adapter = await findAdapter();
  const { vendor, architecture, device: model, description: text } = adapter.info;
  const words = [...new Set([text || model, vendor, architecture])].filter((word) => word !== '').join(', ');
  const isSoftware = adapter.isFallbackAdapter === true || SOFTWARE.test(words);
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

/** Throws NocturneError DEVICE_UNAVAILABLE. */
async function findAdapter(): Promise<Adapter> {
  const name = 'webgpu';
  const remedy = 'Run: npm install webgpu';
  if (!isInstalled(name)) throw unavailable('The webgpu package is not installed.', remedy);
  let webgpu: WebgpuPackage;
  try {
    webgpu = (await import(name)) as WebgpuPackage;
  } catch (error) {
    throw unavailable(`The webgpu package is installed but does not load: ${reasonOf(error)}.`, remedy, error);
  }
  // tfjs expects these globals of a browser.
  Object.assign(globalThis, webgpu.globals);
  const scope = globalThis as { navigator?: object };
  const gpu = webgpu.create([]);
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw unavailable('WebGPU found no adapter.', 'Install a GPU driver with Vulkan, Metal or Direct3D 12.');
  return adapter;
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
