import { BoxBlur } from '../../image/blur.js';
import { Morphology } from '../../image/morphology.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep, type GradePlanes } from './grade-planes.js';

/** Share of a path's strength that one sample without sky leaves: paths cross wires and branches, but not roofs. */
const CROSSING = 0.72;
/** Heights from which and up to which wide overexposed areas fade as sky behind a bridge, and the index of the first sample below. */
const OPENING_TOP = 0.22;
const OPENING_BOTTOM = 0.4;
const OPENING_END = Math.ceil(OPENING_BOTTOM * PLANE_HEIGHT) * PLANE_WIDTH;
/** Luma from which a sample counts as overexposed. */
const OVEREXPOSED = 0.88;
/** Luma from which a sample is white for sure. */
const WHITE = 0.96;
/** Rows that gaps may lie below the lowest row of the sky. */
const REACH_BELOW = 5;
/** Sweeps over the frame. Each one extends the sky any distance in its direction and around one corner. */
const SWEEPS = 2;

/** The sky of a frame. */
export interface Sky {
  /** `[72, 128]`: 0 no sky, 1 sky. */
  readonly mask: Float32Array;
  /** `[72, 128]`: share of sky in the 7 x 9 samples around each sample. */
  readonly near: Float32Array;
}

/**
 * Finds the sky of a frame: bright relative to the frame or blue, pale, smooth, and connected to the top edge. A camera that
 * points down sees none. Allocates its memory once.
 */
