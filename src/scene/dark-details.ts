import { Morphology } from '../image/morphology.js';
import type { PlaneKernel } from '../image/plane-kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';

/** Radius of the closing's window, samples: what is narrower and darker than what surrounds it stands out. */
const RADIUS = 6;
/** How far below the horizon windows may be, a share of the image's height. */
const BELOW_HORIZON = 0.02;

/** A detail without its small dark things: what surrounds them, sample by sample. */
export class DarkDetails {
  readonly #kernel: PlaneKernel;
  readonly #closed: Float32Array;
  #rows = 0;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#closed = kernel.plane(DETAIL_WIDTH * DETAIL_HEIGHT);
  }

  /** Rows from the top that {@link read} has closed; 0 without any. */
  get rows(): number {
    return this.#rows;
  }

  /** Luma around the small dark things, `[rows, 448]`. Lent until the next {@link read}. */
  get around(): Float32Array {
    return this.#closed.subarray(0, this.#rows * DETAIL_WIDTH);
  }

  /**
   * Closes a detail's luma down to a little below the horizon; where that leaves too few rows, none. @param detail `[3, 256, 448]`, borrowed.
   * @param horizon share of the image's height.
   */
  read(detail: Float32Array, horizon: number): void {
    const rows = Math.round((horizon + BELOW_HORIZON) * DETAIL_HEIGHT);
    this.#rows = rows > 2 * RADIUS ? Math.min(DETAIL_HEIGHT, rows) : 0;
    if (this.#rows === 0) return;
    const luma = this.around;
    luma.set(detail.subarray(0, luma.length));
    new Morphology(this.#kernel, DETAIL_WIDTH, this.#rows).closeInto(luma, RADIUS, luma);
  }
}
