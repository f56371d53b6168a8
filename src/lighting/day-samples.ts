import type { PlaneKernel } from '../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { BlackBars } from './black-bars.js';
import { type LightPlanes, planesOf, SAMPLES } from './samples.js';

/** Steps of the table of linear light from 0 to 1. */
const STEPS = 1023;
/** The table holds gamma-coded values from -1 to 2, clipped: all that Y, U and V in their ranges give. */
const LINEAR = Float32Array.from({ length: 3 * STEPS + 1 }, (_, step) =>
  linearOf(Math.min(1, Math.max(0, step / STEPS - 1))),
);
/** Share of the frame that is black without haze, how much of the haze is taken off, and the luma below which there is none. */
const BLACK_SHARE = 0.01;
const HAZE_SHARE = 0.85;
const NO_HAZE = 0.05;
/** Every so many samples of a thumbnail count for it. */
const HAZE_STEP = 7;
/** Steps of luma. */
const LEVELS = 256;

/** Linear light of a gamma-coded value, both in [0, 1] (IEC 61966-2-1). */
export function linearOf(coded: number): number {
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}

/** The day at 72 x 128: the 2 x 2 means of a thumbnail, gamma-coded and in linear light. Reused from frame to frame. */
export class DaySamples {
  /** Y, U, V, then red, green, blue, luminance, darkest and brightest, one after the other in the kernel's memory. */
  readonly data: Float32Array;
  /** Gamma-coded Y, U, V in BT.709 full range. */
  readonly luma: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Without the day's haze. */
  readonly light: LightPlanes;
  /** Relative luminance of {@link light}. */
  readonly luminance: Float32Array;
  /** The least and the largest Y of a sample's four pixels. */
  readonly darkest: Float32Array;
  readonly brightest: Float32Array;

  readonly #kernel: PlaneKernel;
  readonly #thumbnail: Float32Array;
  readonly #table: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#thumbnail = kernel.plane(3 * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT);
    this.#table = kernel.plane(LINEAR.length);
    this.#table.set(LINEAR);
    this.data = kernel.plane(9 * SAMPLES);
    const [luma, u, v, red, green, blue, luminance, darkest, brightest] = planesOf(this.data, 9);
    [this.luma, this.u, this.v, this.luminance] = [luma, u, v, luminance];
    [this.darkest, this.brightest] = [darkest, brightest];
    this.light = { red, green, blue };
  }

  /** Reads a thumbnail's Y, U, V `[3, 144, 256]`. Borrows it. @param bars are black without haze. */
  read(day: Float32Array, bars: BlackBars): void {
    const kernel = this.#kernel;
    this.#thumbnail.set(day);
    const [table, out] = [kernel.addressOf(this.#table), kernel.addressOf(this.data)];
    kernel.calls.readDay(kernel.addressOf(this.#thumbnail), table, STEPS, hazeOf(day, bars), out);
  }
}

/**
 * Linear light that haze, glare or a poor lens lays over the whole day: its darkest samples would be black. What is lit through it at night
 * looks like fog.
 */
function hazeOf(day: Float32Array, { top, bottom, left, right }: BlackBars): number {
  const counts = new Uint16Array(LEVELS);
  let total = 0;
  const [first, last] = [2 * top * THUMBNAIL_WIDTH, (THUMBNAIL_HEIGHT - 2 * bottom) * THUMBNAIL_WIDTH];
  for (let i = first; i < last; i += HAZE_STEP) {
    const column = i % THUMBNAIL_WIDTH;
    if (column < 2 * left || column >= THUMBNAIL_WIDTH - 2 * right) continue;
    const level = Math.min(LEVELS - 1, Math.max(0, Math.round((day[i] ?? 0) * (LEVELS - 1))));
    counts[level] = (counts[level] ?? 0) + 1;
    total++;
  }
  let level = 0;
  for (let below = counts[0] ?? 0; below <= BLACK_SHARE * total && level < LEVELS - 1;) below += counts[++level] ?? 0;
  return HAZE_SHARE * Math.max(0, linearOf(level / (LEVELS - 1)) - linearOf(NO_HAZE));
}
