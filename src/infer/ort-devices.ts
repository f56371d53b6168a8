import { loadOrt, reasonOf, type InferenceSession } from './ort-runtime.js';

/** Whether a network runs on a device of this machine. */
export interface DeviceReport {
  readonly name: 'cpu' | 'webgpu';
  readonly available: boolean;
  /** Why the device is not available; empty when it is. */
  readonly reason: string;
}

/** An ONNX model (ir 8, opset 13) that negates four float32 numbers: `x [4]` to `y [4]`. */
const NEGATE = 'CAg6MgoLCgF4EgF5IgNOZWcSAWdaDwoBeBIKCggIARIECgIIBGIPCgF5EgoKCAgBEgQKAggEQgIQDQ==';
/** Characters of a reason. */
const MAX_REASON_LENGTH = 160;

/** Runs a test network on each supported device and reports which devices work. */
export async function listDevices(): Promise<DeviceReport[]> {
  return [await tryDevice('cpu'), await tryDevice('webgpu')];
}

async function tryDevice(name: DeviceReport['name']): Promise<DeviceReport> {
  try {
    await runNegate(name);
    return { name, available: true, reason: '' };
  } catch (error) {
    const reason = name === 'webgpu' ? 'no GPU that Vulkan, Metal or Direct3D can use' : reasonOf(error);
    return { name, available: false, reason: reason.slice(0, MAX_REASON_LENGTH) };
  }
}

async function runNegate(device: DeviceReport['name']): Promise<void> {
  const { InferenceSession, Tensor } = await loadOrt();
  const options: InferenceSession.SessionOptions = { executionProviders: [device], logSeverityLevel: 4 };
  const session = await InferenceSession.create(Buffer.from(NEGATE, 'base64'), options);
  try {
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) });
    if (y?.data[3] !== -4) throw new Error(`got ${String(y?.data[3])} for the negative of 4`);
  } finally {
    await session.release();
  }
}
