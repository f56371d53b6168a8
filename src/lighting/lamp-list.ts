import { LAMP_FIELDS, LAMP_KINDS, MAX_LAMPS, type LampKind } from '../look/look.js';
import type { BlackBars } from './black-bars.js';
import { linearOf } from './day-samples.js';
import { codedOf } from './display.js';
import { addLight, clearLight, COLUMNS, type LightPlanes, ROWS, type LinearColor } from './samples.js';

/** A sharp lamp; see {@link Look.lamps}. */
export interface Lamp {
  readonly kind: LampKind;
  readonly id: number;
  /** Centre in shares of the frame's width and height. */
  readonly x: number;
  readonly y: number;
  /** In shares of the frame's width. */
  readonly radiusX: number;
  readonly radiusY: number;
  /** Gamma-coded luma at its centre; above 1 where it clips. */
  readonly luma: number;
  readonly color: LinearColor;
  readonly hardness: number;
  readonly glare: number;
  /** Luma by day below which it shows; default everywhere. */
  readonly dayBelow?: number;
  /** V by day above which it shows; default everywhere. */
  readonly dayRed?: number;
}

/** Lamps smaller than this share of the width are drawn as large as this, and dimmer. */
const SMALLEST_RADIUS = 0.0009;
const FAINTEST_LUMA = 0.02;
/** Luma of a streak at its brightest, and half its length in radii of its lamp. */
const STREAK_LUMA = 0.3;
const STREAK_LENGTH = 9;
/** Largest linear luminance that one lamp adds to the bloom, and its exponent above clipping. */
const BRIGHTEST = 14;
/** Luminance of a lamp's colour that its bloom reckons with at least: a red lamp of some luma is no stronger than a white one. */
const MIN_LUMINANCE = 0.5;

/** Collects the sharp lamps of a look, and the light that they spread over the lens. */
export class LampList {
  /** Light of the lamps at 128 x 72, linear: what blooms. */
  readonly energy: LightPlanes;
  /** By row of {@link energy}: 1 where it holds light. */
  readonly rows = new Uint8Array(ROWS);
  #lamps: Float32Array = new Float32Array(0);
  #bars: BlackBars | undefined;
  #count = 0;

  /** @param energy three planes `[72, 128]`. */
  constructor(energy: LightPlanes) {
    this.energy = energy;
  }

  /** Starts a list in `lamps`, `[256, 13]`, which it fills until the next call. @param bars hold no lamp. Borrowed. */
  start(lamps: Float32Array, bars?: BlackBars): void {
    this.#lamps = lamps;
    this.#bars = bars;
    this.#count = 0;
    lamps.fill(0);
    clearLight(this.energy);
    this.rows.fill(0);
  }

  /** Adds a lamp; leaves out one that is too faint, outside the frame, or more than the list holds. */
  add(lamp: Lamp): void {
    const { x, y } = lamp;
    if (lamp.luma < FAINTEST_LUMA || this.#count >= MAX_LAMPS) return;
    if (x < -0.02 || x > 1.02 || y < -0.02 || y > 1.02) return;
    const glow = this.#bars?.glowAt(x, y, Math.sqrt(lamp.radiusX * lamp.radiusY)) ?? 1;
    if (glow <= 0) return;
    const radiusX = Math.max(SMALLEST_RADIUS, lamp.radiusX);
    const radiusY = Math.max(SMALLEST_RADIUS, lamp.radiusY);
    const shrink = Math.min(1, Math.sqrt((lamp.radiusX * lamp.radiusY) / (radiusX * radiusY)));
    const [u, v] = rimChroma(lamp.color);
    const values = [x, y, radiusX, radiusY, lamp.luma * Math.max(0.5, shrink), u, v, lamp.hardness, glow * lamp.glare];
    const rest = [lamp.dayBelow ?? 0, LAMP_KINDS.indexOf(lamp.kind), lamp.id, lamp.dayRed ?? 0];
    this.#lamps.set([...values, ...rest], this.#count * LAMP_FIELDS);
    this.#count++;
    this.#spread(lamp);
  }

  /** Adds the streak that a wiped windscreen draws from a bright lamp: upright, faint, the longer the brighter. @param amount 0 without, 1 strong. */
  addStreak(lamp: Lamp, amount: number): void {
    const excess = Math.min(1, Math.max(0, lamp.luma - 1) / 3);
    const luma = STREAK_LUMA * amount * excess;
    if (luma < FAINTEST_LUMA) return;
    const radiusY = STREAK_LENGTH * lamp.radiusX * (0.5 + 0.5 * excess);
    this.add({ ...lamp, radiusX: 0.5 * lamp.radiusX, radiusY, luma, hardness: 1, glare: 0 });
  }

  /** Adds a lamp's light to the four samples around it. */
  #spread({ x, y, radiusX, radiusY, luma, color }: Lamp): void {
    const area = Math.PI * radiusX * radiusY * COLUMNS * COLUMNS;
    const luminance = Math.min(BRIGHTEST, luma > 1 ? luma ** 2.4 : linearOf(luma));
    const strength =
      (area * luminance) / Math.max(MIN_LUMINANCE, 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]);
    const [column, row] = [x * COLUMNS - 0.5, y * ROWS - 0.5];
    const [left, top] = [Math.floor(column), Math.floor(row)];
    for (let corner = 0; corner < 4; corner++) {
      const [c, r] = [left + (corner & 1), top + (corner >> 1)];
      if (c < 0 || r < 0 || c >= COLUMNS || r >= ROWS) continue;
      const weight = (1 - Math.abs(column - c)) * (1 - Math.abs(row - r));
      this.rows[r] = 1;
      addLight(this.energy, r * COLUMNS + c, strength * weight, color);
    }
  }
}

/** Chroma of a colour in BT.709, per unit of luma. */
function rimChroma([red, green, blue]: LinearColor): readonly [u: number, v: number] {
  const [r, g, b] = [codedOf(red), codedOf(green), codedOf(blue)];
  const luma = Math.max(0.05, 0.2126 * r + 0.7152 * g + 0.0722 * b);
  return [(b - luma) / 1.8556 / luma, (r - luma) / 1.5748 / luma];
}
