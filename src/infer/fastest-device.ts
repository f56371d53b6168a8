import { NocturneError } from '../core/errors.js';
import { mayHaveGpu } from '../core/may-have-gpu.js';
import type { NetworkSession, NetworkTensor, RunDevice } from './network-session.js';
import { openOrtSession, type NetworkFile } from './open-ort-session.js';
import { isFastGpu } from './ort-devices.js';

/** GPUs in the order in which they are tried. TensorRT is not: it compiles a network for minutes. */
const CANDIDATES = ['cuda', 'coreml', 'directml', 'webgpu'] as const satisfies readonly RunDevice[];
/** Side at which a network that takes any size is tried. */
const TRIAL_SIDE = 256;
/** How far the result of a GPU may be from the CPU's, on average, as a share of its size: float16 is within 0.01. */
const MAX_DISTANCE = 0.05;

/**
 * Opens a network on the first GPU that gives the CPU's result sooner than the CPU; on the CPU where none does. Software drivers are
 * never taken. Throws as {@link openOrtSession}.
 */
export async function chooseFastest(file: NetworkFile, threads: number): Promise<NetworkSession> {
  const cpu = await openOrtSession(file, { device: 'cpu', threads });
  const inputs = trialInputs(cpu);
  if (!inputs || !mayHaveGpu()) return cpu;
  let expected: Trial | undefined;
  for (const device of CANDIDATES) {
    const gpu = await openGpu(file, device, threads);
    if (!gpu) continue;
    try {
      expected ??= await runTrial(cpu, inputs);
      const got = await runTrial(gpu, inputs);
      if (got.ms < expected.ms && distanceOf(got, expected) < MAX_DISTANCE) {
        await cpu.close();
        return gpu;
      }
    } catch {
      // It does not run there: the next one is tried.
    }
    await gpu.close();
  }
  return cpu;
}

/** The network on a GPU; undefined where there is none, only a software driver, or one that does not open it. */
async function openGpu(file: NetworkFile, device: RunDevice, threads: number): Promise<NetworkSession | undefined> {
  if (!(await isFastGpu(device))) return undefined;
  try {
    return await openOrtSession(file, { device, threads });
  } catch (error) {
    if (error instanceof NocturneError) return undefined;
    throw error;
  }
}

/** What a trial gives. */
interface Trial {
  readonly outputs: readonly Float32Array[];
  /** Of the second run: the first compiles. */
  readonly ms: number;
}

async function runTrial(session: NetworkSession, inputs: Readonly<Record<string, NetworkTensor>>): Promise<Trial> {
  const names = session.outputs.map(({ name }) => name);
  await session.run(inputs, names);
  const started = performance.now();
  const outputs = await session.run(inputs, names);
  const ms = performance.now() - started;
  return { outputs: names.flatMap((name) => outputs[name]?.data ?? []), ms };
}

/** Numbers from 0 to 1 for each input, from a fixed sequence; undefined where an input is neither float32 nor float16. */
function trialInputs({ inputs }: NetworkSession): Readonly<Record<string, NetworkTensor>> | undefined {
  const tensors: Record<string, NetworkTensor> = {};
  for (const { name, type, shape: declared } of inputs) {
    if (!type.startsWith('float')) return undefined;
    const shape = declared.map((length, axis) =>
      typeof length === 'number' && length > 0 ? length : axis === 0 ? 1 : TRIAL_SIDE,
    );
    const size = shape.reduce((a, b) => a * b, 1);
    tensors[name] = { data: Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 1009) / 1009), shape };
  }
  return tensors;
}

/** Mean distance of two results as a share of the mean size of the second; infinite where a number is not finite. */
function distanceOf(got: Trial, expected: Trial): number {
  let [difference, size] = [0, 0];
  expected.outputs.forEach((data, output) => {
    const other = got.outputs[output];
    for (let i = 0; i < data.length; i++) {
      difference += Math.abs((data[i] ?? 0) - (other?.[i] ?? Infinity));
      size += Math.abs(data[i] ?? 0);
    }
  });
  return Number.isFinite(difference) ? difference / Math.max(size, Number.EPSILON) : Infinity;
}
