import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { firstLine } from '../core/first-line.js';
import { DEVICE_NAMES, type Absence } from './device-names.js';
import type { RunDevice } from './network-session.js';
import { loadOrt, reasonOf } from './ort-runtime.js';

/** ONNX Runtime's name of each device, and where onnxruntime-node has it. */
const BACKENDS: Readonly<Record<RunDevice, { readonly name: string; readonly platform: string }>> = {
  cpu: { name: 'cpu', platform: 'Linux, macOS or Windows' },
  webgpu: { name: 'webgpu', platform: 'Linux, macOS or Windows' },
  cuda: { name: 'cuda', platform: 'Linux on x64' },
  tensorrt: { name: 'tensorrt', platform: 'Linux on x64' },
  coreml: { name: 'coreml', platform: 'macOS' },
  directml: { name: 'dml', platform: 'Windows' },
};

/** Why this installation of onnxruntime-node cannot have a device; undefined where it may. Loads the library, opens nothing. */
export async function missingProvider(device: RunDevice): Promise<Absence | undefined> {
  const { listSupportedBackends } = await loadOrt();
  const { name, platform } = BACKENDS[device];
  const backend = listSupportedBackends().find((known) => known.name === name);
  const here = `${process.platform} ${process.arch}`;
  if (!backend) {
    return {
      reason: `ONNX Runtime has ${DEVICE_NAMES[device]} on ${platform}, and this is ${here}`,
      remedy: 'Leave --device at auto, which uses what this machine has.',
    };
  }
  if (backend.bundled || existsSync(libraryOf(device))) return undefined;
  return {
    reason: `ONNX Runtime's ${DEVICE_NAMES[device]} libraries are not installed`,
    remedy: `Download them from nuget.org: ${installCommand()} (docs/devices.md).`,
  };
}

/** Why a device does not open although its provider is there. @param error what ONNX Runtime threw. */
export function openFailure(device: RunDevice, error: unknown): Absence {
  const reason = /Failed to load shared library/.test(String(error)) ? loadFailure(device) : undefined;
  return { reason: reason ?? reasonOf(error), remedy: REMEDIES[device] };
}

const CUDA_REMEDY =
  "Install NVIDIA's driver, CUDA 12 and cuDNN 9, with their folders in LD_LIBRARY_PATH (docs/devices.md).";
const REMEDIES: Readonly<Record<RunDevice, string>> = {
  cpu: 'Run `nocturne doctor`.',
  webgpu: "Install the GPU's driver, on Linux with Vulkan, or leave --device at auto.",
  cuda: CUDA_REMEDY,
  tensorrt: CUDA_REMEDY.replace('CUDA 12 and', 'TensorRT 10, CUDA 12 and'),
  coreml: 'Leave --device at auto, which uses the CPU.',
  directml: "Install the GPU's driver, or leave --device at auto.",
};

/** Folder of onnxruntime-node. */
function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
}

/** The command of onnxruntime-node's own install step, which `npm ci` of this package leaves out. */
function installCommand(): string {
  return `node ${join(packageFolder(), 'script', 'install.js')} --onnxruntime-node-install=cuda12`;
}

/** The provider's library, beside that of ONNX Runtime. */
function libraryOf(device: RunDevice): string {
  const { name } = BACKENDS[device];
  const folder = join(packageFolder(), 'bin', 'napi-v6', process.platform, process.arch);
  return join(folder, `libonnxruntime_providers_${name}.so`);
}

/** Why the system does not load a provider's library, such as a library that it needs; undefined where it does. */
function loadFailure(device: RunDevice): string | undefined {
  try {
    process.dlopen({ exports: {} }, libraryOf(device));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (text.includes('did not self-register')) return undefined; // it loads; it is no addon of Node
    return `its library does not load: ${firstLine(text)}`;
  }
  return undefined;
}
