import type { Frame } from '../core/frame.js';
import type { Kernel, KernelConstant } from '../image/kernel.js';
import { openKernel } from '../image/kernel.js';
import { rangeCodes } from '../image/color-matrix.js';
import { copyBandIn, copyBandOut, planBand } from '../image/plane-band.js';
import { MAX_COLUMNS } from '../image/size-limits.js';
import { MAX_LAMPS, type Look } from '../look/look.js';
import { noiseTile } from './grain.js';
import { headlightBeam } from './headlight-beam.js';
import { LAMP_RECORD_SIZE, writeLampFrameInto, writeLampsInto } from './lamp-records.js';
import type { LookTransform } from './look-transform.js';
import { writeTransformInto } from './look-transform.js';

/** Exports of `src/image/kernels/apply.ts`. */
interface ApplyExports {
  prepare(width: number, height: number, bandBytes: number): number;
  setRange(black: number, white: number): void;
  setGrain(seed: number, luma: number, chroma: number): void;
  convert(): void;
  /**
   * Starts the lamps of a frame; LAMP_FRAME and LAMPS_IN are written before. May grow the memory. 0 when that fails: no lamp
   * is drawn.
   */
  setLamps(count: number, profileBytes: number): number;
  /** Renders rows `row` to `row + rows - 1` from `fromColumn` on. `y`, `u` and `v` are the addresses of their first samples. */
  applyBand: (
    ...args: [
      row: number,
      rows: number,
      fromColumn: number,
      y: number,
      u: number,
      v: number,
      strideY: number,
      strideU: number,
      strideV: number,
    ]
  ) => void;
  readonly TRANSFORM: KernelConstant;
  readonly GRID_IN: KernelConstant;
  readonly LIGHTS_IN: KernelConstant;
  readonly BEAM_IN: KernelConstant;
  readonly LAMP_FRAME: KernelConstant;
  readonly LAMPS_IN: KernelConstant;
  readonly TABLES: KernelConstant;
  readonly LIGHTS: KernelConstant;
  readonly LIT_ROWS: KernelConstant;
  readonly MIXES: KernelConstant;
  readonly SUM_CODES: KernelConstant;
  readonly CURVES: KernelConstant;
  readonly NOISE: KernelConstant;
  readonly NOISE_BYTES: KernelConstant;
}

/** Numbers written by {@link writeTransformInto}. */
const TRANSFORM_SIZE = 54;
/** Numbers of all records of lamps. */
const RECORDS_SIZE = MAX_LAMPS * LAMP_RECORD_SIZE;
/** Bytes of the parts of a {@link ConvertedLook}; `apply/layout.ts` has their shapes. */
const SUMS_BYTES = 1021 * 16;
const TABLES_BYTES = 9 * 16 * 12 * 16;
const LIT_ROWS_BYTES = 80;
const CURVES_BYTES = 9 * 16 * 256 * 2;
/** Bit of {@link ConvertedLook.mixes}: chroma mixes into luma. */
const INTO_LUMA = 1;
/** Frame and band size that the kernel is prepared for. */
type PreparedSize = readonly [width: number, height: number, bandBytes: number];

/** Grain of one frame, in units of the kernel. */
export interface FrameGrain {
  /** 32 bits. */
  readonly seed: number;
  /** Gain of the noise tile for luma, in 1024ths of a code value; at most 255. */
  readonly luma: number;
  /** The same for chroma. */
  readonly chroma: number;
}

/** A look in a frame's code values, as `src/image/kernels/apply/layout.ts` describes. Views of the kernel's memory: lent until its next call. */
export interface ConvertedLook {
  /** `[1021, 4]` i32: bin, weights and luma of each sum of four codes. */
  readonly sums: Uint8Array;
  /** `[9, 16, 12, 8]` i16. */
  readonly tables: Uint8Array;
  /** `[72, 5, 136]` i16, then `[80]` bytes: which rows hold light. */
  readonly lights: Uint8Array;
  /** `[3, 9, 16, 256]` i16; `[1, 9, 16, 256]` where chroma mixes into luma nowhere. */
  readonly curves: Uint8Array;
  /** Cross terms that the grid uses, as bits: chroma into luma 1, luma into chroma 2, U into V or V into U 4. */
  readonly mixes: number;
  readonly isLit: boolean;
}

/** Options of {@link ApplyKernel.apply}. */
export interface ApplyOptions {
  readonly look: Look;
  readonly transform: LookTransform;
  readonly grain: FrameGrain;
  /** First column to render; even. */
  readonly fromColumn: number;
  /** First row to render; even. Default 0. */
  readonly fromRow?: number;
}

/** The WebAssembly kernel that renders a look. Copies one band of rows at a time through its memory, which fits a band. */
export class ApplyKernel {
  readonly #kernel: Kernel<ApplyExports>;
  #preparedSize: PreparedSize = [0, 0, 0];
  /** Address of the band. */
  #bandAddress = 0;
  #bytes = new Uint8Array();
  #floats = new Float32Array();

  private constructor(kernel: Kernel<ApplyExports>) {
    this.#kernel = kernel;
  }

