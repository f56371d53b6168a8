import { openKernel, type Kernel, type KernelConstant } from './kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from './thumbnail.js';

type Eight = [number, number, number, number, number, number, number, number];

/** The exports of `kernels/planes.ts`, which documents them. Addresses are in bytes. */
interface PlaneExports {
  readonly FREE: KernelConstant;
  readonly MAX_RADIUS: KernelConstant;
  readonly STAGE_IN: KernelConstant;
  readonly STAGE_OUT: KernelConstant;
  dilate(source: number, out: number, width: number, height: number, radius: number): void;
  erode(source: number, out: number, width: number, height: number, radius: number): void;
  dilateDisc(source: number, out: number, width: number, height: number, diagonal: number): void;
  subtract(a: number, b: number, out: number, count: number): void;
  boxBlur(
    source: number,
    out: number,
    width: number,
    height: number,
    radiusX: number,
    radiusY: number,
    inside: number,
  ): void;
  flood(plane: number, weights: number, width: number, height: number): void;
  halve(thumbnail: number, out: number): void;
  splat(luma: number, u: number, s: number, sums: number): void;
  spread(sums: number, out: number, step: number, count: number, share: number): void;
  steps(plane: number, out: number, width: number, height: number): void;
  /** Addresses of luma, U, V, texture, busy, score and pale; sample count; threshold, height, white and its slope. */
  rateSky: (
    ...args: [number, number, number, number, number, number, number, number, number, number, number, number]
  ) => void;
  skyColour(mask: number, luma: number, u: number, count: number, out: number): void;
  /** Addresses of mask, pale, luma and U; sample count; luma and U of the sky; share to remove. */
  dropGrey: (...args: [number, number, number, number, number, number, number, number]) => void;
  /** Addresses of day, night, ground, moments, grid and means. */
  fitGrid: (...args: [number, number, number, number, number, number]) => void;
  /** Addresses of grid, day, night, ground, output and means. */
  fitLights: (...args: [number, number, number, number, number, number]) => void;
  softmax(logits: number, planes: number, count: number): void;
  /** Address and count of planes, their width and height; address of the output, its width and height. */
  enlarge: (...args: [number, number, number, number, number, number, number]) => void;
  halvePlane(source: number, out: number): void;
  addDoubled(half: number, out: number, constant: number): void;
  guidedFilter(guide: number, input: number, out: number, radius: number, epsilon: number, spare: number): void;
  bloom(plane: number, lamps: number, strength: number, veil: number, spare: number): void;
  /** Address of light, gain; address of shine, black; address of the table, its last step and scale; address of the output. */
  expose: (...args: [number, number, number, number, number, number, number, number]) => void;
  readDay(thumbnail: number, table: number, steps: number, haze: number, out: number): void;
  sendBack(light: number, reflectance: number, shine: number, bonnet: number, gains: number): void;
  exponentials(source: number, out: number, count: number): void;
  logarithms(source: number, out: number, count: number, black: number): void;
  /**
   * Addresses of surfaces and materials; their count; addresses of light, logs, sky, brightest, rim and even; bounds of the sky's light, share kept, black;
   * address of the output.
   */
  reflect: (...args: [...Eight, number, number, number, number, number, number]) => void;
}

/** Memory of one kernel in pages of 64 KiB: 6 MiB, more than the planes of a lighting. */
const PAGES = 96;
const PAGE_BYTES = 65536;
/** Largest plane that fits into the kernel's scratch memory, samples: the size of a detail. */
const MAX_PLANE_WIDTH = DETAIL_WIDTH;
const MAX_PLANE_HEIGHT = DETAIL_HEIGHT;
/** Alignment of SIMD vectors. */
const ALIGNMENT_BYTES = 16;

/**
 * WebAssembly filters for float planes, and memory for planes that they filter without a copy. Other planes are copied in
 * and out. The filters share scratch memory: one call at a time.
 */
export class PlaneKernel {
  /** The kernel's functions; they take addresses from {@link addressOf}. */
  readonly calls: PlaneExports;
  readonly #buffer: ArrayBuffer;
  #nextAddress: number;

  private constructor({ exports, memory }: Kernel<PlaneExports>) {
    memory.grow(PAGES - memory.buffer.byteLength / PAGE_BYTES);
    this.calls = exports;
    this.#buffer = memory.buffer;
    this.#nextAddress = exports.FREE.value;
  }

  /** Loads the kernel with its own memory. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<PlaneKernel> {
    return new PlaneKernel(await openKernel<PlaneExports>('planes'));
  }

  /**
   * Allocates a plane of `length` zeros in the kernel's memory, for the kernel's lifetime. Planes whose length is a
   * multiple of four are contiguous. Throws RangeError when the memory is exhausted.
   */
  plane(length: number): Float32Array {
    const start = this.#nextAddress;
    const end = start + Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    if (end > this.#buffer.byteLength) {
      throw new RangeError(`planes must fit into ${PAGES * PAGE_BYTES} bytes, got ${length} more samples`);
    }
    this.#nextAddress = end;
    return new Float32Array(this.#buffer, start, length);
  }

  /** Returns the address of a plane of this kernel. Throws TypeError for other planes. */
  addressOf(plane: Float32Array): number {
    if (plane.buffer !== this.#buffer) throw new TypeError("plane must be in this kernel's memory, got one outside it");
    return plane.byteOffset;
  }

  /** Throws RangeError when a plane `[height, width]` exceeds the filters' limit of 448 by 256 samples. */
  checkSize(width: number, height: number): void {
    if (!(width <= MAX_PLANE_WIDTH && height <= MAX_PLANE_HEIGHT)) {
      throw new RangeError(
        `a plane must be at most ${MAX_PLANE_WIDTH} by ${MAX_PLANE_HEIGHT} samples, got ${width} by ${height}`,
      );
    }
  }

  /** Throws RangeError for a radius that the filters do not support. */
  checkRadius(radius: number): void {
    const max = this.calls.MAX_RADIUS.value;
    if (!(Number.isInteger(radius) && radius >= 0 && radius <= max)) {
      throw new RangeError(`radius must be a whole number from 0 to ${max}, got ${radius}`);
    }
  }

  /**
   * Runs `work` on the addresses of two planes; copies planes outside the kernel's memory in and out. Borrows both. `work`
   * writes all of `out` before it reads any of it.
   */
  filter(source: Float32Array, out: Float32Array, work: (source: number, out: number) => void): void {
    const { STAGE_IN, STAGE_OUT } = this.calls;
    const isForeign = out.buffer !== this.#buffer;
    let from = source.byteOffset;
    if (source.buffer !== this.#buffer) {
      from = STAGE_IN.value;
      new Float32Array(this.#buffer, from, source.length).set(source);
    }
    work(from, isForeign ? STAGE_OUT.value : out.byteOffset);
    if (isForeign) out.set(new Float32Array(this.#buffer, STAGE_OUT.value, out.length));
  }
}
