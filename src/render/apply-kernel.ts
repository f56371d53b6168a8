import type { Frame } from '../core/frame.js';
import type { Kernel, KernelConstant } from '../image/kernel.js';
import { openKernel } from '../image/kernel.js';
import { rangeCodes } from '../image/color-matrix.js';
import { copyBandIn, copyBandOut, planBand } from '../image/plane-band.js';
import type { Look } from '../look/look.js';
import { noiseTile } from './grain.js';
import { headlightBeam } from './headlight-beam.js';
import type { LookTransform } from './look-transform.js';
import { writeTransformInto } from './look-transform.js';

/** What src/image/kernels/apply.ts exports. */
interface ApplyExports {
  prepare(width: number, height: number, bandBytes: number): number;
  setRange(black: number, white: number): void;
  setGrain(seed: number, luma: number, chroma: number): void;
  convert(): void;
  /** Rows `row` to `row + rows` from column `from` on; addresses of their first samples, and strides, of Y, U, V. */
  applyBand: (...args: [number, number, number, number, number, number, number, number, number]) => void;
  readonly TRANSFORM: KernelConstant;
  readonly GRID_IN: KernelConstant;
  readonly LIGHTS_IN: KernelConstant;
  readonly BEAM_IN: KernelConstant;
  readonly NOISE: KernelConstant;
  readonly NOISE_BYTES: KernelConstant;
}

/** Numbers that {@link writeTransformInto} writes. */
const TRANSFORM_SIZE = 54;
/** Widest frame: its rows of noise must start somewhere in the tile. */
const MAX_WIDTH = 16384;
/** A new frame size may grow the kernel's memory, which detaches the views made before. */
type Size = readonly [width: number, height: number, bandBytes: number];

/** Grain of one frame, in the kernel's units. */
export interface FrameGrain {
  /** 32 bits. */
  readonly seed: number;
  /** Gains of the noise tile, 1024ths of a code value, at most 255. */
  readonly luma: number;
  readonly chroma: number;
}

/** What {@link ApplyKernel.apply} does to a frame. */
export interface ApplyOptions {
  readonly look: Look;
  readonly transform: LookTransform;
  readonly grain: FrameGrain;
  /** First column that changes; even. */
  readonly fromColumn: number;
}

/** The WebAssembly kernel that renders a look, one band of rows at a time, through a memory that a band fits into. */
export class ApplyKernel {
  readonly #kernel: Kernel<ApplyExports>;
  #size: Size = [0, 0, 0];
  #band = 0;
  #bytes = new Uint8Array();
  #floats = new Float32Array();

  private constructor(kernel: Kernel<ApplyExports>) {
    this.#kernel = kernel;
  }

  /** Loads the kernel and gives it its noise and its beam. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<ApplyKernel> {
    const kernel = await openKernel<ApplyExports>('apply');
    const opened = new ApplyKernel(kernel);
    const { NOISE, NOISE_BYTES, BEAM_IN } = kernel.exports;
    opened.#view();
    opened.#floats.set(headlightBeam(), BEAM_IN.value / 4);
    opened.#bytes.set(new Uint8Array(noiseTile(NOISE_BYTES.value).buffer), NOISE.value);
    return opened;
  }

  /** Bytes the kernel's memory takes. */
  get memoryBytes(): number {
    return this.#kernel.memory.buffer.byteLength;
  }

  /** Renders in place; borrows all. */
  apply(frame: Frame, options: ApplyOptions): void {
    const { exports } = this.#kernel;
    const band = planBand(frame);
    this.#prepare(frame, band.bytes);
    const { black, luma } = rangeCodes(frame.color.range);
    exports.setRange(black, black + luma);
    this.#load(options);
    exports.setGrain(options.grain.seed, options.grain.luma, options.grain.chroma);

    const [y, u, v] = band.planes;
    for (let row = 0; row < frame.height; row += band.rows) {
      const rows = Math.min(band.rows, frame.height - row);
      const at = this.#band;
      const place = { row, rows, memory: this.#bytes, start: at };
      copyBandIn(frame, band, place);
      exports.applyBand(
        row,
        rows,
        options.fromColumn,
        at + y.offset,
        at + u.offset,
        at + v.offset,
        y.stride,
        u.stride,
        v.stride,
      );
      copyBandOut(frame, band, place);
    }
  }

  #prepare(frame: Frame, bandBytes: number): void {
    const [width, height, bytes] = this.#size;
    if (width === frame.width && height === frame.height && bytes >= bandBytes) return;
    if (frame.width > MAX_WIDTH) throw new RangeError(`frame.width must be at most ${MAX_WIDTH}, got ${frame.width}`);
    this.#band = this.#kernel.exports.prepare(frame.width, frame.height, bandBytes);
    if (this.#band === 0) throw new RangeError(`a band of ${frame.width} columns does not fit the kernel's memory`);
    this.#size = [frame.width, frame.height, bandBytes];
    this.#view();
  }

  /** Hands the look over and has it converted to the frame's code values. */
  #load({ look, transform }: ApplyOptions): void {
    const { TRANSFORM, GRID_IN, LIGHTS_IN } = this.#kernel.exports;
    writeTransformInto(transform, this.#floats.subarray(TRANSFORM.value / 4, TRANSFORM.value / 4 + TRANSFORM_SIZE));
    this.#floats.set(look.grid, GRID_IN.value / 4);
    this.#floats.set(look.lights, LIGHTS_IN.value / 4);
    this.#kernel.exports.convert();
  }

  #view(): void {
    if (this.#bytes.buffer === this.#kernel.memory.buffer) return;
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    this.#floats = new Float32Array(this.#kernel.memory.buffer);
  }
}
