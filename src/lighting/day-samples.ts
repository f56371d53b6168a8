import type { PlaneKernel } from '../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { COLUMNS, type LightPlanes, planesOf, ROWS, SAMPLES } from './samples.js';

const THUMBNAIL_SAMPLES = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
/** Steps of the table of linear light from 0 to 1. */
const STEPS = 1023;
/** The table holds gamma-coded values from -1 to 2, clipped: all that Y, U and V in their ranges give. */
const LINEAR = Float32Array.from({ length: 3 * STEPS + 1 }, (_, step) =>
  linearOf(Math.min(1, Math.max(0, step / STEPS - 1))),
);
/** Where the table holds 0, and what rounds. */
const ORIGIN = STEPS + 0.5;

/** Linear light of a gamma-coded value, both in [0, 1] (IEC 61966-2-1). */
export function linearOf(coded: number): number {
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}

/** The day at 72 x 128: the 2 x 2 means of a thumbnail, gamma-coded and in linear light. Reused from frame to frame. */
export class DaySamples {
  /** Y, U, V, then red, green, blue and luminance, one after the other in the kernel's memory. */
  readonly data: Float32Array;
  /** Gamma-coded Y, U, V in BT.709 full range. */
  readonly luma: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  readonly light: LightPlanes;
  /** Relative luminance of {@link light}. */
  readonly luminance: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.data = kernel.plane(7 * SAMPLES);
    const [luma, u, v, red, green, blue, luminance] = planesOf(this.data, 7);
    [this.luma, this.u, this.v, this.luminance] = [luma, u, v, luminance];
    this.light = { red, green, blue };
  }

  /** Reads a thumbnail's Y, U, V `[3, 144, 256]`. Borrows it. */
  read(day: Float32Array): void {
    averageInto(day, 0, this.luma);
    averageInto(day, THUMBNAIL_SAMPLES, this.u);
    averageInto(day, 2 * THUMBNAIL_SAMPLES, this.v);
    const [lumas, us, vs, luminance] = [this.luma, this.u, this.v, this.luminance];
    const { red, green, blue } = this.light;
    for (let i = 0; i < SAMPLES; i++) {
      const origin = (lumas[i] ?? 0) * STEPS + ORIGIN;
      const u = STEPS * (us[i] ?? 0);
      const v = STEPS * (vs[i] ?? 0);
      const r = LINEAR[(origin + 1.5748 * v) | 0] ?? 0;
      const g = LINEAR[(origin - 0.1873 * u - 0.4681 * v) | 0] ?? 0;
      const b = LINEAR[(origin + 1.8556 * u) | 0] ?? 0;
      red[i] = r;
      green[i] = g;
      blue[i] = b;
      luminance[i] = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }
  }
}

function averageInto(day: Float32Array, start: number, out: Float32Array): void {
  for (let row = 0, i = 0; row < ROWS; row++) {
    let at = start + 2 * row * THUMBNAIL_WIDTH;
    for (let column = 0; column < COLUMNS; column++, i++, at += 2) {
      const below = at + THUMBNAIL_WIDTH;
      out[i] = 0.25 * ((day[at] ?? 0) + (day[at + 1] ?? 0) + (day[below] ?? 0) + (day[below + 1] ?? 0));
    }
  }
}
