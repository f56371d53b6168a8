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
import { LampEaser } from './lamp-easer.js';
import { LookPath } from './look-path.js';
import { FLOW_HEIGHT, FLOW_WIDTH, openMotionEstimator, type Motion, type MotionEstimator } from './motion.js';
import type { Steadier } from './steadier.js';

/**
 * Time constants of the grid at smoothing 1, seconds. Where the motion is reliable, colours and exposure change as slowly as
 * an eye or a camera adapts. Elsewhere they change faster, but not at once: most of that area still shows the same street.
 */
const GRID_SECONDS = { reliable: 1.2, unreliable: 0.5 } as const;
/** The same for the lights. Lamps turn on faster than they turn off: a blinking lamp stays lit, more evenly. */
const LIGHTS_SECONDS = { rise: 0.45, fall: 0.5, unreliable: 0.2 } as const;

/** Exposure changes between frames up to this size are estimation noise; natural logarithm. */
const EXPOSURE_NOISE = 0.008;
/** Maximum accumulated exposure change that is applied; beyond it, new looks are made for another light. */
const MAX_EXPOSURE = Math.log(1.5);
/** Share of the exposure change that applies to each luma bin: areas clipped before and after have not changed. */
const EXPOSURE_SHARES: readonly number[] = Array.from({ length: GRID_BINS }, (_, bin) =>
  Math.min(1, (GRID_BINS - 1 - bin) / 2),
);
/** Time constant with which an exposure change decays, because newer looks include it; seconds. */
const EXPOSURE_SECONDS = 0.5;

const LIGHTS_PIXELS = LIGHTS_HEIGHT * LIGHTS_WIDTH;
/** Numbers in one cell of the grid. */
const CELL_SIZE = GRID_BINS * AFFINE_SIZE;
/** Flow vectors along one side of a grid cell. */
const VECTORS_PER_CELL = FLOW_WIDTH / GRID_WIDTH;
/** Samples of the lights layer along one side of a flow vector's block. */
const LIGHTS_PER_VECTOR = LIGHTS_WIDTH / FLOW_WIDTH;

/** Creates a steadier that moves looks with the motion and smooths them over video time. Throws KERNEL_UNAVAILABLE. */
export async function createSteadier(): Promise<Steadier> {
  return new MotionSteadier(await openMotionEstimator());
}

/**
 * Warps the grid and the lights along the flow between thumbnails, and blends new looks in with time constants: dropped
 * frames, pauses and variable frame rates make no difference. Blends faster where the motion is unreliable. Lamps move along the
 * flow and are eased from look to look by the things they belong to.
 *
 * When the exposure of the day changes, the night first changes by the same factor. The tone curves of a night are steep:
 * unchanged, they would turn a 5 % change of a camera into 15 %, and the night would pump with mains flicker. Halos stay.
 */
