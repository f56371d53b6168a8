import { toSeconds, type Micros } from '../../core/time.js';
import { sampleBilinear } from '../../image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from '../../image/thumbnail.js';
import { applyGridInto } from '../../look/apply-look.js';
import { CORE_GAIN_LUMA, LIGHTS_HEIGHT, LIGHTS_WIDTH, type Look } from '../../look/look.js';
import type { SteadinessStats } from '../look-thread-messages.js';
import { COARSE_HEIGHT, COARSE_WIDTH, type Motion } from '../../temporal/motion.js';

/** Blocks whose means are compared: one for each sample of the coarse motion. */
const SIZE = { width: COARSE_WIDTH, height: COARSE_HEIGHT };
const { width: WIDTH, height: HEIGHT } = SIZE;
const BLOCKS = WIDTH * HEIGHT;
/** Side of a block, pixels of the thumbnail. */
const BLOCK = THUMBNAIL_WIDTH / WIDTH;
/** One row in four is read: a whole thumbnail is half a megabyte of cold memory. */
const ROW_STEP = 4;
/** Samples of the lights layer along a block's side. */
const LIGHTS_STEP = LIGHTS_WIDTH / WIDTH;
/** Time constant of the averages, seconds of the video. */
const AVERAGE_SECONDS = 2;
/** Added to luma before ratios are formed: flicker of what is nearly black is invisible. */
const BLACK = 0.02;
/** Blocks are compared where the motion's confidence is at least this. */
const MIN_CONFIDENCE = 0.5;

/**
 * Measures a stream's steadiness while it runs, on means of 8x8 pixels of day and night (every fourth row), over the last
 * seconds of the video. Sees the look after smoothing and before the other dials, grain and encoding. Takes 0.2 ms a frame.
 * `nocturne eval` of a clip measures flicker on every pixel, and the warping error of Lai et al. (2018), which
 * `localFlicker` approximates.
 */
export class LiveSteadiness {
  #current = new Blocks();
  #previous = new Blocks();
  readonly #flicker = new RunningMean();
  readonly #local = new RunningMean();
  #pts: Micros | undefined;

  /** Zeros until two frames were compared. */
  get stats(): SteadinessStats {
    return { flicker: Math.sqrt(this.#flicker.value), localFlicker: Math.sqrt(this.#local.value) };
  }

  /** The next frame is not compared with the previous one. */
  reset(): void {
    this.#pts = undefined;
  }

  /** Adds a frame with its look, and its motion since the previous frame; undefined at a discontinuity. Borrows all. */
  add({ data, pts }: Thumbnail, look: Look, motion: Motion | undefined): void {
    [this.#current, this.#previous] = [this.#previous, this.#current];
    this.#current.read(data, look);
    if (motion && this.#pts !== undefined) {
      const seconds = toSeconds((pts - this.#pts) as Micros); // a difference of two Micros is one
      const night = logRatio(meanLuma(this.#current.night), meanLuma(this.#previous.night));
      const day = logRatio(meanLuma(this.#current.day), meanLuma(this.#previous.day));
      this.#flicker.add((night - day) ** 2, seconds);
      const local = meanSquareAlong(motion, this.#current, this.#previous);
      if (local !== undefined) this.#local.add(local, seconds);
    }
    this.#pts = pts;
  }
}

/** Block means of a day frame, `[3, 18, 32]`, and of its night's luma, `[18, 32]`. */
class Blocks {
  readonly day = new Float32Array(3 * BLOCKS);
  readonly night = new Float32Array(BLOCKS);

  read(data: Float32Array, look: Look): void {
    const { day } = this;
    day.fill(0);
    for (let y = ROW_STEP >> 1; y < 3 * THUMBNAIL_HEIGHT; y += ROW_STEP) {
      let i = y * THUMBNAIL_WIDTH;
      const row = Math.floor(y / BLOCK) * WIDTH; // whole blocks fill a plane's height: rows of two planes never mix
      for (let at = row; at < row + WIDTH; at++) {
        let sum = 0;
        for (const end = i + BLOCK; i < end; i++) sum += data[i] ?? 0;
        day[at] = (day[at] ?? 0) + sum;
      }
    }
    for (let i = 0; i < day.length; i++) day[i] = ((day[i] ?? 0) * ROW_STEP) / BLOCK ** 2;
    applyGridInto(look.grid, day, this.night, [WIDTH, HEIGHT], 1);
    this.#addLights(look.lights);
  }

  /** Adds the mean light of each block to the night's luma. */
  #addLights(lights: Float32Array): void {
    const haloStart = LIGHTS_WIDTH * LIGHTS_HEIGHT; // of the channel haloY
    for (let y = 0, i = 0; y < LIGHTS_HEIGHT; y++) {
      const row = Math.floor(y / LIGHTS_STEP) * WIDTH;
      for (let at = row; at < row + WIDTH; at++) {
        let [core, halo] = [0, 0];
        for (const end = i + LIGHTS_STEP; i < end; i++) {
          core += lights[i] ?? 0;
          halo += lights[haloStart + i] ?? 0;
        }
        const light = (CORE_GAIN_LUMA * core * (this.day[at] ?? 0) + halo) / LIGHTS_STEP ** 2;
        this.night[at] = (this.night[at] ?? 0) + light;
      }
    }
  }
}

/** Mean square of the night's change of luma beyond the day's, along the motion; undefined where no motion is reliable. */
function meanSquareAlong({ coarse }: Motion, current: Blocks, previous: Blocks): number | undefined {
  const { backward, confidence } = coarse;
  let sum = 0;
  let count = 0;
  for (let y = 0, i = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, i++) {
      if ((confidence[i] ?? 0) < MIN_CONFIDENCE) continue;
      const [fromX, fromY] = [x + (backward[i] ?? 0), y + (backward[BLOCKS + i] ?? 0)];
      const night = logRatio(current.night[i] ?? 0, sampleBilinear(previous.night, fromX, fromY, SIZE));
      const day = logRatio(current.day[i] ?? 0, sampleBilinear(previous.day, fromX, fromY, SIZE));
      sum += (night - day) ** 2;
      count++;
    }
  }
  return count === 0 ? undefined : sum / count;
}

/** Logarithm of the ratio of two lumas. */
function logRatio(current: number, previous: number): number {
  return Math.log((Math.max(0, current) + BLACK) / (Math.max(0, previous) + BLACK));
}

/** Mean of the first plane. */
function meanLuma(planes: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCKS; i++) sum += planes[i] ?? 0;
  return sum / BLOCKS;
}

/** An exponential moving average over time, corrected for the bias of its start. */
class RunningMean {
  #sum = 0;
  #weight = 0;

  /** 0 before the first value. */
  get value(): number {
    return this.#weight === 0 ? 0 : this.#sum / this.#weight;
  }

  add(value: number, seconds: number): void {
    const share = 1 - Math.exp(-Math.max(0, seconds) / AVERAGE_SECONDS);
    this.#sum += share * (value - this.#sum);
    this.#weight += share * (1 - this.#weight);
  }
}
