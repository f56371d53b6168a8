import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { COLUMNS, createLightPlanes, createPlane, ROWS, SAMPLES } from './samples.js';

const THUMBNAIL_SAMPLES = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
/** Steps of the table of linear light. */
const STEPS = 1023;
const LINEAR = Float32Array.from({ length: STEPS + 1 }, (_, step) => linearOf(step / STEPS));

/** Linear light of a gamma-coded value, both in [0, 1] (IEC 61966-2-1). */
export function linearOf(coded: number): number {
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}

/** The day at 72 x 128: the 2 x 2 means of a thumbnail, gamma-coded and in linear light. Reused from frame to frame. */
export class DaySamples {
  /** Gamma-coded Y, U, V in BT.709 full range. */
  readonly luma = createPlane();
  readonly u = createPlane();
  readonly v = createPlane();
  readonly light = createLightPlanes();
  /** Relative luminance of {@link light}. */
  readonly luminance = createPlane();

  /** Reads a thumbnail's Y, U, V `[3, 144, 256]`. Borrows it. */
  read(day: Float32Array): void {
    averageInto(day, 0, this.luma);
    averageInto(day, THUMBNAIL_SAMPLES, this.u);
    averageInto(day, 2 * THUMBNAIL_SAMPLES, this.v);
    const [lumas, us, vs, luminance] = [this.luma, this.u, this.v, this.luminance];
    const { red, green, blue } = this.light;
    for (let i = 0; i < SAMPLES; i++) {
      const luma = lumas[i] ?? 0;
      const u = us[i] ?? 0;
      const v = vs[i] ?? 0;
      const r = linear(luma + 1.5748 * v);
      const g = linear(luma - 0.1873 * u - 0.4681 * v);
      const b = linear(luma + 1.8556 * u);
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

function linear(coded: number): number {
  return LINEAR[Math.min(STEPS, Math.max(0, coded * STEPS + 0.5)) | 0] ?? 0;
}
