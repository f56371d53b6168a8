import type { Color } from '../../src/core/color.js';
import { Frame } from '../../src/core/frame.js';
import type { Random } from '../../src/core/random.js';
import { micros } from '../../src/core/time.js';
import type { Look } from '../../src/look/look.js';
import { AFFINE_SIZE, emptyLook } from '../../src/look/look.js';

/** Options of {@link makeFrame}. */
export interface FrameShape {
  readonly width: number;
  readonly height: number;
  /** Bytes added to each row of Y, U, V; default none. */
  readonly padding?: readonly [number, number, number];
  readonly color?: Color;
  readonly pts?: number;
}

/** BT.709, limited range. */
export const HD_COLOR: Color = { matrix: 'bt709', range: 'limited' };

/** Paints a frame by a function of plane (0 Y, 1 U, 2 V), column and row; the padding is 77. The caller closes it. */
export function makeFrame(shape: FrameShape, paint: (plane: number, x: number, y: number) => number): Frame {
  const padding = shape.padding ?? [0, 0, 0];
  const half = shape.width / 2;
  const strides = [shape.width + padding[0], half + padding[1], half + padding[2]] as const;
  const planes = strides.map((stride, plane) => {
    const rows = plane === 0 ? shape.height : shape.height / 2;
    const bytes = new Uint8Array(stride * rows).fill(77);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < (plane === 0 ? shape.width : half); x++) bytes[y * stride + x] = paint(plane, x, y);
    }
    return bytes;
  });
  return new Frame({
    width: shape.width,
    height: shape.height,
    y: planes[0]!,
    u: planes[1]!,
    v: planes[2]!,
    strides,
    pts: micros(shape.pts ?? 0),
    duration: micros(40_000),
    capturedAt: micros(0),
    color: shape.color ?? HD_COLOR,
  });
}

/** Creates a frame of random bytes from 0 to 255. */
export function randomFrame(shape: FrameShape, random: Random): Frame {
  return makeFrame(shape, () => random.below(256));
}

/** Creates a look of random transforms, up to `spread` around a dim identity, and random lights in a share of the samples. */
export function randomLook(random: Random, spread: number, litShare: number): Look {
  const look = emptyLook();
  for (let i = 0; i < look.grid.length; i++) {
    const coefficient = i % AFFINE_SIZE;
    const isDiagonal = coefficient === 0 || coefficient === 5 || coefficient === 10;
    look.grid[i] = (isDiagonal ? 0.4 : 0) + random.between(-spread, spread);
  }
  for (let i = 0; i < look.lights.length; i++) {
    const isCore = i < look.lights.length / 4;
    if (random.next() < litShare) look.lights[i] = isCore ? random.between(0, 1.5) : random.between(-0.4, 0.4);
  }
  return look;
}

/** Largest difference between the visible samples of two frames. */
export function largestDifference(a: Frame, b: Frame): number {
  let largest = 0;
  for (const [plane, stride] of a.strides.entries()) {
    const [from, other] = [[a.y, a.u, a.v][plane]!, [b.y, b.u, b.v][plane]!];
    const [width, rows] = plane === 0 ? [a.width, a.height] : [a.width / 2, a.height / 2];
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < width; x++) {
        largest = Math.max(largest, Math.abs(from[y * stride + x]! - other[y * stride + x]!));
      }
    }
  }
  return largest;
}