class MotionSteadier implements Steadier {
  readonly #estimator: MotionEstimator;
  #motion: Motion | undefined;
  /** The propagated look, for the reference exposure: that of the day it was made for. */
  #look = emptyLook();
  /** Receives the next propagated look; swapped with `#look`. */
  #nextLook = emptyLook();
  /** Logarithm of the day's current exposure over the reference exposure. */
  #exposure = 0;
  /** The grid for the current exposure, computed on demand. */
  readonly #exposedGrid = new Float32Array(GRID_SIZE);
  #isExposedGridValid = false;
  /** The grid of a new look, converted to the reference exposure. */
  readonly #targetGrid = new Float32Array(GRID_SIZE);
  readonly #lamps = new LampEaser();
  /** That of the last blend: lamps are eased in every frame. */
  #smoothing = 0;
  /** `[36, 64]`: confidence of the propagated look, 0 to 1; the minimum since the last blend. */
  readonly #confidence = new Float32Array(FLOW_HEIGHT * FLOW_WIDTH);
  #pts: Micros | undefined;
  #blendedPts: Micros | undefined;
  readonly #path = new LookPath();
  /** Logarithm of the exposure of the last frame over that of the marked one; undefined without a mark. */
  #markExposure: number | undefined;
  /** The marked frame's look, moved to the last one. */
  readonly #movedLook = emptyLook();
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
    if (!this.#isExposedGridValid) exposeInto(this.#look.grid, Math.exp(this.#exposure), this.#exposedGrid);
    this.#isExposedGridValid = true;
    return { ...this.#look, grid: this.#exposedGrid };
  }

  get age(): number {
    if (this.#pts === undefined || this.#blendedPts === undefined) return Infinity;
    return secondsBetween(this.#blendedPts, this.#pts);
  }

  propagate({ data, pts, discontinuity }: Thumbnail): boolean {
    if (discontinuity || (this.#pts !== undefined && pts < this.#pts)) this.reset();
    const motion = this.#estimator.next(data);
    this.#motion = motion?.isCut ? undefined : motion;
    if (motion?.isCut) {
      this.#cuts++;
      this.#dropLook();
    }
    const elapsedSeconds = secondsBetween(this.#pts ?? pts, pts);
    this.#pts = pts;
    if (!motion || motion.isCut) return false;
    const exposureChange = significantChange(motion.exposure);
    if (this.#markExposure !== undefined) {
      this.#path.add(motion);
      this.#markExposure += exposureChange;
    }
    if (this.#blendedPts === undefined) return false;
    this.#trackExposure(exposureChange, elapsedSeconds);
    this.#isExposedGridValid = false;
    this.#estimator.warpGridInto(this.#look.grid, this.#nextLook.grid);
    this.#estimator.warpLightsInto(this.#look.lights, this.#nextLook.lights);
    this.#lamps.advance(motion.backward, elapsedSeconds, this.#smoothing);
    this.#lamps.writeInto(this.#nextLook.lamps);
    [this.#look, this.#nextLook] = [this.#nextLook, this.#look];
    for (let i = 0; i < this.#confidence.length; i++) {
      this.#confidence[i] = Math.min(this.#confidence[i] ?? 0, motion.confidence[i] ?? 0);
    }
    return true;
  }

  blend(look: Look, smoothing: number): void {
    if (!(smoothing >= 0 && smoothing <= 1)) throw new RangeError(`smoothing must be from 0 to 1, got ${smoothing}`);
    const elapsedSeconds = this.age;
    if (smoothing === 0 || elapsedSeconds === Infinity) {
      copyLookInto(look, this.#look);
      this.#lamps.reset(look.lamps);
      this.#exposure = 0;
    } else {
      if (this.#exposure !== 0) exposeInto(look.grid, Math.exp(-this.#exposure), this.#targetGrid);
      const weight = (seconds: number): number => blendWeight(elapsedSeconds, seconds, smoothing);
      this.#blendGrid(this.#exposure === 0 ? look.grid : this.#targetGrid, {
        reliable: weight(GRID_SECONDS.reliable),
        unreliable: weight(GRID_SECONDS.unreliable),
      });
      const { rise, fall, unreliable } = LIGHTS_SECONDS;
      this.#blendLights(look.lights, { rise: weight(rise), fall: weight(fall), unreliable: weight(unreliable) });
      this.#lamps.aim(look.lamps);
    }
    this.#smoothing = smoothing;
    this.#isExposedGridValid = false;
    this.#confidence.fill(1);
    this.#blendedPts = this.#pts;
  }

  get isMarked(): boolean {
    return this.#markExposure !== undefined;
  }

  mark(): void {
    this.#markExposure = 0;
    this.#path.start();
  }

  blendMarked(look: Look, smoothing: number): void {
    if (this.#markExposure === undefined) throw new TypeError('blendMarked needs a marked frame of this scene');
    const exposure = Math.min(MAX_EXPOSURE, Math.max(-MAX_EXPOSURE, this.#markExposure));
    this.#markExposure = undefined;
    if (this.#path.frames === 0) {
      this.blend(look, smoothing);
      return;
    }
    const moved = this.#movedLook;
    this.#path.moveInto(look, this.#estimator, moved);
    if (exposure !== 0) exposeInto(moved.grid, Math.exp(exposure), this.#exposedGrid);
    if (exposure !== 0) moved.grid.set(this.#exposedGrid);
    this.blend(moved, smoothing);
    this.#confidence.set(this.#path.confidence);
  }

  reset(): void {
    this.#pts = undefined;
    this.#dropLook();
    this.#motion = undefined;
    this.#estimator.reset();
  }

  [Symbol.dispose](): void {
    this.reset();
  }

  #dropLook(): void {
    this.#blendedPts = undefined;
    this.#markExposure = undefined;
    this.#lamps.clear();
    this.#look.lamps.fill(0);
  }

  #trackExposure(change: number, elapsedSeconds: number): void {
    const accumulated = Math.min(MAX_EXPOSURE, Math.max(-MAX_EXPOSURE, this.#exposure + change));
    const exposure = accumulated * Math.exp(-elapsedSeconds / EXPOSURE_SECONDS);
    this.#exposure = Math.abs(exposure) < EXPOSURE_NOISE / 8 ? 0 : exposure;
  }

  #blendGrid(
    target: Float32Array,
    { reliable, unreliable }: Readonly<Record<keyof typeof GRID_SECONDS, number>>,
  ): void {
    const { grid } = this.#look;
    for (let cell = 0, i = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
      const weight = unreliable + (reliable - unreliable) * this.#cellConfidence(cell);
      for (const end = i + CELL_SIZE; i < end; i++) {
        const value = grid[i] ?? 0;
        grid[i] = value + weight * ((target[i] ?? 0) - value);
      }
    }
  }

  #blendLights(
    target: Float32Array,
    { rise, fall, unreliable }: Readonly<Record<keyof typeof LIGHTS_SECONDS, number>>,
  ): void {
    const { lights } = this.#look;
    const weightAt = (i: number, confidence: number): number => {
      const isRising = (target[i] ?? 0) > (lights[i] ?? 0);
      return unreliable + ((isRising ? rise : fall) - unreliable) * confidence;
    };
    for (let y = 0, i = 0; y < LIGHTS_HEIGHT; y++) {
      const row = Math.floor(y / LIGHTS_PER_VECTOR) * FLOW_WIDTH;
      for (let x = 0; x < LIGHTS_WIDTH; x++, i++) {
        const confidence = this.#confidence[row + Math.floor(x / LIGHTS_PER_VECTOR)] ?? 0;
        blendNumber(lights, target, i, weightAt(i, confidence)); // core
        const haloWeight = weightAt(i + LIGHTS_PIXELS, confidence); // haloY decides for all of the halo
        for (let channel = 1; channel < 4; channel++)
          blendNumber(lights, target, i + channel * LIGHTS_PIXELS, haloWeight);
      }
    }
  }

  #cellConfidence(cell: number): number {
    const first =
      Math.floor(cell / GRID_WIDTH) * VECTORS_PER_CELL * FLOW_WIDTH + (cell % GRID_WIDTH) * VECTORS_PER_CELL;
    let sum = 0;
    for (let y = 0; y < VECTORS_PER_CELL; y++) {
      for (let x = 0; x < VECTORS_PER_CELL; x++) sum += this.#confidence[first + y * FLOW_WIDTH + x] ?? 0;
    }
    return sum / (VECTORS_PER_CELL * VECTORS_PER_CELL);
  }
}

function secondsBetween(from: Micros, to: Micros): number {
  return toSeconds((to - from) as Micros); // the difference of two Micros is a Micros
}

/** Logarithm of an exposure change between two frames, without what is estimation noise. */
function significantChange(exposure: number): number {
  const change = Math.log(exposure);
  return Math.sign(change) * Math.max(0, Math.abs(change) - EXPOSURE_NOISE);
}

/** Weight of a new look after `elapsedSeconds`. The smoothing is squared: the lower half of the dial then acts gently. */
function blendWeight(elapsedSeconds: number, timeConstantSeconds: number, smoothing: number): number {
  return 1 - Math.exp(-elapsedSeconds / (timeConstantSeconds * smoothing * smoothing));
}

function blendNumber(values: Float32Array, target: Float32Array, i: number, weight: number): void {
  const value = values[i] ?? 0;
  values[i] = value + weight * ((target[i] ?? 0) - value);
}

/**
 * Writes a grid that maps `factor` times a day to `factor` times the night that `grid` makes of the day, except in clipped
 * areas. `out` may not be `grid`.
 */
function exposeInto(grid: Float32Array, factor: number, out: Float32Array): void {
  for (let bin = 0; bin < GRID_BINS; bin++) {
    const gain = 1 + (factor - 1) * (EXPOSURE_SHARES[bin] ?? 1);
    const sourceBin = Math.min(GRID_BINS - 1, bin / gain);
    const lower = Math.min(GRID_BINS - 2, Math.floor(sourceBin));
    const upperWeight = sourceBin - lower;
    for (let cell = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
      const to = cell * CELL_SIZE + bin * AFFINE_SIZE;
      const from = cell * CELL_SIZE + lower * AFFINE_SIZE;
      for (let i = 0; i < AFFINE_SIZE; i++) {
        const value = (1 - upperWeight) * (grid[from + i] ?? 0) + upperWeight * (grid[from + AFFINE_SIZE + i] ?? 0);
        out[to + i] = i % 4 === 3 ? gain * value : value; // every fourth number is the offset
      }
    }
  }
}
