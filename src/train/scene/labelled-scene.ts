import type { Box } from '../../scene/scene.js';

/** Columns of a labelled scene's image in memory. */
export const SCENE_IMAGE_WIDTH = 512;
/** Rows of it. */
export const SCENE_IMAGE_HEIGHT = 288;
/** Columns of its surface map. */
export const LABEL_WIDTH = 320;
/** Rows of it. */
export const LABEL_HEIGHT = 180;

/** Confidence of a label, 0 to 255, from which it counts as known. */
export const MIN_CONFIDENCE = 102;

/** A vehicle as labelled; all places in shares of the image's width and height. */
export interface LabelledVehicle {
  /** Left, top, right, bottom. */
  readonly box: readonly [number, number, number, number];
  /** A bus or a lorry: a vehicle, whose facing and lamps the labels do not know. */
  readonly isLarge?: boolean;
  /** Undefined where nobody can say: too small, a motorcycle, a bus or a lorry. */
  readonly facing?: 'front' | 'rear' | 'side';
  /** Confidence in the facing, 0 to 1. */
  readonly facingScore: number;
  /** Middles of its lamps; left and right in the image, where visible. */
  readonly left?: readonly [x: number, y: number];
  readonly right?: readonly [x: number, y: number];
}

/** The box of a labelled vehicle as the scene has it. */
export function boxOf({ box: [left, top, right, bottom] }: Pick<LabelledVehicle, 'box'>): Box {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A day image with its labels, stretched to one size. Lent. */
export interface LabelledScene {
  readonly name: string;
  /** Images of one group show the same places: a group is for training or for validation as a whole. */
  readonly group: string;
  /** `[288, 512, 3]`: sRGB. */
  readonly rgb: Uint8Array;
  /** `[180, 320]`: 0 unknown, else 1 plus an index into `SURFACES`. */
  readonly surfaces: Uint8Array;
  /** `[180, 320]`: confidence of each label, 0 to 255. */
  readonly confidence: Uint8Array;
  readonly vehicles: readonly LabelledVehicle[];
}
