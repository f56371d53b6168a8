import type { Color } from '../core/color.js';
import type { Frame } from '../core/frame.js';
import type { ResamplingTap } from './resampling-taps.js';
import { resamplingTaps } from './resampling-taps.js';
import { diagonal3, multiply3, NEUTRAL_CHROMA, rangeCodes, yuvToYuv } from './color-matrix.js';
import type { Kernel, KernelConstant } from './kernel.js';
import { openKernel } from './kernel.js';
import { bandStride, copyRows } from './plane-band.js';
import type { Thumbnail } from './thumbnail.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from './thumbnail.js';

/** The exports of src/image/kernels/thumbnail.ts. */
interface ThumbnailExports {
  setSize: (width: number, height: number) => void;
  scratchStart: () => number;
  scratchBytes: (width: number) => number;
  /** Output row, frame width, addresses and strides of Y, U and V, number of the row at these addresses (luma, chroma). */
  reduce: (...args: [number, number, number, number, number, number, number, number, number, number]) => void;
  readonly MATRIX: KernelConstant;
  readonly LUMA_ROWS: KernelConstant;
  readonly CHROMA_ROWS: KernelConstant;
  readonly LUMA_COLUMNS: KernelConstant;
  readonly CHROMA_COLUMNS: KernelConstant;
  readonly OUTPUT: KernelConstant;
}

/** Output rows of one kernel call. */
const GROUP_ROWS = 4;
/** Bytes that the kernel may read past a plane's last row. */
const READ_PAST_BYTES = 64;
/** Bytes of one resampling tap in the kernel's memory. */
const TAP_BYTES = 20;

/** Memory layout of one plane: the source rows of a group of output rows. */
interface PlaneLayout {
  /** First source row and number of source rows of each group of output rows. */
  readonly groups: readonly (readonly [first: number, count: number])[];
  readonly width: number;
  readonly frameStride: number;
  readonly stride: number;
  readonly address: number;
}

/** Memory layout for frames of one size and stride. */
interface FrameLayout {
  readonly width: number;
  readonly height: number;
  readonly strides: readonly [number, number, number];
  readonly planes: readonly [PlaneLayout, PlaneLayout, PlaneLayout];
}

/** Size of what a reader reads. */
interface OutputSize {
  readonly width: number;
  readonly height: number;
}

const THUMBNAIL: OutputSize = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
const DETAIL: OutputSize = { width: DETAIL_WIDTH, height: DETAIL_HEIGHT };

/** Resamples frames of any size to thumbnails or to details, in WebAssembly, four output rows at a time. */
export class ThumbnailReader {
  readonly #kernel: Kernel<ThumbnailExports>;
  readonly #size: OutputSize;
  /** Two buffers, written in turn: `[3, height, width]`. */
  #data: Float32Array;
  #spare: Float32Array;
  #layout: FrameLayout | undefined;
  #bytes = new Uint8Array();

  private constructor(kernel: Kernel<ThumbnailExports>, size: OutputSize) {
    this.#kernel = kernel;
    this.#size = size;
    this.#data = new Float32Array(3 * size.width * size.height);
    this.#spare = new Float32Array(this.#data.length);
    kernel.exports.setSize(size.width, size.height);
  }

  /** Loads the kernel. Throws KERNEL_UNAVAILABLE. @param output default: thumbnails. */
  static async open(output: 'thumbnail' | 'detail' = 'thumbnail'): Promise<ThumbnailReader> {
    const kernel = await openKernel<ThumbnailExports>('thumbnail');
    return new ThumbnailReader(kernel, output === 'detail' ? DETAIL : THUMBNAIL);
  }

  /** Bytes of the kernel's memory. */
  get memoryBytes(): number {
    return this.#kernel.memory.buffer.byteLength;
  }

  /** Returns the frame's thumbnail. Borrows the frame. Lends the thumbnail until the call after the next one. */
  read(frame: Frame): Thumbnail {
    return { data: this.readPlanes(frame), pts: frame.pts, discontinuity: frame.discontinuity };
  }

