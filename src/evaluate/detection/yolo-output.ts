import type { Detection } from './detection.js';
import type { Preprocessing, Size } from './detector-input.js';
import {
  addClasses,
  centredBox,
  describeDims,
  edgeBox,
  MIN_SCORE,
  type OutputFormat,
  type OutputTensor,
} from './detector-output.js';

/** Pixels of the input for each cell of the grids of YOLO. Larger networks have a fourth. */
const STRIDES = [8, 16, 32, 64];
/** An end-to-end network gives no more boxes than this; a grid has more cells. */
const MAX_FINISHED = 1000;
/** Columns of finished boxes: edges, score, class; with the image's number in front as YOLOv7 exports them. */
const FINISHED_COLUMNS = 6;

const LETTERBOX: Preprocessing = { fit: 'letterbox', values: 'unit', colors: 'rgb' };
const YOLOX: Preprocessing = { fit: 'corner', values: 'byte', colors: 'bgr' };

/**
 * Recognises YOLO's outputs from those of a grey image: `[1, 4+C, N]` (v8, v9, v11, v12), `[1, N, 5+C]` (v5, v7, v6, X) and
 * finished boxes `[1, N, 6]` or `[N, 7]`. Returns undefined for other outputs.
 * @param classCount where it is known: decides what the shape leaves open.
 */
export function recogniseYolo(
  outputs: readonly OutputTensor[],
  size: Size,
  classCount: number | undefined,
): OutputFormat | undefined {
  const tables = outputs.filter(({ dims }) => dims.length === 2 || (dims.length === 3 && dims[0] === 1));
  const [output] = tables;
  if (!output || tables.length > 1 || output.type !== 'float32') return undefined;
  const [rows = 0, columns = 0] = output.dims.slice(-2);
  if (output.dims.length === 2)
    return columns === FINISHED_COLUMNS + 1 ? finished(output, 'YOLOv7, end to end') : undefined;
  const isGrid = cellCounts(size).some((count) => [count, 3 * count].includes(Math.max(rows, columns)));
  if (columns === FINISHED_COLUMNS && rows <= MAX_FINISHED && !isGrid) return finished(output, 'YOLO, end to end');
  const isTransposed = rows < columns;
  const masks = outputs.find(({ dims }) => dims.length === 4)?.dims[1] ?? 0; // of segmentation: coefficients after the classes
  const channels = Math.min(rows, columns) - masks;
  const hasObjectness = !isTransposed && channels - 4 !== classCount;
  const count = channels - (hasObjectness ? 5 : 4);
  if (count < 1) return undefined;
  return new YoloGrid(output, { size, isTransposed, hasObjectness, classCount: count }).format();
}

/** Boxes that a network has thinned out itself: left, top, right, bottom, score, class. */
function finished(output: OutputTensor, name: string): OutputFormat {
  return {
    title: `${name}, ${describeDims(output)}`,
    classCount: undefined,
    preprocessing: LETTERBOX,
    needsSuppression: false,
    decode: (outputs) => {
      const { data, dims } = named(outputs, output.name);
      const columns = dims.at(-1) ?? FINISHED_COLUMNS;
      const isBatched = columns > FINISHED_COLUMNS; // YOLOv7: image, box, class, score
      const rows = Array.from({ length: data.length / columns }, (_, i) => {
        const at = (k: number): number => data[i * columns + k + (isBatched ? 1 : 0)] ?? 0;
        const [score, classIndex] = isBatched ? [at(5), at(4)] : [at(4), at(5)];
        return { ...edgeBox(at(0), at(1), at(2), at(3)), score, classIndex };
      });
      return rows.filter(({ score }) => score >= MIN_SCORE);
    },
  };
}

interface GridOptions {
  /** Size of the input. */
  readonly size: Size;
  /** Whether the numbers of one box are far apart: `[4+C, N]`. */
  readonly isTransposed: boolean;
  /** Whether a fifth number says how sure the network is that there is any object. */
  readonly hasObjectness: boolean;
  readonly classCount: number;
}

/** One box for each cell of grids over the image, or three. */
class YoloGrid {
  readonly #output: OutputTensor;
  readonly #options: GridOptions;

  constructor(output: OutputTensor, options: GridOptions) {
    this.#output = output;
    this.#options = options;
  }

