import { NocturneError } from '../core/errors.js';
import type { Placement, RunDevice } from './network-session.js';

/** What people call the devices. */
export const DEVICE_NAMES: Readonly<Record<RunDevice, string>> = {
  cpu: 'the CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  coreml: 'Core ML',
  directml: 'DirectML',
};

/** What people call the engines. */
const ENGINE_NAMES: Readonly<Record<Placement['engine'], string>> = {
  onnx: 'ONNX Runtime',
  tensorflow: 'TensorFlow',
  wasm: 'TensorFlow.js, WebAssembly',
};

/** Where a network runs, in a few words: `CPU (ONNX Runtime)`. */
export function placeOf({ device, engine }: Pick<Placement, 'device' | 'engine'>): string {
  return `${DEVICE_NAMES[device].replace('the ', '')} (${ENGINE_NAMES[engine]})`;
}

/** Why something is not available, and what to do: a clause and a sentence. */
export interface Absence {
  readonly reason: string;
  readonly remedy: string;
}

/** Creates a NocturneError DEVICE_UNAVAILABLE. */
export function unavailable(device: RunDevice, { reason, remedy }: Absence, cause?: unknown): NocturneError {
  const message = `--device ${device} is not available: ${reason}.`;
  return new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage: 'infer', message, remedy, cause });
}
