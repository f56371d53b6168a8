import type { Controls } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import type { Thumbnail } from '../image/thumbnail.js';
import { ThumbnailReader } from '../image/thumbnail-reader.js';
import type { Look } from '../look/look.js';
import { ApplyKernel } from './apply-kernel.js';
import type { GrainOptions } from './grain.js';
import { drawSplitLine, planRender, type RendererOptions } from './render-plan.js';
import type { SyncRenderer } from './renderer.js';

/**
 * Opens a renderer on the WebAssembly kernels. It accepts frames of any even size up to 16384 columns, also changing sizes;
 * its memory grows to one band of the widest frame, and to the lamps of the most lit one. Throws KERNEL_UNAVAILABLE when a kernel cannot be loaded.
 */
export async function openRenderer(options: RendererOptions = {}): Promise<SyncRenderer> {
  const opened = [ApplyKernel.open(), ThumbnailReader.open(), ThumbnailReader.open('detail')] as const;
  const [apply, thumbnails, details] = await Promise.all(opened);
  return new WasmRenderer({ apply, thumbnails, details }, options);
}

interface Kernels {
  readonly apply: ApplyKernel;
  readonly thumbnails: ThumbnailReader;
  readonly details: ThumbnailReader;
}

class WasmRenderer implements SyncRenderer {
  readonly kernel = 'WebAssembly';
  readonly #options: RendererOptions;
  #kernels: Kernels | undefined;

  constructor(kernels: Kernels, options: RendererOptions) {
    this.#kernels = kernels;
    this.#options = options;
  }

  thumbnail(frame: Frame): Thumbnail {
    return this.#kernelsFor(frame).thumbnails.read(frame);
  }

  detail(frame: Frame): Float32Array {
    return this.#kernelsFor(frame).details.readPlanes(frame);
  }

  apply(look: Look, controls: Controls, frame: Frame, grain: GrainOptions = {}): undefined {
    const { apply } = this.#kernelsFor(frame);
    const plan = planRender({ look, controls, frame, grain }, this.#options);
    if (!plan) return;
    if (plan.options) apply.apply(frame, plan.options);
    drawSplitLine(frame, plan.lineAt);
  }

  [Symbol.dispose](): void {
    this.#kernels = undefined; // garbage collection frees the kernels' memory
  }

  #kernelsFor(frame: Frame): Kernels {
    if (!this.#kernels) throw new TypeError('the renderer is closed');
    if (frame.closed) throw new TypeError('frame must be open, got a closed frame');
    return this.#kernels;
  }
}
