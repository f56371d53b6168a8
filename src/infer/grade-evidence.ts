import { BoxBlur } from '../image/blur.js';
import { Morphology } from '../image/morphology.js';
import { TopHat } from '../image/top-hat.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep, type GradePlanes } from './grade-planes.js';
import type { Sky } from './grade-sky.js';
import { SpotFilter } from './grade-spots.js';
import { WindowFinder } from './grade-windows.js';

/** How far out a line's ends are looked for, samples: lamps of vehicles near by are wider than headlights far away. */
const VIVID_REACH = 4;
const BRIGHT_REACH = 3;

/**
 * What in a day picture could shine at night. Light is never put where the day shows nothing of the kind. All planes are
 * `[72, 128]` in [0, 1]; memory is taken once, none per call.
 */
export class GradeEvidence {
  /** Signals, tail lights, signs: small, vivid, compact, of a lamp's hue. */
  readonly vivid = new Float32Array(PLANE_SIZE);
  /** Headlights, white lamps, reflecting panes: small and bright, with something dark beside them. */
  readonly bright = new Float32Array(PLANE_SIZE);
  /** Heads of street lamps: small, dark and alone before the sky. */
  readonly lamp = new Float32Array(PLANE_SIZE);
  /** Panes of facades. */
  readonly pane: Float32Array;
  readonly #windows = new WindowFinder();
  readonly #morphology = new Morphology(PLANE_WIDTH, PLANE_HEIGHT);
  readonly #topHat = new TopHat(PLANE_WIDTH, PLANE_HEIGHT, 3);
  readonly #smallTopHat = new TopHat(PLANE_WIDTH, PLANE_HEIGHT, 2);
  readonly #blur = new BoxBlur(PLANE_WIDTH, PLANE_HEIGHT);
  readonly #spots = new SpotFilter();
  readonly #dark = new Float32Array(PLANE_SIZE);
  readonly #beside = new Float32Array(PLANE_SIZE);

  constructor() {
    this.pane = this.#windows.mask;
  }

  /** Fills all planes. Borrows the picture's planes and the sky. */
  find(planes: GradePlanes, sky: Sky): void {
    this.#findVivid(planes);
    this.#findBright(planes, sky.near);
    this.#findLamps(sky.near);
    this.#windows.find(planes, sky);
  }

  #findVivid(planes: GradePlanes): void {
    const { vivid } = this;
    this.#topHat.whiteInto(planes.saturation, vivid);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const u = planes.vividU[i] ?? 0;
      const v = planes.vividV[i] ?? 0;
      const peak = (planes.brightest[i] ?? 0) + Math.max(1.57 * v, 1.86 * u, -0.47 * v - 0.19 * u);
      vivid[i] = smoothstep(0.07, 0.2, vivid[i] ?? 0) * lampHue(u, v) * smoothstep(0.3, 0.6, peak);
    }
    this.#spots.dropLines(vivid, VIVID_REACH);
  }

  #findBright(planes: GradePlanes, near: Float32Array): void {
    const { bright } = this;
    this.#smallTopHat.blackInto(planes.darkest, this.#dark);
    this.#morphology.dilateInto(this.#dark, 2, this.#beside);
    this.#smallTopHat.whiteInto(planes.brightest, bright);
    for (let i = 0; i < PLANE_SIZE; i++) {
      // What is bright at the camera's feet is paint, shoes and paper.
      const away = 1 - 0.8 * smoothstep(0.68, 0.9, i / PLANE_SIZE);
      const earth = 1 - smoothstep(0, 0.3, near[i] ?? 0);
      const beside = smoothstep(0.1, 0.3, this.#beside[i] ?? 0);
      const lit = smoothstep(0.6, 0.9, planes.brightest[i] ?? 0);
      bright[i] = smoothstep(0.16, 0.42, bright[i] ?? 0) * beside * lit * away * earth;
    }
    this.#spots.dropLines(bright, BRIGHT_REACH);
  }

  /** Reads what {@link #findBright} found dark. */
  #findLamps(near: Float32Array): void {
    const { lamp } = this;
    this.#blur.blurInto(this.#dark, [5, 3], 'inside', this.#beside);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const alone = 1 - smoothstep(0.02, 0.06, this.#beside[i] ?? 0);
      const before = smoothstep(0.6, 0.85, near[i] ?? 0);
      lamp[i] = smoothstep(0.15, 0.4, this.#dark[i] ?? 0) * alone * before;
    }
    this.#spots.dropLines(lamp, VIVID_REACH);
  }
}

/**
 * How much a hue is one of lamps, 0 to 1: red and amber, and the bluish green of signals. Yellow paint has little V
 * beside its U, leaves have more U than V, blue signs are lit by others.
 */
function lampHue(u: number, v: number): number {
  if (v > 0) return 0.1 + 0.9 * smoothstep(0.25, 0.55, v / (Math.max(0, -u) + 0.02)) * smoothstep(0.05, 0.12, v);
  const leaf = smoothstep(0.7, 1.2, -u / (0.02 - v));
  return 0.1 + 0.9 * smoothstep(0.07, 0.14, -v) * (1 - leaf) * (1 - smoothstep(0, 0.1, u));
}
