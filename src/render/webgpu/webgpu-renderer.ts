import type { Controls } from '../../core/controls.js';
import { NocturneError } from '../../core/errors.js';
import { firstLine } from '../../core/first-line.js';
import type { Frame } from '../../core/frame.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { Look } from '../../look/look.js';
import { ApplyKernel, type ApplyOptions } from '../apply-kernel.js';
import type { GrainOptions } from '../grain.js';
import { drawSplitLine, planRender, type RendererOptions } from '../render-plan.js';
import type { Renderer, SyncRenderer } from '../renderer.js';
import { openRenderer } from '../wasm-renderer.js';
import { findGpu } from './gpu-adapter.js';
import { BandFailure, GpuApply } from './gpu-apply.js';
import type { Gpu, GpuDevice } from './gpu.js';

/** Options of {@link openWebGpuRenderer}. */
export interface WebGpuRendererOptions extends RendererOptions {
  /** Refuses drivers that compute on the CPU; default false. */
  readonly onlyHardware?: boolean;
  /** Called once, when the GPU fails, with one line: from then on WebAssembly renders. */
  readonly onFallback?: (message: string) => void;
  /** Milliseconds that a band of a frame may take; a GPU that takes longer hangs and has failed. Default 10 000. */
  readonly waitMs?: number;
}

/** Default of `waitMs`: above the two to ten seconds after which drivers reset a GPU, below the time after which a stream counts as stuck. */
const WAIT_MS = 10_000;

/** A renderer on a GPU. */
export interface WebGpuRenderer extends Renderer {
  /** Whether the adapter computes on the CPU. */
  readonly isSoftware: boolean;
  /** The device; for tests, which lose it or let it hang. */
  readonly device: Pick<GpuDevice, 'destroy' | 'createBuffer'>;
}

/**
 * Opens a renderer whose `apply` is a compute shader, through the optional `webgpu` package: any GPU with Vulkan, Metal or Direct3D 12.
 * Within one code value of the WebAssembly kernel, whose other kernels it uses. A GPU that fails loses no frame: WebAssembly
 * renders what is left of it and all later ones. Throws NocturneError DEVICE_UNAVAILABLE and KERNEL_UNAVAILABLE.
 */
export async function openWebGpuRenderer(options: WebGpuRendererOptions = {}): Promise<WebGpuRenderer> {
  const { gpu: instance, adapter, name, isSoftware } = await findGpu('render');
  if (isSoftware && options.onlyHardware === true)
    throw unavailable(`WebGPU has only the software driver ${name}.`, 'Install a GPU driver.');
  const [wasm, kernel] = await Promise.all([openRenderer(options), ApplyKernel.open()]);
  let device: GpuDevice | undefined;
  try {
    device = await adapter.requestDevice({ requiredLimits: {} });
    const gpu = await GpuApply.open(device, kernel, options.waitMs ?? WAIT_MS);
    return new GpuRenderer({ instance, device, gpu, kernel, wasm, name, isSoftware }, options);
  } catch (error) {
    device?.destroy();
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(`${name} does not run the apply kernel: ${reason}.`, 'Pass --apply-device cpu.', error);
  }
}

function unavailable(message: string, remedy: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'DEVICE_UNAVAILABLE', stage: 'render', message, remedy, cause });
}

interface Parts {
  /** Held as long as the device: Dawn crashes when it is collected before. */
  readonly instance: Gpu;
  readonly device: GpuDevice;
  readonly gpu: GpuApply;
  /** Converts looks for the GPU, and renders when it has failed. */
  readonly kernel: ApplyKernel;
  readonly wasm: SyncRenderer;
  readonly name: string;
  readonly isSoftware: boolean;
}

class GpuRenderer implements WebGpuRenderer {
  readonly isSoftware: boolean;
  readonly device: GpuDevice;
  readonly #parts: Parts;
  readonly #options: WebGpuRendererOptions;
  /** Why the GPU no longer renders. */
  #failure: string | undefined;
  #isClosed = false;

  constructor(parts: Parts, options: WebGpuRendererOptions) {
    this.#parts = parts;
    this.#options = options;
    this.isSoftware = parts.isSoftware;
    this.device = parts.device;
    void parts.device.lost.then(({ message }) => {
      this.#fall(message);
    });
  }

  get kernel(): string {
    return this.#failure === undefined ? `WebGPU on ${this.#parts.name}` : this.#parts.wasm.kernel;
  }

  thumbnail(frame: Frame): Thumbnail {
    return this.#parts.wasm.thumbnail(frame);
  }

  detail(frame: Frame): Float32Array {
    return this.#parts.wasm.detail(frame);
  }

  apply(look: Look, controls: Controls, frame: Frame, grain: GrainOptions = {}): Promise<void> | undefined {
    if (this.#isClosed || frame.closed || this.#failure !== undefined) {
      this.#parts.wasm.apply(look, controls, frame, grain); // refuses a closed frame
      return undefined;
    }
    const plan = planRender({ look, controls, frame, grain }, this.#options);
    if (plan?.options) return this.#render(frame, plan.options, plan.lineAt);
    if (plan) drawSplitLine(frame, plan.lineAt);
    return undefined;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.gpu.close();
    this.#parts.device.destroy();
    this.#parts.wasm[Symbol.dispose]();
  }

  async #render(frame: Frame, options: ApplyOptions, lineAt: number): Promise<void> {
    try {
      await this.#parts.gpu.apply(frame, options);
    } catch (error) {
      if (!(error instanceof BandFailure)) throw error;
      this.#fall(error.message);
      this.#parts.kernel.apply(frame, { ...options, fromRow: error.row });
    }
    drawSplitLine(frame, lineAt);
  }

  /** Leaves the GPU for good. */
  #fall(reason: string): void {
    if (this.#failure !== undefined || this.#isClosed) return;
    this.#failure = reason;
    this.#options.onFallback?.(`the GPU failed and WebAssembly renders now: ${firstLine(reason)}`);
  }
}
