import { openKernel, type Kernel, type KernelConstant } from '../image/kernel.js';
import { sampleBilinear } from '../image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { GRID_SIZE, LIGHTS_SIZE } from '../look/look.js';

/** Columns of a flow: one for four of the thumbnail. */
export const FLOW_WIDTH = 64;
/** Rows of a flow. */
export const FLOW_HEIGHT = 36;

/** Columns of the flow the other way. */
export const FORWARD_WIDTH = 32;
/** Rows of it. */
export const FORWARD_HEIGHT = 18;

const PLACES = FLOW_WIDTH * FLOW_HEIGHT;
const FORWARD_PLACES = FORWARD_WIDTH * FORWARD_HEIGHT;
const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
/** Columns of the coarsest level, whose samples are means of 8x8 pixels of the thumbnail. */
export const COARSE_WIDTH = 32;
/** Rows of it. */
export const COARSE_HEIGHT = 18;
const COARSE = COARSE_WIDTH * COARSE_HEIGHT;
const COARSE_SIZE = { width: COARSE_WIDTH, height: COARSE_HEIGHT };
/** Pixels of the thumbnail to one of its samples, along one side. */
const COARSE_STEP = THUMBNAIL_WIDTH / COARSE_WIDTH;
/** Samples found again below which nothing is said about the exposure. */
const LEAST_PLACES = 48;
/** Brightness between two pictures is taken to have changed by this factor at most, either way. */
const MOST_GAIN = 8;
/** Luma below and above which a sample says nothing about how the brightness changed, of 255. */
const DARK = 4;
const BLOWN = 245;
/** Mean difference of luma that leaves a match its full confidence, and that leaves none, 0 to 1. */
const RESIDUAL = { none: 0.06, full: 0.02 } as const;
/** Squared samples that backward and forward flow may miss each other by, and share of their squared lengths (Sundaram et al. 2010). */
const ROUND_TRIP = { slack: 1, share: 0.02 } as const;
/** Confidence from which a place counts as found again. */
const MATCHED = 0.5;
/** Share of places found again below which the picture was cut: 0.10 at most across splices, 0.26 at least across what looks like one. */
const CUT = 0.16;
/** Share of blown-out samples above which a picture before, a flash, cannot be compared with. */
const FLASH = 0.5;

/** What `kernels/motion.ts` exports; addresses are bytes. */
interface MotionExports {
  readonly IN: KernelConstant;
  readonly BACKWARD: KernelConstant;
  readonly FORWARD: KernelConstant;
  readonly RESIDUAL: KernelConstant;
  readonly COARSE_NOW: KernelConstant;
  readonly COARSE_BEFORE: KernelConstant;
  readonly LIGHTS_IN: KernelConstant;
  readonly LIGHTS_OUT: KernelConstant;
  readonly GRID_IN: KernelConstant;
  readonly GRID_OUT: KernelConstant;
  reduceNow(): void;
  compensate(gain: number): void;
  search(): void;
  keepNow(): void;
  forgetVectors(): void;
  warpLights(): void;
  warpGrid(): void;
}

/** How a picture continues the one before. Everything is lent until the next. */
export interface Motion {
  /**
   * `[2, 36, 64]`: x then y in pixels of the thumbnail. What is seen at a place now was seen at the place + flow before.
   * A place stands in the middle of 4x4 pixels.
   */
  readonly backward: Float32Array;
  /** `[2, 18, 32]`: the same the other way, half as fine: what was seen at a place before is seen at the place + flow now. */
  readonly forward: Float32Array;
  /** `[36, 64]`: 0 where the place was not to be seen before, 1 where it surely was. */
  readonly confidence: Float32Array;
  /**
   * The same for 2x2 places together: `[2, 18, 32]` in samples of the coarsest level, their mean, and `[18, 32]`, the least confidence.
   */
  readonly coarse: { readonly backward: Float32Array; readonly confidence: Float32Array };
  /** Share of the places that were found again. */
  readonly matched: number;
  /** True when this picture does not continue the one before. */
  readonly isCut: boolean;
  /** Factor on the luma between the two pictures, place by place: an exposure that changed, a flash. */
  readonly gain: number;
  /** The same along the motion, of what was found again: a camera that pans from sky to street has 1. */
  readonly exposure: number;
}

