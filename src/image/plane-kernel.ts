import { openKernel, type Kernel, type KernelConstant } from './kernel.js';

/** What `kernels/planes.ts` exports. Addresses are bytes; what each call computes is said there. */
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
  /** Addresses of luma, U, V, texture, busy, score and pale; samples; threshold, height, white and its slope. */
  rateSky: (
    ...args: [number, number, number, number, number, number, number, number, number, number, number, number]
  ) => void;
  skyColour(mask: number, luma: number, u: number, count: number, out: number): void;
  /** Addresses of mask, pale, luma and U; samples; the sky's luma and U, and the share taken. */
  dropGrey: (...args: [number, number, number, number, number, number, number, number]) => void;
}

/** Memory of one kernel, in pages of 64 KiB: 4 MiB, twice what the planes of a grade take. */
const PAGES = 64;
const PAGE_BYTES = 65536;
/** Largest plane that the kernel's scratch memory has room for, samples: a thumbnail's. */
const MAX_WIDTH = 256;
const MAX_HEIGHT = 144;
/** Vectors are aligned to this, bytes. */
const ALIGNMENT = 16;

/**
 * Filters of float planes in WebAssembly, and the memory for planes that they work on without a copy. Planes from
 * elsewhere are copied in and out. One call at a time: the filters share their scratch memory.
 */
export class PlaneKernel {
  /** The kernel's functions, for addresses that {@link addressOf} gives. */
  readonly calls: PlaneExports;
  readonly #buffer: ArrayBuffer;
  #free: number;

  private constructor({ exports, memory }: Kernel<PlaneExports>) {
    memory.grow(PAGES - memory.buffer.byteLength / PAGE_BYTES);
    this.calls = exports;
    this.#buffer = memory.buffer;
    this.#free = exports.FREE.value;
  }

  /** Loads the kernel with a memory of its own. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<PlaneKernel> {
    return new PlaneKernel(await openKernel<PlaneExports>('planes'));
  }

  /**
   * A plane of `length` zeros in the kernel's memory, there for as long as the kernel is. Planes of whole vectors, four
   * samples, lie one right behind the other. Throws RangeError when the memory is used up.
   */
  plane(length: number): Float32Array {
    const start = this.#free;
    const end = start + Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / ALIGNMENT) * ALIGNMENT;
    if (end > this.#buffer.byteLength) {
      throw new RangeError(`length must leave planes within ${PAGES * PAGE_BYTES} bytes, got ${length} samples more`);
    }
    this.#free = end;
    return new Float32Array(this.#buffer, start, length);
  }

  /** The address of a plane of this kernel. Throws TypeError for a plane from elsewhere. */
  addressOf(plane: Float32Array): number {
    if (plane.buffer !== this.#buffer)
      throw new TypeError("plane must lie in the kernel's memory, got one from elsewhere");
    return plane.byteOffset;
  }

  /** Throws RangeError when a plane `[height, width]` is larger than the filters can take: 256 by 144 samples. */
  checkSize(width: number, height: number): void {
    if (!(width <= MAX_WIDTH && height <= MAX_HEIGHT)) {
      throw new RangeError(
        `a plane must not be larger than ${MAX_WIDTH} by ${MAX_HEIGHT} samples, got ${width} by ${height}`,
      );
    }
  }

  /** Throws RangeError for a radius that the filters cannot take. */
  checkRadius(radius: number): void {
    const most = this.calls.MAX_RADIUS.value;
    if (!(Number.isInteger(radius) && radius >= 0 && radius <= most)) {
      throw new RangeError(`radius must be a whole number from 0 to ${most}, got ${radius}`);
    }
  }

  /**
   * Runs `work` on the addresses of two planes, and copies those that lie elsewhere in and out. Borrows both; `work`
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
