import type { Comparison, Evaluation, ReferenceResult, Steadiness } from '../evaluate/evaluation.js';
import type { Tones } from '../evaluate/tones.js';
import { alignRows, fixed, percent, withInterval, type Cells } from './align-rows.js';

/** Columns of measurements without a reference; a comparison also has the floor. */
const VARIANTS = ['day', 'grade', 'curve', 'result'] as const;
const COMPARED = [...VARIANTS, 'floor'] as const;
const TONES: Readonly<Record<keyof Tones, string>> = {
  mean: 'mean luma',
  spread: 'luma deviation',
  p99: '99th percentile',
  nearBlack: 'near black, top third',
  lampContrast: 'lamp contrast',
};

/** Formats an evaluation for people, one table per kind of measurement. */
export function formatEvaluation(evaluation: Evaluation): string {
  const { input, generator, references } = evaluation;
  const fallbacks = generator.fallbacks > 0 ? `; the network failed on ${generator.fallbacks}` : '';
  const title = `${input.path}: ${input.images} images, night by ${generator.name} ${generator.version}${fallbacks}`;
  const tables = [
    ...Object.entries(references).map(([name, reference]) => referenceTable(name, reference)),
    tonesTable(evaluation),
    structureTable(evaluation),
    lampsTable(evaluation),
    costTable(evaluation),
    ...(evaluation.steadiness ? [steadinessTable(evaluation.steadiness)] : []),
  ];
  return `${[title, ...tables.map(alignRows)].join('\n\n')}\n`;
}

function referenceTable(name: string, reference: ReferenceResult): Cells[] {
  const { layout, swd, lights, features } = reference;
  const rows = [
    [`to ${name} (${reference.images})`, 'day', 'grade', 'best curve', 'result', 'floor'],
    ['layout distance', ...COMPARED.map((row) => withInterval(layout[row]))],
    ['sliced Wasserstein', ...COMPARED.map((row) => withInterval(swd[row]))],
    ['lights distance', ...COMPARED.map((row) => withInterval(lights[row]))],
  ];
  for (const [label, distances] of [['FID', features?.fid] as const, ['KID', features?.kid] as const]) {
    if (distances) rows.push([label, ...COMPARED.map((row) => distances[row].toPrecision(4))]);
  }
  return [...rows, ['', '', '', formatCurve(layout), '', layout.floor.of]];
}

function formatCurve({ curve }: Comparison): string {
  return `${curve.gain.toFixed(2)} Y^${curve.gamma}`;
}

function tonesTable({ tones, reference }: Evaluation): Cells[] {
  const names = Object.keys(TONES) as (keyof Tones)[]; // TONES has every key
  return [
    ['luma', ...VARIANTS, `${reference} (p10 to p90)`],
    ...names.map((name) => {
      const { mean, p10, p90 } = tones.real[name];
      const real = `${fixed(mean, 2)} (${fixed(p10, 2)} to ${fixed(p90, 2)})`;
      return [TONES[name], ...VARIANTS.map((row) => fixed(tones[row][name].mean, 2)), real];
    }),
  ];
}

function structureTable({ structure, inventedLights }: Evaluation): Cells[] {
  const over = (share: number | null): string => (share === null ? '-' : `${share > 0 ? '+' : ''}${percent(share)}`);
  return [
    ['structure and lights', ...VARIANTS],
    ['structure', ...VARIANTS.map((row) => withInterval(structure[row]))],
    ['invented lights / 1000', ...VARIANTS.map((row) => withInterval(inventedLights[row], 0))],
    ['all lights / 1000', ...VARIANTS.map((row) => inventedLights[row].blobs.total.toFixed(0))],
    ['  change from the input', ...VARIANTS.map((row) => over(inventedLights[row].overInput))],
  ];
}

/** The lamps of the result: all together, then each kind that there is. */
function lampsTable({ lamps }: Evaluation): Cells[] {
  const { kinds, wrongSignals } = lamps.result;
  const counts = Object.entries(kinds).map(([kind, count]) => {
    return { kind, wrong: kind === 'signal' ? wrongSignals : 0, ...count };
  });
  const sumOf = (name: 'lamps' | 'unfounded' | 'unjudged' | 'wrong'): number =>
    counts.reduce((sum, count) => sum + count[name], 0);
  const all = {
    kind: 'all',
    lamps: sumOf('lamps'),
    unfounded: sumOf('unfounded'),
    unjudged: sumOf('unjudged'),
    wrong: sumOf('wrong'),
  };
  const shown = [all, ...counts.filter((count) => count.lamps > 0)];
  return [
    ['lamps of the result / 100', 'lamps', 'unfounded', 'wrong colour', 'not judged'],
    ...shown.map(({ kind, ...count }) => [
      kind,
      ...[count.lamps, count.unfounded, count.wrong, count.unjudged].map((value) => fixed(value, 0)),
    ]),
  ];
}

function steadinessTable(steadiness: Steadiness): Cells[] {
  const rows = [steadiness.day, steadiness.unsmoothed, steadiness.result, steadiness.held];
  const { lamps, blinking } = steadiness.lamps;
  const cuts = steadiness.cuts === 1 ? '1 cut' : `${steadiness.cuts} cuts`;
  return [
    [`steadiness over ${steadiness.pairs} pairs, ${cuts}`, 'day', 'unsmoothed', 'result', 'held'],
    ['warping error', ...rows.map(({ warpingError }) => fixed(warpingError, 5))],
    ['  not divided', ...rows.map(({ squaredError }) => fixed(squaredError, 6))],
    ['flicker', ...rows.map(({ flicker }) => (Number.isNaN(flicker) ? '-' : `${(100 * flicker).toFixed(2)} %`))],
    ['lamps that blink', '', '', lamps === 0 ? '-' : `${blinking} of ${lamps}`, ''],
  ];
}

function costTable({ cost }: Evaluation): Cells[] {
  const stages = Object.entries(cost.stages);
  const memory = `${(cost.peakMemoryBytes / 2 ** 20).toFixed(0)} MiB`;
  return [
    [`ms per ${cost.width}x${cost.height} frame`, ...stages.map(([name]) => name), 'peak memory'],
    ['p50', ...stages.map(([, { p50 }]) => p50.toFixed(1)), memory],
    ['p95', ...stages.map(([, { p95 }]) => p95.toFixed(1)), ''],
  ];
}
