import type { Frame } from '../core/frame.js';

/**
 * Bytes of a band of rows, at most, unless two rows need more: Y, U and V together with a kernel's tables stay inside a
 * core's second-level cache (256 KiB on small machines).
 */
const BAND_BYTES = 96 * 1024;

/** How one plane of a band lies in a kernel's memory. */
export interface BandPlane {
  /** Bytes from the band's start. */
  readonly offset: number;
  /** Bytes from row to row in the kernel's memory. */
  readonly stride: number;
  /** Bytes from row to row in the frame. */
  readonly frameStride: number;
  /** Samples of a row. */
  readonly width: number;
}

/** How a frame is cut into bands of rows for a kernel, which sees nothing but its own memory. */
export interface BandPlan {
  /** Luma rows of a band; even. */
  readonly rows: number;
  /** Bytes of a band. */
  readonly bytes: number;
  readonly planes: readonly [BandPlane, BandPlane, BandPlane];
}

/** A band's place: the frame's luma rows `row` to `row + rows`, and where the band starts in the kernel's memory. */
export interface BandPlace {
  /** First luma row; even. */
  readonly row: number;
  /** Luma rows; even. */
  readonly rows: number;
  readonly memory: Uint8Array;
  readonly start: number;
}

/** Cuts a frame into bands of `rows` luma rows (an even number), or of as many as fit the cache. */
export function planBand(frame: Frame, rows = rowsThatFit(frame)): BandPlan {
  const half = frame.width / 2;
  const [strideY, strideU, strideV] = frame.strides;
  const y = { offset: 0, width: frame.width, frameStride: strideY, stride: bandStride(strideY, frame.width) };
  const u = { offset: y.stride * rows, width: half, frameStride: strideU, stride: bandStride(strideU, half) };
  const offsetV = u.offset + (u.stride * rows) / 2;
  const v = { offset: offsetV, width: half, frameStride: strideV, stride: bandStride(strideV, half) };
  return { rows, bytes: offsetV + (v.stride * rows) / 2, planes: [y, u, v] };
}

/** Copies a band of a frame's planes into a kernel's memory. */
export function copyBandIn(frame: Frame, plan: BandPlan, place: BandPlace): void {
  for (const { away, here, width, rows } of bandCopies(frame, plan, place)) copyRows(away, here, width, rows);
}

/** Copies a band from a kernel's memory back into the frame. */
export function copyBandOut(frame: Frame, plan: BandPlan, place: BandPlace): void {
  for (const { away, here, width, rows } of bandCopies(frame, plan, place)) copyRows(here, away, width, rows);
}

/** Where rows of samples lie. */
export interface PlaneRows {
  readonly bytes: Uint8Array;
  /** Index of the first sample. */
  readonly start: number;
  /** Bytes from row to row. */
  readonly stride: number;
}

/** Copies `count` rows of `width` samples: at once where both lie alike (padding goes along), else row by row. */
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
  readonly away: PlaneRows;
  readonly here: PlaneRows;
  readonly width: number;
  readonly rows: number;
}

function bandCopies(frame: Frame, plan: BandPlan, { row, rows, memory, start }: BandPlace): BandCopy[] {
  const bytes = [frame.y, frame.u, frame.v] as const;
  return plan.planes.map(({ offset, stride, frameStride, width }, i) => {
    const step = i === 0 ? 1 : 2;
    return {
      away: { bytes: bytes[i] ?? frame.y, start: (row / step) * frameStride, stride: frameStride },
      here: { bytes: memory, start: start + offset, stride },
      width,
      rows: rows / step,
    };
  });
}

/** The frame's own stride, so that a band is one copy; unless much of it is padding, where something else may live. */
export function bandStride(stride: number, width: number): number {
  return stride <= width * 1.25 ? stride : width;
}

function rowsThatFit(frame: Frame): number {
  const pairBytes = 2 * frame.strides[0] + frame.strides[1] + frame.strides[2];
  return Math.min(frame.height, 2 * Math.max(1, Math.floor(BAND_BYTES / pairBytes)));
}
