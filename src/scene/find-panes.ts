import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import { takeComponents, type Component } from './components.js';
import type { DarkDetails } from './dark-details.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Box } from './scene.js';
import { surfacePlane } from './scene-maps.js';

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
/** Width of the bars between the panes of one window, samples, and the share of the smaller pane that lies beside the other. */
const MAX_BAR = 2;
const MIN_BESIDE = 0.6;
/** Largest number of panes in a frame. */
export const MAX_PANES = 160;
/** Largest number of them before those of one window are joined. */
const MAX_UNJOINED = 2 * MAX_PANES;

/** A window in one frame: a pane, or some with bars between them. */
export interface FoundPane {
  readonly box: Box;
  /** As `Pane.dayBelow`. */
  readonly dayBelow: number;
}

/** Finds windows: small dark upright boxes inside sure facades; those with thin bars between them are one. */
export class PaneFinder {
  readonly #mask = new Uint8Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  /** Column of a surface map by column of a detail. */
  readonly #columns = Int32Array.from({ length: DETAIL_WIDTH }, (_, x) =>
    Math.floor((x * SURFACE_WIDTH) / DETAIL_WIDTH),
  );

  /** The panes in the rows of `dark`, largest first. @param surfaces `[13, 72, 128]`. @param detail `[3, 256, 448]`. */
  find(surfaces: Float32Array, dark: DarkDetails, detail: Float32Array, minFacade = MIN_FACADE): FoundPane[] {
    const { rows, around } = dark;
    if (rows === 0 || !this.#markFacades(surfaces, rows, minFacade)) return [];
    const mask = this.#mask;
    for (let i = 0; i < around.length; i++) {
      if (mask[i] === 1 && (around[i] ?? 0) - (detail[i] ?? 0) < MIN_CONTRAST) mask[i] = 0;
    }
    const panes = takeComponents(mask.subarray(0, around.length), DETAIL_WIDTH, MAX_WIDTH * MAX_HEIGHT).filter(
      (area) => {
        const width = area.right - area.left;
        const height = area.bottom - area.top;
        const isPane = width <= 2.6 * height + 2 && height <= 5 * width && width <= MAX_WIDTH && height <= MAX_HEIGHT;
        return isPane && area.count >= MIN_AREA && area.count >= MIN_FILL * width * height;
      },
    );
    panes.sort((a, b) => b.count - a.count);
    const windows = joined(panes.slice(0, MAX_UNJOINED)).sort((a, b) => b.count - a.count);
    return windows.slice(0, MAX_PANES).map((area) => ({
      box: {
        x: area.left / DETAIL_WIDTH,
        y: area.top / DETAIL_HEIGHT,
        width: (area.right - area.left) / DETAIL_WIDTH,
        height: (area.bottom - area.top) / DETAIL_HEIGHT,
      },
      dayBelow: edgeLuma(area, around, detail),
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

/** Luma halfway between the glass in an area and the wall around it. */
function edgeLuma({ left, top, right, bottom }: Component, around: Float32Array, detail: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let i = y * DETAIL_WIDTH + left; i < y * DETAIL_WIDTH + right; i++) {
      const [glass, wall] = [detail[i] ?? 0, around[i] ?? 0];
      if (wall - glass < MIN_CONTRAST) continue;
      sum += (glass + wall) / 2;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Joins the panes of one window, as long as it is no larger than a pane may be. */
function joined(panes: readonly Component[]): Component[] {
  const areas = [...panes];
  for (let i = 0; i < areas.length; i++) {
    const partOf = (area: Component | undefined): number =>
      areas.findIndex((other, j) => j > i && area !== undefined && isOneWindow(area, other));
    for (let j = partOf(areas[i]); j >= 0; j = partOf(areas[i])) {
      const [part] = areas.splice(j, 1);
      const area = areas[i];
      if (area && part) areas[i] = union(area, part);
    }
  }
  return areas;
}

/** Whether two panes have a bar between them and make one window. */
function isOneWindow(a: Component, b: Component): boolean {
  const besideX = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const besideY = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const leastX = MIN_BESIDE * Math.min(a.right - a.left, b.right - b.left);
  const leastY = MIN_BESIDE * Math.min(a.bottom - a.top, b.bottom - b.top);
  const isBeside = besideX >= -MAX_BAR && besideY >= leastY;
  const isAbove = besideY >= -MAX_BAR && besideX >= leastX;
  const { left, right, top, bottom } = union(a, b);
  return (isBeside || isAbove) && right - left <= MAX_WIDTH && bottom - top <= MAX_HEIGHT;
}

function union(a: Component, b: Component): Component {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
    count: a.count + b.count,
  };
}
