import { COARSE_HEIGHT, COARSE_WIDTH, type Motion } from '../temporal/motion.js';
import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from './scene.js';

const TILES = COARSE_WIDTH * COARSE_HEIGHT;
/** Samples of a surface map along one side of a tile: one coarse vector. */
const TILE = SURFACE_WIDTH / COARSE_WIDTH;
/** Share of the earlier reads where nothing moved since. */
const KEPT_SHARE = 0.45;
/** Motion since the last read in coarse samples up to which the earlier reads count; one is four samples of a surface map. */
const MAX_SHIFT = 0.25;

/** The surfaces, averaged lightly over reads where nothing moves: a moving average, reset where content changes. */
export class SurfaceMean {
  /** `[13, 72, 128]`. */
  readonly surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
  readonly #shiftX = new Float32Array(TILES);
  readonly #shiftY = new Float32Array(TILES);
  readonly #confidence = new Float32Array(TILES);
  readonly #shares = new Float32Array(SURFACE_SIZE);
  #isEmpty = true;

  /** @param motion to the next frame; undefined where it is not known. */
  advance(motion: Motion | undefined): void {
    const confidence = this.#confidence;
    if (!motion) {
      confidence.fill(0);
      return;
    }
    const { coarse } = motion;
    for (let i = 0; i < TILES; i++) {
      this.#shiftX[i] = (this.#shiftX[i] ?? 0) + (coarse.backward[i] ?? 0);
      this.#shiftY[i] = (this.#shiftY[i] ?? 0) + (coarse.backward[TILES + i] ?? 0);
      confidence[i] = Math.min(confidence[i] ?? 0, coarse.confidence[i] ?? 0);
    }
  }

  /** Copies a frame's surfaces, `[13, 72, 128]`, into the mean. */
  update(found: Float32Array): void {
    const { surfaces } = this;
    const shares = this.#shares;
    if (this.#isEmpty || !this.#writeShares()) surfaces.set(found);
    else {
      for (let start = 0; start < surfaces.length; start += SURFACE_SIZE) {
        for (let i = 0; i < SURFACE_SIZE; i++) {
          const now = found[start + i] ?? 0;
          surfaces[start + i] = now + (shares[i] ?? 0) * ((surfaces[start + i] ?? 0) - now);
        }
      }
    }
    this.#isEmpty = false;
    this.#shiftX.fill(0);
    this.#shiftY.fill(0);
    this.#confidence.fill(1);
  }

  /** Forgets everything: at a cut. */
  reset(): void {
    this.#isEmpty = true;
  }

  /** Writes the share of the earlier reads for each sample. Returns whether there is one. */
  #writeShares(): boolean {
    let largest = 0;
    for (let y = 0; y < SURFACE_HEIGHT; y++) {
      const row = Math.floor(y / TILE) * COARSE_WIDTH;
      for (let column = 0; column < COARSE_WIDTH; column++) {
        const tile = row + column;
        const shift = Math.abs(this.#shiftX[tile] ?? 0) + Math.abs(this.#shiftY[tile] ?? 0);
        const share = KEPT_SHARE * (this.#confidence[tile] ?? 0) * Math.max(0, 1 - shift / MAX_SHIFT);
        const start = y * SURFACE_WIDTH + column * TILE;
        this.#shares.fill(share, start, start + TILE);
        largest = Math.max(largest, share);
      }
    }
    return largest > 0;
  }
}
