import { writeSampleSheet } from '../report/sample-sheet.js';
import { writeRegions, writeSigned, type StreetPair } from './street-pair.js';

/** How far made nights are from the real ones of held-back pairs: mean absolute differences of Y, U and V in [0, 1]. */
export interface PairMetrics {
  /** Inside key regions, weighted by their planes. */
  readonly regions: number;
  readonly elsewhere: number;
  readonly all: number;
  /** Higher is better: minus the mean of the two parts, so that small regions count. */
  readonly score: number;
}

/** Makes the night of one pair: `[height, width, 3]` in [-1, 1]. */
export type Translate = (day: Float32Array, regions: Float32Array) => Promise<Float32Array>;

/** Rows of a sample sheet. */
const SHEET_ROWS = 12;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Measures held-back pairs. */
export async function measurePairs(
  pairs: readonly StreetPair[],
  size: Size,
  translate: Translate,
): Promise<PairMetrics> {
  const sums = { regions: 0, elsewhere: 0, all: 0 };
  for (const pair of pairs) {
    const each = await measurePair(pair, size, translate);
    for (const name of ['regions', 'elsewhere', 'all'] as const) sums[name] += each[name] / pairs.length;
  }
  return { ...sums, score: -(sums.regions + sums.elsewhere) / 2 };
}

/** The same of one pair, without a score; `regions` is `all` for a frame without any. */
export async function measurePair(
  pair: StreetPair,
  { width }: Size,
  translate: Translate,
): Promise<Omit<PairMetrics, 'score'>> {
  const { day, night, regions } = unpack(pair, width);
  const made = await translate(day, regions);
  const [inside, outside] = [
    { sum: 0, weight: 0 },
    { sum: 0, weight: 0 },
  ];
  for (let i = 0; i < made.length / 3; i++) {
    let error = 0;
    for (let c = 3 * i; c < 3 * i + 3; c++) error += Math.abs((made[c] ?? 0) - (night[c] ?? 0)) / 6; // [-1, 1] is twice as wide
    const share = Math.max(...regions.subarray(4 * i, 4 * i + 4));
    inside.sum += share * error;
    inside.weight += share;
    outside.sum += (1 - share) * error;
    outside.weight += 1 - share;
  }
  const all = (inside.sum + outside.sum) / (inside.weight + outside.weight);
  const mean = ({ sum, weight }: typeof inside): number => (weight > 0 ? sum / weight : all);
  return { regions: mean(inside), elsewhere: mean(outside), all };
}

/** Writes a sheet of held-back pairs: day, regions, the night made, the night itself. Throws NocturneError OUTPUT_*. */
export async function writePairSheet(
  path: string,
  step: number,
  {
    pairs,
    size,
    translate,
  }: { readonly pairs: readonly StreetPair[]; readonly size: Size; readonly translate: Translate },
): Promise<void> {
  const rows = [];
  for (const pair of pairs.slice(0, SHEET_ROWS)) {
    const { day, night, regions } = unpack(pair, size.width);
    const made = await translate(day, regions);
    const map = Float32Array.from({ length: made.length / 3 }, (_, i) =>
      Math.max(...regions.subarray(4 * i, 4 * i + 4)),
    );
    const image = (signed: Float32Array) => ({ layout: 'nhwc' as const, data: toYuv(signed), ...size });
    rows.push({
      label: pair.name,
      cells: [image(day), { layout: 'map' as const, data: map, ...size }, image(made), image(night)],
    });
  }
  await writeSampleSheet(path, { title: `step ${step}`, columns: ['day', 'key regions', 'night made', 'night'], rows });
}

function unpack(pair: StreetPair, width: number): { day: Float32Array; night: Float32Array; regions: Float32Array } {
  const slot = (length: number) => ({ out: new Float32Array(length), start: 0, isFlipped: false });
  const [day, night, regions] = [slot(pair.day.length), slot(pair.night.length), slot(pair.regions.length)];
  writeSigned(pair.day, width, day);
  writeSigned(pair.night, width, night);
  writeRegions(pair.regions, width, regions);
  return { day: day.out, night: night.out, regions: regions.out };
}

/** From [-1, 1] to Y in [0, 1], U and V in [-0.5, 0.5]. */
function toYuv(signed: Float32Array): Float32Array {
  return signed.map((value, i) => value / 2 + (i % 3 === 0 ? 0.5 : 0));
}
