import { sampleBilinear, type PlaneSize } from '../image/sample-bilinear.js';

/** Flow that comes back within this many squared pixels, and this share of its length's square, is no occlusion (Ruder et al. 2016). */
const OCCLUSION = { share: 0.01, slack: 0.5 };
/** The same for the change of flow from sample to sample: where it is steeper lies a boundary of motions. */
const BOUNDARY = { share: 0.01, slack: 0.002 };

/**
 * Where a backward flow cannot be trusted, as Lai et al. (2018) have it: 1 where it and the forward flow do not cancel, and
 * at boundaries between motions. Writes `mask` `[H, W]`.
 * @param backward `[2, H, W]` in samples: seen at x now, seen at x + flow before. @param forward the same the other way.
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
      const length = u * u + v * v + backU * backU + backV * backV;
      const isOccluded = (u + backU) ** 2 + (v + backV) ** 2 > OCCLUSION.share * length + OCCLUSION.slack;
      const right = x + 1 < width ? i + 1 : i;
      const below = y + 1 < height ? i + width : i;
      const change =
        ((backward[right] ?? 0) - u) ** 2 +
        ((backward[count + right] ?? 0) - v) ** 2 +
        ((backward[below] ?? 0) - u) ** 2 +
        ((backward[count + below] ?? 0) - v) ** 2;
      mask[i] = isOccluded || change > BOUNDARY.share * (u * u + v * v) + BOUNDARY.slack ? 1 : 0;
    }
  }
}

/**
 * The warping error of a sequence (Lai et al. 2018): mean squared difference between each picture and the one before it,
 * warped here by the flow, where that can be trusted. It is divided by the pictures' own variance of luma, for a night
 * of low contrast would else look steady: comparable between an input and its nights.
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

  /** A picture and the one before it. @param now and `before` luma `[H, W]`. @param isUntrusted `[H, W]`, 0 where samples count. */
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

  /** Mean squared difference, as published; NaN as {@link value}. */
  get squared(): number {
    return this.#squared / this.#compared;
  }

  /** Mean squared difference over the variance; NaN before a picture was added, or where nothing could be compared. */
  get value(): number {
    const mean = this.#sum / this.#samples;
    const variance = this.#sumOfSquares / this.#samples - mean * mean;
    return this.squared / variance;
  }
}
