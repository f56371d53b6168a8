import { openKernel, type Kernel, type KernelConstant } from '../image/kernel.js';
import { sampleBilinear } from '../image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { GRID_SIZE, LIGHTS_SIZE } from '../look/look.js';

/** Columns of a flow; one vector stands for a block of 4x4 pixels of the thumbnail. */
export const FLOW_WIDTH = 64;
/** Rows of a flow. */
export const FLOW_HEIGHT = 36;

/** Columns of the forward flow; one vector stands for 8x8 pixels. */
export const FORWARD_WIDTH = 32;
/** Rows of the forward flow. */
export const FORWARD_HEIGHT = 18;

const VECTORS = FLOW_WIDTH * FLOW_HEIGHT;
const FORWARD_VECTORS = FORWARD_WIDTH * FORWARD_HEIGHT;
const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
/** Columns of the coarsest pyramid level, whose samples are means of 8x8 pixels of the thumbnail. */
export const COARSE_WIDTH = 32;
/** Rows of the coarsest pyramid level. */
export const COARSE_HEIGHT = 18;
const COARSE_SAMPLES = COARSE_WIDTH * COARSE_HEIGHT;
const COARSE_SIZE = { width: COARSE_WIDTH, height: COARSE_HEIGHT };
/** Pixels of the thumbnail along one side of a coarse sample. */
const COARSE_STEP = THUMBNAIL_WIDTH / COARSE_WIDTH;
/** Minimum number of matched coarse samples for an estimate of the exposure. */
const MIN_MATCHED_SAMPLES = 48;
/** Maximum factor of brightness between two frames, up or down. */
const MAX_GAIN = 8;
/** Lumas of 255 between which a sample shows a change of brightness; from the upper one on it is clipped. */
const MIN_LUMA = 4;
const CLIPPED_LUMA = 245;
/** Mean luma difference of a match at full and at zero confidence, 0 to 1. */
const RESIDUAL = { zero: 0.06, full: 0.02 } as const;
/** Bound of the squared forward-backward error: pixels^2 plus a share of the squared flow lengths (Sundaram et al. 2010). */
const CONSISTENCY = { slack: 1, share: 0.02 } as const;
/** Confidence from which a vector counts as matched. */
const MATCHED_CONFIDENCE = 0.5;
/** Share of matched vectors below which a frame is a cut. Measured: up to 0.10 at splices, from 0.26 in hard cases without one. */
const CUT_SHARE = 0.16;
/** Share of clipped samples above which the previous frame is a flash, after which no cut can be detected. */
const FLASH_SHARE = 0.5;

/** Exports of `kernels/motion.ts`; addresses are in bytes. */
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

/** Motion between two consecutive frames. Lent until the next call of {@link MotionEstimator.next}. */
export interface Motion {
  /**
   * `[2, 36, 64]`: x then y in pixels of the thumbnail. The content at a position now was at position + flow in the previous
   * frame. A vector belongs to the centre of its 4x4 pixels.
   */
  readonly backward: Float32Array;
  /** `[2, 18, 32]`, half as fine: the content at a position in the previous frame is at position + flow now. */
  readonly forward: Float32Array;
  /** `[36, 64]`: 0 where the content was not visible in the previous frame, 1 where it certainly was. */
  readonly confidence: Float32Array;
  /**
   * The backward flow pooled over 2x2 vectors: the mean, `[2, 18, 32]` in samples of the coarsest level, and the minimum
   * confidence, `[18, 32]`.
   */
  readonly coarse: { readonly backward: Float32Array; readonly confidence: Float32Array };
  /** Share of the vectors that are matched, 0 to 1. */
  readonly matched: number;
  /** True when the frame does not continue the previous one. */
  readonly isCut: boolean;
  /** Factor of luma between the two frames at equal positions: a changed exposure, a flash. */
  readonly gain: number;
  /** Factor of luma along the motion, over matched vectors: 1 for a camera that pans from sky to street. */
  readonly exposure: number;
}

/** Loads the motion kernel. Throws KERNEL_UNAVAILABLE. */
export async function openMotionEstimator(): Promise<MotionEstimator> {
  return new MotionEstimator(await openKernel<MotionExports>('motion'));
}

