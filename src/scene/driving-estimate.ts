import type { CameraMotion } from './camera-motion.js';
import type { FoundScene } from './found-scene.js';
import { newShare } from './moving-average.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** What the first frame says, by what it shows. */
const PRIORS = { bonnet: 0.9, street: 0.65, high: 0.1, other: 0.4 } as const;
/** Horizons of a camera in a vehicle, shares of the height; above `high`, the camera stands high. */
const HORIZONS = { from: 0.3, to: 0.62, high: 0.25 } as const;
/** Seconds in which evidence decides. */
const MEMORY_SECONDS = 10;
/** Seconds in which the bonnet and the camera's motion are averaged. */
const BONNET_SECONDS = 2;
const MOTION_SECONDS = 1;
/**
 * Below this shift a camera stands, above the second one it moves, shares of the width a second. Measured: up to 0.001 for fixed
 * cameras over traffic, from 0.02 in traffic and on motorways.
 */
const STILL_SHIFT = 0.004;
const MOVING_SHIFT = 0.012;
/** Expansion from which a camera moves ahead, 1/s. */
const MIN_EXPANSION = 0.025;
/**
 * What each sign says, and how fast it decides. A vehicle may stand at a signal for long, so standing says little once the camera
 * drove; a bonnet that is seen all along says a little.
 */
const SIGNS = {
  ahead: { says: 0.98, weight: 3 },
  bonnet: { says: 0.92, weight: 0.15 },
  still: { says: 0.03, weight: 1 },
  stillWithBonnet: { says: 0.03, weight: 0.3 },
  stillAfterDriving: { says: 0.03, weight: 0.1 },
} as const;
/** Seconds of moving ahead after which the camera drove. */
const DROVE_SECONDS = 4;
/** Persistence from which a bonnet is one. */
const MIN_BONNET = 0.6;

/** How surely the camera drives, decided over time from the bonnet, the flow and what the first frame shows. */
export class DrivingEstimate {
  #value: number | undefined;
  #bonnet = 0;
  #shift = 0;
  #expansion = 0;
  #aheadSeconds = 0;

  /** 0 fixed, 1 in a moving vehicle. */
  get value(): number {
    return this.#value ?? PRIORS.other;
  }

  /** How persistently a bonnet is seen, 0 to 1. */
  get bonnet(): number {
    return this.#bonnet;
  }

  /** Whether the camera moves ahead now. */
  get isMovingAhead(): boolean {
    return this.#shift > MOVING_SHIFT && this.#expansion > MIN_EXPANSION;
  }

  /** Takes the camera's motion since the last frame. @param motion undefined where it is not known. */
  advance(motion: CameraMotion | undefined, seconds: number): void {
    if (seconds <= 0) return;
    if (motion) {
      const share = newShare(seconds, MOTION_SECONDS);
      this.#shift += share * (motion.shift / seconds - this.#shift);
      this.#expansion += share * (motion.expansion / seconds - this.#expansion);
    }
    if (this.#value === undefined) return;
    if (motion) this.#decideByMotion(seconds);
    if (this.#bonnet > MIN_BONNET) this.#decide(SIGNS.bonnet, seconds);
  }

  /** Takes what a frame shows. @param seconds since the last read. */
  update(found: FoundScene, seconds: number): void {
    const seen = found.hasBonnet ? 1 : 0;
    if (this.#value === undefined) {
      this.#value = priorOf(found);
      this.#bonnet = seen;
    } else {
      this.#bonnet += newShare(seconds, BONNET_SECONDS) * (seen - this.#bonnet);
    }
  }

  /** Forgets everything: at a cut. */
  reset(): void {
    this.#value = undefined;
    this.#bonnet = this.#shift = this.#expansion = this.#aheadSeconds = 0;
  }

  #decideByMotion(seconds: number): void {
    if (this.isMovingAhead) {
      this.#aheadSeconds += seconds;
      this.#decide(SIGNS.ahead, seconds);
    } else if (this.#shift < STILL_SHIFT) {
      if (this.#aheadSeconds > DROVE_SECONDS) this.#decide(SIGNS.stillAfterDriving, seconds);
      else this.#decide(this.#bonnet > MIN_BONNET ? SIGNS.stillWithBonnet : SIGNS.still, seconds);
    }
  }

  #decide({ says, weight }: { readonly says: number; readonly weight: number }, seconds: number): void {
    const value = this.value;
    this.#value = value + (1 - Math.exp((-seconds * weight) / MEMORY_SECONDS)) * (says - value);
  }
}

function priorOf({ hasBonnet, horizon, surfaces }: FoundScene): number {
  if (hasBonnet) return PRIORS.bonnet;
  if (horizon < HORIZONS.high) return PRIORS.high;
  const isLevel = horizon >= HORIZONS.from && horizon <= HORIZONS.to;
  return isLevel && isRoadAhead(surfaces) ? PRIORS.street : PRIORS.other;
}

/** Whether the bottom's middle is road. */
function isRoadAhead(surfaces: Float32Array): boolean {
  const road = surfacePlane(surfaces, 'road');
  const [top, left, right] = [SURFACE_HEIGHT - 6, Math.round(0.38 * SURFACE_WIDTH), Math.round(0.62 * SURFACE_WIDTH)];
  let sum = 0;
  for (let y = top; y < SURFACE_HEIGHT; y++) {
    for (let x = left; x < right; x++) sum += road[y * SURFACE_WIDTH + x] ?? 0;
  }
  return sum > 0.5 * (SURFACE_HEIGHT - top) * (right - left);
}
