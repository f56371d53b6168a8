import { isSoftwareGpu } from './gpu-driver.js';
import { DEVICES, type RunDevice } from './network-session.js';
import { missingProvider, openFailure } from './ort-providers.js';
import { createOrtSession, loadOrt, type InferenceSession } from './ort-runtime.js';

/** Whether ONNX Runtime runs networks on a device of this machine. */
export interface DeviceReport {
  readonly name: RunDevice;
  readonly available: boolean;
  /** What was measured; where it is not available: why, and what to do. */
  readonly detail: string;
}

/** An ONNX model (ir 8, opset 13) that multiplies two float32 matrices of 512 x 512: `x` and `w` to `y`. */
const PRODUCT =
  'CAgSADphChEKAXgKAXcSAXkiBk1hdE11bBIHcHJvZHVjdFoVCgF4EhAKDggBEgoKAwiABAoDCIAEWhUKAXcSEAoOCAESCgoDCIAECgMIgARiFQoBeRIQCg4IARIK' +
  'CgMIgAQKAwiABEIECgAQDQ==';
/** Side of its matrices. */
const SIDE = 512;
/** Slower, in billions of operations a second, is a software driver, or no gain over the CPU: a core does 50, SwiftShader 1. */
const MIN_GPU_GFLOPS = 20;

/** Runs a test network on each device, and reports which work. */
export async function listDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const name of DEVICES) if (name !== 'auto') reports.push(await reportOf(name));
  return reports;
}

/** Whether a device of this machine is a GPU that computes faster than a software driver. */
export async function isFastGpu(device: RunDevice): Promise<boolean> {
  if (await missingProvider(device)) return false;
  try {
    return (await measure(device)).gflops >= MIN_GPU_GFLOPS;
  } catch {
    return false; // `nocturne doctor` says why
  }
}

async function reportOf(name: RunDevice): Promise<DeviceReport> {
  const absent = (reason: string, remedy: string): DeviceReport => {
    return { name, available: false, detail: `${reason}. ${remedy}` };
  };
  const missing = await missingProvider(name);
  if (missing) return absent(missing.reason, missing.remedy);
  try {
    const { gflops, isSoftware } = await measure(name);
    const speed = isSoftware ? '' : `, ${gflops.toPrecision(2)} GFLOP/s`;
    if (name === 'cpu' || (!isSoftware && gflops >= MIN_GPU_GFLOPS)) {
      return { name, available: true, detail: `runs a test network${speed}` };
    }
    return absent(`only a software driver, which computes on the CPU${speed}`, "Install the GPU's driver.");
  } catch (error) {
    const { reason, remedy } = openFailure(name, error);
    return absent(reason, remedy);
  }
}

/** The speed of a device, and whether it is a software driver, whose speed is not measured. Throws where it does not work. */
async function measure(device: RunDevice): Promise<{ readonly gflops: number; readonly isSoftware: boolean }> {
  const session = await createOrtSession(Buffer.from(PRODUCT, 'base64'), {
    ...{ device, threads: 1, isStrict: device !== 'cpu' },
  });
  try {
    if (device === 'webgpu' && isSoftwareGpu()) return { gflops: 0, isSoftware: true };
    await runProduct(session); // compiles
    const started = performance.now();
    await runProduct(session);
    const seconds = (performance.now() - started) / 1000;
    return { gflops: (2 * SIDE ** 3) / seconds / 1e9, isSoftware: false };
  } finally {
    await session.release();
  }
}

async function runProduct(session: InferenceSession): Promise<void> {
  const { Tensor } = await loadOrt();
  const filled = (value: number) => new Tensor('float32', new Float32Array(SIDE * SIDE).fill(value), [SIDE, SIDE]);
  const { y } = await session.run({ x: filled(0.5), w: filled(2) });
  if (y?.data[SIDE] !== SIDE) throw new Error(`a test network gave ${String(y?.data[SIDE])}, not ${SIDE}`);
}