/** Estimates the motion between consecutive thumbnails by coarse-to-fine block matching, and warps looks along it. */
export class MotionEstimator {
  readonly #calls: MotionExports;
  readonly #luma: Float32Array;
  readonly #residual: Float32Array;
  readonly #coarse: { readonly now: Uint8Array; readonly before: Uint8Array };
  readonly #pooled = { backward: new Float32Array(2 * COARSE_SAMPLES), confidence: new Float32Array(COARSE_SAMPLES) };
  readonly #ratios = new Float32Array(COARSE_SAMPLES);
  readonly #backward: Float32Array;
  readonly #forward: Float32Array;
  readonly #confidence = new Float32Array(VECTORS);
  readonly #grid: { readonly from: Float32Array; readonly to: Float32Array };
  readonly #lights: { readonly from: Float32Array; readonly to: Float32Array };
  #hasPrevious = false;

  /** @param kernel an instance of its own; taken. */
  constructor({ exports, memory }: Kernel<MotionExports>) {
    const floats = ({ value }: KernelConstant, length: number): Float32Array =>
      new Float32Array(memory.buffer, value, length);
    const bytes = ({ value }: KernelConstant): Uint8Array => new Uint8Array(memory.buffer, value, COARSE_SAMPLES);
    this.#calls = exports;
    this.#luma = floats(exports.IN, PIXELS);
    this.#residual = floats(exports.RESIDUAL, VECTORS);
    this.#coarse = { now: bytes(exports.COARSE_NOW), before: bytes(exports.COARSE_BEFORE) };
    this.#backward = floats(exports.BACKWARD, 2 * VECTORS);
    this.#forward = floats(exports.FORWARD, 2 * FORWARD_VECTORS);
    this.#grid = { from: floats(exports.GRID_IN, GRID_SIZE), to: floats(exports.GRID_OUT, GRID_SIZE) };
    this.#lights = { from: floats(exports.LIGHTS_IN, LIGHTS_SIZE), to: floats(exports.LIGHTS_OUT, LIGHTS_SIZE) };
  }

  /** Estimates the motion from the previous thumbnail to this one, `[3, 144, 256]`, borrowed. Undefined for the first one. */
  next(thumbnail: Float32Array): Motion | undefined {
    this.#luma.set(thumbnail.subarray(0, PIXELS));
    this.#calls.reduceNow();
    const hasPrevious = this.#hasPrevious;
    this.#hasPrevious = true;
    if (!hasPrevious) {
      this.#calls.forgetVectors();
      this.#calls.keepNow();
      return undefined;
    }
    const gain = this.#estimateGain();
    const wasFlash = this.#wasFlash();
    this.#calls.compensate(Math.round(256 * gain));
    this.#calls.search();
    const matched = this.#writeConfidence();
    this.#poolFlow();
    const exposure = this.#estimateExposure();
    this.#calls.keepNow();
    const isCut = matched < CUT_SHARE && !wasFlash;
    const [backward, forward, confidence] = [this.#backward, this.#forward, this.#confidence];
    return { backward, forward, confidence, coarse: this.#pooled, matched, isCut, gain, exposure };
  }

  /** Warps a grid along the last motion. `[9, 16, 96]` each; `out` may be `grid`. @param backward another flow, as `Motion.backward`. */
  warpGridInto(grid: Float32Array, out: Float32Array, backward?: Float32Array): void {
    this.#grid.from.set(grid);
    this.#along(backward, () => this.#calls.warpGrid());
    out.set(this.#grid.to);
  }

  /** Warps a lights layer along the last motion. `[4, 72, 128]` each; `out` may be `lights`. @param backward as for {@link warpGridInto}. */
  warpLightsInto(lights: Float32Array, out: Float32Array, backward?: Float32Array): void {
    this.#lights.from.set(lights);
    this.#along(backward, () => this.#calls.warpLights());
    out.set(this.#lights.to);
  }

  /** Starts a new sequence: the next thumbnail has no previous one. */
  reset(): void {
    this.#hasPrevious = false;
  }

  /** Runs a warp along a flow; the last motion is then again as it was. */
  #along(backward: Float32Array | undefined, warp: () => void): void {
    if (!backward) {
      warp();
      return;
    }
    const last = this.#backward.slice();
    this.#backward.set(backward);
    warp();
    this.#backward.set(last);
  }

  /** True when most of the previous frame was clipped. */
  #wasFlash(): boolean {
    const clipped = this.#coarse.before.reduce((sum, value) => sum + (value >= CLIPPED_LUMA ? 1 : 0), 0);
    return clipped > FLASH_SHARE * COARSE_SAMPLES;
  }

  /** Median ratio of luma now to luma before over the coarsest level: robust against objects that move or appear. */
  #estimateGain(): number {
    const { now, before } = this.#coarse;
    let count = 0;
    for (let i = 0; i < COARSE_SAMPLES; i++) {
      const [a, b] = [now[i] ?? 0, before[i] ?? 0];
      if (Math.min(a, b) >= MIN_LUMA && Math.max(a, b) < CLIPPED_LUMA) this.#ratios[count++] = a / b;
    }
    return this.#medianRatio(count);
  }

  /** The same along the pooled flow. Call after `#poolFlow` and before `keepNow`. */
  #estimateExposure(): number {
    const { now, before } = this.#coarse;
    const { backward, confidence } = this.#pooled;
    let count = 0;
    for (let y = 0, i = 0; y < COARSE_HEIGHT; y++) {
      for (let x = 0; x < COARSE_WIDTH; x++, i++) {
        if ((confidence[i] ?? 0) < MATCHED_CONFIDENCE) continue;
        const a = now[i] ?? 0;
        const b = sampleBilinear(before, x + (backward[i] ?? 0), y + (backward[COARSE_SAMPLES + i] ?? 0), COARSE_SIZE);
        if (Math.min(a, b) >= MIN_LUMA && Math.max(a, b) < CLIPPED_LUMA) this.#ratios[count++] = a / b;
      }
    }
    return count < MIN_MATCHED_SAMPLES ? 1 : this.#medianRatio(count);
  }

