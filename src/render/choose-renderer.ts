import { DEFAULT_CONTROLS } from '../core/controls.js';
import { assumedColor } from '../core/color.js';
import { NocturneError } from '../core/errors.js';
import { Frame } from '../core/frame.js';
import type { Logger } from '../core/logger.js';
import { mayHaveGpu } from '../core/may-have-gpu.js';
import { isInstalled } from '../core/optional-package.js';
import { Random } from '../core/random.js';
import { micros } from '../core/time.js';
import { identityLook } from '../look/look.js';
import type { RendererOptions } from './render-plan.js';
import type { Renderer } from './renderer.js';
import { openRenderer } from './wasm-renderer.js';
import { openWebGpuRenderer } from './webgpu/webgpu-renderer.js';

/** Where looks are applied: on the CPU by WebAssembly, on a GPU by WebGPU, or on the faster of both. */
export const APPLY_DEVICES = ['auto', 'cpu', 'webgpu'] as const;
/** One of {@link APPLY_DEVICES}. */
export type ApplyDevice = (typeof APPLY_DEVICES)[number];

/** Options of {@link chooseRenderer}. */
export interface ChoiceOptions extends RendererOptions {
  readonly device: ApplyDevice;
  /** Size of the frames, for which `auto` measures; 0 when unknown, which takes the CPU. */
  readonly width: number;
  readonly height: number;
  readonly logger: Logger;
}

/** Milliseconds of a frame on each device, and the largest difference of a code value between them. */
export interface ApplyTimes {
  readonly cpuMs: number;
  readonly webgpuMs: number;
  readonly difference: number;
}

/** Frames before the measured ones: drivers compile and V8 optimises in the meantime. */
const WARM_UP_FRAMES = 4;
/** Measured frames; the median counts. */
const FRAMES = 7;
/** Largest difference between the devices, code values: a driver that differs more computes wrongly. */
const MAX_DIFFERENCE = 1;

/**
 * Opens the renderer of a device. `auto` takes WebGPU where the `webgpu` package is installed, the adapter is no software
 * driver, and a frame of this size is faster there; it logs what it measured. Throws NocturneError DEVICE_UNAVAILABLE for `webgpu` alone.
 */
export async function chooseRenderer({ device, width, height, logger, ...options }: ChoiceOptions): Promise<Renderer> {
  const onFallback = (message: string): void => logger.warn({}, message);
  if (device === 'webgpu') return await openWebGpuRenderer({ ...options, onFallback });
  const isCertain = device === 'cpu' || width === 0 || !mayHaveGpu() || !isInstalled('webgpu');
  if (isCertain) return await openRenderer(options);
  const gpu = await openHardware({ ...options, onFallback }, logger);
  const cpu = await openRenderer(options);
  if (!gpu) return cpu;
  try {
    const times = await measureApply(cpu, gpu, width, height);
    const isFaster = times.webgpuMs < times.cpuMs && times.difference <= MAX_DIFFERENCE;
    const chosen = isFaster && gpu.kernel !== cpu.kernel ? gpu : cpu;
    logger.info({ ...times, kernel: chosen.kernel }, 'Looks are applied on the faster device.');
    (chosen === gpu ? cpu : gpu)[Symbol.dispose]();
    return chosen;
  } catch (error) {
    gpu[Symbol.dispose]();
    cpu[Symbol.dispose]();
    throw error;
  }
}

/** A renderer on a hardware GPU; undefined where there is none. */
async function openHardware(
  options: RendererOptions & { readonly onFallback: (message: string) => void },
  logger: Logger,
): Promise<Renderer | undefined> {
  try {
    return await openWebGpuRenderer({ ...options, onlyHardware: true });
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'DEVICE_UNAVAILABLE') throw error;
    logger.info({ reason: error.message }, 'Looks are applied on the CPU.');
    return undefined;
  }
}

/** Renders the same frames of a size on both and compares time and result. Borrows both. */
export async function measureApply(cpu: Renderer, gpu: Renderer, width: number, height: number): Promise<ApplyTimes> {
  const look = identityLook();
  look.grid.forEach((coefficient, i) => {
    look.grid[i] = 0.4 * coefficient;
  });
  look.lights.fill(0.02, 0, 128 * 36); // half of the frame is lit
  const random = new Random(1);
  using day = Frame.allocate({
    ...{ width, height, color: assumedColor(height), pts: micros(0), duration: micros(0), capturedAt: micros(0) },
  });
  for (const plane of [day.y, day.u, day.v]) for (let i = 0; i < plane.length; i++) plane[i] = random.below(256);
  const render = async (renderer: Renderer): Promise<{ readonly ms: number; readonly night: Frame }> => {
    const samples: number[] = [];
    let night = day.clone();
    for (let i = 0; i < WARM_UP_FRAMES + FRAMES; i++) {
      night.close();
      night = day.clone();
      const started = performance.now();
      await renderer.apply(look, DEFAULT_CONTROLS, night);
      if (i >= WARM_UP_FRAMES) samples.push(performance.now() - started);
    }
    return { ms: samples.sort((a, b) => a - b)[FRAMES >> 1] ?? Infinity, night };
  };
  const onCpu = await render(cpu);
  using cpuNight = onCpu.night;
  const onGpu = await render(gpu);
  using gpuNight = onGpu.night;
  return { cpuMs: onCpu.ms, webgpuMs: onGpu.ms, difference: largestDifference(cpuNight, gpuNight) };
}

/** Largest difference between the samples of two frames without padding. */
function largestDifference(a: Frame, b: Frame): number {
  let largest = 0;
  const pairs = [[a.y, b.y] as const, [a.u, b.u] as const, [a.v, b.v] as const];
  for (const [from, other] of pairs) {
    for (let i = 0; i < from.length; i++) largest = Math.max(largest, Math.abs((from[i] ?? 0) - (other[i] ?? 0)));
  }
  return largest;
}
