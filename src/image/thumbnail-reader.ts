import type { Color } from '../core/color.js';
import type { Frame } from '../core/frame.js';
import type { AxisTap } from './axis-taps.js';
import { axisTaps } from './axis-taps.js';
import { diagonal3, multiply3, NEUTRAL_CHROMA, rangeCodes, yuvToYuv } from './color-matrix.js';
import type { Kernel, KernelConstant } from './kernel.js';
import { openKernel } from './kernel.js';
import { bandStride, copyRows } from './plane-band.js';
import type { Thumbnail } from './thumbnail.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from './thumbnail.js';

/** What src/image/kernels/thumbnail.ts exports. */
interface ThumbnailExports {
  scratchBytes: (width: number) => number;
  /** Output row, frame width, addresses and strides of Y, U, V, the rows that lie at the addresses (luma, chroma). */
  reduce: (...args: [number, number, number, number, number, number, number, number, number, number]) => void;
  readonly MATRIX: KernelConstant;
  readonly LUMA_ROWS: KernelConstant;
  readonly CHROMA_ROWS: KernelConstant;
  readonly LUMA_COLUMNS: KernelConstant;
  readonly CHROMA_COLUMNS: KernelConstant;
  readonly OUTPUT: KernelConstant;
  readonly SCRATCH: KernelConstant;
}

/** Output rows the kernel makes at a time. */
const GROUP = 4;
/** Bytes the kernel may read past a plane's last row. */
const SLACK = 64;
/** Numbers of a thumbnail. */
const DATA_SIZE = 3 * THUMBNAIL_HEIGHT * THUMBNAIL_WIDTH;
/** Bytes of one tap in the kernel's memory. */
const TAP_BYTES = 20;

/** One plane's rows of one group of output rows, and where they lie. */
interface GroupPlane {
  /** First source row of each group, then its number of rows. */
  readonly spans: readonly (readonly [first: number, count: number])[];
  readonly width: number;
  readonly frameStride: number;
  readonly stride: number;
  readonly address: number;
}

/** What depends on a frame's size and strides alone. */
interface Plan {
  readonly width: number;
  readonly height: number;
  readonly strides: readonly [number, number, number];
  readonly planes: readonly [GroupPlane, GroupPlane, GroupPlane];
}

/** Reads thumbnails from frames of any size, in WebAssembly, four output rows at a time. */
export class ThumbnailReader {
  readonly #kernel: Kernel<ThumbnailExports>;
  /** Written in turn. */
  #data = new Float32Array(DATA_SIZE); // [3, 144, 256]
  #other = new Float32Array(DATA_SIZE); // [3, 144, 256]
  #plan: Plan | undefined;
  #bytes = new Uint8Array();

  private constructor(kernel: Kernel<ThumbnailExports>) {
    this.#kernel = kernel;
  }

  /** Loads the kernel. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<ThumbnailReader> {
    return new ThumbnailReader(await openKernel<ThumbnailExports>('thumbnail'));
  }

  /** Bytes the kernel's memory takes. */
  get memoryBytes(): number {
    return this.#kernel.memory.buffer.byteLength;
  }

