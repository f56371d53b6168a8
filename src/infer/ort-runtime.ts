import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';
import { firstLine } from '../core/first-line.js';
import type { ExternalData } from './external-data.js';
import type { RunDevice } from './network-session.js';

export type { InferenceSession, Tensor } from 'onnxruntime-node';

/** ONNX Runtime's module. */
export type OrtRuntime = typeof Ort;

/**
 * onnxruntime-node 1.30: on Linux and macOS, sessions send usage events to the runtime's maker unless this variable is 1
 * (microsoft/onnxruntime#27379). The runtime reads it once for each process, when it creates the first session.
 */
const TELEMETRY_VARIABLE = 'ORT_DISABLE_TELEMETRY';

/** Execution providers of a device, the preferred one first. The CPU's own runs what they cannot. */
const PROVIDERS: Readonly<Record<RunDevice, readonly Ort.InferenceSession.ExecutionProviderConfig[]>> = {
  cpu: ['cpu'],
  webgpu: ['webgpu'],
  cuda: ['cuda'],
  tensorrt: ['tensorrt', 'cuda'],
  coreml: [{ name: 'coreml', coreMlFlags: 0x10 }], // ML Program, the format that is still developed
  directml: ['dml'],
};

/** Options of {@link createOrtSession}. */
export interface OrtSessionOptions {
  readonly device: RunDevice;
  /** Threads of the network on the CPU; no more than {@link usefulThreads} run. */
  readonly threads: number;
  /** Whether opening fails where an operator would run on the CPU instead of the device; default false. */
  readonly isStrict?: boolean;
  /** Start of the path of a profile, which lists where each operator runs; default none. */
  readonly profilePrefix?: string;
  /** Files that a model in bytes names for its weights. */
  readonly externalData?: readonly ExternalData[];
}

/** The threads to run where `threads` are asked for: one for each CPU core at most, since more slow the network down many times. */
export function usefulThreads(threads: number): number {
  return Math.min(threads, availableParallelism());
}

/**
 * Loads ONNX Runtime, with its telemetry off. No other file imports onnxruntime-node. The native library loads at the
 * first call.
 */
export async function loadOrt(): Promise<OrtRuntime> {
  disableOrtTelemetry();
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'fatal'; // each failure is also thrown; read when the first session opens
  return ort;
}

/**
 * Turns ONNX Runtime's telemetry off for this process, unless its user set the variable to 0. Call it on the main thread
 * before a thread of the process loads the runtime: in a thread, `process.env` is a copy that native code never sees.
 */
export function disableOrtTelemetry(): void {
  if (process.env[TELEMETRY_VARIABLE] !== '0') process.env[TELEMETRY_VARIABLE] = '1';
}

/** Opens a session on a model's path or bytes. Throws what ONNX Runtime throws. */
export async function createOrtSession(
  model: string | Uint8Array,
  { device, threads, isStrict = false, profilePrefix, externalData = [] }: OrtSessionOptions,
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = await loadOrt();
  const options: Ort.InferenceSession.SessionOptions = {
    executionProviders: PROVIDERS[device],
    intraOpNumThreads: usefulThreads(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    ...(device === 'directml' ? { enableMemPattern: false } : {}), // which DirectML demands
    ...(isStrict ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    ...(externalData.length > 0 ? { externalData } : {}),
  };
  return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}

/** Whether a session failed to open because `isStrict` forbids operators on the CPU. */
export function isCpuRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.includes('fallback to CPU EP has been explicitly disabled');
}

/** What ONNX Runtime 1.30 means by its texts, which name lines of its source. */
const MEANINGS: readonly (readonly [pattern: RegExp, meaning: (match: RegExpExecArray) => string])[] = [
  [/Failed to get a WebGPU adapter/, () => 'no GPU that Vulkan, Metal or Direct3D can use'],
  [
    /protobuf parsing failed|Model data pointer is null|does not have a graph/,
    () => 'it is not an ONNX file, or not all of one',
  ],
  [
    /IR version: (\d+), max supported IR version: (\d+)/,
    ([, got, max]) => `its format has version ${got}; ${max} is the newest known`,
  ],
  [
    /Opset (\d+) is under development.* till opset (\d+)/,
    ([, got, max]) => `it needs operator set ${got}; ${max} is the newest known`,
  ],
  [
    /No Op registered for (\S+) with domain_version of (\d+)/,
    ([, name, set]) => `operator set ${set} has no operator ${name}`,
  ],
  [
    /No kernel registered for (\S+)|Could not find an implementation for (\S+?)\(/,
    ([, a, b]) => `it needs the operator ${a ?? b}, which does not run here`,
  ],
  [
    /external initializer: (\S+)|external data/i,
    ([, name]) =>
      `its weights${name === undefined ? '' : ` (${name})`} lie in another file, which is missing or too short`,
  ],
];

/** What to do about a failure to open a model, one sentence; undefined where its code's advice is all there is. */
export function remedyOf(error: unknown): string | undefined {
  const isTooNew =
    error instanceof Error && /Opset \d+ is under development|max supported IR version/.test(error.message);
  return isTooNew ? 'Export it again for an older one: `torch.onnx.export(..., opset_version=17)`.' : undefined;
}

/** Why ONNX Runtime failed, for people: a clause without full stop, paths and lines of its source left out. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(text);
    if (match) return meaning(match);
  }
  const sourceLine = /(\S*\/)?\w+\.(cc|cpp|h):\d+ (\S+ )?(\w+(::[\w<>~]+)+\(.*?\)( const)? )?/g;
  return firstLine(text.replaceAll(sourceLine, ''));
}
