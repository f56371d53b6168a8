/** I420 planes to paint into, BT.709 limited range. A `Frame` is one. Width and height are even. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  /** Luma, `strides[0] * height` bytes. */
  readonly y: Uint8Array;
  /** Chroma at half width and height, `strides[1] * height / 2` bytes. */
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** Bytes from one row to the next, for Y, U and V. */
  readonly strides: readonly [number, number, number];
}

/** Allocates planes of zeros without padding. */
export function allocatePlanes(width: number, height: number): Planes {
  const half = (width / 2) * (height / 2);
  return {
    width,
    height,
    y: new Uint8Array(width * height),
    u: new Uint8Array(half),
    v: new Uint8Array(half),
    strides: [width, width / 2, width / 2],
  };
}
