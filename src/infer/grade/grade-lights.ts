import { BoxBlur } from '../../image/blur.js';
import { Morphology } from '../../image/morphology.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { GradeEvidence } from './grade-evidence.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, mix, smoothstep, type GradePlanes } from './grade-planes.js';
import type { Sky } from './grade-sky.js';
import { CORE_GAIN_CHROMA, CORE_GAIN_LUMA, GRID_HEIGHT, GRID_WIDTH } from '../../look/look.js';

/** Colour of a lit window pane: Y, U, V of warm light at full strength. */
const PANE = [0.55, -0.116, 0.066] as const;
/** Gains of cores on their own pixels: signals and tail lights, then headlights. */
const VIVID_GAIN = 1.3;
const BRIGHT_GAIN = 0.6;
/** A core below this is invisible. */
const MIN_CORE = 0.02;
/** Share of a lamp's light that is added to its pixels instead of multiplied, next to a pale body. */
const ADDED_SHARE = 0.75;
/** Chroma gain of such a lamp over the sample that it shares with the body, minus 1. */
const EXTRA_CHROMA = 0.7;
/** Shares of the light in the tight and in the wide glow. */
const TIGHT = 0.3;
const WIDE = 0.55;
/** Factors on Y, U and V of the glow. */
const GLOW = [0.6, 1, 1] as const;
/** Samples of the lights layer along one side of a grid cell. */
const CELL = PLANE_WIDTH / GRID_WIDTH;
const CELLS = GRID_HEIGHT * GRID_WIDTH;

