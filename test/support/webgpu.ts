import { existsSync } from 'node:fs';
import { findGpu } from '../../src/render/webgpu/gpu-adapter.js';

/** Chromium's software driver for Vulkan. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Whether WebGPU works here: on Chromium's software driver, unless VK_DRIVER_FILES names another. Warns with what is missing
 * when it does not.
 */
export async function hasWebGpu(): Promise<boolean> {
  if (process.env['VK_DRIVER_FILES'] === undefined && existsSync(SWIFTSHADER)) {
    process.env['VK_DRIVER_FILES'] = SWIFTSHADER;
  }
  try {
    await findGpu('render');
    return true;
  } catch (error) {
    console.warn(`SKIPPED on WebGPU: ${String(error)}`);
    return false;
  }
}
