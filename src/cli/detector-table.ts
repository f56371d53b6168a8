import type { Estimate } from '../evaluate/bootstrap.js';
import type {
  DetectorEvaluation,
  FoundResult,
  LabelledResult,
  NightResult,
  PairResult,
} from '../evaluate/detection/detector-evaluation.js';
import { alignRows, fixed, type Cells } from './align-rows.js';

/** Rows of classes shown; the JSON has all of them. */
const MAX_CLASSES = 12;
/** Images shown of those that lose most. */
const MAX_LOSSES = 5;
/** Characters shown of the path of an image. */
const MAX_PATH = 48;
/** Names listed of classes without a counterpart. */
const MAX_NAMES = 8;

/** Formats the evaluation of a detector for people: what it finds by day, at the made night and at real nights. */
export function formatDetectorEvaluation(evaluation: DetectorEvaluation): string {
  const { input, detector, generator, day } = evaluation;
  const fallbacks = generator.fallbacks > 0 ? `; the network failed on ${generator.fallbacks}` : '';
  const title =
    `${input.path}: ${input.images} images (${input.layout}), night by ${generator.name} ${generator.version}${fallbacks}\n` +
    `${detector.path}: ${detector.title}`;
  const tables = [
    ...(day.labelled ? [labelledTable(evaluation, day.labelled), classTable(evaluation, day.labelled)] : []),
    labelFreeTable(evaluation),
    countTable(evaluation),
    lumaTable(evaluation),
    lossTable(evaluation.pairs),
  ];
  const texts = [title, ...tables.filter((rows) => rows.length > 1).map(alignRows), ...unmatchedLines(evaluation)];
  return `${texts.join('\n\n')}\n`;
}

/** The sets in the order of the columns. */
function nightsOf({ night, references }: DetectorEvaluation): [name: string, result: NightResult][] {
  return [['made night', night], ...Object.entries(references)];
}

function labelledTable(evaluation: DetectorEvaluation, day: LabelledResult): Cells[] {
  const labelled = nightsOf(evaluation).filter(([, { labelled }]) => labelled);
  const row = (
    label: string,
    textOf: (result: LabelledResult) => string,
    keptOf?: (night: NightResult) => Estimate | undefined,
  ): Cells => [
    label,
    textOf(day),
    ...labelled.flatMap(([, night]) => [
      night.labelled ? textOf(night.labelled) : '-',
      keptOf ? shareWithInterval(keptOf(night)) : '',
    ]),
  ];
  const { score } = evaluation;
  return [
    ['against the labels', 'day', ...labelled.flatMap(([name]) => [name, 'kept'])],
    row(
      'AP50',
      ({ ap50 }) => fixed(ap50.mean, 3),
      ({ retention }) => retention?.ap50,
    ),
    row(
      'AP50:95',
      ({ ap }) => fixed(ap.mean, 3),
      ({ retention }) => retention?.ap,
    ),
    row(
      `found at ${score}`,
      ({ found }) => share(found.mean),
      ({ retention }) => retention?.found,
    ),
    row('on nothing / image', ({ wrong }) => fixed(wrong, 2)),
    ...(['small', 'medium', 'large'] as const).map((size) =>
      row(`AP50:95 of ${size}`, ({ areas }) => `${fixed(areas[size].ap, 3)} (${areas[size].boxes})`),
    ),
    countCells(evaluation, labelled),
  ];
}

/** Images and labelled objects of each set. */
function countCells({ day }: DetectorEvaluation, labelled: readonly (readonly [string, NightResult])[]): Cells {
  const text = ({ images, labelled: result }: FoundResult): string => `${result?.boxes ?? 0} in ${images}`;
  return ['objects in images', text(day), ...labelled.flatMap(([, night]) => [text(night), ''])];
}

function classTable(evaluation: DetectorEvaluation, day: LabelledResult): Cells[] {
  const labelled = nightsOf(evaluation).filter(([, { labelled }]) => labelled);
  const classes = Object.entries(day.classes).sort(([, a], [, b]) => b.boxes - a.boxes);
  return [
    ['AP50 by class', 'objects', 'day', ...labelled.flatMap(([name]) => [name, 'kept'])],
    ...classes
      .slice(0, MAX_CLASSES)
      .map(([name, { boxes, ap50 }]) => [
        name,
        String(boxes),
        fixed(ap50.mean, 3),
        ...labelled.flatMap(([, { labelled: night, retention }]) => [
          fixed(night?.classes[name]?.ap50.mean ?? Number.NaN, 3),
          shareWithInterval(retention?.classes[name]?.ap50),
        ]),
      ]),
  ];
}

