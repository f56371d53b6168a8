/** Script of a run's report: draws the JSON of `#data`. Bundled by scripts/build.mjs, inlined by `report.ts`. */
import { createElement } from '../../../train/report/page/create-element.js';
import { VERDICTS, type Count, type ReportData, type VerdictName } from '../report-data.js';
import { histogramChart, scatterChart, type Chart } from './charts.js';
import { pairFigure } from './pair-figure.js';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as ReportData; // written by report.ts
const charts: Chart[] = [];
const main = createElement('main');

const NAMES: Readonly<Record<VerdictName, string>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  alreadyNight: 'night already',
  failed: 'failed',
};

document.title = `${data.title}: report of a night set`;
document.body.append(header(), main);
main.append(verdictTiles());
showReasons();
showCharts();
showCounts();
for (const { heading, note, pairs } of data.sections) {
  section(heading, note, createElement('div', { className: 'pairs' }, ...pairs.map(pairFigure)));
}
showExamples();
section('Facts of this run', 'With recipe, seed and the rows of the manifest, each night can be made again.', facts());

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of charts) chart.redraw();
});

function header(): HTMLElement {
  const nights = `${count(data.nights)} nights of ${count(data.items)} items`;
  return createElement(
    'header',
    {},
    createElement('h1', {}, data.title),
    createElement('span', { className: 'state' }, nights),
  );
}

function verdictTiles(): HTMLElement {
  const tiles = VERDICTS.map((verdict) => {
    const number = data.verdicts[verdict];
    const share = data.nights > 0 ? ` · ${((100 * number) / data.nights).toFixed(1)} %` : '';
    return tile(NAMES[verdict], `${count(number)}${share}`, number > 0 ? verdict : '');
  });
  return createElement('dl', { className: 'tiles' }, ...tiles, tile('lamps drawn', count(data.lamps), ''));
}

function tile(name: string, value: string, className: string): HTMLElement {
  return createElement('div', {}, createElement('dt', {}, name), createElement('dd', { className }, value));
}

function showReasons(): void {
  if (data.reasons.length === 0) return;
  const rows = data.reasons.map(({ name, count: number, verdict }) => [NAMES[verdict], name, count(number)]);
  const note = 'A night can have more than one reason. Examples of each are further down.';
  section('Why nights were left out', note, table(['verdict', 'reason', 'nights'], rows));
}

function showExamples(): void {
  const examples = createElement('div');
  for (const { name, verdict, pairs } of data.reasons) {
    if (pairs.length === 0) continue;
    const shown = createElement('div', { className: 'pairs' }, ...pairs.map(pairFigure));
    examples.append(createElement('h3', { className: verdict }, `${NAMES[verdict]}: ${name}`), shown);
  }
  if (examples.childElementCount > 0) section('Examples of each reason', 'Drawn at random.', examples);
}

function showCharts(): void {
  const histograms = data.histograms.map(histogramChart);
  const scatters = data.scatters.map(scatterChart);
  charts.push(...histograms, ...scatters);
  const grid = (drawn: readonly Chart[]): HTMLElement =>
    createElement('div', { className: 'charts' }, ...drawn.map(({ element }) => element));
  if (histograms.length > 0) {
    section(
      'Scores',
      'Nights by score; the line is the limit, the second colour what was rejected for any reason.',
      grid(histograms),
    );
  }
  if (scatters.length > 0) {
    section(
      'Draws',
      'Each number that the recipe draws, against the night score, for a sample of the nights.',
      grid(scatters),
    );
  }
}

function showCounts(): void {
  const counts = (name: string, list: readonly Count[]): HTMLElement =>
    table(
      [name, 'nights'],
      list.map((one) => [one.name, count(one.count)]),
    );
  const tables = createElement('div', { className: 'tables' });
  if (data.styles.length > 0) tables.append(counts('drawn', data.styles));
  if (data.losses.length > 0) tables.append(counts('of the source, not in the night', data.losses));
  if (tables.childElementCount > 0) section('Counts', 'Styles, lamps left dark, and what files lost.', tables);
}

function facts(): HTMLElement {
  const rows = Object.entries(data.facts).map(([name, value]) =>
    createElement('tr', {}, heading('row', name), createElement('td', {}, createElement('code', {}, value))),
  );
  return createElement('table', {}, createElement('tbody', {}, ...rows));
}

/** A table whose last column is a number. */
function table(names: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const classOf = (column: number): string => (column === names.length - 1 ? 'count' : '');
  const head = names.map((name, column) => heading('col', name, classOf(column)));
  const body = rows.map((cells) =>
    createElement('tr', {}, ...cells.map((cell, column) => createElement('td', { className: classOf(column) }, cell))),
  );
  return createElement(
    'table',
    {},
    createElement('thead', {}, createElement('tr', {}, ...head)),
    createElement('tbody', {}, ...body),
  );
}

function heading(scope: 'row' | 'col', text: string, className = ''): HTMLElement {
  return createElement('th', { scope, className }, text);
}

function section(title: string, note: string, content: HTMLElement): HTMLElement {
  const element = createElement(
    'section',
    {},
    createElement('h2', {}, title),
    createElement('p', { className: 'note' }, note),
    content,
  );
  main.append(element);
  return element;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
