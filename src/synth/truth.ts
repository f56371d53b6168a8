import type { ObjectLabel } from './canvas.js';
import type { TruthCanvas } from './truth-canvas.js';

/** The bounding box of an object in a frame. */
export interface ObjectBox {
  readonly label: ObjectLabel;
  /** The same for the same object at all times of a street. */
  readonly id: number;
  /** Smallest rectangle around its visible pixels: top left corner and size in whole pixels, inside the frame. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Number of visible pixels. */
  readonly pixels: number;
}

/** Ground truth of a moment of a street, exact to the geometry that was painted. */
export interface StreetTruth {
  readonly width: number;
  readonly height: number;
  /**
   * `[2, H, W]`: backward flow in pixels, x then y. The surface at (x, y) was at (x + flow[0], y + flow[1]) at the previous
   * time. Defined also where it was occluded or outside the frame then.
   */
  readonly flow: Float32Array;
  /** `[H, W]`: 1 where the surface was visible at the previous time, 0 where it was occluded or outside the frame. */
  readonly valid: Uint8Array;
  /** Visible objects, nearest last. */
  readonly boxes: readonly ObjectBox[];
  /** `[H, W]`: 255 where a surface emits light at night (window, lamp, head and tail light, signal), 0 elsewhere. */
  readonly lightMask: Uint8Array;
  /** `[H, W]`: depth in metres; Infinity is the sky. */
  readonly depth: Float32Array;
  /** `[H, W]`: ids as in {@link ObjectBox.id}, for all surfaces; 0 is the sky. */
  readonly objects: Int32Array;
}

/** Minimum number of visible pixels of a box. */
const MIN_BOX_PIXELS = 12;
/** Tolerance of an inverse depth at the previous time, relative, to count as the same surface. */
const DEPTH_TOLERANCE = 0.04;

/** Computes the ground truth from two drawn moments of one street, with the same frame size. */
export function computeTruth(now: TruthCanvas, previous: TruthCanvas): StreetTruth {
  const { width, height } = now.camera;
  const { flow, valid } = backwardFlow(now, previous);
  return {
    width,
    height,
    flow,
    valid,
    boxes: boundingBoxes(now),
    lightMask: now.lightMask,
    depth: now.inverseDepth.map((inverse) => 1 / inverse),
    objects: now.objectIds,
  };
}

function backwardFlow(now: TruthCanvas, previous: TruthCanvas): Pick<StreetTruth, 'flow' | 'valid'> {
  const { width, height, focal, centerX, horizonY, x: eyeX, y: eyeY, z: eyeZ } = now.camera;
  const then = previous.camera;
  const count = width * height;
  const flow = new Float32Array(2 * count);
  const valid = new Uint8Array(count);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const inverse = now.inverseDepth[i] ?? 0;
      let x = column + 0.5;
      let y = row + 0.5;
      let inverseThen = 0;
      if (inverse > 0) {
        const depth = 1 / inverse;
        const movement = now.movements[now.movementIndex[i] ?? 0];
        const up = ((horizonY - y) * depth) / focal + eyeY;
        const swing = movement?.swing;
        const aside = ((x - centerX) * depth) / focal + eyeX - (swing ? swing.perMetre * (up - swing.pivotY) : 0);
        inverseThen = 1 / (depth + eyeZ - (movement?.z ?? 0) - then.z);
        x = centerX + (aside - then.x) * focal * inverseThen;
        y = horizonY - (up - then.y) * focal * inverseThen;
      }
      flow[i] = x - column - 0.5;
      flow[count + i] = y - row - 0.5;
      if (inverseThen >= 0 && wasVisible(previous, x - 0.5, y - 0.5, now.objectIds[i] ?? 0, inverseThen)) valid[i] = 1;
    }
  }
  return { flow, valid };
}

/** Whether all four pixels around a point show that object at that depth. Pixel centres are integers. */
function wasVisible(canvas: TruthCanvas, x: number, y: number, id: number, inverseDepth: number): boolean {
  const { width, height } = canvas.camera;
  const x0 = Math.floor(x + 1e-6);
  const y0 = Math.floor(y + 1e-6);
  const x1 = x - x0 > 1e-6 ? x0 + 1 : x0;
  const y1 = y - y0 > 1e-6 ? y0 + 1 : y0;
  if (x0 < 0 || y0 < 0 || x1 >= width || y1 >= height) return false;
  const { objectIds, inverseDepth: depths } = canvas;
  const a = y0 * width + x0;
  const b = y0 * width + x1;
  const c = y1 * width + x0;
  const d = y1 * width + x1;
  if (objectIds[a] !== id || objectIds[b] !== id || objectIds[c] !== id || objectIds[d] !== id) return false;
  const tx = x - x0;
  const ty = y - y0;
  const top = (depths[a] ?? 0) * (1 - tx) + (depths[b] ?? 0) * tx;
  const bottom = (depths[c] ?? 0) * (1 - tx) + (depths[d] ?? 0) * tx;
  const found = top * (1 - ty) + bottom * ty;
  return Math.abs(found - inverseDepth) <= DEPTH_TOLERANCE * inverseDepth + 1e-4;
}

/** Returns the boxes of the visible objects that have a label, nearest last. */
export function boundingBoxes(canvas: TruthCanvas): ObjectBox[] {
  const { width, height } = canvas.camera;
  const extents = new Map<number, { x0: number; y0: number; x1: number; y1: number; pixels: number; near: number }>();
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const id = canvas.objectIds[i] ?? 0;
      if (!canvas.labels.has(id)) continue;
      let extent = extents.get(id);
      if (!extent) extents.set(id, (extent = { x0: x, y0: y, x1: x, y1: y, pixels: 0, near: 0 }));
      if (x < extent.x0) extent.x0 = x;
      if (x > extent.x1) extent.x1 = x;
      extent.y1 = y;
      extent.pixels++;
      extent.near = Math.max(extent.near, canvas.inverseDepth[i] ?? 0);
    }
  }
  return [...extents]
    .filter(([, extent]) => extent.pixels >= MIN_BOX_PIXELS)
    .sort(([, a], [, b]) => a.near - b.near)
    .flatMap(([id, { x0, y0, x1, y1, pixels }]) => {
      const label = canvas.labels.get(id);
      return label ? [{ label, id, x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1, pixels }] : [];
    });
}
