/** Detail of one level of a Laplacian pyramid. */
export interface LevelDetail {
  /** Root mean square of the level. */
  readonly deviation: number;
  /** The same of its upper third. */
  readonly topDeviation: number;
  /** The same where the plane is darker than a given value; 0 where it is nowhere. */
  readonly darkDeviation: number;
  /** Logarithm of root mean square over mean absolute value: 0.23 of plain noise, more where few edges stand out of a flat rest. */
  readonly peaks: number;
}

/** Levels that are measured: each half as fine as the one before. */
const LEVELS = 3;
/** A mean absolute value below this is a flat level without peaks. */
const FLAT = 1e-5;

/** Measures the detail of a plane at three scales, finest first: the plane minus itself blurred by 2x2 means. Borrows it. @param dark see {@link LevelDetail.darkDeviation}. */
export function detailOf(plane: Float32Array, width: number, height: number, dark: number): LevelDetail[] {
  const levels: LevelDetail[] = [];
  let [data, columns, rows] = [plane, width, height];
  for (let level = 0; level < LEVELS; level++) {
    const half = halve(data, columns, rows);
    levels.push(measure(data, half, { columns, rows, dark }));
    [data, columns, rows] = [half, columns / 2, rows / 2];
  }
  return levels;
}

function measure(
  data: Float32Array,
  half: Float32Array,
  { columns, rows, dark }: { columns: number; rows: number; dark: number },
): LevelDetail {
  let [squares, absolute, topSquares, darkSquares, darkCount] = [0, 0, 0, 0, 0];
  const topCount = columns * Math.floor(rows / 3);
  for (let i = 0; i < columns * rows; i++) {
    const blurred = half[(Math.floor(i / columns) >> 1) * (columns / 2) + ((i % columns) >> 1)] ?? 0;
    const detail = (data[i] ?? 0) - blurred;
    squares += detail * detail;
    absolute += Math.abs(detail);
    if (i < topCount) topSquares += detail * detail;
    if (blurred <= dark) {
      darkSquares += detail * detail;
      darkCount++;
    }
  }
  const count = columns * rows;
  const deviation = Math.sqrt(squares / count);
  const mean = absolute / count;
  return {
    deviation,
    topDeviation: Math.sqrt(topSquares / topCount),
    darkDeviation: darkCount > 0 ? Math.sqrt(darkSquares / darkCount) : 0,
    peaks: mean > FLAT ? Math.log(deviation / mean) : 0,
  };
}

/** Averages 2x2 samples. */
function halve(data: Float32Array, columns: number, rows: number): Float32Array {
  const out = new Float32Array(data.length / 4);
  for (let y = 0; y < rows / 2; y++) {
    for (let x = 0; x < columns / 2; x++) {
      const i = 2 * y * columns + 2 * x;
      const sum = (data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + columns] ?? 0) + (data[i + columns + 1] ?? 0);
      out[(y * columns) / 2 + x] = sum / 4;
    }
  }
  return out;
}