  /** Pools backward flow and confidence over 2x2 vectors. */
  #poolFlow(): void {
    const { backward, confidence } = this.#pooled;
    for (let y = 0, i = 0; y < COARSE_HEIGHT; y++) {
      for (let x = 0; x < COARSE_WIDTH; x++, i++) {
        const first = 2 * y * FLOW_WIDTH + 2 * x;
        let [u, v, minConfidence] = [0, 0, 1];
        for (const vector of [first, first + 1, first + FLOW_WIDTH, first + FLOW_WIDTH + 1]) {
          u += this.#backward[vector] ?? 0;
          v += this.#backward[VECTORS + vector] ?? 0;
          minConfidence = Math.min(minConfidence, this.#confidence[vector] ?? 0);
        }
        backward[i] = u / (4 * COARSE_STEP);
        backward[COARSE_SAMPLES + i] = v / (4 * COARSE_STEP);
        confidence[i] = minConfidence;
      }
    }
  }

  /** Median of the first `count` ratios, limited to {@link MAX_GAIN}. Sorts them. */
  #medianRatio(count: number): number {
    if (count === 0) return 1;
    const median = this.#ratios.subarray(0, count).sort()[count >> 1] ?? 1;
    return Math.min(MAX_GAIN, Math.max(1 / MAX_GAIN, median));
  }

  /** Writes the confidence of all vectors. Returns the share of matched ones. */
  #writeConfidence(): number {
    let matched = 0;
    for (let y = 0, i = 0; y < FLOW_HEIGHT; y++) {
      for (let x = 0; x < FLOW_WIDTH; x++, i++) {
        const residual = this.#residual[i] ?? 0;
        const similarity = Math.min(1, Math.max(0, (RESIDUAL.zero - residual) / (RESIDUAL.zero - RESIDUAL.full)));
        const confidence = this.#isConsistent(x, y, i) ? similarity : 0;
        this.#confidence[i] = confidence;
        if (confidence >= MATCHED_CONFIDENCE) matched++;
      }
    }
    return matched / VECTORS;
  }

  /** Forward-backward consistency: true when the forward flow at the vector's end leads back to its start. */
  #isConsistent(x: number, y: number, i: number): boolean {
    const [u, v] = [this.#backward[i] ?? 0, this.#backward[VECTORS + i] ?? 0];
    const fromX = Math.floor((x + 0.5 + u / 4) / 2);
    const fromY = Math.floor((y + 0.5 + v / 4) / 2);
    if (fromX < 0 || fromY < 0 || fromX >= FORWARD_WIDTH || fromY >= FORWARD_HEIGHT) return false;
    const from = fromY * FORWARD_WIDTH + fromX;
    const [backU, backV] = [this.#forward[from] ?? 0, this.#forward[FORWARD_VECTORS + from] ?? 0];
    const squaredError = (u + backU) ** 2 + (v + backV) ** 2;
    return squaredError <= CONSISTENCY.slack + CONSISTENCY.share * (u * u + v * v + backU * backU + backV * backV);
  }
}
