import { Morphology } from '../image/morphology.js';
import type { PlaneKernel } from '../image/plane-kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import { takeComponents } from './components.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Box } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** Radius of the closing's window, samples: panes are narrower. */
const CLOSING_RADIUS = 6;
/** A pane is darker than the wall around it by this. */
const MIN_CONTRAST = 0.085;
/** Probability of facade and window from which a sample may belong to a pane. */
const MIN_FACADE = 0.7;
/** Probability of vegetation above which it does not. */
const MAX_VEGETATION = 0.25;
/** Sizes of a pane: samples, and shares of the image. */
const MIN_AREA = 8;
const MAX_WIDTH = DETAIL_WIDTH / 26;
const MAX_HEIGHT = DETAIL_HEIGHT / 11;
/** Share of its box that a pane fills: what fills less is no pane but a gap. */
const MIN_FILL = 0.6;
/** Largest number of panes in a frame. */
export const MAX_PANES = 160;

/** Finds the panes of windows: small dark upright boxes inside sure facades. */
export class PaneFinder {
  readonly #kernel: PlaneKernel;
  readonly #closed: Float32Array;
  readonly #mask = new Uint8Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  /** Column of a surface map by column of a detail. */
  readonly #columns = Int32Array.from({ length: DETAIL_WIDTH }, (_, x) =>
    Math.floor((x * SURFACE_WIDTH) / DETAIL_WIDTH),
  );

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#closed = kernel.plane(DETAIL_WIDTH * DETAIL_HEIGHT);
  }

  /**
   * The panes above the ground, largest first. @param surfaces `[13, 72, 128]`. @param detail `[3, 256, 448]`.
   * @param horizon share of the image's height.
   */
  find(surfaces: Float32Array, detail: Float32Array, horizon: number, minFacade = MIN_FACADE): Box[] {
    const lowest = Math.min(DETAIL_HEIGHT, Math.round((horizon + 0.02) * DETAIL_HEIGHT));
    if (lowest <= 2 * CLOSING_RADIUS || !this.#markFacades(surfaces, lowest, minFacade)) return [];
    const [mask, closed] = [this.#mask, this.#closed];
    const luma = closed.subarray(0, lowest * DETAIL_WIDTH);
    luma.set(detail.subarray(0, luma.length));
    new Morphology(this.#kernel, DETAIL_WIDTH, lowest).closeInto(luma, CLOSING_RADIUS, luma);
    for (let i = 0; i < luma.length; i++) {
      if (mask[i] === 1 && (closed[i] ?? 0) - (detail[i] ?? 0) < MIN_CONTRAST) mask[i] = 0;
    }
    const panes = takeComponents(mask.subarray(0, luma.length), DETAIL_WIDTH, MAX_WIDTH * MAX_HEIGHT).filter((area) => {
      const width = area.right - area.left;
      const height = area.bottom - area.top;
      const isPane = width <= 2.6 * height + 2 && height <= 5 * width && width <= MAX_WIDTH && height <= MAX_HEIGHT;
      return isPane && area.count >= MIN_AREA && area.count >= MIN_FILL * width * height;
    });
    panes.sort((a, b) => b.count - a.count);
    return panes.slice(0, MAX_PANES).map((area) => ({
      x: area.left / DETAIL_WIDTH,
      y: area.top / DETAIL_HEIGHT,
      width: (area.right - area.left) / DETAIL_WIDTH,
      height: (area.bottom - area.top) / DETAIL_HEIGHT,
    }));
  }

  /** Marks the samples of sure facades, away from their edges. Returns whether there are any. */
  #markFacades(surfaces: Float32Array, lowest: number, minFacade: number): boolean {
    const facade = surfacePlane(surfaces, 'facade');
    const window = surfacePlane(surfaces, 'window');
    const vegetation = surfacePlane(surfaces, 'vegetation');
    const isSure = new Uint8Array(SURFACE_WIDTH * SURFACE_HEIGHT);
    const isWall = (j: number): boolean => (facade[j] ?? 0) + (window[j] ?? 0) >= minFacade;
    let count = 0;
    for (let y = 1; y < SURFACE_HEIGHT - 1; y++) {
      for (let x = 1; x < SURFACE_WIDTH - 1; x++) {
        const i = y * SURFACE_WIDTH + x;
        if (!isWall(i) || (vegetation[i] ?? 0) > MAX_VEGETATION) continue;
        if (!isWall(i - 1) || !isWall(i + 1) || !isWall(i - SURFACE_WIDTH) || !isWall(i + SURFACE_WIDTH)) continue;
        isSure[i] = 1;
        count++;
      }
    }
    if (count === 0) return false;
    const [mask, columns] = [this.#mask, this.#columns];
    for (let y = 0, i = 0; y < lowest; y++) {
      const row = Math.floor((y * SURFACE_HEIGHT) / DETAIL_HEIGHT) * SURFACE_WIDTH;
      for (let x = 0; x < DETAIL_WIDTH; x++, i++) mask[i] = isSure[row + (columns[x] ?? 0)] ?? 0;
    }
    return true;
  }
}
