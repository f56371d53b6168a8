import { NocturneError } from '../core/errors.js';
import { invalid, type ModelFile } from './model-file.js';
import type { Device, NetworkSession, Placement } from './network-session.js';
import { createOrtSession, loadOrt, reasonOf } from './ort-runtime.js';
import { OrtNetworkSession } from './ort-session.js';
import { hashOf } from './shared/read-network-file.js';
import type { ShareOptions } from './shared/share-messages.js';
import { openSharedSession } from './shared/shared-session.js';

/** Where a network is to run. */
export interface SessionOptions {
  /** Default `auto`: the CPU, since looks are small, and copying them from a GPU takes as long. */
  readonly device?: Device;
  /** Threads of the network on the CPU; default 1, because decoder and encoder need the other cores. */
  readonly threads?: number;
  /** The generator process that runs it; default: this thread. */
  readonly share?: ShareOptions | undefined;
}

/** Opens a network. Throws RangeError, NocturneError MODEL_INVALID, or DEVICE_UNAVAILABLE where the device is missing. */
export async function openNetworkSession(
  file: Pick<ModelFile, 'path' | 'bytes' | 'externalData'>,
  { device = 'auto', threads = 1, share }: SessionOptions = {},
): Promise<NetworkSession> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be an integer of 1 or more, got ${threads}`);
  }
  if (share) {
    return openSharedSession({ path: file.path, sha256: hashOf(file.bytes), options: { device, threads } }, share);
  }
  const placement: Placement = { engine: 'onnx', device: device === 'webgpu' ? 'webgpu' : 'cpu', notice: '' };
  const { bytes, externalData } = file;
  try {
    const session = await createOrtSession(bytes, {
      device: placement.device === 'webgpu' ? 'webgpu' : 'cpu',
      threads,
      externalData,
    });
    return new OrtNetworkSession(await loadOrt(), session, placement);
  } catch (error) {
    if (device === 'webgpu' && /webgpu|adapter|device|dawn/i.test(reasonOf(error))) throw unavailable(error);
    throw invalid(`${file.path} is not a model that ONNX Runtime can read: ${reasonOf(error)}.`, error);
  }
}

/** Creates a NocturneError DEVICE_UNAVAILABLE. */
export function unavailable(cause: unknown): NocturneError {
  const message = `WebGPU is not available on this machine: ${reasonOf(cause)}.`;
  return new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage: 'infer', message, cause });
}
