import { SURFACES, SURFACE_SIZE, type Scene } from '../scene/scene.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, ROWS, SAMPLES, smoothStep } from './samples.js';

/** Focal length in shares of the frame's width: a usual dashcam. */
const FOCAL_LENGTH = 0.9;
/** The same in samples. */
export const FOCAL = FOCAL_LENGTH * COLUMNS;
/** Height of a camera in a vehicle, in metres. */
const VEHICLE_CAMERA_M = 1.35;
/** What stands behind a vehicle at the side of the street is farther to the side than the vehicle's foot by this, metres. */
const BEHIND_VEHICLE_M = 3;
/** Columns from the middle within which that pushes no farther: ahead, a street goes on behind a vehicle. */
const MIDDLE_COLUMNS = 12;
/** Bounds of distances, in metres. */
const [NEAREST_M, FARTHEST_M] = [2, 160];

const ROAD = SURFACES.indexOf('road') * SURFACE_SIZE;
const GROUND = SURFACES.indexOf('ground') * SURFACE_SIZE;
const VEHICLE = SURFACES.indexOf('vehicle') * SURFACE_SIZE;

/**
 * Where everything stands, in metres: the ground is a plane below the horizon, and what stands on it is as far as its foot.
 * Rough, but enough for light to fall off.
 */
export class GroundPlane {
  /** Distance ahead of the camera, `[72, 128]`, metres. */
  readonly distance: Float32Array;
  /** Height above the ground, metres. */
  readonly height: Float32Array;
  /** Share of sky, 0 to 1; the sky has no distance. Borrowed. */
  sky: Float32Array;
  /** Share of ground, 0 to 1. */
  readonly ground: Float32Array;
  /** Natural logarithm of {@link distance}. */
  readonly logDistance: Float32Array;
  readonly #filters: PlaneFilters;
  /** Logarithm of the distance of each column's foot. */
  readonly #feet = new Float32Array(COLUMNS);
  /** By column: 1 where a vehicle stands on that foot, until what is behind it comes. */
  readonly #isBehind = new Uint8Array(COLUMNS);
  readonly #near: Float32Array;
  readonly #wide: Float32Array;
  /** Height of the camera above the ground, metres. */
  cameraHeight = VEHICLE_CAMERA_M;
  /** Row of the horizon. */
  horizon = ROWS / 2;

  constructor(filters: PlaneFilters) {
    this.#filters = filters;
    this.distance = filters.createPlane();
    this.height = filters.createPlane();
    this.sky = filters.createPlane();
    this.ground = filters.createPlane();
    this.logDistance = filters.createPlane();
    this.#near = filters.createPlane();
    this.#wide = filters.createPlane();
  }

  /** @param sky share of sky, `[72, 128]`: never ground. Borrowed until the next call. */
  read(scene: Scene, sky: Float32Array): void {
    this.sky = sky;
    this.horizon = scene.horizon * ROWS - 0.5;
    const fixedHeight = 8 - 6 * smoothStep(0.15, 0.5, scene.horizon);
    this.cameraHeight = scene.driving * VEHICLE_CAMERA_M + (1 - scene.driving) * fixedHeight;
    this.#readGround(scene, sky);
    this.#readVehicles(scene);
    this.#smooth();
    const { distance, height, cameraHeight, horizon } = this;
    for (let row = 0, i = 0; row < ROWS; row++) {
      const down = (row - horizon) / FOCAL;
      for (let column = 0; column < COLUMNS; column++, i++) {
        height[i] = Math.max(0, cameraHeight - down * (distance[i] ?? 1));
      }
    }
  }

  /** Distance of the ground that a row shows, in metres. */
  distanceOfRow(row: number): number {
    const distance = (FOCAL * this.cameraHeight) / Math.max(0.3, row - this.horizon);
    return Math.min(FARTHEST_M, Math.max(NEAREST_M, distance));
  }

  /** Distance to the left (negative) or right of the camera's axis, in metres. */
  sideOf(column: number, distance: number): number {
    return ((column - COLUMNS / 2 + 0.5) * distance) / FOCAL;
  }

  /** Writes the logarithm of the distance of the nearest ground in each column, from the bottom up to what stands on it. */
  #readGround({ surfaces }: Scene, sky: Float32Array): void {
    const [ground, logs, feet, isBehind] = [this.ground, this.#near, this.#feet, this.#isBehind];
    isBehind.fill(0);
    feet.fill(Math.log(this.distanceOfRow(ROWS + 6)));
    for (let row = ROWS - 1; row >= 0; row--) {
      const log = Math.log(this.distanceOfRow(row));
      const isLow = row > this.horizon - 1;
      for (let column = 0, i = row * COLUMNS; column < COLUMNS; column++, i++) {
        const share = isLow && (sky[i] ?? 0) < 0.5 ? (surfaces[ROAD + i] ?? 0) + (surfaces[GROUND + i] ?? 0) : 0;
        ground[i] = share;
        if (share > 0.5) {
          feet[column] = log;
          isBehind[column] = 0;
        } else if ((surfaces[VEHICLE + i] ?? 0) > 0.4) {
          isBehind[column] = 1;
        } else if (isBehind[column] === 1) {
          feet[column] = behindVehicle(feet[column] ?? 0, column);
          isBehind[column] = 0;
        }
        logs[i] = feet[column] ?? 0;
      }
    }
  }

  /** Smooths distances: a little on the ground, more where things stand, whose feet differ from column to column. */
  #smooth(): void {
    const [near, wide, distance, ground] = [this.#near, this.#wide, this.distance, this.ground];
    this.#filters.boxMeanInto(near, wide, 9, 2);
    this.#filters.boxMeanInto(near, near, 1);
    const logs = this.logDistance;
    for (let i = 0; i < SAMPLES; i++) {
      const share = smoothStep(0.2, 0.8, ground[i] ?? 0);
      logs[i] = (wide[i] ?? 0) + share * ((near[i] ?? 0) - (wide[i] ?? 0));
    }
    this.#filters.exponentials(logs, distance);
  }

  #readVehicles(scene: Scene): void {
    for (const { box } of scene.vehicles) {
      const log = Math.log(this.distanceOfRow((box.y + box.height) * ROWS));
      const [top, bottom] = [Math.max(0, Math.floor(box.y * ROWS)), Math.min(ROWS, (box.y + box.height) * ROWS)];
      const [left, right] = [
        Math.max(0, Math.floor(box.x * COLUMNS)),
        Math.min(COLUMNS, (box.x + box.width) * COLUMNS),
      ];
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const i = row * COLUMNS + column;
          if ((scene.surfaces[VEHICLE + i] ?? 0) > 0.4) this.#near[i] = log;
        }
      }
    }
  }
}

/** Logarithm of the distance of what stands behind a vehicle. @param foot logarithm of the distance of the vehicle's foot. */
function behindVehicle(foot: number, column: number): number {
  const aside = Math.max(MIDDLE_COLUMNS, Math.abs(column - COLUMNS / 2 + 0.5));
  return Math.log(Math.min(FARTHEST_M, Math.exp(foot) + (BEHIND_VEHICLE_M * FOCAL) / aside));
}
