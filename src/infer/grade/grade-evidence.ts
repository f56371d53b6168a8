import { BoxBlur } from '../../image/blur.js';
import { Morphology } from '../../image/morphology.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { TopHat } from '../../image/top-hat.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep, type GradePlanes } from './grade-planes.js';
import type { Sky } from './grade-sky.js';
import { SpotFilter } from './grade-spots.js';
import { WindowFinder, roomLight } from './grade-windows.js';

/** Distance at which the ends of a line are searched, samples: lamps of near vehicles are wider than distant headlights. */
const VIVID_REACH = 4;
const BRIGHT_REACH = 3;
/** Strength of a lit room relative to a lamp. */
const ROOM = 0.45;
/** Samples from this index on are too low for rooms. */
const ROOMS_END = Math.ceil(0.54 * PLANE_HEIGHT) * PLANE_WIDTH;
/** Heights of the band with traffic, from 0 at the top to 1, and the indices of its samples. */
const BAND_TOP = 0.26;
const BAND_BOTTOM = 0.72;
const BAND_START = Math.floor(BAND_TOP * PLANE_SIZE);
const BAND_END = Math.ceil(BAND_BOTTOM * PLANE_SIZE);

/**
 * Finds evidence of lights: what in a day frame could shine at night. The grade adds light only where it finds evidence. All
 * planes are `[72, 128]` in [0, 1]. Allocates its memory once.
 */
export class GradeEvidence {
  /** Signals, tail lights and signs: small, vivid and compact, with the hue of a lamp. */
  readonly vivid = new Float32Array(PLANE_SIZE);
  /**
   * Headlights: small and bright, beside the dark parts of a vehicle, in the band with traffic. White objects below the band
   * are paint, shoes and paper; above it, walls, signs and sky.
   */
  readonly bright: Float32Array;
  /** Window panes of facades. */
  readonly pane: Float32Array;
  /** The share of leaves around each sample. */
  readonly leaf: Float32Array;
  readonly #windows: WindowFinder;
  readonly #morphology: Morphology;
  readonly #topHat: TopHat;
  readonly #blur: BoxBlur;
  readonly #spots = new SpotFilter();
  readonly #dark: Float32Array;
  readonly #beside: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.bright = kernel.plane(PLANE_SIZE);
    this.#windows = new WindowFinder(kernel);
    this.#morphology = new Morphology(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.#topHat = new TopHat(kernel, PLANE_WIDTH, PLANE_HEIGHT, 2);
    this.#dark = kernel.plane(PLANE_SIZE);
    this.#beside = kernel.plane(PLANE_SIZE);
    this.#blur = new BoxBlur(kernel, PLANE_WIDTH, PLANE_HEIGHT);
    this.pane = this.#windows.mask;
    this.leaf = this.#windows.leaf;
  }

  /** Fills all planes. Borrows the frame's planes and the sky. */
  find(planes: GradePlanes, sky: Sky): void {
    this.#windows.find(planes, sky);
    this.#findVivid(planes);
    this.#findRooms(planes, sky);
    this.#findBright(planes, sky.near);
  }

  /** Finds small, vivid, isolated spots with the hue of a lamp. */
  #findVivid(planes: GradePlanes): void {
    const { vivid } = this;
    const hat = this.#beside;
    // `#findRooms` reads it too.
    this.#topHat.whiteInto(planes.saturation, hat);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const small = smoothstep(0.07, 0.2, hat[i] ?? 0);
      vivid[i] = 0;
      if (small === 0) continue;
      const u = planes.vividU[i] ?? 0;
      const v = planes.vividV[i] ?? 0;
      const peak = (planes.brightest[i] ?? 0) + Math.max(1.57 * v, 1.86 * u, -0.47 * v - 0.19 * u);
      vivid[i] = small * lampHue(u, v) * smoothstep(0.3, 0.6, peak);
    }
    this.#spots.dropLines(vivid, VIVID_REACH);
    const crowd = this.#dark;
    this.#blur.blurInto(vivid, [6, 5], 'inside', crowd);
    // After the lines are gone: a line that this step thins in places would remain as a row of spots.
    for (let i = 0; i < PLANE_SIZE; i++) {
      const value = vivid[i] ?? 0;
      if (value === 0) continue;
      // A lamp differs in colour from its surroundings; a flower bed, sunlit grass or a coat does not.
      const distinct = smoothstep(0.35, 0.65, (hat[i] ?? 0) / ((planes.saturation[i] ?? 0) + 0.02));
      // Lamps are isolated; goods, flowers and letters are crowded.
      const isolated = 1 - 0.75 * smoothstep(0.09, 0.24, crowd[i] ?? 0);
      vivid[i] = value * distinct * isolated * notStraw(planes.vividU[i] ?? 0, planes.vividV[i] ?? 0);
    }
  }

  /** Adds rooms and signs that are lit by day: warm spots among the edges of a facade, in rows and crowds too. */
  #findRooms(planes: GradePlanes, sky: Sky): void {
    const { vivid } = this;
    const hat = this.#beside;
    for (let i = 0; i < ROOMS_END; i++) {
      const small = smoothstep(0.03, 0.08, hat[i] ?? 0);
      if (small === 0) continue;
      const lit = roomLight(planes, i);
      if (lit === 0) continue;
      vivid[i] = Math.max(vivid[i] ?? 0, ROOM * small * lit * this.#windows.facadeAt(i, sky));
    }
  }

  /** Finds small bright spots beside dark ones, in the band with traffic. */
  #findBright(planes: GradePlanes, near: Float32Array): void {
    const { bright } = this;
    this.#topHat.blackInto(planes.darkest, this.#dark);
    this.#morphology.dilateInto(this.#dark, 2, this.#beside);
    this.#topHat.whiteInto(planes.brightest, bright);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const small = i < BAND_START || i >= BAND_END ? 0 : smoothstep(0.22, 0.48, bright[i] ?? 0);
      bright[i] = 0;
      if (small === 0) continue;
      const height = i / PLANE_SIZE;
      const band = smoothstep(BAND_TOP, 0.38, height) * (1 - smoothstep(0.58, BAND_BOTTOM, height));
      const noSky = 1 - smoothstep(0, 0.3, near[i] ?? 0);
      const beside = smoothstep(0.16, 0.38, this.#beside[i] ?? 0);
      const lit = smoothstep(0.76, 0.96, planes.brightest[i] ?? 0);
      bright[i] = small * beside * lit * band * noSky;
    }
    this.#spots.dropLines(bright, BRIGHT_REACH);
  }
}

/**
 * Returns how well a hue fits a lamp, 0 to 1: red, amber, and the bluish green of signals. Yellow paint has little V for its
 * U, clothes are pink, leaves have more U than V, and blue signs do not shine themselves.
 */
function lampHue(u: number, v: number): number {
  if (v > 0) {
    const pink = smoothstep(0.12, 0.4, u / v);
    const yellow = 1 - smoothstep(0.25, 0.55, v / (Math.max(0, -u) + 0.02));
    return 0.1 + 0.9 * (1 - yellow) * (1 - pink) * smoothstep(0.05, 0.12, v);
  }
  const leaf = smoothstep(0.5, 0.85, -u / (0.02 - v));
  return 0.1 + 0.9 * smoothstep(0.07, 0.14, -v) * (1 - leaf) * (1 - smoothstep(0, 0.1, u));
}

/** Returns 0 for straw and sunlit sand, 1 for amber lamps and all hues but yellow. */
function notStraw(u: number, v: number): number {
  return v > 0 && u < 0 ? smoothstep(0.42, 0.7, v / (0.02 - u)) : 1;
}