  /** Loads the kernel and writes its noise tile and headlight beam. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<ApplyKernel> {
    const kernel = await openKernel<ApplyExports>('apply');
    const instance = new ApplyKernel(kernel);
    const { NOISE, NOISE_BYTES, BEAM_IN } = kernel.exports;
    instance.#updateViews();
    instance.#floats.set(headlightBeam(), BEAM_IN.value / 4);
    instance.#bytes.set(new Uint8Array(noiseTile(NOISE_BYTES.value).buffer), NOISE.value);
    return instance;
  }

  /** Size of the kernel's memory. */
  get memoryBytes(): number {
    return this.#kernel.memory.buffer.byteLength;
  }

  /** Converts a look for frames of a colour, and renders nothing. Borrows both. */
  convert(frame: Frame, options: ApplyOptions): ConvertedLook {
    this.#start(frame, planBand(frame).bytes, options);
    const { TABLES, LIGHTS, LIT_ROWS, MIXES, SUM_CODES, CURVES } = this.#kernel.exports;
    const view = (start: number, bytes: number): Uint8Array => this.#bytes.subarray(start, start + bytes);
    const mixes = view(MIXES.value, 9).reduce((all, row) => all | row, 0);
    return {
      sums: view(SUM_CODES.value, SUMS_BYTES),
      tables: view(TABLES.value, TABLES_BYTES),
      lights: view(LIGHTS.value, LIT_ROWS.value - LIGHTS.value + LIT_ROWS_BYTES),
      curves: view(CURVES.value, ((mixes & INTO_LUMA) === 0 ? 1 : 3) * CURVES_BYTES),
      mixes,
      isLit: view(LIT_ROWS.value, 72).some((lit) => lit !== 0),
    };
  }

  /** Renders a frame in place. Borrows the frame and the options. */
  apply(frame: Frame, options: ApplyOptions): void {
    const { exports } = this.#kernel;
    const band = planBand(frame);
    this.#start(frame, band.bytes, options);
    this.#loadLamps(frame, options);
    exports.setGrain(options.grain.seed, options.grain.luma, options.grain.chroma);

    const [y, u, v] = band.planes;
    for (let row = options.fromRow ?? 0; row < frame.height; row += band.rows) {
      const rows = Math.min(band.rows, frame.height - row);
      const address = this.#bandAddress;
      const place = { row, rows, memory: this.#bytes, start: address };
      copyBandIn(frame, band, place);
      exports.applyBand(
        row,
        rows,
        options.fromColumn,
        address + y.offset,
        address + u.offset,
        address + v.offset,
        y.stride,
        u.stride,
        v.stride,
      );
      copyBandOut(frame, band, place);
    }
  }

  /** Prepares the kernel for a frame and its look. */
  #start(frame: Frame, bandBytes: number, options: ApplyOptions): void {
    this.#prepare(frame, bandBytes);
    const { black, luma } = rangeCodes(frame.color.range);
    this.#kernel.exports.setRange(black, black + luma);
    this.#loadLook(options);
  }

  /** Prepares the kernel for a frame size, which may grow its memory. Throws RangeError. */
  #prepare(frame: Frame, bandBytes: number): void {
    const [width, height, bytes] = this.#preparedSize;
    if (width === frame.width && height === frame.height && bytes >= bandBytes) return;
    // A row of noise must fit into the tile at any start.
    if (frame.width > MAX_COLUMNS)
      throw new RangeError(`frame.width must be at most ${MAX_COLUMNS}, got ${frame.width}`);
    this.#bandAddress = this.#kernel.exports.prepare(frame.width, frame.height, bandBytes);
    if (this.#bandAddress === 0)
      throw new RangeError(`a band of ${frame.width} columns does not fit the kernel's memory`);
    this.#preparedSize = [frame.width, frame.height, bandBytes];
    this.#updateViews();
  }

  /** Copies the look into the kernel and converts it to the frame's code values. */
  #loadLook({ look, transform }: ApplyOptions): void {
    const { TRANSFORM, GRID_IN, LIGHTS_IN } = this.#kernel.exports;
    writeTransformInto(transform, this.#floats.subarray(TRANSFORM.value / 4, TRANSFORM.value / 4 + TRANSFORM_SIZE));
    this.#floats.set(look.grid, GRID_IN.value / 4);
    this.#floats.set(look.lights, LIGHTS_IN.value / 4);
    this.#kernel.exports.convert();
  }

  #loadLamps(frame: Frame, { look, transform }: ApplyOptions): void {
    const { exports } = this.#kernel;
    const { LAMP_FRAME, LAMPS_IN } = exports;
    const records = this.#floats.subarray(LAMPS_IN.value / 4, LAMPS_IN.value / 4 + RECORDS_SIZE);
    const { width, height, color } = frame;
    const canvas = { width, height, color, gain: transform.lights.gain };
    const { count, profileBytes } = writeLampsInto(look.lamps, canvas, records);
    if (count > 0) writeLampFrameInto(color, this.#floats.subarray(LAMP_FRAME.value / 4));
    exports.setLamps(count, profileBytes);
    this.#updateViews();
  }

  /** Recreates the views after the memory has grown, which detaches them. */
  #updateViews(): void {
    if (this.#bytes.buffer === this.#kernel.memory.buffer) return;
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    this.#floats = new Float32Array(this.#kernel.memory.buffer);
  }
}