export class SkyFinder implements Sky {
  readonly mask: Float32Array;
  readonly near: Float32Array;
  readonly #kernel: PlaneKernel;
  readonly #score: Float32Array;
  /** Share of a path's strength that each sample leaves. */
  readonly #crossing: Float32Array;
  readonly #texture: Float32Array;
  /** 1 for the hues of a sky: white, grey and blue. */
  readonly #pale: Float32Array;
  /** Sums over the sky: weight, luma, U. */
  readonly #sums: Float32Array;
  readonly #morphology: Morphology;
  readonly #blur: BoxBlur;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#crossing = kernel.plane(PLANE_SIZE);
    this.mask = kernel.plane(PLANE_SIZE);
    this.near = kernel.plane(PLANE_SIZE);
    this.#texture = kernel.plane(PLANE_SIZE);
    this.#score = kernel.plane(PLANE_SIZE);
    this.#pale = kernel.plane(PLANE_SIZE);
    this.#sums = kernel.plane(4);
    this.#morphology = new Morphology(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.#blur = new BoxBlur(kernel, PLANE_WIDTH, PLANE_HEIGHT);
  }

  /** Fills {@link mask} and {@link near}. Borrows the planes. */
  find(planes: GradePlanes): void {
    this.#measureTexture(planes.luma);
    this.#blur.blurInto(this.#texture, [6, 5], 'inside', this.near);
    this.#scoreSamples(planes);
    this.#connectToTop(planes.luma);
    this.#dropWalls(planes);
    this.#fillGaps(planes);
    this.#blur.blurInto(this.mask, [3, 4], 'inside', this.near);
  }

  /** Writes the mean absolute step of luma to the right and downwards, over 3x3 samples. */
  #measureTexture(luma: Float32Array): void {
    const [kernel, texture] = [this.#kernel, this.#texture];
    kernel.calls.steps(kernel.addressOf(luma), kernel.addressOf(texture), PLANE_WIDTH, PLANE_HEIGHT);
    this.#blur.blurInto(texture, [1, 1], 'inside', texture);
  }

  /** Scores each sample on its own: brightness, hue, texture, height. */
  #scoreSamples(planes: GradePlanes): void {
    const threshold = Math.max(0.3, meanOfLowerHalf(planes.luma) + 0.06);
    const { calls } = this.#kernel;
    const addressOf = (plane: Float32Array): number => this.#kernel.addressOf(plane);
    const [luma, u, v] = [addressOf(planes.luma), addressOf(planes.u), addressOf(planes.v)];
    const [texture, busy] = [addressOf(this.#texture), addressOf(this.near)];
    const [score, pale] = [addressOf(this.#score), addressOf(this.#pale)];
    for (let y = 0; y < PLANE_HEIGHT; y++) {
      const height = 1 - smoothstep(0.55, 0.85, y / PLANE_HEIGHT);
      const row = y * PLANE_WIDTH * Float32Array.BYTES_PER_ELEMENT;
      // Busy surroundings are a facade, except around overexposed samples, where no wall is visible anyway.
      const limits = [PLANE_WIDTH, threshold, height, OVEREXPOSED, 1 / (WHITE - OVEREXPOSED)] as const;
      calls.rateSky(luma + row, u + row, v + row, texture + row, busy + row, score + row, pale + row, ...limits);
    }
  }

  /**
   * Keeps the samples that a path of sky connects to the top edge, or to a wide overexposed opening: sky below a bridge or
   * between its piers. A wire across the path costs little.
   */
  #connectToTop(luma: Float32Array): void {
    const [mask, score, crossing] = [this.mask, this.#score, this.#crossing];
    for (let i = 0; i < PLANE_SIZE; i++) crossing[i] = CROSSING + (1 - CROSSING) * (score[i] ?? 0);
    mask.fill(0);
    this.#findOpenings(luma);
    for (let x = 0; x < PLANE_WIDTH; x++) {
      mask[x] = Math.max(mask[x] ?? 0, score[x] ?? 0, score[x + PLANE_WIDTH] ?? 0);
    }
    const [plane, weights] = [this.#kernel.addressOf(mask), this.#kernel.addressOf(crossing)];
    for (let sweep = 0; sweep < SWEEPS; sweep++) this.#kernel.calls.flood(plane, weights, PLANE_WIDTH, PLANE_HEIGHT);
    for (let i = 0; i < PLANE_SIZE; i++) mask[i] = smoothstep(0.12, 0.75, (mask[i] ?? 0) * (score[i] ?? 0));
  }

  /** Writes wide overexposed areas to the mask. */
  #findOpenings(luma: Float32Array): void {
    const [mask, score, openings] = [this.mask, this.#score, this.near.fill(0)];
    let found = 0;
    for (let i = 0; i < OPENING_END; i++) {
      if ((luma[i] ?? 0) <= OVEREXPOSED || score[i] === 0) continue;
      openings[i] = (score[i] ?? 0) * overexposed(luma[i] ?? 0);
      found++;
    }
    if (found === 0) return;
    this.#blur.blurInto(openings, [6, 1], 'inside', openings);
    for (let i = 0; i < OPENING_END; i++) {
      const wide = score[i] === 0 ? 0 : smoothstep(0.45, 0.8, openings[i] ?? 0);
      if (wide !== 0) mask[i] = wide * (1 - smoothstep(OPENING_TOP, OPENING_BOTTOM, i / PLANE_SIZE)) * (score[i] ?? 0);
    }
  }

  /** Below a blue sky, removes grey samples that are not brighter than it: they are walls. They stop being pale too. */
  #dropWalls({ luma, u }: GradePlanes): void {
    const { calls } = this.#kernel;
    const addressOf = (plane: Float32Array): number => this.#kernel.addressOf(plane);
    const [mask, pale] = [addressOf(this.mask), addressOf(this.#pale)];
    const [light, blue] = [addressOf(luma), addressOf(u)];
    calls.skyColour(mask, light, blue, PLANE_SIZE, addressOf(this.#sums));
    const [weight = 0, lumaSum = 0, uSum = 0] = this.#sums;
    const [skyLuma, skyU] = [lumaSum / (weight + 1e-3), uSum / (weight + 1e-3)];
    const blueSky = smoothstep(0.025, 0.06, skyU);
    if (blueSky > 0) calls.dropGrey(mask, pale, light, blue, PLANE_SIZE, skyLuma, skyU, blueSky);
  }

  /** Adds sky between branches and roofs, and dark clouds among bright ones: pale, nearly as bright, not below the sky. */
  #fillGaps({ luma }: GradePlanes): void {
    const [mask, closed] = [this.mask, this.#texture];
    let weight = 1e-3;
    let sum = 0;
    for (let i = 0; i < PLANE_SIZE; i++) {
      weight += mask[i] ?? 0;
      sum += (mask[i] ?? 0) * (luma[i] ?? 0);
    }
    const skyLuma = sum / weight;
    const share = smoothstep(0.012, 0.05, weight / PLANE_SIZE);
    this.#morphology.closeInto(mask, 4, closed);
    this.#score.set(mask);
    let reach = 0;
    for (let y = PLANE_HEIGHT - 1; y >= 0; y--) {
      let covered = 0;
      const above = Math.max(0, y - REACH_BELOW) * PLANE_WIDTH;
      for (let i = above; i < above + PLANE_WIDTH; i++) covered += mask[i] ?? 0;
      const high = share * (1 - smoothstep(0.28, 0.45, y / PLANE_HEIGHT));
      reach = Math.max(reach, high, smoothstep(0.03, 0.2, covered / PLANE_WIDTH));
      if (reach === 0) continue;
      for (let i = y * PLANE_WIDTH; i < (y + 1) * PLANE_WIDTH; i++) {
        const darker = Math.max(0, skyLuma - (luma[i] ?? 0)) / skyLuma;
        const similarity = (1 - smoothstep(0.04, 0.12 + 0.6 * (closed[i] ?? 0), darker)) * (this.#pale[i] ?? 0);
        this.#score[i] = Math.max(mask[i] ?? 0, 0.95 * reach * similarity);
      }
    }
    mask.set(this.#score);
  }
}

/** 1 for samples that the camera shows as white regardless of the object. */
function overexposed(luma: number): number {
  return smoothstep(OVEREXPOSED, WHITE, luma);
}

function meanOfLowerHalf(luma: Float32Array): number {
  let sum = 0;
  for (let i = PLANE_SIZE / 2; i < PLANE_SIZE; i++) sum += luma[i] ?? 0;
  return sum / (PLANE_SIZE / 2);
}
