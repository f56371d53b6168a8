import type { Controls } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import { NEUTRAL_CHROMA, rangeCodes } from '../image/color-matrix.js';
import type { Thumbnail } from '../image/thumbnail.js';
import { ThumbnailReader } from '../image/thumbnail-reader.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import type { Look } from '../look/look.js';
import { GRID_SIZE, LAMPS_SIZE, LIGHTS_SIZE } from '../look/look.js';
import type { FrameGrain } from './apply-kernel.js';
import { ApplyKernel } from './apply-kernel.js';
import { GRAIN_SIGMA, grainGain, grainSeed, type GrainOptions } from './grain.js';
import { lookTransform } from './look-transform.js';
import type { Renderer } from './renderer.js';

/** Options of {@link openRenderer}. */
export interface RendererOptions {
  /** Seed of the grain, 32 bits; default 1. */
  readonly seed?: number;
  /** Whether `headlights` above 1 lights a fixed beam; default true. False for a generator that lights the own headlights itself. */
  readonly hasBeam?: boolean;
  /** Grain at dial 1; default {@link GRAIN_SIGMA}. */
  readonly grain?: GrainSigma | undefined;
}

/** Width of the split view's line as a share of the frame width; 2 columns at least. */
const SPLIT_LINE_SHARE = 1 / 480;

/**
 * Opens a renderer on the WebAssembly kernels. It accepts frames of any even size up to 16384 columns, also changing sizes;
 * its memory grows to one band of the widest frame, and to the lamps of the most lit one. Throws KERNEL_UNAVAILABLE when a kernel cannot be loaded.
 */
export async function openRenderer(options: RendererOptions = {}): Promise<Renderer> {
  const opened = [ApplyKernel.open(), ThumbnailReader.open(), ThumbnailReader.open('detail')] as const;
  const [apply, thumbnails, details] = await Promise.all(opened);
  return new WasmRenderer({ apply, thumbnails, details }, options);
}

interface Kernels {
  readonly apply: ApplyKernel;
  readonly thumbnails: ThumbnailReader;
  readonly details: ThumbnailReader;
}

class WasmRenderer implements Renderer {
  readonly #seed: number;
  readonly #hasBeam: boolean;
  readonly #grain: GrainSigma;
  #kernels: Kernels | undefined;

  constructor(kernels: Kernels, { seed = 1, hasBeam = true, grain = GRAIN_SIGMA }: RendererOptions) {
    this.#kernels = kernels;
    this.#seed = seed;
    this.#hasBeam = hasBeam;
    this.#grain = grain;
  }

  thumbnail(frame: Frame): Thumbnail {
    return this.#kernelsFor(frame).thumbnails.read(frame);
  }

  detail(frame: Frame): Float32Array {
    return this.#kernelsFor(frame).details.readPlanes(frame);
  }

  apply(look: Look, controls: Controls, frame: Frame, grain: GrainOptions = {}): void {
    const { apply } = this.#kernelsFor(frame);
    checkLook(look);
    if (controls.view === 'day' || (controls.strength === 0 && controls.view === 'night')) return;
    const fromColumn = controls.view === 'split' ? 2 * Math.round((controls.split * frame.width) / 2) : 0;
    if (fromColumn >= frame.width) return;
    if (controls.strength > 0 || controls.view === 'lights') {
      const transform = lookTransform(frame.color, this.#hasBeam ? controls : { ...controls, headlights: 0 });
      apply.apply(frame, { look, transform, grain: this.#grainOf(controls, frame, grain), fromColumn });
    }
    if (fromColumn > 0) drawSplitLine(frame, fromColumn);
  }

  /** Grain of a frame. It fades with strength, like the rest of the night; the `lights` view has none. */
  #grainOf(controls: Controls, frame: Frame, { seed, sigma = this.#grain }: GrainOptions): FrameGrain {
    const dial = controls.view === 'lights' ? 0 : controls.grain * controls.strength;
    const codes = rangeCodes(frame.color.range);
    return {
      seed: grainSeed(seed ?? this.#seed, frame.pts),
      luma: grainGain(sigma.luma * dial * codes.luma),
      chroma: grainGain(sigma.chroma * dial * codes.chroma),
    };
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

/** Throws RangeError for a look of another shape. */
function checkLook({ grid, lights, lamps }: Look): void {
  if (grid.length === GRID_SIZE && lights.length === LIGHTS_SIZE && lamps.length === LAMPS_SIZE) return;
  const expected = `${GRID_SIZE} grid, ${LIGHTS_SIZE} lights and ${LAMPS_SIZE} lamps numbers`;
  throw new RangeError(`look must have ${expected}, got ${grid.length}, ${lights.length} and ${lamps.length}`);
}

/** Draws a white line, inside the night half. @param from its leftmost column; even. */
function drawSplitLine(frame: Frame, from: number): void {
  const { black, luma } = rangeCodes(frame.color.range);
  const lineWidth = 2 * Math.max(1, Math.round((frame.width * SPLIT_LINE_SHARE) / 2));
  const to = Math.min(frame.width, from + lineWidth);
  const [strideY, strideU, strideV] = frame.strides;
  for (let row = 0; row < frame.height; row++) frame.y.fill(black + luma, row * strideY + from, row * strideY + to);
  for (let row = 0; row < frame.height / 2; row++) {
    frame.u.fill(NEUTRAL_CHROMA, row * strideU + from / 2, row * strideU + to / 2);
    frame.v.fill(NEUTRAL_CHROMA, row * strideV + from / 2, row * strideV + to / 2);
  }
}
