/**
 * What the page of a run does in a browser, as plain script: values under the pointer, the same step in every chart; the
 * sheets by slider, keys and a click on a chart; a new load now and then while the run goes on. It reads the JSON in
 * `#data`: `{ sheets: [{ step, file }], charts: [[{ name, steps, low, high, smooth }]], refreshMs, frame }`.
 */
export const LOSS_PAGE_SCRIPT = `
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const figures = [...document.querySelectorAll('figure')];
const format = (value) => {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(1).replace('.0e', 'e').replace('e+', 'e') : String(Number(value.toPrecision(3)));
};
const nearest = (steps, step) => {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low > 0 && step - steps[low - 1] < steps[low] - step ? low - 1 : low;
};
const { left, right, width } = data.frame;
const span = width - left - right;
const idle = figures.map((figure) => figure.querySelector('output').textContent);

function showStep(step) {
  figures.forEach((figure, index) => {
    const svg = figure.querySelector('svg');
    const cursor = svg.querySelector('.cursor');
    const x = left + (step / Number(svg.dataset.maxStep)) * span;
    cursor.removeAttribute('hidden');
    cursor.setAttribute('x1', x);
    cursor.setAttribute('x2', x);
    const words = data.charts[index].map((series) => {
      const at = nearest(series.steps, step);
      const raw = series.low[at] === series.high[at] ? format(series.low[at]) : format(series.low[at]) + ' to ' + format(series.high[at]);
      return (data.charts[index].length > 1 ? series.name + ' ' : '') + format(series.smooth[at]) + (series.isSmoothed ? ' (' + raw + ')' : '');
    });
    figure.querySelector('output').textContent = 'step ' + Math.round(step).toLocaleString('en-US') + ': ' + words.join(', ');
  });
}

function stepAt(event, svg) {
  const box = svg.getBoundingClientRect();
  const share = ((event.clientX - box.left) / box.width) * width;
  return Math.min(1, Math.max(0, (share - left) / span)) * Number(svg.dataset.maxStep);
}

let isPointing = false;
figures.forEach((figure) => {
  const svg = figure.querySelector('svg');
  svg.addEventListener('pointermove', (event) => {
    isPointing = true;
    showStep(stepAt(event, svg));
  });
  svg.addEventListener('pointerleave', () => {
    isPointing = false;
    figures.forEach((each, index) => {
      each.querySelector('.cursor').setAttribute('hidden', '');
      each.querySelector('output').textContent = idle[index];
    });
  });
  svg.addEventListener('click', (event) => {
    if (data.sheets.length > 0) showSheet(nearest(data.sheets.map((sheet) => sheet.step), stepAt(event, svg)));
  });
});

const slider = document.getElementById('sheet-slider');
const last = data.sheets.length - 1;
function showSheet(index) {
  const sheet = data.sheets[index];
  slider.value = index;
  document.getElementById('sheet').src = sheet.file;
  document.getElementById('sheet').alt = 'samples at step ' + sheet.step;
  document.getElementById('sheet-step').textContent = 'step ' + sheet.step.toLocaleString('en-US');
  history.replaceState(null, '', index === last ? location.pathname + location.search : '#step-' + sheet.step);
  for (const near of [index - 1, index + 1]) if (data.sheets[near]) new Image().src = data.sheets[near].file;
}

let timer;
function stop() {
  clearInterval(timer);
  timer = undefined;
  document.getElementById('play').textContent = 'Play';
}
if (slider) {
  const wanted = data.sheets.findIndex((sheet) => location.hash === '#step-' + sheet.step);
  showSheet(wanted < 0 ? last : wanted);
  slider.addEventListener('input', () => {
    stop();
    showSheet(Number(slider.value));
  });
  document.getElementById('play').addEventListener('click', () => {
    if (timer) return stop();
    document.getElementById('play').textContent = 'Stop';
    if (Number(slider.value) === last) showSheet(0);
    timer = setInterval(() => {
      const next = Number(slider.value) + 1;
      if (next > last) stop();
      else showSheet(next);
    }, 600);
  });
}
if (data.refreshMs) {
  setInterval(() => {
    if (!isPointing && !timer) location.reload();
  }, data.refreshMs);
}
`;
