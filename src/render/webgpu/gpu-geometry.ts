import { GRID_HEIGHT, GRID_WIDTH, LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../../look/look.js';

/** One, as the weight of a column or of luma's row of cells: 14 fraction bits. */
const COLUMN_ONE = 16384;
/** One, as the weight of chroma's row of cells or of a row of lights: 15 fraction bits; a weight is below it. */
const ROW_ONE = 32768;
/** Scales a chroma sum to 4 fraction bits. */
const SUM_TO_OUTPUT = 1 / 32768;

/** Positions of a frame's columns and rows between the grid's cells and the lights' samples: what `frame.ts` of the kernel computes. */
export interface Geometry {
  /**
   * Words. Of each luma column: cell and weight of the next one; light and weight of the next one. Of each chroma column: cell;
   * light; weights of both cells, f32. Of each luma row, then of each chroma row: cell; light.
   */
  readonly words: Uint32Array;
  /** Indices of the first chroma column, luma row and chroma row. Luma columns are first. */
  readonly chromaColumns: number;
  readonly lumaRows: number;
  readonly chromaRows: number;
}

/** Computes the geometry of frames of a size; columns up to a multiple of eight. */
export function geometryOf(width: number, height: number): Geometry {
  const columns = Math.ceil(width / 8) * 8;
  const [half, halfRows] = [width / 2, height / 2];
  const chromaColumns = 2 * columns;
  const lumaRows = chromaColumns + 2 * columns;
  const chromaRows = lumaRows + 2 * height;
  const words = new Uint32Array(chromaRows + 2 * halfRows);
  const floats = new Float32Array(words.buffer);
  for (let i = 0; i < columns; i++) {
    const x = Math.min(i, width - 1);
    words[2 * i] = cellWord(positionOf(x, width, GRID_WIDTH), GRID_WIDTH);
    words[2 * i + 1] = lightWord(positionOf(x, width, LIGHTS_WIDTH));
  }
  for (let i = 0; i < columns / 2; i++) {
    const x = Math.min(i, half - 1);
    const at = chromaColumns + 4 * i;
    const position = positionOf(x, half, GRID_WIDTH);
    const cell = Math.min(Math.floor(position), GRID_WIDTH - 2);
    words[at] = cell;
    words[at + 1] = lightWord(positionOf(x, half, LIGHTS_WIDTH));
    floats[at + 2] = (1 - (position - cell)) * SUM_TO_OUTPUT;
    floats[at + 3] = (position - cell) * SUM_TO_OUTPUT;
  }
  for (let y = 0; y < height; y++) {
    words[lumaRows + 2 * y] = cellWord(positionOf(y, height, GRID_HEIGHT), GRID_HEIGHT);
    words[lumaRows + 2 * y + 1] = rowWord(positionOf(y, height, LIGHTS_HEIGHT));
  }
  for (let y = 0; y < halfRows; y++) {
    words[chromaRows + 2 * y] = rowWord(positionOf(y, halfRows, GRID_HEIGHT));
    words[chromaRows + 2 * y + 1] = rowWord(positionOf(y, halfRows, LIGHTS_HEIGHT));
  }
  return { words, chromaColumns, lumaRows, chromaRows };
}

/** Position of sample `i` of `n` among `cells` cell centres, clamped to the outer centres. */
function positionOf(i: number, n: number, cells: number): number {
  return Math.min(Math.max(((i + 0.5) * cells) / n - 0.5, 0), cells - 1);
}

/** The cell before a position and the weight of the next one, which is inside the grid. */
function cellWord(position: number, cells: number): number {
  const cell = Math.min(Math.floor(position), cells - 2);
  return cell | (nearest((position - cell) * COLUMN_ONE) << 16);
}

function lightWord(position: number): number {
  const first = Math.floor(position);
  return first | (nearest((position - first) * COLUMN_ONE) << 16);
}

function rowWord(position: number): number {
  const first = Math.floor(position);
  return first | (Math.min(nearest((position - first) * ROW_ONE), ROW_ONE - 1) << 16);
}

/** The nearest integer, the even one of two: WebAssembly's rounding. */
function nearest(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