  /** Returns the frame's Y, U and V at the reader's size: `Thumbnail.data` or `Thumbnail.detail`. Borrows and lends as {@link read}. */
  readPlanes(frame: Frame): Float32Array {
    const { exports, memory } = this.#kernel;
    const { planes } = this.#layoutFor(frame);
    const [y, u, v] = planes;
    new Float32Array(memory.buffer).set(bt709Matrix(frame.color), exports.MATRIX.value / 4);
    for (let group = 0; group < this.#size.height / GROUP_ROWS; group++) {
      const lumaBase = this.#copyGroup(frame.y, y, group);
      const chromaBase = this.#copyGroup(frame.u, u, group);
      this.#copyGroup(frame.v, v, group);
      exports.reduce(
        group * GROUP_ROWS,
        frame.width,
        y.address,
        u.address,
        v.address,
        y.stride,
        u.stride,
        v.stride,
        lumaBase,
        chromaBase,
      );
    }
    [this.#data, this.#spare] = [this.#spare, this.#data];
    this.#data.set(new Float32Array(memory.buffer, exports.OUTPUT.value, this.#data.length));
    return this.#data;
  }

  /** Copies the source rows of one group into the kernel's memory. Returns the number of the first row. */
  #copyGroup(bytes: Uint8Array, plane: PlaneLayout, group: number): number {
    const [first, count] = plane.groups[group] ?? [0, 0];
    const from = { bytes, start: first * plane.frameStride, stride: plane.frameStride };
    copyRows(from, { bytes: this.#bytes, start: plane.address, stride: plane.stride }, plane.width, count);
    return first;
  }

  #layoutFor(frame: Frame): FrameLayout {
    const known = this.#layout;
    const isSame = known?.width === frame.width && known.height === frame.height;
    if (known && isSame && known.strides.every((stride, i) => stride === frame.strides[i])) return known;
    const { exports, memory } = this.#kernel;
    const half = frame.width / 2;
    const lumaRows = resamplingTaps(frame.height, this.#size.height);
    const chromaRows = resamplingTaps(frame.height / 2, this.#size.height);
    const start = exports.scratchStart() + exports.scratchBytes(frame.width);
    const [strideY, strideU, strideV] = frame.strides;
    const y = layoutPlane(lumaRows, frame.width, strideY, start);
    const u = layoutPlane(chromaRows, half, strideU, endOf(y));
    const v = layoutPlane(chromaRows, half, strideV, endOf(u));

    const missing = Math.ceil((endOf(v) - memory.buffer.byteLength) / 65536);
    if (missing > 0) memory.grow(missing);
    this.#bytes = new Uint8Array(memory.buffer);
    const view = new DataView(memory.buffer);
    writeTaps(lumaRows, view, exports.LUMA_ROWS.value);
    writeTaps(chromaRows, view, exports.CHROMA_ROWS.value);
    writeTaps(resamplingTaps(frame.width, this.#size.width), view, exports.LUMA_COLUMNS.value);
    writeTaps(resamplingTaps(half, this.#size.width), view, exports.CHROMA_COLUMNS.value);
    this.#layout = { width: frame.width, height: frame.height, strides: frame.strides, planes: [y, u, v] };
    return this.#layout;
  }
}

function layoutPlane(rows: readonly ResamplingTap[], width: number, frameStride: number, address: number): PlaneLayout {
  const groups: [number, number][] = [];
  for (let row = 0; row < rows.length; row += GROUP_ROWS) {
    const first = rows[row]?.first ?? 0;
    const last = rows[row + GROUP_ROWS - 1]?.last ?? first;
    groups.push([first, last + 1 - first]);
  }
  return { groups, width, frameStride, stride: bandStride(frameStride, width), address };
}

/** Returns the first address after a plane's largest group, a multiple of 16. */
function endOf(plane: PlaneLayout): number {
  const rows = Math.max(...plane.groups.map(([, count]) => count));
  return Math.ceil((plane.address + rows * plane.stride + READ_PAST_BYTES) / 16) * 16;
}

function writeTaps(taps: readonly ResamplingTap[], view: DataView, address: number): void {
  for (const [i, tap] of taps.entries()) {
    const at = address + i * TAP_BYTES;
    view.setInt32(at, tap.first, true);
    view.setInt32(at + 4, tap.last, true);
    view.setFloat32(at + 8, tap.firstWeight, true);
    view.setFloat32(at + 12, tap.lastWeight, true);
    view.setFloat32(at + 16, tap.innerWeight, true);
  }
}

/** Returns the matrix from `[Y, U, V, 1]` in code values to BT.709 full range: 3 rows of 4. */
function bt709Matrix(color: Color): number[] {
  const { black, luma, chroma } = rangeCodes(color.range);
  const m = multiply3(yuvToYuv(color.matrix, 'bt709'), diagonal3(1 / luma, 1 / chroma, 1 / chroma));
  const row = (a: number, b: number, c: number): number[] => [a, b, c, -a * black - (b + c) * NEUTRAL_CHROMA];
  return [...row(m[0], m[1], m[2]), ...row(m[3], m[4], m[5]), ...row(m[6], m[7], m[8])];
}