function labelFreeTable({ labelFree, score }: DetectorEvaluation): Cells[] {
  const classes = Object.entries(labelFree.classes).sort(([, a], [, b]) => b.boxes - a.boxes);
  return [
    ['without labels: day as truth', `found by day at ${score}`, 'at the made night too', 'AP50'],
    ['all', String(labelFree.boxes), shareWithInterval(labelFree.found), withShortInterval(labelFree.ap50)],
    ...classes
      .slice(0, MAX_CLASSES)
      .map(([name, { boxes, found, ap50 }]) => [
        name,
        String(boxes),
        shareWithInterval(found),
        withShortInterval(ap50),
      ]),
  ];
}

function countTable(evaluation: DetectorEvaluation): Cells[] {
  const sets: [string, FoundResult][] = [['day', evaluation.day], ...nightsOf(evaluation)];
  const totals = new Map<string, number>();
  for (const [, { perImage }] of sets) {
    for (const [name, count] of Object.entries(perImage)) totals.set(name, (totals.get(name) ?? 0) + count);
  }
  const names = [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name);
  return [
    ['detections / image', ...sets.map(([name, { images }]) => `${name} (${images})`)],
    ...names
      .slice(0, MAX_CLASSES)
      .map((name) => [name, ...sets.map(([, { perImage }]) => fixed(perImage[name] ?? 0, 2))]),
  ];
}

function lumaTable({ luma }: DetectorEvaluation): Cells[] {
  return [
    ['mean luma of what is found by day', 'by day', 'at the made night'],
    ['kept', fixed(luma.kept.day, 3), fixed(luma.kept.night, 3)],
    ['lost', fixed(luma.lost.day, 3), fixed(luma.lost.night, 3)],
  ];
}

function lossTable(pairs: readonly PairResult[]): Cells[] {
  const lossOf = ({ foundByDay, foundAtNight }: PairResult): number => foundByDay - foundAtNight;
  const worst = pairs.filter((pair) => lossOf(pair) > 0).sort((a, b) => lossOf(b) - lossOf(a));
  return [
    ['most lost in', 'objects', 'found by day', 'at the made night', 'luma of the night'],
    ...worst
      .slice(0, MAX_LOSSES)
      .map(({ id, objects, foundByDay, foundAtNight, luma }) => [
        shortened(id),
        ...[objects, foundByDay, foundAtNight].map(String),
        fixed(luma, 3),
      ]),
  ];
}

function unmatchedLines({ unmatched }: DetectorEvaluation): string[] {
  const list = (names: readonly string[]): string => {
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    return `${names.slice(0, MAX_NAMES).join(', ')}${more}`;
  };
  const lines = [
    ...(unmatched.labels.length > 0 ? [`labels that the detector lacks: ${list(unmatched.labels)}`] : []),
    ...(unmatched.detector.length > 0 ? [`classes of the detector without labels: ${list(unmatched.detector)}`] : []),
  ];
  return lines.length > 0 ? [lines.join('\n')] : [];
}

/** A path with its middle left out, where it is long. */
function shortened(path: string): string {
  const half = Math.floor(MAX_PATH / 2);
  return path.length <= MAX_PATH ? path : `${path.slice(0, half)}…${path.slice(-half)}`;
}

function share(value: number): string {
  return Number.isNaN(value) ? '-' : `${(100 * value).toFixed(0)} %`;
}

function shareWithInterval(estimate: Estimate | undefined): string {
  if (!estimate || Number.isNaN(estimate.mean)) return '-';
  const [low, high] = estimate.ci.map((value) => (100 * value).toFixed(0));
  return `${share(estimate.mean)} (${low} to ${high})`;
}

function withShortInterval({ mean, ci }: Estimate): string {
  return Number.isNaN(mean) ? '-' : `${mean.toFixed(2)} (${ci.map((value) => value.toFixed(2)).join(' to ')})`;
}
