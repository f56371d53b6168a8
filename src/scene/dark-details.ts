import { Morphology } from '../image/morphology.js';
import type { PlaneKernel } from '../image/plane-kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';

/** Radius of the closing's window, samples: what is narrower and darker than what surrounds it stands out. */
const RADIUS = 6;

/** A detail without its small dark things: what surrounds them, sample by sample. */
export class DarkDetails {
  readonly #kernel: PlaneKernel;
  readonly #closed: Float32Array;
  #rows = 0;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#closed = kernel.plane(DETAIL_WIDTH * DETAIL_HEIGHT);
  }

  /** Rows from the top that {@link read} has closed. */
  get rows(): number {
    return this.#rows;
  }

  /** Luma around the small dark things, `[rows, 448]`. Lent until the next {@link read}. */
  get around(): Float32Array {
    return this.#closed.subarray(0, this.#rows * DETAIL_WIDTH);
  }

  /** Closes the upper rows of a detail's luma. @param detail `[3, 256, 448]`, borrowed. @param rows 0 where they are too few. */
  read(detail: Float32Array, rows: number): void {
    this.#rows = rows > 2 * RADIUS ? Math.min(DETAIL_HEIGHT, rows) : 0;
    if (this.#rows === 0) return;
    const luma = this.around;
    luma.set(detail.subarray(0, luma.length));
    new Morphology(this.#kernel, DETAIL_WIDTH, this.#rows).closeInto(luma, RADIUS, luma);
  }
}
