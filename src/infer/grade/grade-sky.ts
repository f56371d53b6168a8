import { BoxBlur } from '../../image/blur.js';
import { Morphology } from '../../image/morphology.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep, type GradePlanes } from './grade-planes.js';

/** How much of a path's strength is left after one sample that is no sky: wires and branches are crossed, roofs are not. */
const CROSSING = 0.72;
/** Heights between which what is overexposed and wide is taken for sky behind a bridge, and the first row below. */
const OPENING_TOP = 0.22;
const OPENING_BOTTOM = 0.4;
const OPENING_END = Math.ceil(OPENING_BOTTOM * PLANE_HEIGHT) * PLANE_WIDTH;
/** Luma from which on a sample counts as overexposed. */
const OVEREXPOSED = 0.88;
/** Luma from which on it is white whatever it is. */
const WHITE = 0.96;
/** Rows by which gaps may lie below the sky's own lowest row. */
const REACH_BELOW = 5;
/** Sweeps over the picture; each carries the sky any distance along its own direction and around one corner. */
const SWEEPS = 2;

/** Where the sky is. */
export interface Sky {
  /** `[72, 128]`: 0 no sky, 1 sky. */
  readonly mask: Float32Array;
  /** `[72, 128]`: the share of sky around each sample, 7 by 9 samples. */
  readonly near: Float32Array;
}

/**
 * Where the sky is, found in the picture and not assumed: bright for this picture or blue, pale, smooth, and joined to
 * the top edge. A camera that looks down has none. Memory is taken once, none per call.
 */
export class SkyFinder implements Sky {
  readonly mask: Float32Array;
  readonly near: Float32Array;
  readonly #kernel: PlaneKernel;
  readonly #score: Float32Array;
  /** What of a path's strength is left after each sample. */
  readonly #crossing: Float32Array;
  readonly #texture: Float32Array;
  /** How free of a cast that no sky has: white, grey and blue are 1. */
  readonly #pale: Float32Array;
  /** Weight, luma and U of the sky, summed. */
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
    this.#rate(planes);
    this.#joinToTop(planes.luma);
    this.#dropWalls(planes);
    this.#fillGaps(planes);
    this.#blur.blurInto(this.mask, [3, 4], 'inside', this.near);
  }

  /** Mean absolute step of luma to the right and downwards, over 3x3 samples. */
  #measureTexture(luma: Float32Array): void {
    const [kernel, texture] = [this.#kernel, this.#texture];
    kernel.calls.steps(kernel.addressOf(luma), kernel.addressOf(texture), PLANE_WIDTH, PLANE_HEIGHT);
    this.#blur.blurInto(texture, [1, 1], 'inside', texture);
  }

  #rate(planes: GradePlanes): void {
    const threshold = Math.max(0.3, meanOfLowerHalf(planes.luma) + 0.06);
    const { calls } = this.#kernel;
    const addressOf = (plane: Float32Array): number => this.#kernel.addressOf(plane);
    const [luma, u, v] = [addressOf(planes.luma), addressOf(planes.u), addressOf(planes.v)];
    const [texture, busy] = [addressOf(this.#texture), addressOf(this.near)];
    const [score, pale] = [addressOf(this.#score), addressOf(this.#pale)];
    for (let y = 0; y < PLANE_HEIGHT; y++) {
      const height = 1 - smoothstep(0.55, 0.85, y / PLANE_HEIGHT);
      const row = y * PLANE_WIDTH * Float32Array.BYTES_PER_ELEMENT;
      // Busy surroundings are a facade's, except around what is overexposed: no wall is seen there anyway.
      const limits = [PLANE_WIDTH, threshold, height, OVEREXPOSED, 1 / (WHITE - OVEREXPOSED)] as const;
      calls.rateSky(luma + row, u + row, v + row, texture + row, busy + row, score + row, pale + row, ...limits);
    }
  }

  /**
   * Keeps of the score what a path of sky joins to the top edge, or to a wide opening that is overexposed: sky beneath a
   * bridge or between its piers. Little of it is lost over a wire.
   */
  #joinToTop(luma: Float32Array): void {
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

  /** Writes what is overexposed and wide into the mask. */
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

  /** Where the sky is blue, what is grey and no brighter is a wall under it: it is taken out, and is not pale any more. */
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

  /** Sky between branches and roofs and dark clouds amid bright ones: pale, nearly as bright, no lower than the sky reaches. */
  #fillGaps({ luma }: GradePlanes): void {
    const [mask, amid] = [this.mask, this.#texture];
    let weight = 1e-3;
    let sum = 0;
    for (let i = 0; i < PLANE_SIZE; i++) {
      weight += mask[i] ?? 0;
      sum += (mask[i] ?? 0) * (luma[i] ?? 0);
    }
    const skyLuma = sum / weight;
    const share = smoothstep(0.012, 0.05, weight / PLANE_SIZE);
    this.#morphology.closeInto(mask, 4, amid);
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
        const alike = (1 - smoothstep(0.04, 0.12 + 0.6 * (amid[i] ?? 0), darker)) * (this.#pale[i] ?? 0);
        this.#score[i] = Math.max(mask[i] ?? 0, 0.95 * reach * alike);
      }
    }
    mask.set(this.#score);
  }
}

/** 1 for what the camera shows as white whatever it is. */
function overexposed(luma: number): number {
  return smoothstep(OVEREXPOSED, WHITE, luma);
}

function meanOfLowerHalf(luma: Float32Array): number {
  let sum = 0;
  for (let i = PLANE_SIZE / 2; i < PLANE_SIZE; i++) sum += luma[i] ?? 0;
  return sum / (PLANE_SIZE / 2);
}
