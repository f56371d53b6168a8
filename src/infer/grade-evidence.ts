import { BoxBlur } from '../image/blur.js';
import { Morphology } from '../image/morphology.js';
import { TopHat } from '../image/top-hat.js';
import { PLANE_HEIGHT, PLANE_SIZE, PLANE_WIDTH, smoothstep, type GradePlanes } from './grade-planes.js';
import { WindowFinder } from './grade-windows.js';

/** Directions in which both ends of a line through a sample are looked for. */
const DIRECTIONS: readonly (readonly [x: number, y: number])[] = [
  [1, 0],
  [0.9, 0.5],
  [0.7, 0.7],
  [0.5, 0.9],
  [0, 1],
  [-0.5, 0.9],
  [-0.7, 0.7],
  [-0.9, 0.5],
];
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
  readonly #line = new Float32Array(PLANE_SIZE);
  readonly #scratch = new Float32Array(PLANE_SIZE);
  readonly #dark = new Float32Array(PLANE_SIZE);

  constructor() {
    this.pane = this.#windows.mask;
  }

  /** Fills all planes. Borrows the picture's planes and the sky. */
  find(planes: GradePlanes, sky: Float32Array): void {
    this.#findVivid(planes);
    this.#findBright(planes, sky);
    this.#findLamps(planes, sky);
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
    this.#dropLines(vivid, VIVID_REACH);
  }

  #findBright(planes: GradePlanes, sky: Float32Array): void {
    const { bright } = this;
    this.#topHat.blackInto(planes.darkest, this.#scratch);
    this.#morphology.dilateInto(this.#scratch, 2, this.#dark);
    this.#smallTopHat.whiteInto(planes.brightest, bright);
    this.#morphology.dilateInto(sky, 2, this.#scratch);
    for (let i = 0; i < PLANE_SIZE; i++) {
      // What is bright at the camera's feet is paint, shoes and paper.
      const away = 1 - 0.8 * smoothstep(0.68, 0.9, i / PLANE_SIZE);
      const earth = 1 - (this.#scratch[i] ?? 0);
      const beside = smoothstep(0.12, 0.35, this.#dark[i] ?? 0);
      const lit = smoothstep(0.6, 0.9, planes.brightest[i] ?? 0);
      bright[i] = smoothstep(0.16, 0.42, bright[i] ?? 0) * beside * lit * away * earth * earth;
    }
    this.#dropLines(bright, BRIGHT_REACH);
  }

  #findLamps(planes: GradePlanes, sky: Float32Array): void {
    const { lamp } = this;
    this.#smallTopHat.blackInto(planes.darkest, lamp);
    this.#blur.blurInto(lamp, [5, 3], 'inside', this.#dark);
    this.#morphology.closeInto(sky, 3, this.#scratch);
    this.#blur.blurInto(this.#scratch, [4, 3], 'inside', this.#scratch);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const alone = 1 - smoothstep(0.02, 0.06, this.#dark[i] ?? 0);
      const before = smoothstep(0.75, 0.95, this.#scratch[i] ?? 0);
      lamp[i] = smoothstep(0.15, 0.4, lamp[i] ?? 0) * alone * before;
    }
    this.#dropLines(lamp, VIVID_REACH);
  }

  /** Weakens what goes on to both sides: lane lines, kerbs, poles. Only spots are lamps. */
  #dropLines(evidence: Float32Array, reach: number): void {
    const [line, wide] = [this.#line, this.#scratch];
    this.#morphology.dilateDiscInto(evidence, wide);
    for (let y = 0, i = 0; y < PLANE_HEIGHT; y++) {
      for (let x = 0; x < PLANE_WIDTH; x++, i++) {
        const here = evidence[i] ?? 0;
        line[i] = here === 0 ? 0 : Math.min(here, longest(wide, x, y, reach));
      }
    }
    this.#morphology.dilateInto(line, reach, wide);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const value = evidence[i] ?? 0;
      evidence[i] = value * (1 - smoothstep(0.25, 0.8, (wide[i] ?? 0) / (value + 0.05)));
    }
  }
}

/** The strongest line through a sample: the weaker of its two ends. A line that leaves the picture goes on outside. */
function longest(wide: Float32Array, x: number, y: number, reach: number): number {
  let best = 0;
  for (const [stepX, stepY] of DIRECTIONS) {
    const dx = Math.round(reach * stepX);
    const dy = Math.round(reach * stepY);
    const ends = Math.min(clampedAt(wide, x + dx, y + dy), clampedAt(wide, x - dx, y - dy));
    if (ends > best) best = ends;
  }
  return best;
}

function clampedAt(plane: Float32Array, x: number, y: number): number {
  const column = Math.min(PLANE_WIDTH - 1, Math.max(0, x));
  return plane[Math.min(PLANE_HEIGHT - 1, Math.max(0, y)) * PLANE_WIDTH + column] ?? 0;
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
