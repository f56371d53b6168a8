import type { Facade } from './facade.js';
import type { SurfaceName } from './surface-names.js';
import type { Crown } from './tree-sprite.js';
import type { Yuv } from './yuv.js';

/** Labels of bounding boxes: BDD100K's names, and two for street furniture. */
export type ObjectLabel = 'car' | 'truck' | 'bus' | 'person' | 'traffic light' | 'street lamp' | 'tree';

/** The object that is drawn. */
export interface ObjectInfo {
  /** The same at all times; see `objectId`. */
  readonly id: number;
  /** Undefined: no bounding box (ground, houses, poles). */
  readonly label?: ObjectLabel;
  /** What its parts show, unless their material says otherwise. Ground spans and windows of fronts have their own. */
  readonly surface: SurfaceName;
  /** Position in metres, which determines the light on it. */
  readonly x: number;
  readonly z: number;
  /** Motion along z since the previous time, metres. */
  readonly movedZ: number;
}

/** Motion of a part that swings about an axis: its points move sideways by `perMetre` metres per metre above `pivotY`. */
export interface Swing {
  readonly perMetre: number;
  readonly pivotY: number;
}

/** The colours of a polygon. */
export interface Material {
  readonly color: Yuv;
  /** The colour it emits at night; undefined: it only reflects. */
  readonly nightColor?: Yuv;
  /** It emits light by day too: `color` is then neither shaded nor shadowed. */
  readonly isLitByDay?: boolean;
  /** Default: the surface of its object. */
  readonly surface?: SurfaceName;
}

/** Options of {@link Canvas.drawPolygon}. */
export interface PolygonOptions {
  /** Opacity, 0 to 1; default 1. */
  readonly alpha?: number;
  /** Visible only from the side where its corners run counter-clockwise. Default false: visible from both sides. */
  readonly isOneSided?: boolean;
  /** Lies on an already drawn surface and moves with it: paint without depth (road markings, shadows). */
  readonly isDecal?: boolean;
  /** Default: it moves with its object. */
  readonly swing?: Swing;
}

/** Material of a ground span. */
export type GroundKind = 'asphalt' | 'paving' | 'grass';

/** A span of ground in one row of pixels, at one depth. */
export interface GroundSpan {
  readonly kind: GroundKind;
  /** Row of pixels. */
  readonly y: number;
  /** Pixel columns `from` to `to` (exclusive); they may exceed the frame. */
  readonly from: number;
  readonly to: number;
  /** Metres. */
  readonly depth: number;
  /** Metres above the asphalt. */
  readonly height: number;
}

/** Position of a crown: its centre in the world and its width and height, metres. */
export interface CrownPosition {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly size: number;
}

/** The halo around a light: its position in the world and its radius, metres. */
export interface Halo {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly radius: number;
  readonly color: Yuv;
  /** Luma code values added at its centre. */
  readonly strength: number;
}

/** Where a house front faces. */
export type FrontFacing = 'left' | 'right' | 'camera';

/** Luma is multiplied by `gain`; `u` and `v` are added to chroma, code values. */
export interface FrontTint {
  readonly gain: number;
  readonly u: number;
  readonly v: number;
}

/** A house front. */
export interface Front {
  readonly facade: Facade;
  /** Where it faces: to the left, to the right, or along the street to the camera. */
  readonly facing: FrontFacing;
  /** How this house differs from its facade. */
  readonly tint: FrontTint;
}

/** Adjacent pixel columns of a front; each has one depth. Every array holds `count` values. */
export interface FrontColumns {
  readonly count: number;
  /** The first pixel column. */
  readonly firstX: number;
  /** Rows of the front's top and bottom, not rounded. Where a nearer front covers the bottom: the last visible row. */
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  /** Depth in metres. */
  readonly depth: Float64Array;
  /** Position along the front, and the length of front in one pixel column, metres. */
  readonly along: Float64Array;
  readonly alongStep: Float64Array;
}

/**
 * The target of drawing a street: a frame by day or night, or its ground truth. Objects are drawn from far to near; each
 * covers what was drawn before.
 */
export interface Canvas {
  /** Starts an object. All following calls draw it, until the next object. */
  beginObject(mark: ObjectInfo): void;
  /** Draws flat ground in one row of pixels. */
  drawGroundSpan(span: GroundSpan): void;
  /** Draws an upright house front. Borrows the columns. */
  drawFront(front: Front, columns: FrontColumns): void;
  /** Draws a convex, flat polygon in world metres: x, y, z of each corner. Borrows the corners. */
  drawPolygon(corners: Float64Array, count: number, material: Material, options?: PolygonOptions): void;
  /** Draws a tree's crown that faces the camera. */
  drawCrown(crown: Crown, position: CrownPosition): void;
  /** Draws the halo around a light. */
  drawHalo(glow: Halo): void;
}
