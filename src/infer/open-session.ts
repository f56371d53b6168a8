import { chooseFastest } from './fastest-device.js';
import { openOrtSession, type NetworkFile } from './open-ort-session.js';
import { invalid, sha256Of } from './model-file.js';
import type { Device, Engine, NetworkSession } from './network-session.js';
import type { ShareOptions } from './shared/share-messages.js';
import { openSharedSession } from './shared/shared-session.js';
import { isTfjsModel } from './tfjs-model-name.js';

/** What to do about an engine that cannot run a model. */
const ENGINE_REMEDY = 'Leave --engine at auto, or export the network as ONNX.';

/** Where a network is to run. */
export interface SessionOptions {
  /** Default `auto`: see {@link prefersGpu}. */
  readonly device?: Device;
  /** Default `auto`: ONNX Runtime for ONNX models, TensorFlow for those of TensorFlow.js. */
  readonly engine?: Engine;
  /** Threads of the network on the CPU; default 1, because decoder and encoder need the other cores. */
  readonly threads?: number;
  /**
   * Whether `auto` may take a GPU, which it then does where the network gives the same result there, sooner. Default false: look and scene
   * networks are so small that copying to and from a GPU takes as long.
   */
  readonly prefersGpu?: boolean;
  /** The generator process that runs it; default: this thread. */
  readonly share?: ShareOptions | undefined;
}

/** Opens a network. Throws RangeError, NocturneError MODEL_INVALID, or DEVICE_UNAVAILABLE where the device is missing. */
export async function openNetworkSession(
  file: NetworkFile,
  { device = 'auto', engine = 'auto', threads = 1, prefersGpu = false, share }: SessionOptions = {},
): Promise<NetworkSession> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be an integer of 1 or more, got ${threads}`);
  }
  if (share) {
    const options = { device, engine, threads, prefersGpu };
    return openSharedSession({ path: file.path, sha256: sha256Of(file.bytes), options }, share);
  }
  if (engine === 'tensorflow' || isTfjsModel(file.path)) {
    if (engine === 'onnx') throw invalid(`${file.path} is a model of TensorFlow.js.`, undefined, ENGINE_REMEDY);
    // On demand: TensorFlow.js is slow to load.
    const { openTensorflowSession } = await import('./tensorflow/open-tensorflow-session.js');
    return openTensorflowSession(file, device);
  }
  if (device !== 'auto') return openOrtSession(file, { device, threads });
  return prefersGpu ? chooseFastest(file, threads) : openOrtSession(file, { device: 'cpu', threads });
}
