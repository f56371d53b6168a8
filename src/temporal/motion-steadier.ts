import { toSeconds, type Micros } from '../core/time.js';
import type { Thumbnail } from '../image/thumbnail.js';
import {
  AFFINE_SIZE,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_SIZE,
  GRID_WIDTH,
  LIGHTS_HEIGHT,
  LIGHTS_WIDTH,
  copyLookInto,
  emptyLook,
  type Look,
} from '../look/look.js';
import { FLOW_HEIGHT, FLOW_WIDTH, openMotionEstimator, type Motion, type MotionEstimator } from './motion.js';
import type { Steadier } from './steadier.js';

/**
 * Time constants of the grid at smoothing 1, seconds: colours and exposure settle as slowly as an eye or a camera adapts;
 * sooner where the motion is lost, but not at once, for most of what cannot be followed there is still the same street.
 */
const GRID_SECONDS = { followed: 1.2, lost: 0.5 } as const;
/** The same of the lights. Lamps come on sooner than they go: what blinks stays, more evenly. */
const LIGHTS_SECONDS = { rise: 0.25, fall: 0.6, lost: 0.2 } as const;

/** Change of exposure from picture to picture that is taken for noise of its estimate, natural logarithm. */
const EXPOSURE_NOISE = 0.008;
/** Most of it that is followed: beyond, looks are made for another light. */
const MOST_EXPOSURE = Math.log(1.5);
/** Share of it that each bin of the luma follows: what is blown out before and after has not changed. */
const EXPOSED: readonly number[] = Array.from({ length: GRID_BINS }, (_, bin) =>
  Math.min(1, (GRID_BINS - 1 - bin) / 2),
);
/** Time constant with which a change of exposure is left to the looks that are made since, seconds. */
const EXPOSURE_SECONDS = 0.5;

const LIGHTS_PIXELS = LIGHTS_HEIGHT * LIGHTS_WIDTH;
/** Numbers of one cell of the grid. */
const CELL_SIZE = GRID_BINS * AFFINE_SIZE;
/** Side of a grid's cell in places of the flow. */
const FLOW_CELL = FLOW_WIDTH / GRID_WIDTH;
/** Lights to a place of the flow, along one side. */
const LIGHTS_STEP = LIGHTS_WIDTH / FLOW_WIDTH;

/** A steadier whose looks move with the picture and settle exponentially, in the time of the video and not in its frames. */
export async function createSteadier(): Promise<Steadier> {
  return new MotionSteadier(await openMotionEstimator());
}

/**
 * Carries the grid and the lights along the flow between thumbnails; a new look draws them to itself with time constants,
 * so that drops, pauses and variable frame rates change nothing, and soon where the motion is not to be trusted.
 *
 * When the exposure of the day changes, the night under the grid changes by the same factor at first. The curves of a night are
 * steep: held as they are they would make fifteen of a camera's five per cent, and pump with the mains. Halos stay.
 */
class MotionSteadier implements Steadier {
  readonly #estimator: MotionEstimator;
  #motion: Motion | undefined;
  /** As made, for the exposure that the day had then. */
  #look = emptyLook();
  #spare = emptyLook();
  /** Logarithm of the day's exposure now over that. */
  #exposure = 0;
  /** The grid for the exposure now, made when it is asked for. */
  readonly #shown = new Float32Array(GRID_SIZE);
  #isShown = false;
  /** A new grid as it would be for the exposure then. */
  readonly #target = new Float32Array(GRID_SIZE);
  /** `[36, 64]`: how far the look that was carried is to be trusted, 0 to 1; since it was last settled. */
  readonly #trust = new Float32Array(FLOW_HEIGHT * FLOW_WIDTH);
  #pts: Micros | undefined;
  #settledPts: Micros | undefined;
  #cuts = 0;

  constructor(estimator: MotionEstimator) {
    this.#estimator = estimator;
  }

  get cuts(): number {
    return this.#cuts;
  }

  get motion(): Motion | undefined {
    return this.#motion;
  }

