import type { Facade } from './facade.js';
import type { Crown } from './tree-sprite.js';
import type { Yuv } from './yuv.js';

/** What boxes are labelled with: BDD100K's names, and the street's own furniture. */
export type ObjectLabel = 'car' | 'truck' | 'bus' | 'person' | 'traffic light' | 'street lamp' | 'tree';

/** Whose surface is painted. */
export interface ObjectMark {
  /** The same for the same object at all times; see `objectId`. */
  readonly id: number;
  /** Undefined: gets no box (ground, houses, poles). */
  readonly label?: ObjectLabel;
  /** Where it stands, metres: decides how much light falls on it. */
  readonly x: number;
  readonly z: number;
  /** Metres it moved along z since the previous time. */
  readonly moveZ: number;
}

/** A part that swings about an axis: its points move sideways by `perMetre` metres per metre above `pivotY`. */
export interface Swing {
  readonly perMetre: number;
  readonly pivotY: number;
}

/** What a polygon is made of. */
export interface Material {
  readonly color: Yuv;
  /** The colour it shines with at night; undefined reflects only. */
  readonly night?: Yuv;
  /** Shines by day as well: `color` is then neither shaded nor shadowed. */
  readonly shinesByDay?: boolean;
}

/** How a polygon lies. */
export interface PolygonOptions {
  /** 0 clear to 1 opaque; default 1. */
  readonly alpha?: number;
  /** Seen from outside only: corners run counter-clockwise there. Default false: both sides show. */
  readonly oneSided?: boolean;
  /** Lies on a surface painted before and moves with it: paint without depth (marks on the road, shadows). */
  readonly isDecal?: boolean;
  /** Default: it moves as its object does. */
  readonly swing?: Swing;
}

/** Which ground a span shows. */
export type GroundKind = 'asphalt' | 'paving';

/** A stretch of ground in one row of pixels; all of it has one depth. */
export interface GroundSpan {
  readonly kind: GroundKind;
  /** Row of pixels. */
  readonly y: number;
  /** Pixel columns `from` to `to` (exclusive); may reach out of the picture. */
  readonly from: number;
  readonly to: number;
  /** Metres. */
  readonly depth: number;
  /** Metres above the asphalt. */
  readonly height: number;
}

/** Where a crown stands: its centre in the world and its width and height, metres. */
export interface CrownPlace {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly size: number;
}

/** Light around a light: its place in the world and radius in metres. */
export interface Glow {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly radius: number;
  readonly color: Yuv;
  /** Luma code values added at its centre. */
  readonly strength: number;
}

/** A front that columns are cut from. */
export interface Front {
  readonly facade: Facade;
  /** Light on it by day, 0 to 1. */
  readonly shade: number;
}

/** The pixel columns in which a front is seen, side by side; each has one depth. Every array holds `count` of them. */
export interface FrontColumns {
  readonly count: number;
  /** The first pixel column. */
  readonly firstX: number;
  /** Row of the front's top and of its foot or, where a nearer front covers that, the last row seen. Not rounded. */
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  /** Depth in metres. */
  readonly depth: Float64Array;
  /** Place along the front, metres, and how far one pixel column goes along it. */
  readonly along: Float64Array;
  readonly alongStep: Float64Array;
}

/**
 * What a street is painted onto: a picture by day or night, or the truth about it. Everything comes from far to near and
 * covers what was there.
 */
export interface Surface {
  /** What follows belongs to this object. */
  begin(mark: ObjectMark): void;
  /** Flat ground in one row of pixels. */
  groundSpan(span: GroundSpan): void;
  /** An upright front. Lends the columns. */
  front(front: Front, columns: FrontColumns): void;
  /** A convex, flat polygon in world metres: x, y, z of each corner. Lends the corners. */
  polygon(corners: Float64Array, count: number, material: Material, options?: PolygonOptions): void;
  /** A tree's crown that faces the viewer. */
  crown(crown: Crown, place: CrownPlace): void;
  /** The glow around a light. */
  halo(glow: Glow): void;
}
