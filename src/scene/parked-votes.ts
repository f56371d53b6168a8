import { newShare } from './moving-average.js';

/** What one read says about whether a vehicle is parked. */
export interface ParkedSigns {
  /** How surely it stands at the kerb, 0 to 1; undefined where that cannot be seen. */
  readonly kerb: number | undefined;
  /** Whether it moves over the ground; undefined where that cannot be seen. */
  readonly isMoving: boolean | undefined;
  /** Whether the camera sees its side: what stands across the street is parked. */
  readonly isSide: boolean;
  /** Whether the camera stands: then standing for long says something too. */
  readonly isFixed: boolean;
  /** Whether the camera has surely stood for a while: what appears before it comes by moving. */
  readonly isSettled: boolean;
  /** Whether its motion has shown the side that is decided on, or the network is sure of it. */
  readonly isShown: boolean;
}

/** Memory of the kerb in seconds. */
const KERB_SECONDS = 0.7;
/** Kerb from which a vehicle is parked, and below which it is not. */
const [PARKED_FROM, PARKED_TO] = [0.6, 0.35];
/** The same at the first read. */
const PARKED_AT_ONCE = 0.5;
/** What a standing vehicle's side counts as where no kerb can be seen. */
const SIDE_KERB = 0.8;
/** Seconds of standing before a fixed camera after which a vehicle is parked: one that was never seen to move, and one that was. */
const STAND_SECONDS = 3;
const WAIT_SECONDS = 15;
/** Seconds of moving after which it is not. */
const MOVE_SECONDS = 0.3;
/** Seconds of standing before a camera that drives past after which the kerb counts again. */
const PASS_SECONDS = 1.5;

/** Whether a vehicle is parked, decided along its track. */
export class ParkedVotes {
  isParked = false;
  #kerb: number | undefined;
  #standingSeconds = 0;
  #movingSeconds = 0;
  #hasMoved = false;
  #isFirst = true;
  /** Whether it counts as parked until it moves and it is sure which side is seen. */
  #mustMove = false;

  /** @param seconds since the last read. */
  add({ kerb, isMoving, isSide, isFixed, isSettled, isShown }: ParkedSigns, seconds: number): void {
    if (this.#isFirst) this.#mustMove = this.isParked = isSettled;
    this.#isFirst = false;
    if (this.#mustMove && !isFixed) this.#mustMove = this.isParked = false; // the camera drives off
    if (isMoving === true) {
      this.#movingSeconds += seconds;
      if (this.#movingSeconds < MOVE_SECONDS) return; // a box jitters
      this.#standingSeconds = 0;
      if (isShown || !this.#mustMove) {
        this.#hasMoved = true;
        this.#mustMove = false;
        this.#kerb = undefined;
        this.isParked = false;
      }
      return;
    }
    this.#movingSeconds = 0;
    if (isMoving === false) this.#standingSeconds += seconds;
    if (!isFixed && this.#standingSeconds > PASS_SECONDS) this.#hasMoved = false;
    this.#addKerb(kerb ?? (isSide && isMoving === false ? SIDE_KERB : undefined), isFixed, seconds);
    if (isFixed && this.#standingSeconds > (this.#hasMoved ? WAIT_SECONDS : STAND_SECONDS)) this.isParked = true;
  }

  #addKerb(kerb: number | undefined, isFixed: boolean, seconds: number): void {
    // What was seen to move may wait beside a kerb.
    if (kerb === undefined || this.#hasMoved || this.#mustMove) return;
    if (this.#kerb === undefined) {
      this.#kerb = kerb;
      if (kerb > PARKED_AT_ONCE) this.isParked = true;
      return;
    }
    this.#kerb += newShare(seconds, KERB_SECONDS) * (kerb - this.#kerb);
    if (this.#kerb > PARKED_FROM) this.isParked = true;
    else if (this.#kerb < PARKED_TO && !(isFixed && this.#standingSeconds > STAND_SECONDS)) this.isParked = false;
  }
}
