import { LANE_CENTER } from './street-plan.js';

/** A pinhole camera in the street. It faces straight along the street and never turns. */
export interface Camera {
  /** Columns and rows of the frame. */
  readonly width: number;
  readonly height: number;
  /** Focal length in pixels. */
  readonly focal: number;
  /** Vanishing point of the street, in pixels from the top left corner. */
  readonly centerX: number;
  readonly horizonY: number;
  /** Position in the world, metres. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Mean speed of the ego vehicle, which carries the camera, in metres a second (31 km/h). */
export const EGO_SPEED = 8.6;

/** Returns the z of the ego vehicle at a time, metres. It drives forward at 7.4 to 9.8 m/s. The time may be negative. */
export function egoZ(timeS: number): number {
  return EGO_SPEED * timeS + 6 * Math.sin(0.2 * timeS);
}

/** Returns the camera at a time in seconds, for a frame size. */
export function cameraAt(width: number, height: number, timeS: number): Camera {
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
