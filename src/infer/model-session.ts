import { NocturneError } from '../core/errors.js';
import { invalid, type ModelFile } from './model-file.js';
import { createOrtSession, reasonOf, type InferenceSession, type OrtSessionOptions } from './ort-runtime.js';

/** Opens a session on a model. Throws NocturneError MODEL_INVALID, or DEVICE_UNAVAILABLE where WebGPU is missing. */
export async function openModelSession(
  file: Pick<ModelFile, 'path' | 'bytes' | 'externalData'>,
  options: OrtSessionOptions,
): Promise<InferenceSession> {
  try {
    return await createOrtSession(file.bytes, { ...options, externalData: file.externalData });
  } catch (error) {
    if (options.device === 'webgpu' && /webgpu|adapter|device|dawn/i.test(reasonOf(error))) throw unavailable(error);
    throw invalid(`${file.path} is not a model that ONNX Runtime can read: ${reasonOf(error)}.`, error);
  }
}

/** Creates a NocturneError DEVICE_UNAVAILABLE. */
export function unavailable(cause: unknown): NocturneError {
  const message = `WebGPU is not available on this machine: ${reasonOf(cause)}.`;
  return new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage: 'infer', message, cause });
}
