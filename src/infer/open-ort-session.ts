import { unavailable } from './device-names.js';
import { isSoftwareGpu } from './gpu-driver.js';
import { invalid, type ModelFile } from './model-file.js';
import type { NetworkSession, Placement, RunDevice } from './network-session.js';
import { OrtProfile } from './ort-placement.js';
import { missingProvider, openFailure } from './ort-providers.js';
import { createOrtSession, isCpuRefusal, loadOrt, reasonOf, remedyOf, type InferenceSession } from './ort-runtime.js';
import { OrtNetworkSession } from './ort-session.js';

/** The part of a {@link ModelFile} that holds the network. */
export type NetworkFile = Pick<ModelFile, 'path' | 'bytes' | 'externalData'>;

/** Where ONNX Runtime is to run a network. */
interface OrtPlace {
  readonly device: RunDevice;
  readonly threads: number;
}

/**
 * Opens a network in ONNX Runtime, which by itself runs on the CPU what a device cannot: opens it first without that, so that all of
 * it runs on the device; else learns from the first run what does not. Throws NocturneError MODEL_INVALID, or DEVICE_UNAVAILABLE where
 * the device is missing.
 */
export async function openOrtSession(file: NetworkFile, place: OrtPlace): Promise<NetworkSession> {
  const { device } = place;
  if (device === 'cpu') return openOnCpu(file, place);
  const missing = await missingProvider(device);
  if (missing) throw unavailable(device, missing);
  try {
    const session = await createOrtSession(file.bytes, { ...place, externalData: file.externalData, isStrict: true });
    return new OrtNetworkSession(await loadOrt(), session, placementOn(device));
  } catch (error) {
    if (isCpuRefusal(error)) return openProfiled(file, place);
    await (await openOnCpu(file, place)).close(); // throws where the file is at fault
    throw unavailable(device, openFailure(device, error), error);
  }
}

async function openOnCpu(file: NetworkFile, { threads }: OrtPlace): Promise<NetworkSession> {
  const session = await orInvalid(
    file,
    createOrtSession(file.bytes, { device: 'cpu', threads, externalData: file.externalData }),
  );
  return new OrtNetworkSession(await loadOrt(), session, placementOn('cpu'));
}

async function openProfiled(file: NetworkFile, place: OrtPlace): Promise<NetworkSession> {
  const profile = await OrtProfile.create();
  try {
    const options = { ...place, externalData: file.externalData, profilePrefix: profile.prefix };
    const session = await orInvalid(file, createOrtSession(file.bytes, options));
    return new OrtNetworkSession(await loadOrt(), session, placementOn(place.device), profile);
  } catch (error) {
    await profile.remove();
    throw error;
  }
}

async function orInvalid(file: NetworkFile, opening: Promise<InferenceSession>): Promise<InferenceSession> {
  try {
    return await opening;
  } catch (error) {
    throw invalid(
      `${file.path} is not a model that ONNX Runtime can read: ${reasonOf(error)}.`,
      error,
      remedyOf(error),
    );
  }
}

function placementOn(device: RunDevice): Placement {
  const isSoftware = device === 'webgpu' && isSoftwareGpu();
  const notice = isSoftware
    ? "WebGPU has only a software driver here, which computes on the CPU and is far slower than --device cpu; install the GPU's driver."
    : '';
  return { engine: 'onnx', device, notice };
}
