import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What is known of one device a network could run on. */
export interface DeviceReport {
  readonly name: 'cpu' | 'webgpu';
  readonly available: boolean;
  /** Why not; empty when available. */
  readonly reason: string;
}

/** An ONNX model (ir 8, opset 13) that negates four float32 numbers: `x [4]` to `y [4]`. */
const NEGATE = 'CAg6MgoLCgF4EgF5IgNOZWcSAWdaDwoBeBIKCggIARIECgIIBGIPCgF5EgoKCAgBEgQKAggEQgIQDQ==';

/** Every device the product knows, each tried with a real run. */
export async function listDevices(): Promise<DeviceReport[]> {
  return [await tryDevice('cpu'), await tryDevice('webgpu')];
}

async function tryDevice(name: DeviceReport['name']): Promise<DeviceReport> {
  try {
    const options: InferenceSession.SessionOptions = { executionProviders: [name], logSeverityLevel: 4 };
    const session = await InferenceSession.create(Buffer.from(NEGATE, 'base64'), options);
    try {
      const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) });
      if (y?.data[3] !== -4) throw new Error(`it computed ${String(y?.data[3])} for -4`);
    } finally {
      await session.release();
    }
    return { name, available: true, reason: '' };
  } catch (error) {
    return {
      name,
      available: false,
      reason: name === 'webgpu' ? 'no GPU that Vulkan, Metal or Direct3D can use' : firstLine(error),
    };
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 160);
}