/** Loads the kernel. Throws KERNEL_UNAVAILABLE. */
export async function openMotionEstimator(): Promise<MotionEstimator> {
  return new MotionEstimator(await openKernel<MotionExports>('motion'));
}

/** Finds out what moved between consecutive thumbnails, by matching blocks from coarse to fine, and carries looks along. */
export class MotionEstimator {
  readonly #calls: MotionExports;
  readonly #luma: Float32Array;
  readonly #residual: Float32Array;
  readonly #coarse: { readonly now: Uint8Array; readonly before: Uint8Array };
  readonly #pooled = { backward: new Float32Array(2 * COARSE), confidence: new Float32Array(COARSE) };
  readonly #ratios = new Float32Array(COARSE);
  readonly #backward: Float32Array;
  readonly #forward: Float32Array;
  readonly #confidence = new Float32Array(PLACES);
  readonly #grid: { readonly from: Float32Array; readonly to: Float32Array };
  readonly #lights: { readonly from: Float32Array; readonly to: Float32Array };
  #hasBefore = false;

  /** Takes a kernel of its own. */
  constructor({ exports, memory }: Kernel<MotionExports>) {
    const floats = ({ value }: KernelConstant, length: number): Float32Array =>
      new Float32Array(memory.buffer, value, length);
    const bytes = ({ value }: KernelConstant): Uint8Array => new Uint8Array(memory.buffer, value, COARSE);
    this.#calls = exports;
    this.#luma = floats(exports.IN, PIXELS);
    this.#residual = floats(exports.RESIDUAL, PLACES);
    this.#coarse = { now: bytes(exports.COARSE_NOW), before: bytes(exports.COARSE_BEFORE) };
    this.#backward = floats(exports.BACKWARD, 2 * PLACES);
    this.#forward = floats(exports.FORWARD, 2 * FORWARD_PLACES);
    this.#grid = { from: floats(exports.GRID_IN, GRID_SIZE), to: floats(exports.GRID_OUT, GRID_SIZE) };
    this.#lights = { from: floats(exports.LIGHTS_IN, LIGHTS_SIZE), to: floats(exports.LIGHTS_OUT, LIGHTS_SIZE) };
  }

