import type { Frame } from '../core/frame.js';

/**
 * Size limit of a band of rows, unless two rows need more: Y, U, V and a kernel's tables then fit into a core's L2 cache
 * (256 KiB on small machines).
 */
const MAX_BAND_BYTES = 96 * 1024;

/** Memory layout of one plane of a band. */
export interface BandPlane {
  /** Bytes from the band's start in the kernel's memory. */
  readonly offset: number;
  /** Bytes from one row to the next in the kernel's memory. */
  readonly stride: number;
  /** Bytes from one row to the next in the frame. */
  readonly frameStride: number;
  /** Samples of a row. */
  readonly width: number;
}

/** The division of a frame into bands of rows. A kernel accesses only its own memory, so bands are copied in and out. */
export interface BandPlan {
  /** Luma rows of a band; even. */
  readonly rows: number;
  /** Bytes of a band. */
  readonly bytes: number;
  readonly planes: readonly [BandPlane, BandPlane, BandPlane];
}

/** The position of a band: luma rows `row` to `row + rows` of the frame, and its start in the kernel's memory. */
export interface BandPosition {
  /** First luma row; even. */
  readonly row: number;
  /** Luma rows; even. */
  readonly rows: number;
  readonly memory: Uint8Array;
  readonly start: number;
}

/** Divides a frame into bands of `rows` luma rows (an even number); default: as many as fit into the cache. */
export function planBand(frame: Frame, rows = rowsInCache(frame)): BandPlan {
  const half = frame.width / 2;
  const [strideY, strideU, strideV] = frame.strides;
  const y = { offset: 0, width: frame.width, frameStride: strideY, stride: bandStride(strideY, frame.width) };
  const u = { offset: y.stride * rows, width: half, frameStride: strideU, stride: bandStride(strideU, half) };
  const offsetV = u.offset + (u.stride * rows) / 2;
  const v = { offset: offsetV, width: half, frameStride: strideV, stride: bandStride(strideV, half) };
  return { rows, bytes: offsetV + (v.stride * rows) / 2, planes: [y, u, v] };
}

/** Copies a band of a frame's planes into a kernel's memory. */
export function copyBandIn(frame: Frame, plan: BandPlan, position: BandPosition): void {
  for (const { frameRows, kernelRows, width, count } of bandCopies(frame, plan, position))
    copyRows(frameRows, kernelRows, width, count);
}

/** Copies a band from a kernel's memory back into the frame. */
export function copyBandOut(frame: Frame, plan: BandPlan, position: BandPosition): void {
  for (const { frameRows, kernelRows, width, count } of bandCopies(frame, plan, position))
    copyRows(kernelRows, frameRows, width, count);
}

/** Rows of samples in a byte array. */
export interface PlaneRows {
  readonly bytes: Uint8Array;
  /** Index of the first sample. */
  readonly start: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** Copies `count` rows of `width` samples. Equal strides take one copy, padding included; others are copied row by row. */
export function copyRows(from: PlaneRows, to: PlaneRows, width: number, count: number): void {
  if (from.stride === to.stride) {
    const length = (count - 1) * from.stride + width;
    to.bytes.set(from.bytes.subarray(from.start, from.start + length), to.start);
    return;
  }
  for (let row = 0; row < count; row++) {
    const start = from.start + row * from.stride;
    to.bytes.set(from.bytes.subarray(start, start + width), to.start + row * to.stride);
  }
}

interface BandCopy {
  readonly frameRows: PlaneRows;
  readonly kernelRows: PlaneRows;
  readonly width: number;
  readonly count: number;
}

function bandCopies(frame: Frame, plan: BandPlan, { row, rows, memory, start }: BandPosition): BandCopy[] {
  const bytes = [frame.y, frame.u, frame.v] as const;
  return plan.planes.map(({ offset, stride, frameStride, width }, i) => {
    const step = i === 0 ? 1 : 2;
    return {
      frameRows: { bytes: bytes[i] ?? frame.y, start: (row / step) * frameStride, stride: frameStride },
      kernelRows: { bytes: memory, start: start + offset, stride },
      width,
      count: rows / step,
    };
  });
}

/**
 * Returns the row stride of a band: the frame's own, so that a band is one copy. Where much of that is padding, which may
 * hold other data, returns the width.
 */
export function bandStride(stride: number, width: number): number {
  return stride <= width * 1.25 ? stride : width;
}

function rowsInCache(frame: Frame): number {
  const pairBytes = 2 * frame.strides[0] + frame.strides[1] + frame.strides[2];
  return Math.min(frame.height, 2 * Math.max(1, Math.floor(MAX_BAND_BYTES / pairBytes)));
}
