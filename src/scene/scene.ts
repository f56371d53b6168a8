/** What a street can show, in the order of the planes of {@link Scene.surfaces}. */
export const SURFACES = [
  'sky',
  'road',
  'ground',
  'facade',
  'window',
  'vegetation',
  'vehicle',
  'person',
  'pole',
  'lampHead',
  'signal',
  'sign',
  'wall',
] as const;

/** One of {@link SURFACES}. `ground`: pavement, grass, verge. `wall`: also fences. `person`: also bicycles. */
export type Surface = (typeof SURFACES)[number];

/** Columns of a surface map. */
export const SURFACE_WIDTH = 128;
/** Rows of a surface map. */
export const SURFACE_HEIGHT = 72;
/** Samples of one surface map. */
export const SURFACE_SIZE = SURFACE_WIDTH * SURFACE_HEIGHT;

/** Which side of a vehicle the camera sees. */
export type Facing = 'front' | 'rear' | 'side';

/** A place in the image, in shares of its width and of its height. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A box in the image: its top left corner and its size, in shares of the image's width and height. */
export interface Box extends Place {
  readonly width: number;
  readonly height: number;
}

/** Something of the scene that keeps its identity from frame to frame. */
export interface Thing {
  /** The same while the thing is seen; 0 in a still. */
  readonly id: number;
  /** In [0, 1), drawn once for the thing: decides whether it is lit, and its colour. */
  readonly draw: number;
  /** How far the thing has faded in: 0 new, 1 after 0.2 s; falls to 0 when the thing is lost. 1 in a still. */
  readonly fade: number;
}

/** The red glass of a tail lamp, as the day shows it. */
export interface TailGlass {
  /** Shares of the image's width and height. */
  readonly width: number;
  readonly height: number;
  /** V between the glass and the body around it, above 0: what is redder is glass. BT.709; a frame's own V of other matrices differs by a few per cent. */
  readonly red: number;
}

/** The middle of a vehicle's lamp. */
export interface VehicleLamp extends Place {
  /** Of a tail lamp whose glass is seen. */
  readonly glass?: TailGlass;
}

/** A vehicle. */
export interface Vehicle extends Thing {
  readonly box: Box;
  /** Confidence that it is one, 0 to 1. */
  readonly score: number;
  readonly facing: Facing;
  /** Confidence in the facing, 0 to 1. */
  readonly facingScore: number;
  /** The two lamps that the camera sees, left then right: head lamps of a front, tail lamps of a rear. */
  readonly lamps: readonly [VehicleLamp, VehicleLamp];
  /** Whether it stands parked: then it is dark. */
  readonly isParked: boolean;
}

/** Colour of a signal's lit lens as the day shows it. */
export type SignalColor = 'red' | 'amber' | 'green';

/** A lit lens of a traffic signal. */
export interface Signal extends Thing {
  readonly place: Place;
  /** Radius of the lens in shares of the image's width. */
  readonly radius: number;
  readonly color: SignalColor;
}

/** The head of a street lamp. */
export interface LampHead extends Thing {
  readonly place: Place;
  /** Radius of the head in shares of the image's width. */
  readonly radius: number;
  /** Height of the pole below it, in shares of the image's height. */
  readonly height: number;
}

/** A window inside a facade: one pane, or some with bars between them. */
export interface Pane extends Thing {
  readonly box: Box;
  /** How far it shines because what surrounds it is a facade, 0 to 1; decided over time. */
  readonly facade: number;
  /** Luma between its glass and its frame by day, 0 to 1: what is darker is glass; 0 where the whole box is. */
  readonly dayBelow: number;
}

/** What one frame shows, as far as a night needs it. Borrowed by whoever lights it; lent until the next one is read. */
export interface Scene {
  /** `[13, 72, 128]`: probabilities of {@link SURFACES}; they add up to 1. */
  readonly surfaces: Float32Array;
  /** `[72, 128]`: share of the own vehicle's bonnet and dashboard, 0 to 1. */
  readonly bonnet: Float32Array;
  /** Height of the horizon from the top, in shares of the image's height; may lie outside [0, 1]. */
  readonly horizon: number;
  /** How surely the image shows a street at all, 0 to 1: where it does not, nothing is lit. */
  readonly street: number;
  /** How surely the camera drives: 0 fixed, 1 in a moving vehicle. */
  readonly driving: number;
  readonly vehicles: readonly Vehicle[];
  readonly signals: readonly Signal[];
  readonly lampHeads: readonly LampHead[];
  readonly panes: readonly Pane[];
}
