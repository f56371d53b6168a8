/** Script of a training's loss page: draws the JSON of `#data`. Bundled by scripts/build.mjs, inlined by `loss-page.ts`. */
import type { LossPageData } from '../loss-page-data.js';
import { createElement } from './create-element.js';
import { LossChart } from './loss-chart.js';
import { SampleViewer } from './sample-viewer.js';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as LossPageData; // written by loss-page.ts
const samples = data.sheets.length > 0 ? new SampleViewer(data.sheets) : undefined;
const charts: LossChart[] = [];

document.title = data.title;
document.body.append(...header());
if (samples) document.body.append(section('Samples', samples.element));
for (const { heading, charts: group } of data.sections) {
  const drawn = group.map((chart) => new LossChart(chart, data.lastStep, (step) => samples?.showNearest(step)));
  charts.push(...drawn);
  document.body.append(section(heading, createElement('div', { className: 'charts' }, ...drawn.map((c) => c.element))));
}
document.body.append(createElement('p', { className: 'hint' }, hint()));

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of charts) chart.redraw();
});
if (data.refreshMs > 0) setInterval(reloadUnlessUsed, data.refreshMs);

function header(): readonly HTMLElement[] {
  const { title, status, progress, facts } = data;
  const bar = createElement('i');
  bar.style.width = `${(100 * progress).toFixed(1)}%`;
  const tiles = Object.entries(facts).map(([name, value]) =>
    createElement('div', {}, createElement('dt', {}, name), createElement('dd', {}, value)),
  );
  return [
    createElement(
      'header',
      {},
      createElement('h1', {}, title),
      createElement('span', { className: `state ${status}` }, status),
    ),
    createElement('div', { className: 'track' }, bar),
    createElement('dl', { className: 'tiles' }, ...tiles),
  ];
}

function section(heading: string, content: HTMLElement): HTMLElement {
  return createElement('section', {}, createElement('h2', {}, heading), content);
}

function hint(): string {
  if (charts.length === 0) return 'No losses yet.';
  return `Drag across a chart to zoom, double-click to reset.${samples ? ' Click to show the samples of a step.' : ''}`;
}

/** A reload would lose what a person points at, plays or zoomed to. */
function reloadUnlessUsed(): void {
  const isPointing = document.querySelector('.u-over:hover') !== null;
  if (!isPointing && samples?.isPlaying !== true && !charts.some((chart) => chart.isZoomed)) location.reload();
}