  /** The motion from the picture before to this one; undefined for the first. Reads `[3, 144, 256]`, keeps nothing of it. */
  next(thumbnail: Float32Array): Motion | undefined {
    this.#luma.set(thumbnail.subarray(0, PIXELS));
    this.#calls.reduceNow();
    const hadBefore = this.#hasBefore;
    this.#hasBefore = true;
    if (!hadBefore) {
      this.#calls.forgetVectors();
      this.#calls.keepNow();
      return undefined;
    }
    const gain = this.#gain();
    const wasFlash = this.#coarse.before.reduce((sum, value) => sum + (value >= BLOWN ? 1 : 0), 0) > FLASH * COARSE;
    this.#calls.compensate(Math.round(256 * gain));
    this.#calls.search();
    const matched = this.#judge();
    this.#pool();
    const exposure = this.#exposure();
    this.#calls.keepNow();
    const isCut = matched < CUT && !wasFlash;
    const [backward, forward, confidence] = [this.#backward, this.#forward, this.#confidence];
    return { backward, forward, confidence, coarse: this.#pooled, matched, isCut, gain, exposure };
  }

  /** Carries a grid along with the motion found last. `[9, 16, 96]` each; `out` may be `grid`. */
  warpGridInto(grid: Float32Array, out: Float32Array): void {
    this.#grid.from.set(grid);
    this.#calls.warpGrid();
    out.set(this.#grid.to);
  }

  /** The same for lights, `[4, 72, 128]`. */
  warpLightsInto(lights: Float32Array, out: Float32Array): void {
    this.#lights.from.set(lights);
    this.#calls.warpLights();
    out.set(this.#lights.to);
  }

  /** The next picture has none before it. */
  reset(): void {
    this.#hasBefore = false;
  }

  /** The median over the coarsest level of luma now to luma before: what moves or comes in does not sway it. */
  #gain(): number {
    const { now, before } = this.#coarse;
    let count = 0;
    for (let i = 0; i < COARSE; i++) {
      const [a, b] = [now[i] ?? 0, before[i] ?? 0];
      if (Math.min(a, b) >= DARK && Math.max(a, b) < BLOWN) this.#ratios[count++] = a / b;
    }
    return this.#medianOf(count);
  }

  /** The same, each sample beside where it was before. Before the picture is kept, after the flow was pooled. */
  #exposure(): number {
    const { now, before } = this.#coarse;
    const { backward, confidence } = this.#pooled;
    let count = 0;
    for (let y = 0, i = 0; y < COARSE_HEIGHT; y++) {
      for (let x = 0; x < COARSE_WIDTH; x++, i++) {
        if ((confidence[i] ?? 0) < MATCHED) continue;
        const a = now[i] ?? 0;
        const b = sampleBilinear(before, x + (backward[i] ?? 0), y + (backward[COARSE + i] ?? 0), COARSE_SIZE);
        if (Math.min(a, b) >= DARK && Math.max(a, b) < BLOWN) this.#ratios[count++] = a / b;
      }
    }
    return count < LEAST_PLACES ? 1 : this.#medianOf(count);
  }

  /** Backward flow and confidence of 2x2 places together. */
  #pool(): void {
    const { backward, confidence } = this.#pooled;
    for (let y = 0, i = 0; y < COARSE_HEIGHT; y++) {
      for (let x = 0; x < COARSE_WIDTH; x++, i++) {
        const at = 2 * y * FLOW_WIDTH + 2 * x;
        let [u, v, trust] = [0, 0, 1];
        for (const place of [at, at + 1, at + FLOW_WIDTH, at + FLOW_WIDTH + 1]) {
          u += this.#backward[place] ?? 0;
          v += this.#backward[PLACES + place] ?? 0;
          trust = Math.min(trust, this.#confidence[place] ?? 0);
        }
        backward[i] = u / (4 * COARSE_STEP);
        backward[COARSE + i] = v / (4 * COARSE_STEP);
        confidence[i] = trust;
      }
    }
  }

  #medianOf(count: number): number {
    if (count === 0) return 1;
    const median = this.#ratios.subarray(0, count).sort()[count >> 1] ?? 1;
    return Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, median));
  }

  /** Writes the confidence; gives the share of places found again. */
  #judge(): number {
    let matched = 0;
    for (let y = 0, i = 0; y < FLOW_HEIGHT; y++) {
      for (let x = 0; x < FLOW_WIDTH; x++, i++) {
        const residual = this.#residual[i] ?? 0;
        const likeness = Math.min(1, Math.max(0, (RESIDUAL.none - residual) / (RESIDUAL.none - RESIDUAL.full)));
        const confidence = this.#comesBack(x, y, i) ? likeness : 0;
        this.#confidence[i] = confidence;
        if (confidence >= MATCHED) matched++;
      }
    }
    return matched / PLACES;
  }

  /** Whether the forward flow, from where this place was seen before, leads back to it. */
  #comesBack(x: number, y: number, i: number): boolean {
    const [u, v] = [this.#backward[i] ?? 0, this.#backward[PLACES + i] ?? 0];
    const fromX = Math.floor((x + 0.5 + u / 4) / 2);
    const fromY = Math.floor((y + 0.5 + v / 4) / 2);
    if (fromX < 0 || fromY < 0 || fromX >= FORWARD_WIDTH || fromY >= FORWARD_HEIGHT) return false;
    const from = fromY * FORWARD_WIDTH + fromX;
    const [backU, backV] = [this.#forward[from] ?? 0, this.#forward[FORWARD_PLACES + from] ?? 0];
    const missed = (u + backU) ** 2 + (v + backV) ** 2;
    return missed <= ROUND_TRIP.slack + ROUND_TRIP.share * (u * u + v * v + backU * backU + backV * backV);
  }
}
