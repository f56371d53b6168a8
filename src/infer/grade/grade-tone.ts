import { PLANE_SIZE, mix, type GradePlanes } from './grade-planes.js';

/** Luma of the night at the median of the ground. */
const MIDDLE = 0.16;
/** Maximum of {@link MIDDLE} as a share of the day's luma: a dull day makes a dark night. */
const MAX_MIDDLE_SHARE = 0.36;
/** Maximum luma of the night as a share of the day's, without lamps. */
const MAX_SHARE = 0.44;
/** Bins of the luma histogram of the ground: all samples without sky. */
const HISTOGRAM_BINS = 64;

/** Chooses how dark the night gets from the lumas of the frame, as a camera chooses its exposure. Allocates its memory once. */
export class GradeTone {
  /** Luma of the day that becomes black. */
  black = 0;
  /** Luma of the day that becomes `peak`. */
  white = 1;
  /** Exponent of the curve from black to white. */
  gamma = 1.6;
  readonly #histogram = new Float64Array(HISTOGRAM_BINS);

  /** @param peak luma of the night for the day luma {@link white}. */
  constructor(private readonly peak: number) {}

  /** Fits the curve to a frame. Ignores the sky. @param sky `[72, 128]`, 1 for sky. */
  measure(planes: GradePlanes, sky: Float32Array): void {
    const { luma } = planes;
    const histogram = this.#histogram.fill(1e-6);
    for (let i = 0; i < PLANE_SIZE; i++) {
      const y = luma[i] ?? 0;
      // Each sample is split between two bins, so that the percentiles change smoothly.
      const position = Math.min(HISTOGRAM_BINS - 1.001, Math.max(0, y * (HISTOGRAM_BINS - 1)));
      const bin = Math.floor(position);
      const weight = 1 - (sky[i] ?? 0);
      histogram[bin] = (histogram[bin] ?? 0) + weight * (bin + 1 - position);
      histogram[bin + 1] = (histogram[bin + 1] ?? 0) + weight * (position - bin);
    }
    this.black = Math.min(0.4, 0.8 * this.#percentile(0.03));
    this.white = Math.max(this.black + 0.3, mix(0.75, this.#percentile(0.96), 0.8));
    // Maps the median of the ground close to MIDDLE, regardless of the day's contrast.
    const median = this.#percentile(0.5);
    const middle = Math.min(0.8, Math.max(0.12, (median - this.black) / (this.white - this.black)));
    const target = Math.min(MIDDLE, MAX_MIDDLE_SHARE * Math.max(0.1, median));
    this.gamma = Math.min(2.2, Math.max(1.05, Math.log(target / this.peak) / Math.log(middle)));
  }

  /** Returns the luma of the night's ground for a luma of the day. */
  curve(luma: number): number {
    const x = Math.max(0, (luma - this.black) / (this.white - this.black));
    // Above white the curve continues with a third of the slope.
    const night = this.peak * (x <= 1 ? x ** this.gamma : 1 + ((x - 1) * this.gamma) / 3);
    return Math.min(night, MAX_SHARE * luma);
  }

  /** Returns the luma below which the share `p` of the ground lies. */
  #percentile(p: number): number {
    let total = 0;
    for (let bin = 0; bin < HISTOGRAM_BINS; bin++) total += this.#histogram[bin] ?? 0;
    let below = 0;
    for (let bin = 0; bin < HISTOGRAM_BINS; bin++) {
      const here = this.#histogram[bin] ?? 0;
      if (below + here >= p * total) return (bin + (p * total - below) / here - 0.5) / (HISTOGRAM_BINS - 1);
      below += here;
    }
    return 1;
  }
}
