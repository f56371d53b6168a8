import { AFFINE_SIZE, GRID_BINS, GRID_HEIGHT, GRID_WIDTH } from '../look/look.js';
import type { DaySamples } from './day-samples.js';
import type { NightSamples } from './night-samples.js';
import { COLUMNS, ROWS } from './samples.js';

/** Moments of one cell and bin, in this order: weight, Y, YY, R, RY, U, V, UU + VV, RU, RV, RU U + RV V; R is the night. */
const MOMENTS = 11;
const CELL = GRID_BINS * MOMENTS;
const CELLS = GRID_WIDTH * GRID_HEIGHT;
const CELL_COLUMNS = COLUMNS / GRID_WIDTH;
const CELL_ROWS = ROWS / GRID_HEIGHT;
/** Weight of a cell's neighbours on either side in its fit. */
const NEIGHBOUR = 0.2;
/** Weight of a bin in the fit of the next one, falling from bin to bin: it fills bins that hold nothing. */
const [BIN_SHARE, BIN_DECAY] = [0.02, 0.3];
/** Weight of a sample that shines itself; those that only reflect have 1. */
const FLOOR = 0.15;
/** How strongly a slope is drawn to the ratio of night to day, which keeps texture. */
const RIDGE = 0.0012;

/**
 * Fits the look's grid to a night: in each cell and luma bin, night Y is affine in day Y, and night U, V in day U, V with one
 * common slope. Least squares over the samples of cell and bin, and a little of their neighbours'. Allocates once.
 */
export class GridFit {
  readonly #moments = new Float32Array(CELLS * CELL);
  readonly #blurred = new Float32Array(CELLS * CELL);