/** Writes the lights layer of a grade from its evidence, and computes the lamplight on the ground. */
export class GradeLights {
  /** `[9, 16]`: lamplight around each cell, from 0 for none, towards 1. */
  readonly lamplight = new Float32Array(CELLS);
  /** `[72, 128]`: the share of leaves around each sample. */
  readonly leaf: Float32Array;
  readonly #evidence: GradeEvidence;
  readonly #morphology: Morphology;
  readonly #blur: BoxBlur;
  readonly #cellBlur: BoxBlur;
  readonly #spots: Float32Array;
  /** Share of each core that is added instead of multiplied. */
  readonly #added = new Float32Array(PLANE_SIZE);
  /** First and last sample with such a core. */
  #firstAdded = 0;
  #lastAdded = -1;
  /** Y, U and V of the light that the cores emit. */
  readonly #shine: readonly [Float32Array, Float32Array, Float32Array];
  readonly #glow: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#evidence = new GradeEvidence(kernel);
    this.leaf = this.#evidence.leaf;
    this.#morphology = new Morphology(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.#blur = new BoxBlur(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.#cellBlur = new BoxBlur(kernel, GRID_WIDTH, GRID_HEIGHT);
    this.#spots = kernel.plane(PLANE_SIZE);
    this.#shine = [kernel.plane(PLANE_SIZE), kernel.plane(PLANE_SIZE), kernel.plane(PLANE_SIZE)];
    this.#glow = kernel.plane(PLANE_SIZE);
  }

  /** Fills `out`, shaped as {@link Look.lights}, and {@link lamplight}. Borrows planes and sky. @param strength 0 to 1. */
  writeInto(planes: GradePlanes, sky: Sky, strength: number, out: Float32Array): void {
    const { vivid, bright, pane } = this.#evidence;
    this.#evidence.find(planes, sky);
    const spots = this.#spots;
    for (let i = 0; i < PLANE_SIZE; i++) {
      spots[i] = strength * Math.max(VIVID_GAIN * (vivid[i] ?? 0), BRIGHT_GAIN * (bright[i] ?? 0));
    }
    const core = out.subarray(0, PLANE_SIZE);
    this.#morphology.dilateDiscInto(spots, core);

    this.#writeShine(planes, core);
    this.#gatherLamplight(this.#shine[0], pane, strength);
    for (let channel = 0; channel < 3; channel++) {
      this.#writeGlow(channel, strength, out.subarray((channel + 1) * PLANE_SIZE, (channel + 2) * PLANE_SIZE));
    }
  }

  /**
   * Writes the emitted light of the cores, and narrows the cores: a core spreads over its neighbours, but not over a pale
   * body, which would be brighter than the lamp.
   */
  #writeShine(planes: GradePlanes, core: Float32Array): void {
    const [shineY, shineU, shineV] = this.#shine;
    const [spots, added] = [this.#spots, this.#added];
    shineY.fill(0);
    shineU.fill(0);
    shineV.fill(0);
    added.fill(0);
    this.#firstAdded = PLANE_SIZE;
    this.#lastAdded = -1;
    for (let i = 0; i < PLANE_SIZE; i++) {
      const spread = core[i] ?? 0;
      if (spread === 0) continue; // true for nearly all samples
      if (spread < MIN_CORE) {
        core[i] = 0;
        continue;
      }
      const spot = spots[i] ?? 0;
      const light = Math.max(spot, spread * (1 - 0.95 * paleness(planes, i)));
      // A core is a gain and reaches half a sample further: on a pale body it would make a white rim.
      const hue = smoothstep(0.05, 0.14, planes.saturation[i] ?? 0);
      const beside = hue === 0 ? 0 : hue * maxNeighbourPaleness(planes, i);
      if (beside > 0) {
        added[i] = ADDED_SHARE * beside;
        this.#firstAdded = Math.min(this.#firstAdded, i);
        this.#lastAdded = i;
      }
      core[i] = light * (1 - ADDED_SHARE * beside);
      // By day, a lamp on a pale body is darker and more colourful than the sample they share.
      const u = (planes.vividU[i] ?? 0) * (1 + EXTRA_CHROMA * beside);
      const v = (planes.vividV[i] ?? 0) * (1 + EXTRA_CHROMA * beside);
      const sharedLuma = mix(planes.brightest[i] ?? 0, 0.7 * (planes.darkest[i] ?? 0), beside);
      shineY[i] = light * Math.min(sharedLuma, maxLumaOf(u, v));
      shineU[i] = light * u;
      shineV[i] = light * v;
    }
  }

  /** Writes one channel of the halo: a tight and a wide glow in the colour of the light, and the light of the panes. */
  #writeGlow(channel: number, strength: number, halo: Float32Array): void {
    const shine = this.#shine[channel] ?? this.#shine[0];
    const tight = this.#glow;
    const gain = GLOW[channel] ?? 1;
    const { pane } = this.#evidence;
    const added = this.#added;
    const coreGain = channel === 0 ? CORE_GAIN_LUMA : CORE_GAIN_CHROMA;
    // The light removed from the cores, in the lamps' own colours.
    halo.fill(0);
    for (let i = this.#firstAdded; i <= this.#lastAdded; i++) halo[i] = coreGain * (added[i] ?? 0) * (shine[i] ?? 0);
    this.#blur.blurInto(shine, [1, 1], 'zero', tight);
    this.#blur.blurInto(tight, [2, 2], 'zero', tight);
    this.#blur.blurInto(tight, [7, 7], 'zero', shine);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const glow = gain * (TIGHT * (tight[i] ?? 0) + WIDE * (shine[i] ?? 0));
      halo[i] = (halo[i] ?? 0) + glow + strength * (PANE[channel] ?? 0) * (pane[i] ?? 0);
    }
  }

  /** Sums the light by cell and spreads it to the cells around and below. */
  #gatherLamplight(shine: Float32Array, pane: Float32Array, strength: number): void {
    const cells = this.lamplight.fill(0);
    for (let y = 0, i = 0; y < PLANE_HEIGHT; y++) {
      const row = Math.floor(y / CELL) * GRID_WIDTH;
      for (let cell = row; cell < row + GRID_WIDTH; cell++) {
        let sum = 0;
        for (const end = i + CELL; i < end; i++) sum += (shine[i] ?? 0) + 0.25 * strength * (pane[i] ?? 0);
        cells[cell] = (cells[cell] ?? 0) + sum / (CELL * CELL);
      }
    }
    for (let cell = CELLS - 1; cell >= GRID_WIDTH; cell--) {
      cells[cell] = (cells[cell] ?? 0) + 0.6 * (cells[cell - GRID_WIDTH] ?? 0);
    }
    this.#cellBlur.blurInto(cells, [1, 1], 'inside', cells);
    this.#cellBlur.blurInto(cells, [1, 1], 'inside', cells);
    for (let cell = 0; cell < CELLS; cell++) cells[cell] = (cells[cell] ?? 0) / ((cells[cell] ?? 0) + 0.03);
  }
}

/** How well a sample fits a pale body without a hue, 0 to 1. */
function paleness({ luma, saturation }: GradePlanes, i: number): number {
  return smoothstep(0.3, 0.55, luma[i] ?? 0) * (1 - smoothstep(0.07, 0.15, saturation[i] ?? 0));
}

/** Maximum {@link paleness} of the neighbours; 0 at the upper and lower edge of the frame. */
function maxNeighbourPaleness(planes: GradePlanes, i: number): number {
  if (i < PLANE_WIDTH || i >= PLANE_SIZE - PLANE_WIDTH) return 0;
  let max = 0;
  for (let row = i - PLANE_WIDTH; row <= i + PLANE_WIDTH; row += PLANE_WIDTH) {
    for (let at = row - 1; at <= row + 1; at++) {
      const light = planes.luma[at] ?? 0;
      if (light > 0.3 && (planes.saturation[at] ?? 0) < 0.15) max = Math.max(max, paleness(planes, at));
    }
  }
  return max;
}

/** Maximum luma of a colour with this chroma: the luma of a lamp that shares its sample with a lighter body. */
function maxLumaOf(u: number, v: number): number {
  return 1 - Math.max(1.57 * v, 1.86 * u, -0.47 * v - 0.19 * u);
}
