import { COARSE_HEIGHT, COARSE_WIDTH, type Motion } from '../temporal/motion.js';

/** How the camera moves between two frames. */
export interface CameraMotion {
  /** Median length of the flow, shares of the image's width. */
  readonly shift: number;
  /** Share by which what is seen grows about a point: above 0 where the camera moves ahead. */
  readonly expansion: number;
}

const SAMPLES = COARSE_WIDTH * COARSE_HEIGHT;
/** Confidence from which a vector counts. */
const MIN_CONFIDENCE = 0.5;
/** Share of vectors that must count. */
const MIN_SHARE = 0.2;

/** Reads the camera's motion from the coarse flow; undefined where too little of it is sure. */
export class CameraMotionReader {
  readonly #lengths = new Float32Array(SAMPLES);

  read({ coarse }: Motion): CameraMotion | undefined {
    const { backward, confidence } = coarse;
    const lengths = this.#lengths;
    let [count, sumX, sumY, sumU, sumV, squares, products] = [0, 0, 0, 0, 0, 0, 0];
    for (let row = 0, i = 0; row < COARSE_HEIGHT; row++) {
      for (let column = 0; column < COARSE_WIDTH; column++, i++) {
        if ((confidence[i] ?? 0) < MIN_CONFIDENCE) continue;
        const u = -(backward[i] ?? 0);
        const v = -(backward[SAMPLES + i] ?? 0);
        lengths[count++] = Math.sqrt(u * u + v * v);
        sumX += column;
        sumY += row;
        sumU += u;
        sumV += v;
        squares += column * column + row * row;
        products += column * u + row * v;
      }
    }
    if (count < MIN_SHARE * SAMPLES) return undefined;
    const median = lengths.subarray(0, count).sort()[count >> 1] ?? 0;
    const spread = squares - (sumX * sumX + sumY * sumY) / count;
    const expansion = (products - (sumX * sumU + sumY * sumV) / count) / Math.max(1, spread);
    return { shift: median / COARSE_WIDTH, expansion };
  }
}