  /** The frame at the network's size. Borrows the frame; lends the thumbnail until the second next call. */
  read(frame: Frame): Thumbnail {
    const { exports, memory } = this.#kernel;
    const { planes } = this.#planFor(frame);
    const [y, u, v] = planes;
    new Float32Array(memory.buffer).set(toBt709(frame.color), exports.MATRIX.value / 4);
    for (let group = 0; group < THUMBNAIL_HEIGHT / GROUP; group++) {
      const lumaBase = this.#copyIn(frame.y, y, group);
      const chromaBase = this.#copyIn(frame.u, u, group);
      this.#copyIn(frame.v, v, group);
      exports.reduce(
        group * GROUP,
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
    [this.#data, this.#other] = [this.#other, this.#data];
    this.#data.set(new Float32Array(memory.buffer, exports.OUTPUT.value, this.#data.length));
    return { data: this.#data, pts: frame.pts, discontinuity: frame.discontinuity };
  }

  /** Copies the rows of one group; returns the first one's number. */
  #copyIn(bytes: Uint8Array, plane: GroupPlane, group: number): number {
    const [first, count] = plane.spans[group] ?? [0, 0];
    const from = { bytes, start: first * plane.frameStride, stride: plane.frameStride };
    copyRows(from, { bytes: this.#bytes, start: plane.address, stride: plane.stride }, plane.width, count);
    return first;
  }

  #planFor(frame: Frame): Plan {
    const known = this.#plan;
    const isSame = known?.width === frame.width && known.height === frame.height;
    if (known && isSame && known.strides.every((stride, i) => stride === frame.strides[i])) return known;
    const { exports, memory } = this.#kernel;
    const half = frame.width / 2;
    const lumaRows = axisTaps(frame.height, THUMBNAIL_HEIGHT);
    const chromaRows = axisTaps(frame.height / 2, THUMBNAIL_HEIGHT);
    const start = exports.SCRATCH.value + exports.scratchBytes(frame.width);
    const [strideY, strideU, strideV] = frame.strides;
    const y = planPlane(lumaRows, frame.width, strideY, start);
    const u = planPlane(chromaRows, half, strideU, endOf(y));
    const v = planPlane(chromaRows, half, strideV, endOf(u));

    const missing = Math.ceil((endOf(v) - memory.buffer.byteLength) / 65536);
    if (missing > 0) memory.grow(missing);
    this.#bytes = new Uint8Array(memory.buffer);
    const view = new DataView(memory.buffer);
    writeTaps(lumaRows, view, exports.LUMA_ROWS.value);
    writeTaps(chromaRows, view, exports.CHROMA_ROWS.value);
    writeTaps(axisTaps(frame.width, THUMBNAIL_WIDTH), view, exports.LUMA_COLUMNS.value);
    writeTaps(axisTaps(half, THUMBNAIL_WIDTH), view, exports.CHROMA_COLUMNS.value);
    this.#plan = { width: frame.width, height: frame.height, strides: frame.strides, planes: [y, u, v] };
    return this.#plan;
  }
}

function planPlane(rows: readonly AxisTap[], width: number, frameStride: number, address: number): GroupPlane {
  const spans: [number, number][] = [];
  for (let row = 0; row < rows.length; row += GROUP) {
    const first = rows[row]?.first ?? 0;
    const last = rows[row + GROUP - 1]?.last ?? first;
    spans.push([first, last + 1 - first]);
  }
  return { spans, width, frameStride, stride: bandStride(frameStride, width), address };
}

/** The first address behind a plane's largest group, on a multiple of 16. */
function endOf(plane: GroupPlane): number {
  const rows = Math.max(...plane.spans.map(([, count]) => count));
  return Math.ceil((plane.address + rows * plane.stride + SLACK) / 16) * 16;
}

function writeTaps(taps: readonly AxisTap[], view: DataView, address: number): void {
  for (const [i, tap] of taps.entries()) {
    const at = address + i * TAP_BYTES;
    view.setInt32(at, tap.first, true);
    view.setInt32(at + 4, tap.last, true);
    view.setFloat32(at + 8, tap.firstWeight, true);
    view.setFloat32(at + 12, tap.lastWeight, true);
    view.setFloat32(at + 16, tap.betweenWeight, true);
  }
}

/** 3 rows of 4: `[Y, U, V, 1]` in code values to BT.709 full range. */
function toBt709(color: Color): number[] {
  const { black, luma, chroma } = rangeCodes(color.range);
  const m = multiply3(yuvToYuv(color.matrix, 'bt709'), diagonal3(1 / luma, 1 / chroma, 1 / chroma));
  const row = (a: number, b: number, c: number): number[] => [a, b, c, -a * black - (b + c) * NEUTRAL_CHROMA];
  return [...row(m[0], m[1], m[2]), ...row(m[3], m[4], m[5]), ...row(m[6], m[7], m[8])];
}
