import { readFileSync } from 'node:fs';
import { mayHaveGpu } from '../core/may-have-gpu.js';

/** Vulkan drivers that compute on the CPU: Chromium's, Mesa's. */
const SOFTWARE_DRIVER = /swiftshader|libvulkan_lvp|llvmpipe|lavapipe/i;
/** Any Vulkan driver, by the names that Mesa and the makers of GPUs give them. */
const DRIVER =
  /\/(lib(vulkan_\w+|vk_\w+|GLX_nvidia|EGL_nvidia|nvidia-\w+|mali|amdvlk\w*|PVR\w+|VkICD\w*))\.so|amdvlk|nvidia/i;

/**
 * Whether the GPU that WebGPU uses in this process is a software driver, which computes on the CPU. Ask once a session is open: on Linux,
 * the loaded drivers say it. False on other systems, where the speed says it.
 */
export function isSoftwareGpu(): boolean {
  if (process.platform !== 'linux') return false;
  const drivers = loadedLibraries().filter((path) => DRIVER.test(path) || SOFTWARE_DRIVER.test(path));
  const hasSoftware = drivers.some((path) => SOFTWARE_DRIVER.test(path));
  return hasSoftware && (drivers.every((path) => SOFTWARE_DRIVER.test(path)) || !mayHaveGpu());
}

/** Paths of the shared libraries of this process. */
function loadedLibraries(): string[] {
  const maps = readFileSync('/proc/self/maps', 'utf8');
  return [...new Set(maps.match(/\/\S+\.so[.\d]*$/gm) ?? [])];
}
