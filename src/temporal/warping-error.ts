import { sampleBilinear, type PlaneSize } from '../image/sample-bilinear.js';

/**
 * Bound of the squared forward-backward error, above which a sample is occluded: squared samples plus a share of the
 * squared flow lengths (Ruder et al. 2016).
 */
const OCCLUSION = { share: 0.01, slack: 0.5 };
/** Bound of the squared flow gradient, above which a sample lies on a motion boundary (Ruder et al. 2016). */
const BOUNDARY = { share: 0.01, slack: 0.002 };

/**
 * Marks where a backward flow is untrusted, after Lai et al. (2018): writes 1 to `mask` `[H, W]` where backward and forward
 * flow are inconsistent and at motion boundaries, else 0.
 * @param backward `[2, H, W]` in samples: the content at x now was at x + flow before. @param forward the reverse.
 */
export function markUntrusted(
  { backward, forward }: { readonly backward: Float32Array; readonly forward: Float32Array },
  size: PlaneSize,
  mask: Uint8Array,
): void {
  const { width, height } = size;
  const count = width * height;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const u = backward[i] ?? 0;
      const v = backward[count + i] ?? 0;
      const [fromX, fromY] = [x + u, y + v];
      const isInside = fromX >= 0 && fromY >= 0 && fromX <= width - 1 && fromY <= height - 1;
      if (!isInside) {
        mask[i] = 1;
        continue;
      }
      const backU = sampleBilinear(forward, fromX, fromY, size);
      const backV = sampleBilinear(forward, fromX, fromY, size, count);
      const squaredLengths = u * u + v * v + backU * backU + backV * backV;
      const isOccluded = (u + backU) ** 2 + (v + backV) ** 2 > OCCLUSION.share * squaredLengths + OCCLUSION.slack;
      const right = x + 1 < width ? i + 1 : i;
      const below = y + 1 < height ? i + width : i;
      const squaredGradient =
        ((backward[right] ?? 0) - u) ** 2 +
        ((backward[count + right] ?? 0) - v) ** 2 +
        ((backward[below] ?? 0) - u) ** 2 +
        ((backward[count + below] ?? 0) - v) ** 2;
      mask[i] = isOccluded || squaredGradient > BOUNDARY.share * (u * u + v * v) + BOUNDARY.slack ? 1 : 0;
    }
  }
}

/**
 * The warping error of a sequence (Lai et al. 2018): the mean squared difference between each frame and the previous one
 * warped by the flow, where the flow is trusted. Divided by the variance of the frames' luma, because a night of low contrast
 * would otherwise seem steady: comparable between an input and its nights.
 */
export class WarpingError {
  readonly #size: PlaneSize;
  #squared = 0;
  #compared = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #samples = 0;

  constructor(size: PlaneSize) {
    this.#size = size;
  }

  /**
   * Adds a frame and the previous one.
   * @param now and `before` luma, `[H, W]`. @param isUntrusted `[H, W]`, 0 where the flow is trusted.
   */
  add(now: Float32Array, before: Float32Array, backward: Float32Array, isUntrusted: Uint8Array): void {
    const { width, height } = this.#size;
    const count = width * height;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const value = now[i] ?? 0;
        this.#sum += value;
        this.#sumOfSquares += value * value;
        if (isUntrusted[i] !== 0) continue;
        const warped = sampleBilinear(before, x + (backward[i] ?? 0), y + (backward[count + i] ?? 0), this.#size);
        this.#squared += (value - warped) ** 2;
        this.#compared++;
      }
    }
    this.#samples += count;
  }

  /** Mean squared difference, as published; NaN when nothing was compared. */
  get squared(): number {
    return this.#squared / this.#compared;
  }

  /** Mean squared difference over the variance; NaN when nothing was compared. */
  get value(): number {
    const mean = this.#sum / this.#samples;
    const variance = this.#sumOfSquares / this.#samples - mean * mean;
    return this.squared / variance;
  }
}
