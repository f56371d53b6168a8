import { SURFACE_HEIGHT, SURFACE_WIDTH, type Box } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** What one read says about whether a vehicle is parked. */
export interface ParkedSigns {
  /** How surely it stands at the kerb, 0 to 1; undefined where that cannot be seen. */
  readonly kerb: number | undefined;
  /** Whether it moves over the ground; undefined where that cannot be seen. */
  readonly isMoving: boolean | undefined;
  /** Whether the camera stands: then standing for long says something too. */
  readonly isFixed: boolean;
}

/** Memory of the kerb in seconds. */
const KERB_SECONDS = 0.7;
/** Kerb from which a vehicle is parked, and below which it is not. */
const [PARKED_FROM, PARKED_TO] = [0.6, 0.35];
/** The same at the first read. */
const PARKED_AT_ONCE = 0.5;
/** Seconds of standing before a fixed camera after which a vehicle is parked: one that was never seen to move, and one that was. */
const STAND_SECONDS = 3;
const WAIT_SECONDS = 15;
/** Seconds of moving after which it is not. */
const MOVE_SECONDS = 0.3;

/** Whether a vehicle is parked, decided along its track. */
export class ParkedVotes {
  isParked = false;
  #kerb: number | undefined;
  #standingSeconds = 0;
  #movingSeconds = 0;
  #hasMoved = false;

  /** @param seconds since the last read. */
  add({ kerb, isMoving, isFixed }: ParkedSigns, seconds: number): void {
    if (isMoving === true) {
      this.#movingSeconds += seconds;
      this.#standingSeconds = 0;
      if (this.#movingSeconds >= MOVE_SECONDS) {
        this.#hasMoved = true;
        this.#kerb = undefined;
        this.isParked = false;
      }
      return;
    }
    this.#movingSeconds = 0;
    if (isMoving === false && isFixed) this.#standingSeconds += seconds;
    this.#addKerb(kerb, seconds);
    if (this.#standingSeconds > (this.#hasMoved ? WAIT_SECONDS : STAND_SECONDS)) this.isParked = true;
  }

  #addKerb(kerb: number | undefined, seconds: number): void {
    // What was seen to move may wait beside a kerb.
    if (kerb === undefined || this.#hasMoved) return;
    if (this.#kerb === undefined) {
      this.#kerb = kerb;
      if (kerb > PARKED_AT_ONCE) this.isParked = true;
      return;
    }
    this.#kerb += (1 - Math.exp(-seconds / KERB_SECONDS)) * (kerb - this.#kerb);
    if (this.#kerb > PARKED_FROM) this.isParked = true;
    else if (this.#kerb < PARKED_TO && this.#standingSeconds < STAND_SECONDS) this.isParked = false;
  }
}

/** Width from which ground and road beside a vehicle differ clearly, a share of the image's width. */
const MIN_KERB_WIDTH = 0.035;
/** Where the kerb is looked for: beside the outer side, in widths of the vehicle; and around the foot, in its heights. */
const BESIDE = { from: 0.06, to: 0.35 } as const;
const FOOT = { from: 0.9, to: 1.02 } as const;

/**
 * How surely a vehicle stands at the kerb, 0 to 1: pavement or grass instead of road beside its outer side, at its foot. Undefined
 * where that is too small or outside the image. @param surfaces `[13, 72, 128]`.
 */
export function kerbBeside(surfaces: Float32Array, box: Box): number | undefined {
  if (box.width < MIN_KERB_WIDTH) return undefined;
  const isLeft = box.x + box.width / 2 < 0.5;
  const [near, far] = isLeft
    ? [box.x - BESIDE.from * box.width, box.x - BESIDE.to * box.width]
    : [box.x + (1 + BESIDE.from) * box.width, box.x + (1 + BESIDE.to) * box.width];
  const left = Math.max(0, Math.floor(Math.min(near, far) * SURFACE_WIDTH));
  const right = Math.min(SURFACE_WIDTH, Math.ceil(Math.max(near, far) * SURFACE_WIDTH));
  const top = Math.max(0, Math.floor((box.y + FOOT.from * box.height) * SURFACE_HEIGHT));
  const bottom = Math.min(SURFACE_HEIGHT, Math.ceil((box.y + FOOT.to * box.height) * SURFACE_HEIGHT));
  const road = surfacePlane(surfaces, 'road');
  const ground = surfacePlane(surfaces, 'ground');
  let [roadSum, groundSum, count] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      roadSum += road[y * SURFACE_WIDTH + x] ?? 0;
      groundSum += ground[y * SURFACE_WIDTH + x] ?? 0;
      count++;
    }
  }
  if (count === 0 || roadSum + groundSum < 0.25 * count) return undefined;
  return groundSum / (roadSum + groundSum);
}