  fit(day: DaySamples, night: NightSamples, grid: Float32Array): void {
    this.#splat(day, night);
    this.#blurCells();
    grid.fill(0);
    for (let cell = 0; cell < CELLS; cell++) {
      spreadBins(this.#moments, cell * CELL);
      for (let bin = 0; bin < GRID_BINS; bin++) {
        const at = cell * GRID_BINS + bin;
        solveInto(this.#moments, at * MOMENTS, grid, at * AFFINE_SIZE);
      }
    }
  }

  #splat(day: DaySamples, night: NightSamples): void {
    const moments = this.#moments.fill(0);
    const [dayY, dayU, dayV] = [day.luma, day.u, day.v];
    const [nightY, nightU, nightV, reflected] = [night.luma, night.u, night.v, night.reflected];
    for (let row = 0, i = 0; row < ROWS; row++) {
      const cellRow = ((row / CELL_ROWS) | 0) * GRID_WIDTH;
      for (let column = 0; column < COLUMNS; column++, i++) {
        const y = dayY[i] ?? 0;
        const u = dayU[i] ?? 0;
        const v = dayV[i] ?? 0;
        const r = nightY[i] ?? 0;
        const ru = nightU[i] ?? 0;
        const rv = nightV[i] ?? 0;
        const z = Math.min(1, Math.max(0, y)) * (GRID_BINS - 1);
        const bin = Math.min(GRID_BINS - 2, z) | 0;
        const share = FLOOR + (1 - FLOOR) * (reflected[i] ?? 0);
        const start = (cellRow + ((column / CELL_COLUMNS) | 0)) * CELL + bin * MOMENTS;
        for (let next = 0; next < 2; next++) {
          const at = start + next * MOMENTS;
          const weight = share * (next ? z - bin : 1 - z + bin);
          const wr = weight * r;
          moments[at] = (moments[at] ?? 0) + weight;
          moments[at + 1] = (moments[at + 1] ?? 0) + weight * y;
          moments[at + 2] = (moments[at + 2] ?? 0) + weight * y * y;
          moments[at + 3] = (moments[at + 3] ?? 0) + wr;
          moments[at + 4] = (moments[at + 4] ?? 0) + wr * y;
          moments[at + 5] = (moments[at + 5] ?? 0) + weight * u;
          moments[at + 6] = (moments[at + 6] ?? 0) + weight * v;
          moments[at + 7] = (moments[at + 7] ?? 0) + weight * (u * u + v * v);
          moments[at + 8] = (moments[at + 8] ?? 0) + weight * ru;
          moments[at + 9] = (moments[at + 9] ?? 0) + weight * rv;
          moments[at + 10] = (moments[at + 10] ?? 0) + weight * (ru * u + rv * v);
        }
      }
    }
  }

  /** Adds a share of the four neighbours of each cell. */
  #blurCells(): void {
    const [from, to] = [this.#moments, this.#blurred];
    for (let cell = 0; cell < CELLS; cell++) {
      const column = cell % GRID_WIDTH;
      const left = column > 0 ? cell - 1 : cell;
      const right = column < GRID_WIDTH - 1 ? cell + 1 : cell;
      addNeighbours(from, to, cell * CELL, left * CELL, right * CELL);
    }
    for (let cell = 0; cell < CELLS; cell++) {
      const above = cell >= GRID_WIDTH ? cell - GRID_WIDTH : cell;
      const below = cell < CELLS - GRID_WIDTH ? cell + GRID_WIDTH : cell;
      addNeighbours(to, from, cell * CELL, above * CELL, below * CELL);
    }
  }
}

function addNeighbours(from: Float32Array, to: Float32Array, at: number, before: number, after: number): void {
  for (let k = 0; k < CELL; k++) {
    to[at + k] = (from[at + k] ?? 0) + NEIGHBOUR * ((from[before + k] ?? 0) + (from[after + k] ?? 0));
  }
}

const carried = new Float32Array(MOMENTS);
const spread = new Float32Array(CELL);

/** Adds to each bin of a cell a little of the others, less the farther they are. */
function spreadBins(moments: Float32Array, start: number): void {
  spread.fill(0);
  for (const step of [1, -1]) {
    carried.fill(0);
    for (let count = 0; count < GRID_BINS; count++) {
      const bin = (step === 1 ? count : GRID_BINS - 1 - count) * MOMENTS;
      for (let k = 0; k < MOMENTS; k++) {
        spread[bin + k] = (spread[bin + k] ?? 0) + BIN_SHARE * (carried[k] ?? 0);
        carried[k] = BIN_DECAY * ((carried[k] ?? 0) + (moments[start + bin + k] ?? 0));
      }
    }
  }
  for (let k = 0; k < CELL; k++) moments[start + k] = (moments[start + k] ?? 0) + (spread[k] ?? 0);
}

/** Solves one cell and bin and writes its affine transform. */
function solveInto(moments: Float32Array, at: number, grid: Float32Array, out: number): void {
  const weight = (moments[at] ?? 0) + 1e-9;
  const y = (moments[at + 1] ?? 0) / weight;
  const yy = (moments[at + 2] ?? 0) / weight;
  const r = (moments[at + 3] ?? 0) / weight;
  const ratio = (moments[at + 4] ?? 0) / weight / (yy + 1e-4);
  const slope = ((moments[at + 4] ?? 0) / weight - y * r + RIDGE * ratio) / (Math.max(0, yy - y * y) + RIDGE);
  grid[out] = slope;
  grid[out + 3] = r - slope * y;
  const u = (moments[at + 5] ?? 0) / weight;
  const v = (moments[at + 6] ?? 0) / weight;
  const square = Math.max(0, (moments[at + 7] ?? 0) / weight - u * u - v * v);
  const nightU = (moments[at + 8] ?? 0) / weight;
  const nightV = (moments[at + 9] ?? 0) / weight;
  const joint = (moments[at + 10] ?? 0) / weight - u * nightU - v * nightV;
  const tint = (joint + RIDGE * 0.4 * ratio) / (square + RIDGE);
  grid[out + 5] = tint;
  grid[out + 7] = nightU - tint * u;
  grid[out + 10] = tint;
  grid[out + 11] = nightV - tint * v;
}
