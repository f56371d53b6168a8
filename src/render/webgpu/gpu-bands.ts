import type { Frame } from '../../core/frame.js';
import { bandStride, copyRows, type PlaneRows } from '../../image/plane-band.js';
import { TILE } from './shader-main.js';

/** Bytes of a band at least: below this a transfer costs its calls, not its bytes. */
const MIN_BAND_BYTES = 1024 * 1024;
/** Bytes of a band at most: WebGPU's smallest limit of a bound buffer is 128 MiB. */
const MAX_BAND_BYTES = 32 * 1024 * 1024;
/** Bands of a frame where the limits allow it: the CPU copies one while the GPU renders another. */
const BANDS = 4;

/** One plane of a band on the GPU: whole words in a row. */
interface PlaneLayout {
  /** Bytes from the band's start. */
  readonly start: number;
  /** Bytes from one row to the next: a multiple of four. */
  readonly stride: number;
  /** Bytes of a row in the frame that hold samples. */
  readonly width: number;
}

/** How frames of a size and strides travel: in bands of whole rows of tiles. */
export interface BandLayout {
  /** Rows of a band, but for the last one: a multiple of a tile's. */
  readonly rows: number;
  readonly bytes: number;
  /** Y, U, V. */
  readonly planes: readonly [PlaneLayout, PlaneLayout, PlaneLayout];
  /** Whether the frame's own rows travel, padding included: one copy a plane. */
  readonly isDirect: boolean;
}

/** Plans the bands of a frame. */
export function planBands({ width, height, strides }: Frame): BandLayout {
  const [wide, half] = [Math.ceil(width / 8) * 8, Math.ceil(width / 8) * 4];
  const least = [wide, half, half] as const;
  const isDirect = strides.every((stride, i) => {
    const samples = i === 0 ? width : width / 2;
    return stride % 4 === 0 && stride >= (least[i] ?? 0) && bandStride(stride, samples) === stride;
  });
  const [strideY, strideU, strideV] = isDirect ? strides : least;
  const pairBytes = 2 * strideY + strideU + strideV;
  const wanted = Math.min(MAX_BAND_BYTES, Math.max(MIN_BAND_BYTES, ((height / 2) * pairBytes) / BANDS));
  const tileRows = Math.max(1, Math.floor(wanted / ((TILE.height / 2) * pairBytes)));
  const rows = Math.min(Math.ceil(height / TILE.height), tileRows) * TILE.height;
  const startU = rows * strideY;
  const startV = startU + (rows / 2) * strideU;
  return {
    rows,
    bytes: startV + (rows / 2) * strideV,
    planes: [
      { start: 0, stride: strideY, width },
      { start: startU, stride: strideU, width: width / 2 },
      { start: startV, stride: strideV, width: width / 2 },
    ],
    isDirect,
  };
}

/** Some rows of a frame, and the memory of a band. */
export interface BandRows {
  /** First row, and their number; even. */
  readonly row: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** Copies rows of a frame into a band's memory. Borrows all. */
export function copyIntoBand(frame: Frame, layout: BandLayout, band: BandRows): void {
  for (const { own, copy, width, count } of planeRows(frame, layout, band)) copyRows(own, copy, width, count);
}

/** Copies a band's rows into its frame; padding stays as it is, or as the band was filled. Borrows all. */
export function copyOutOfBand(frame: Frame, layout: BandLayout, band: BandRows): void {
  for (const { own, copy, width, count } of planeRows(frame, layout, band)) copyRows(copy, own, width, count);
}

interface RowsOfPlane {
  readonly own: PlaneRows;
  readonly copy: PlaneRows;
  readonly width: number;
  readonly count: number;
}

function planeRows(frame: Frame, { planes }: BandLayout, { row, rows, bytes }: BandRows): RowsOfPlane[] {
  const all = [frame.y, frame.u, frame.v] as const;
  return planes.map(({ start, stride, width }, i) => {
    const step = i === 0 ? 1 : 2;
    const frameStride = frame.strides[i] ?? stride;
    const own = { bytes: all[i] ?? frame.y, start: (row / step) * frameStride, stride: frameStride };
    return { own, copy: { bytes, start, stride }, width, count: rows / step };
  });
}