  format(): OutputFormat {
    const { size, hasObjectness, classCount } = this.#options;
    const unit = this.#unit();
    const isSingle = cellCounts(size).includes(this.#boxes(this.#output));
    const isYolox = hasObjectness && isSingle && (unit === 'cells' || !this.#isAlwaysSure());
    const name = isYolox ? 'YOLOX' : !hasObjectness ? 'YOLOv8' : isSingle ? 'YOLOv6' : 'YOLOv5 or v7';
    return {
      title: `${name}, ${describeDims(this.#output)}`,
      classCount,
      preprocessing: isYolox ? YOLOX : LETTERBOX,
      needsSuppression: true,
      decode: (outputs, inputSize) => this.#decode(named(outputs, this.#output.name), inputSize, unit),
    };
  }

  #boxes({ dims }: OutputTensor): number {
    return dims.at(this.#options.isTransposed ? -1 : -2) ?? 0;
  }

  /** Number `k` of box `i`. */
  #reader(output: OutputTensor): (i: number, k: number) => number {
    const { data } = output;
    const boxes = this.#boxes(output);
    if (this.#options.isTransposed) return (i, k) => data[k * boxes + i] ?? 0;
    const columns = output.dims.at(-1) ?? 0;
    return (i, k) => data[i * columns + k] ?? 0;
  }

  /** What boxes are counted in: pixels of the input, shares of it, or cells from the own one with the logarithm of the size (YOLOX). */
  #unit(): 'pixels' | 'shares' | 'cells' {
    const at = this.#reader(this.#output);
    const { size, hasObjectness } = this.#options;
    let [maxX, minWidth] = [0, Infinity];
    for (let i = 0; i < this.#boxes(this.#output); i++) {
      maxX = Math.max(maxX, at(i, 0));
      minWidth = Math.min(minWidth, at(i, 2));
    }
    if (maxX > size.width / 2) return 'pixels';
    return hasObjectness && minWidth < 0 ? 'cells' : 'shares';
  }

  /** YOLOv6 keeps the column of the objectness, always 1. */
  #isAlwaysSure(): boolean {
    const at = this.#reader(this.#output);
    return Array.from({ length: this.#boxes(this.#output) }, (_, i) => at(i, 4)).every((value) => value === 1);
  }

  #decode(output: OutputTensor, size: Size, unit: 'pixels' | 'shares' | 'cells'): Detection[] {
    const { hasObjectness, classCount } = this.#options;
    const at = this.#reader(output);
    const first = hasObjectness ? 5 : 4;
    const cells = unit === 'cells' ? gridCells(size, this.#boxes(output)) : [];
    const found: Detection[] = [];
    for (let i = 0; i < this.#boxes(output); i++) {
      const objectness = hasObjectness ? at(i, 4) : 1;
      if (objectness < MIN_SCORE) continue;
      const [x, y, width, height] = [at(i, 0), at(i, 1), at(i, 2), at(i, 3)];
      const cell = cells[i];
      const box = cell
        ? centredBox(
            (x + cell.column) * cell.stride,
            (y + cell.row) * cell.stride,
            Math.exp(width) * cell.stride,
            Math.exp(height) * cell.stride,
          )
        : unit === 'shares'
          ? centredBox(x * size.width, y * size.height, width * size.width, height * size.height)
          : centredBox(x, y, width, height);
      addClasses(found, box, classCount, (k) => objectness * at(i, first + k));
    }
    return found;
  }
}

/** Cells of the grids of an input: of three strides, of four. */
function cellCounts(size: Size): readonly number[] {
  return [3, 4].map((strides) =>
    STRIDES.slice(0, strides).reduce((sum, stride) => sum + cellsAlong(size, stride).total, 0),
  );
}

function cellsAlong({ width, height }: Size, stride: number): { columns: number; rows: number; total: number } {
  const [columns, rows] = [Math.floor(width / stride), Math.floor(height / stride)];
  return { columns, rows, total: columns * rows };
}

interface Cell {
  readonly column: number;
  readonly row: number;
  readonly stride: number;
}

/** The first `count` cells, finest grid first, row by row. */
function gridCells(size: Size, count: number): Cell[] {
  const cells: Cell[] = [];
  for (const stride of STRIDES) {
    const { columns, rows } = cellsAlong(size, stride);
    for (let row = 0; row < rows && cells.length < count; row++) {
      for (let column = 0; column < columns; column++) cells.push({ column, row, stride });
    }
  }
  return cells;
}

/** The output of a name. Throws RangeError where a later run lacks it. */
function named(outputs: readonly OutputTensor[], name: string): OutputTensor {
  const found = outputs.find((output) => output.name === name);
  if (!found) throw new RangeError(`outputs must have ${name}, got ${outputs.map((output) => output.name).join(', ')}`);
  return found;
}
