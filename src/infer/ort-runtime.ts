import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';

export type { InferenceSession, Tensor } from 'onnxruntime-node';

/** ONNX Runtime's module. */
export type OrtRuntime = typeof Ort;

/**
 * onnxruntime-node 1.30: on Linux and macOS, sessions send usage events to the runtime's maker unless this variable is 1
 * (microsoft/onnxruntime#27379). The runtime reads it once for each process, when it creates the first session.
 */
const TELEMETRY_VARIABLE = 'ORT_DISABLE_TELEMETRY';

/** Options of {@link createOrtSession}. */
export interface OrtSessionOptions {
  readonly device: 'cpu' | 'webgpu';
  /** Threads of the network on the CPU; no more than {@link usefulThreads} run. */
  readonly threads: number;
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
  return import('onnxruntime-node');
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
  { device, threads }: OrtSessionOptions,
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = await loadOrt();
  const options: Ort.InferenceSession.SessionOptions = {
    executionProviders: device === 'webgpu' ? ['webgpu', 'cpu'] : ['cpu'],
    intraOpNumThreads: usefulThreads(threads),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
  return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}

/** First line of a foreign error's message, without its full stop. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}
