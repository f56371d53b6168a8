import { BoxBlur } from '../../image/blur.js';
import { Morphology } from '../../image/morphology.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { GradeEvidence } from './grade-evidence.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, mix, smoothstep, type GradePlanes } from './grade-planes.js';
import type { Sky } from './grade-sky.js';
import { CORE_GAIN_CHROMA, CORE_GAIN_LUMA, GRID_HEIGHT, GRID_WIDTH } from '../../look/look.js';

/** Colour of a lit window: Y, U, V of warm light at full strength. */
const PANE = [0.55, -0.116, 0.066] as const;
/** Gain of a core on its own pixel: signals and tail lights, then headlights. */
const VIVID_GAIN = 1.3;
const BRIGHT_GAIN = 0.6;
/** A core below this is nothing that could be seen. */
const FAINTEST = 0.02;
/** Share of a lamp's own light that is added to its pixels instead of multiplied, beside a pale body. */
const ADDED = 0.75;
/** How much more colour such a lamp has than the sample that it shares with the body. */
const OWN_CHROMA = 0.7;
/** Share of the light that goes into the tight glow and into the wide one. */
const TIGHT = 0.3;
const WIDE = 0.55;
/** Luma and chroma of the glow beside the light's own. */
const GLOW = [0.6, 1, 1] as const;
/** Samples of the lights layer in one cell of the grid, along a side. */
const CELL = PLANE_WIDTH / GRID_WIDTH;
const CELLS = GRID_HEIGHT * GRID_WIDTH;

/** Writes the lights layer of a grade from its evidence, and the lamplight that falls on the ground. */
export class GradeLights {
  /** `[9, 16]`: lamplight around each cell, 0 none, towards 1 much. */
  readonly lamplight = new Float32Array(CELLS);
  /** `[72, 128]`: the share of leaves around each sample. */
  readonly leaf: Float32Array;
  readonly #evidence: GradeEvidence;
  readonly #morphology: Morphology;
  readonly #blur: BoxBlur;
  readonly #cellBlur: BoxBlur;
  readonly #spots: Float32Array;
  /** The share of each core that is added as a glow of its own. */
  readonly #added = new Float32Array(PLANE_SIZE);
  /** Between which samples there are such cores. */
  #firstAdded = 0;
  #lastAdded = -1;
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

  /** Fills `out`, shaped as {@link Look.lights}, and {@link lamplight}. Borrows the rest. @param strength 0 to 1. */
  writeInto(planes: GradePlanes, sky: Sky, strength: number, out: Float32Array): void {
    const { vivid, bright, pane } = this.#evidence;
    this.#evidence.find(planes, sky);
    const spots = this.#spots;
    for (let i = 0; i < PLANE_SIZE; i++) {
      spots[i] = strength * Math.max(VIVID_GAIN * (vivid[i] ?? 0), BRIGHT_GAIN * (bright[i] ?? 0));
    }
    const core = out.subarray(0, PLANE_SIZE);
    this.#morphology.dilateDiscInto(spots, core);

    this.#shineFrom(planes, core);
    this.#gatherLamplight(this.#shine[0], pane, strength);
    for (let channel = 0; channel < 3; channel++) {
      this.#writeGlow(channel, strength, out.subarray((channel + 1) * PLANE_SIZE, (channel + 2) * PLANE_SIZE));
    }
  }

  /**
   * What shines, from the cores, which it narrows: a core spreads over what is beside it, but not over a pale body, which
   * would outshine the lamp.
   */
  #shineFrom(planes: GradePlanes, core: Float32Array): void {
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
      if (spread === 0) continue; // nearly everywhere
      if (spread < FAINTEST) {
        core[i] = 0;
        continue;
      }
      const spot = spots[i] ?? 0;
      const light = Math.max(spot, spread * (1 - 0.95 * paleness(planes, i)));
      // A core is a gain, and reaches half a sample further: on a pale body that would be a white rim.
      const hue = smoothstep(0.05, 0.14, planes.saturation[i] ?? 0);
      const beside = hue === 0 ? 0 : hue * palestBeside(planes, i);
      if (beside > 0) {
        added[i] = ADDED * beside;
        this.#firstAdded = Math.min(this.#firstAdded, i);
        this.#lastAdded = i;
      }
      core[i] = light * (1 - ADDED * beside);
      // A lamp on a pale body is darker and of more colour by day than the sample that they share.
      const u = (planes.vividU[i] ?? 0) * (1 + OWN_CHROMA * beside);
      const v = (planes.vividV[i] ?? 0) * (1 + OWN_CHROMA * beside);
      const sharedLuma = mix(planes.brightest[i] ?? 0, 0.7 * (planes.darkest[i] ?? 0), beside);
      shineY[i] = light * Math.min(sharedLuma, lightestOf(u, v));
      shineU[i] = light * u;
      shineV[i] = light * v;
    }
  }

  /** A tight glow and a wide one in the colour of what shines, and the light of the panes themselves. */
  #writeGlow(channel: number, strength: number, halo: Float32Array): void {
    const shine = this.#shine[channel] ?? this.#shine[0];
    const tight = this.#glow;
    const gain = GLOW[channel] ?? 1;
    const { pane } = this.#evidence;
    const added = this.#added;
    const own = channel === 0 ? CORE_GAIN_LUMA : CORE_GAIN_CHROMA;
    // The light that was taken out of the cores, in the lamps' own colours.
    halo.fill(0);
    for (let i = this.#firstAdded; i <= this.#lastAdded; i++) halo[i] = own * (added[i] ?? 0) * (shine[i] ?? 0);
    this.#blur.blurInto(shine, [1, 1], 'zero', tight);
    this.#blur.blurInto(tight, [2, 2], 'zero', tight);
    this.#blur.blurInto(tight, [7, 7], 'zero', shine);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const glow = gain * (TIGHT * (tight[i] ?? 0) + WIDE * (shine[i] ?? 0));
      halo[i] = (halo[i] ?? 0) + glow + strength * (PANE[channel] ?? 0) * (pane[i] ?? 0);
    }
  }

  /** Sums the light by cell and lets it fall on what is around and below. */
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

/** How much a sample is one of a pale body without a hue of its own, 0 to 1. */
function paleness({ luma, saturation }: GradePlanes, i: number): number {
  return smoothstep(0.3, 0.55, luma[i] ?? 0) * (1 - smoothstep(0.07, 0.15, saturation[i] ?? 0));
}

/** The {@link paleness} of the palest neighbour; the picture's edge has none. */
function palestBeside(planes: GradePlanes, i: number): number {
  if (i < PLANE_WIDTH || i >= PLANE_SIZE - PLANE_WIDTH) return 0;
  let most = 0;
  for (let row = i - PLANE_WIDTH; row <= i + PLANE_WIDTH; row += PLANE_WIDTH) {
    for (let at = row - 1; at <= row + 1; at++) {
      const light = planes.luma[at] ?? 0;
      if (light > 0.3 && (planes.saturation[at] ?? 0) < 0.15) most = Math.max(most, paleness(planes, at));
    }
  }
  return most;
}

/** The most luma a colour can have with this chroma: a lamp's own where a lighter body shares its sample. */
function lightestOf(u: number, v: number): number {
  return 1 - Math.max(1.57 * v, 1.86 * u, -0.47 * v - 0.19 * u);
}
