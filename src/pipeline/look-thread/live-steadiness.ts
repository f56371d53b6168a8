import { toSeconds, type Micros } from '../../core/time.js';
import { sampleBilinear } from '../../image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from '../../image/thumbnail.js';
import { applyGridInto } from '../../look/apply-look.js';
import { CORE_GAIN_LUMA, LIGHTS_HEIGHT, LIGHTS_WIDTH, type Look } from '../../look/look.js';
import { COARSE_HEIGHT, COARSE_WIDTH, type Motion } from '../../temporal/motion.js';

/** Blocks whose means are compared, as the coarse motion has them. */
const SIZE = { width: COARSE_WIDTH, height: COARSE_HEIGHT };
const { width: WIDTH, height: HEIGHT } = SIZE;
const BLOCKS = WIDTH * HEIGHT;
/** Side of a block in pixels of the thumbnail. */
const BLOCK = THUMBNAIL_WIDTH / WIDTH;
/** Of so many rows one is read: all of a thumbnail are half a megabyte, cold. */
const ROW_STEP = 4;
/** Lights along a block's side. */
const LIGHTS_STEP = LIGHTS_WIDTH / WIDTH;
/** Seconds of the video over which figures are averaged. */
const SECONDS = 2;
/** Added to luma before ratios are taken: what is nearly black flickers unseen. */
const BLACK = 0.02;
/** Confidence of a motion from which blocks are compared. */
const TRUSTED = 0.5;

/** How steady a night is, as shares of its luma: 0.01 is one per cent from frame to frame, about where people see it. */
export interface LiveFigures {
  /** Of the whole picture: root mean square of the relative change of its mean luma, beyond the day's own. */
  readonly flicker: number;
  /** The same of each place along the motion: where the night pumps, crawls or lags behind. */
  readonly localFlicker: number;
}

/**
 * Measures a stream's steadiness while it runs, by means of 8x8 pixels of day and night (every fourth row): before the dials but for
 * smoothing, grain and encoding, over the last seconds of the video. A fifth of a millisecond a frame. `nocturne eval` of a clip has the
 * flicker on every pixel, and the warping error of Lai et al., which `localFlicker` stands for.
 */
export class LiveSteadiness {
  #now = new Blocks();
  #before = new Blocks();
  readonly #flicker = new RunningMean();
  readonly #local = new RunningMean();
  #pts: Micros | undefined;

  /** 0 where no two frames were compared yet. */
  get figures(): LiveFigures {
    return { flicker: Math.sqrt(this.#flicker.value), localFlicker: Math.sqrt(this.#local.value) };
  }

  /** The next picture is compared with none. */
  reset(): void {
    this.#pts = undefined;
  }

  /** The next picture with the look it gets, and its motion since the one before; undefined where it does not continue that. Borrows all. */
  add({ data, pts }: Thumbnail, look: Look, motion: Motion | undefined): void {
    [this.#now, this.#before] = [this.#before, this.#now];
    this.#now.read(data, look);
    if (motion && this.#pts !== undefined) {
      const seconds = toSeconds((pts - this.#pts) as Micros); // a difference of two Micros is one
      const night = logGrowth(mean(this.#now.night), mean(this.#before.night));
      const day = logGrowth(mean(this.#now.day), mean(this.#before.day));
      this.#flicker.add((night - day) ** 2, seconds);
      const local = meanSquareAlong(motion, this.#now, this.#before);
      if (local !== undefined) this.#local.add(local, seconds);
    }
    this.#pts = pts;
  }
}

/** A day in blocks, `[3, 18, 32]`, and the luma of its night, `[18, 32]`. */
class Blocks {
  readonly day = new Float32Array(3 * BLOCKS);
  readonly night = new Float32Array(BLOCKS);

  read(data: Float32Array, look: Look): void {
    const { day } = this;
    day.fill(0);
    for (let y = ROW_STEP >> 1; y < 3 * THUMBNAIL_HEIGHT; y += ROW_STEP) {
      let i = y * THUMBNAIL_WIDTH;
      const row = Math.floor(y / BLOCK) * WIDTH; // the height is blocks without rest: a plane's rows never mix
      for (let at = row; at < row + WIDTH; at++) {
        let sum = 0;
        for (const end = i + BLOCK; i < end; i++) sum += data[i] ?? 0;
        day[at] = (day[at] ?? 0) + sum;
      }
    }
    for (let i = 0; i < day.length; i++) day[i] = ((day[i] ?? 0) * ROW_STEP) / BLOCK ** 2;
    applyGridInto(look.grid, day, this.night, [WIDTH, HEIGHT], 1);
    this.#shine(look.lights);
  }

  /** Adds lights, each block's mean. */
  #shine(lights: Float32Array): void {
    const glow = LIGHTS_WIDTH * LIGHTS_HEIGHT; // where the luma of the halo begins
    for (let y = 0, i = 0; y < LIGHTS_HEIGHT; y++) {
      const row = Math.floor(y / LIGHTS_STEP) * WIDTH;
      for (let at = row; at < row + WIDTH; at++) {
        let [core, halo] = [0, 0];
        for (const end = i + LIGHTS_STEP; i < end; i++) {
          core += lights[i] ?? 0;
          halo += lights[glow + i] ?? 0;
        }
        const light = (CORE_GAIN_LUMA * core * (this.day[at] ?? 0) + halo) / LIGHTS_STEP ** 2;
        this.night[at] = (this.night[at] ?? 0) + light;
      }
    }
  }
}

/** Mean square of what the night's luma changes beyond the day's, along the motion; undefined where none can be trusted. */
function meanSquareAlong({ coarse }: Motion, now: Blocks, before: Blocks): number | undefined {
  const { backward, confidence } = coarse;
  let sum = 0;
  let count = 0;
  for (let y = 0, i = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, i++) {
      if ((confidence[i] ?? 0) < TRUSTED) continue;
      const [fromX, fromY] = [x + (backward[i] ?? 0), y + (backward[BLOCKS + i] ?? 0)];
      const night = logGrowth(now.night[i] ?? 0, sampleBilinear(before.night, fromX, fromY, SIZE));
      const day = logGrowth(now.day[i] ?? 0, sampleBilinear(before.day, fromX, fromY, SIZE));
      sum += (night - day) ** 2;
      count++;
    }
  }
  return count === 0 ? undefined : sum / count;
}

/** Logarithm of how much a luma grew. */
function logGrowth(now: number, before: number): number {
  return Math.log((Math.max(0, now) + BLACK) / (Math.max(0, before) + BLACK));
}

/** Of the luma. */
function mean(planes: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCKS; i++) sum += planes[i] ?? 0;
  return sum / BLOCKS;
}

/** An exponential mean over time, free of the start's bias. */
class RunningMean {
  #sum = 0;
  #weight = 0;

  /** 0 before the first. */
  get value(): number {
    return this.#weight === 0 ? 0 : this.#sum / this.#weight;
  }

  add(value: number, seconds: number): void {
    const share = 1 - Math.exp(-Math.max(0, seconds) / SECONDS);
    this.#sum += share * (value - this.#sum);
    this.#weight += share * (1 - this.#weight);
  }
}