  get look(): Look {
    if (this.#exposure === 0) return this.#look;
    if (!this.#isShown) exposeInto(this.#look.grid, Math.exp(this.#exposure), this.#shown);
    this.#isShown = true;
    return { grid: this.#shown, lights: this.#look.lights };
  }

  get age(): number {
    if (this.#pts === undefined || this.#settledPts === undefined) return Infinity;
    return secondsBetween(this.#settledPts, this.#pts);
  }

  propagate({ data, pts, discontinuity }: Thumbnail): boolean {
    if (discontinuity || (this.#pts !== undefined && pts < this.#pts)) this.reset();
    const motion = this.#estimator.next(data);
    this.#motion = motion?.isCut ? undefined : motion;
    if (motion?.isCut) {
      this.#cuts++;
      this.#settledPts = undefined;
    }
    const elapsed = secondsBetween(this.#pts ?? pts, pts);
    this.#pts = pts;
    if (this.#settledPts === undefined || !motion) return false;
    this.#expose(Math.log(motion.exposure), elapsed);
    this.#isShown = false;
    this.#estimator.warpGridInto(this.#look.grid, this.#spare.grid);
    this.#estimator.warpLightsInto(this.#look.lights, this.#spare.lights);
    [this.#look, this.#spare] = [this.#spare, this.#look];
    for (let i = 0; i < this.#trust.length; i++) {
      this.#trust[i] = Math.min(this.#trust[i] ?? 0, motion.confidence[i] ?? 0);
    }
    return true;
  }

  blend(look: Look, smoothing: number): void {
    if (!(smoothing >= 0 && smoothing <= 1)) throw new RangeError(`smoothing must be from 0 to 1, got ${smoothing}`);
    const elapsed = this.age;
    if (smoothing === 0 || elapsed === Infinity) {
      copyLookInto(look, this.#look);
      this.#exposure = 0;
    } else {
      if (this.#exposure !== 0) exposeInto(look.grid, Math.exp(-this.#exposure), this.#target);
      const weight = (seconds: number): number => weightOf(elapsed, seconds, smoothing);
      this.#settleGrid(this.#exposure === 0 ? look.grid : this.#target, {
        followed: weight(GRID_SECONDS.followed),
        lost: weight(GRID_SECONDS.lost),
      });
      const { rise, fall, lost } = LIGHTS_SECONDS;
      this.#settleLights(look.lights, { rise: weight(rise), fall: weight(fall), lost: weight(lost) });
    }
    this.#isShown = false;
    this.#trust.fill(1);
    this.#settledPts = this.#pts;
  }

  reset(): void {
    this.#pts = undefined;
    this.#settledPts = undefined;
    this.#motion = undefined;
    this.#estimator.reset();
  }

  [Symbol.dispose](): void {
    this.reset();
  }

  #expose(change: number, elapsed: number): void {
    const sure = Math.sign(change) * Math.max(0, Math.abs(change) - EXPOSURE_NOISE);
    const held = Math.min(MOST_EXPOSURE, Math.max(-MOST_EXPOSURE, this.#exposure + sure));
    const exposure = held * Math.exp(-elapsed / EXPOSURE_SECONDS);
    this.#exposure = Math.abs(exposure) < EXPOSURE_NOISE / 8 ? 0 : exposure;
  }

  #settleGrid(target: Float32Array, { followed, lost }: Readonly<Record<keyof typeof GRID_SECONDS, number>>): void {
    const { grid } = this.#look;
    for (let cell = 0, i = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
      const here = lost + (followed - lost) * this.#trustOfCell(cell);
      for (const end = i + CELL_SIZE; i < end; i++) {
        const value = grid[i] ?? 0;
        grid[i] = value + here * ((target[i] ?? 0) - value);
      }
    }
  }

  #settleLights(
    target: Float32Array,
    { rise, fall, lost }: Readonly<Record<keyof typeof LIGHTS_SECONDS, number>>,
  ): void {
    const { lights } = this.#look;
    const weightAt = (i: number, trust: number): number => {
      const isRising = (target[i] ?? 0) > (lights[i] ?? 0);
      return lost + ((isRising ? rise : fall) - lost) * trust;
    };
    for (let y = 0, i = 0; y < LIGHTS_HEIGHT; y++) {
      const row = Math.floor(y / LIGHTS_STEP) * FLOW_WIDTH;
      for (let x = 0; x < LIGHTS_WIDTH; x++, i++) {
        const trust = this.#trust[row + Math.floor(x / LIGHTS_STEP)] ?? 0;
        approach(lights, target, i, weightAt(i, trust)); // the core
        const ofHalo = weightAt(i + LIGHTS_PIXELS, trust); // by its luma
        for (let channel = 1; channel < 4; channel++) approach(lights, target, i + channel * LIGHTS_PIXELS, ofHalo);
      }
    }
  }

  #trustOfCell(cell: number): number {
    const first = Math.floor(cell / GRID_WIDTH) * FLOW_CELL * FLOW_WIDTH + (cell % GRID_WIDTH) * FLOW_CELL;
    let sum = 0;
    for (let y = 0; y < FLOW_CELL; y++) {
      for (let x = 0; x < FLOW_CELL; x++) sum += this.#trust[first + y * FLOW_WIDTH + x] ?? 0;
    }
    return sum / (FLOW_CELL * FLOW_CELL);
  }
}

function secondsBetween(from: Micros, to: Micros): number {
  return toSeconds((to - from) as Micros); // a difference of two Micros is one
}

/** Share of the way to a new look after `elapsed` seconds; the dial is squared, so that its lower half is gentle. */
function weightOf(elapsed: number, seconds: number, smoothing: number): number {
  return 1 - Math.exp(-elapsed / (seconds * smoothing * smoothing));
}

function approach(values: Float32Array, target: Float32Array, i: number, weight: number): void {
  const value = values[i] ?? 0;
  values[i] = value + weight * ((target[i] ?? 0) - value);
}

/** A grid that makes of a day times `factor` what `grid` makes of the day, times that, but for what is blown out. `out` may not be `grid`. */
function exposeInto(grid: Float32Array, factor: number, out: Float32Array): void {
  for (let bin = 0; bin < GRID_BINS; bin++) {
    const gain = 1 + (factor - 1) * (EXPOSED[bin] ?? 1);
    const position = Math.min(GRID_BINS - 1, bin / gain);
    const lower = Math.min(GRID_BINS - 2, Math.floor(position));
    const between = position - lower;
    for (let cell = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
      const to = cell * CELL_SIZE + bin * AFFINE_SIZE;
      const from = cell * CELL_SIZE + lower * AFFINE_SIZE;
      for (let i = 0; i < AFFINE_SIZE; i++) {
        const value = (1 - between) * (grid[from + i] ?? 0) + between * (grid[from + AFFINE_SIZE + i] ?? 0);
        out[to + i] = i % 4 === 3 ? gain * value : value; // the last of four is the constant
      }
    }
  }
}
