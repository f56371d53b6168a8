import { NocturneError, type Stage } from '../../core/errors.js';
import { firstLine } from '../../core/first-line.js';
import { isInstalled } from '../../core/optional-package.js';
import type { Gpu, GpuAdapter } from './gpu.js';

/** What the optional `webgpu` package (Dawn) exports. */
interface WebgpuPackage {
  /** The classes and constants that a browser has as globals. */
  readonly globals: object;
  create(flags: readonly string[]): Gpu;
}

/** An adapter and the package that found it. */
export interface FoundGpu {
  /** Dawn itself. Hold it as long as adapter and device: they crash when it is collected before. */
  readonly gpu: Gpu;
  readonly adapter: GpuAdapter;
  readonly globals: object;
  /** The adapter in words. */
  readonly name: string;
  /** A driver that computes on the CPU. */
  readonly isSoftware: boolean;
}

/** Software drivers: they compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp/i;

/**
 * Finds the fastest adapter with Vulkan, Metal or Direct3D 12, through the optional `webgpu` package. Throws NocturneError
 * DEVICE_UNAVAILABLE when the package or an adapter is missing. @param stage of the error.
 */
export async function findGpu(stage: Stage): Promise<FoundGpu> {
  const unavailable = (message: string, remedy: string, cause?: unknown): NocturneError =>
    new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage, message, remedy, cause });
  const name = 'webgpu'; // a literal would let the compiler look for its types
  const remedy = 'Run: npm install webgpu';
  if (!isInstalled(name)) throw unavailable('The webgpu package is not installed.', remedy);
  let webgpu: WebgpuPackage;
  try {
    webgpu = (await import(name)) as WebgpuPackage; // an optional package has no types here
  } catch (error) {
    throw unavailable(`The webgpu package is installed but does not load: ${firstLine(error)}.`, remedy, error);
  }
  const gpu = webgpu.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw unavailable('WebGPU found no adapter.', 'Install a GPU driver with Vulkan, Metal or Direct3D 12.');
  const { vendor, architecture, device, description } = adapter.info;
  const words = [...new Set([description || device, vendor, architecture])].filter((word) => word !== '').join(', ');
  const isSoftware = adapter.isFallbackAdapter === true || SOFTWARE.test(words);
  return { gpu, adapter, globals: webgpu.globals, name: words, isSoftware };
}
