import * as tf from '@tensorflow/tfjs-core';
import { type Backend, isInstalled, reasonOf, startBackend, unavailable } from './backend.js';
import { mendWebgpuCast } from './webgpu-cast.js';

/** What is read of WebGPU, which Node's types do not know. */
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
/** tfjs's own types would bring those of WebGPU into every file. */
interface TfjsPackage {
  readonly WebGPUBackend: new (device: Device, info: Adapter['info']) => tf.KernelBackend;
}

/** Limits that tfjs needs above the defaults, where the adapter has more. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];
/** Drivers that compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i;

/**
 * Any GPU that Vulkan, Metal or Direct3D 12 reach, through the `webgpu` package (Dawn). Numbers come back by `await
 * tensor.data()` alone: `dataSync` needs a browser. Throws NocturneError DEVICE_UNAVAILABLE when the package or an adapter is
 * absent. @param options `onlyHardware`: a driver that computes on the CPU counts as absent.
 */
export async function openWebgpu(options: { readonly onlyHardware?: boolean } = {}): Promise<Backend> {
  const adapter = await findAdapter();
  const { vendor, architecture, device: model, description: text } = adapter.info;
  const words = [...new Set([text || model, vendor, architecture])].filter((word) => word !== '').join(', ');
  const isSoftware = adapter.isFallbackAdapter === true || SOFTWARE.test(words);
  if (isSoftware && options.onlyHardware) throw unavailable(`WebGPU finds only ${words}.`, 'Install a GPU driver.');

  // Not before navigator.gpu is there: it looks for it when it loads.
  const { WebGPUBackend } = (await import('@tensorflow/tfjs-backend-webgpu')) as unknown as TfjsPackage;
  mendWebgpuCast();
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit] ?? 0]));
  const device = await adapter.requestDevice({ requiredLimits });
  // One of an earlier device, and the one that tfjs registers by itself, which asks for a feature in a wrong way.
  if (tf.findBackendFactory('webgpu') as unknown) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
  const description = `WebGPU, ${words}${isSoftware ? ' (software)' : ''}`;
  return startBackend({ name: 'webgpu', description, isExact: true }, () => device.destroy());
}

/** Throws NocturneError DEVICE_UNAVAILABLE. */
async function findAdapter(): Promise<Adapter> {
  const name = 'webgpu';
  const remedy = 'Run: npm install webgpu';
  if (!isInstalled(name)) throw unavailable('The package webgpu is not installed.', remedy);
  let webgpu: WebgpuPackage;
  try {
    webgpu = (await import(name)) as WebgpuPackage;
  } catch (error) {
    throw unavailable(`The package webgpu does not load: ${reasonOf(error)}.`, remedy, error);
  }
  // tfjs reads these as a browser has them.
  Object.assign(globalThis, webgpu.globals);
  const scope = globalThis as { navigator?: object };
  const gpu = webgpu.create([]);
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw unavailable('WebGPU finds no adapter.', 'Install a driver for Vulkan, Metal or Direct3D 12.');
  return adapter;
}
