import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import { takeComponents } from './components.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Box } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** Side of the closing's window, samples: panes are narrower. */
const CLOSING = 13;
/** A pane is darker than the wall around it by this. */
const MIN_CONTRAST = 0.07;
/** Probability of facade and window from which a sample may belong to a pane. */
const MIN_FACADE = 0.7;
/** Probability of vegetation above which it does not. */
const MAX_VEGETATION = 0.25;
/** Sizes of a pane: samples, and shares of the image. */
const MIN_AREA = 4;
const MAX_WIDTH = DETAIL_WIDTH / 26;
const MAX_HEIGHT = DETAIL_HEIGHT / 11;
/** Share of its box that a pane fills: what fills less is no pane but a gap. */
const MIN_FILL = 0.6;
/** Largest number of panes in a frame. */
export const MAX_PANES = 160;

/** Finds the panes of windows: small dark upright boxes inside sure facades. */
export class PaneFinder {
  readonly #luma = new Float32Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  readonly #closed = new Float32Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  readonly #mask = new Uint8Array(DETAIL_WIDTH * DETAIL_HEIGHT);

  /**
   * The panes above the ground, largest first. @param surfaces `[13, 72, 128]`. @param detail `[3, 256, 448]`.
   * @param horizon share of the image's height.
   */
  find(surfaces: Float32Array, detail: Float32Array, horizon: number, minFacade = MIN_FACADE): Box[] {
    const lowest = Math.min(DETAIL_HEIGHT, Math.round((horizon + 0.02) * DETAIL_HEIGHT));
    if (lowest < CLOSING || !this.#markFacades(surfaces, lowest, minFacade)) return [];
    this.#close(detail, lowest);
    for (let i = 0; i < lowest * DETAIL_WIDTH; i++) {
      if (this.#mask[i] === 1 && (this.#closed[i] ?? 0) - (detail[i] ?? 0) < MIN_CONTRAST) this.#mask[i] = 0;
    }
    this.#mask.fill(0, lowest * DETAIL_WIDTH);
    const panes = takeComponents(this.#mask, DETAIL_WIDTH, MAX_WIDTH * MAX_HEIGHT).filter((area) => {
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
    let count = 0;
    for (let y = 1; y < SURFACE_HEIGHT - 1; y++) {
      for (let x = 1; x < SURFACE_WIDTH - 1; x++) {
        const i = y * SURFACE_WIDTH + x;
        let least = 1;
        for (const j of [i, i - 1, i + 1, i - SURFACE_WIDTH, i + SURFACE_WIDTH]) {
          least = Math.min(least, (facade[j] ?? 0) + (window[j] ?? 0));
        }
        if (least < minFacade || (vegetation[i] ?? 0) > MAX_VEGETATION) continue;
        isSure[i] = 1;
        count++;
      }
    }
    if (count === 0) return false;
    for (let y = 0, i = 0; y < lowest; y++) {
      const row = Math.floor((y * SURFACE_HEIGHT) / DETAIL_HEIGHT) * SURFACE_WIDTH;
      for (let x = 0; x < DETAIL_WIDTH; x++, i++) {
        this.#mask[i] = isSure[row + Math.floor((x * SURFACE_WIDTH) / DETAIL_WIDTH)] ?? 0;
      }
    }
    return true;
  }

  /** Grey closing of the luma of the first rows: maxima, then minima, over a square window. */
  #close(detail: Float32Array, rows: number): void {
    const size = rows * DETAIL_WIDTH;
    this.#luma.set(detail.subarray(0, size));
    const isMax = true;
    slide(this.#luma, this.#closed, { count: DETAIL_WIDTH, step: 1, lines: rows, lineStep: DETAIL_WIDTH }, isMax);
    slide(this.#closed, this.#luma, { count: rows, step: DETAIL_WIDTH, lines: DETAIL_WIDTH, lineStep: 1 }, isMax);
    slide(this.#luma, this.#closed, { count: DETAIL_WIDTH, step: 1, lines: rows, lineStep: DETAIL_WIDTH }, !isMax);
    slide(this.#closed, this.#luma, { count: rows, step: DETAIL_WIDTH, lines: DETAIL_WIDTH, lineStep: 1 }, !isMax);
    this.#closed.set(this.#luma.subarray(0, size));
  }
}

interface Lines {
  readonly count: number;
  readonly step: number;
  readonly lines: number;
  readonly lineStep: number;
}

/** Extremes over a window of {@link CLOSING} samples along lines, by blocks (van Herk 1992). */
function slide(from: Float32Array, to: Float32Array, { count, step, lines, lineStep }: Lines, isMax: boolean): void {
  const radius = CLOSING >> 1;
  const padded = Math.ceil((count + 2 * radius) / CLOSING) * CLOSING;
  const ahead = new Float32Array(padded);
  const back = new Float32Array(padded);
  const sign = isMax ? 1 : -1;
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let i = 0; i < padded; i++) {
      const at = i - radius;
      const value = at >= 0 && at < count ? sign * (from[start + at * step] ?? 0) : -Infinity;
      ahead[i] = i % CLOSING === 0 ? value : Math.max(ahead[i - 1] ?? 0, value);
      back[i] = value;
    }
    for (let i = padded - 2; i >= 0; i--) {
      if (i % CLOSING !== CLOSING - 1) back[i] = Math.max(back[i] ?? 0, back[i + 1] ?? 0);
    }
    for (let i = 0; i < count; i++) to[start + i * step] = sign * Math.max(back[i] ?? 0, ahead[i + 2 * radius] ?? 0);
  }
}
