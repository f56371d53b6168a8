import { LANE_CENTER } from './street-plan.js';

/** Where the camera is and how it sees: a pinhole that looks straight along the street and never turns. */
export interface View {
  /** Picture columns and rows. */
  readonly width: number;
  readonly height: number;
  /** Focal length in pixels. */
  readonly focal: number;
  /** Vanishing point of the street, in pixels from the top left corner. */
  readonly centerX: number;
  readonly horizonY: number;
  /** The camera in the world, metres. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Mean speed of the viewer, metres a second (31 km/h). */
export const EGO_SPEED = 8.6;

/** How far the viewer has driven at a time, metres: forward at 7.4 to 9.8 m/s. Any time, also before 0. */
export function egoZ(timeS: number): number {
  return EGO_SPEED * timeS + 6 * Math.sin(0.2 * timeS);
}

/** The view at a time in seconds, for a picture size. */
export function viewAt(width: number, height: number, timeS: number): View {
  return {
    width,
    height,
    focal: 0.74 * width,
    centerX: width * 0.5,
    horizonY: height * 0.5,
    x: LANE_CENTER - 0.1 + 0.16 * Math.sin(0.31 * timeS) + 0.06 * Math.sin(0.87 * timeS),
    y: 1.72 + 0.004 * Math.sin(7.1 * timeS),
    z: egoZ(timeS),
  };
}
