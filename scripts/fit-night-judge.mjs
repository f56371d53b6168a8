// Fits what `nocturne augment` judges nights by: models/judge/judge.json (weights that part nights from days and from darkened days) and
// models/judge/range.json (ranges of real nights). Needs `npm run build`.
// node scripts/fit-night-judge.mjs DAYS NIGHTS [--range-only]
// DAYS and NIGHTS are folders of images that permit it: the package's are fitted on trainA and trainB of docs/training.md alone.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../dist/core/random.js';
import { quantileOf } from '../dist/evaluate/bootstrap.js';
import { openReference } from '../dist/evaluate/evaluation-input.js';
import { imageToYuv, yuvToImage } from '../dist/image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../dist/image/thumbnail.js';
import { stepsOf } from '../dist/augment/proof/night-evidence.js';
import { rangeOf } from '../dist/augment/proof/night-range.js';
import { GROUPS, NightStatisticsMeter, STATISTICS } from '../dist/augment/proof/night-statistics.js';

/** How each question is fitted. Tints and colour count nothing: a camera's white balance and a red bonnet are not the hour. */
const TINTS = ['blue', 'red', 'topBlue', 'topRed', 'colour'];
const QUESTIONS = {
  // Days that are underexposed are days.
  alreadyNight: { copies: 2, maxGamma: 1.8, minGain: 0.35, plainGain: 0, squares: true, ridge: 1 / 0.3 },
  // Days that are darkened as far as a night is.
  night: { copies: 3, maxGamma: 4, minGain: 0.12, plainGain: 0.375, squares: false, ridge: 1 },
};
/** Weight of each class beside the ridge. */
const CLASS_WEIGHT = 1000;
/** Share of values outside the scale of a statistic, at either end. */
const SCALE_TAIL = 0.02;
const MIN_SCALE = 1e-3;
const NEWTON_STEPS = 50;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [days, nights] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
if (!days || !nights) throw new TypeError('usage: node scripts/fit-night-judge.mjs DAYS NIGHTS [--range-only]');

const meter = new NightStatisticsMeter();
const measure = (image) => meter.measure(image);
const night = (await read(nights)).map(measure);
write('range.json', rangeOf(night, 'trainB'));
if (!process.argv.includes('--range-only')) write('judge.json', await fitWeights());

async function read(folder) {
  const reference = await openReference(folder);
  const signal = new AbortController().signal;
  return (await reference.read({ maxImages: Infinity, wantsDetails: false, signal, onImage: () => undefined })).images;
}

function write(name, value) {
  writeFileSync(join(root, 'models/judge', name), `${JSON.stringify(value, null, 1)}\n`);
}

async function fitWeights() {
  const images = await read(days);
  const day = images.map(measure);
  const fitted = Object.entries(QUESTIONS).map(([name, question]) => [name, fitQuestion(images, day, question)]);
  return {
    format: 1,
    name: 'night-judge',
    version: '1.0.0',
    description:
      'Parts real nights from days and from darkened days: logistic regressions on statistics of a thumbnail',
    licence: 'MIT',
    sources: JSON.parse(readFileSync(join(root, 'scripts/nightgrid-sources.json'), 'utf8')),
    ...Object.fromEntries(fitted),
  };
}

/** Parts the nights from the days and their darkened copies. */
function fitQuestion(images, day, question) {
  const random = new Random(1);
  const dark = Array.from({ length: question.copies }, () =>
    images.map((image) => measure(darken(image, random, question))),
  ).flat();
  const names = GROUPS.flatMap((group) => STATISTICS[group].map((name, i) => ({ group, name, i }))).filter(
    ({ name }) => !TINTS.includes(name),
  );
  const scales = names.map(({ group, i }) => scaleOf([...day, ...night].map((row) => row[group][i])));
  const inputsOf = (row) => {
    const steps = names.map(({ group, i }, k) => stepsOf(row[group][i], scales[k]));
    return [1, ...steps, ...(question.squares ? steps.map((value) => value * value) : [])];
  };
  const notNight = [...day, ...dark];
  const rows = [
    ...night.map((row) => ({ x: inputsOf(row), isNight: 1, weight: CLASS_WEIGHT / night.length })),
    ...notNight.map((row) => ({ x: inputsOf(row), isNight: 0, weight: CLASS_WEIGHT / notNight.length })),
  ];
  const [bias, ...weights] = logisticRegression(rows, question.ridge);
  const statistics = { layout: {}, texture: {}, lights: {} };
  for (const [k, { group, name }] of names.entries()) {
    const curve = question.squares ? { curve: rounded(weights[names.length + k]) } : {};
    statistics[group][name] = { ...scales[k], weight: rounded(weights[k]), ...curve };
  }
  return { bias: rounded(bias), statistics };
}

/** A tone curve on red, green and blue: what a dark day or plain dimming gives. */
function darken(image, random, { maxGamma, minGain, plainGain }) {
  const gamma = 1 + (maxGamma - 1) * random.next();
  const gain = minGain ** Math.max(0, (random.next() - plainGain) / (1 - plainGain));
  const rgb = yuvToImage(image, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
  return imageToYuv({ ...rgb, data: rgb.data.map((value) => Math.round(255 * gain * (value / 255) ** gamma)) });
}

function scaleOf(values) {
  const ascending = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const [low, high] = [quantileOf(ascending, SCALE_TAIL), quantileOf(ascending, 1 - SCALE_TAIL)];
  return { centre: rounded((low + high) / 2), scale: rounded(Math.max(MIN_SCALE, (high - low) / 2)) };
}

/** Minimises the weighted log loss plus half the ridge times the squared weights, bias left out, by Newton's method. */
function logisticRegression(rows, ridge) {
  const size = rows[0].x.length;
  let weights = new Array(size).fill(0);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = weights.map((weight, k) => (k === 0 ? 0 : ridge * weight));
    const hessian = weights.map((_, k) => weights.map((__, l) => (k === l && k > 0 ? ridge : 0)));
    for (const { x, isNight, weight } of rows) {
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, k) => sum + value * weights[k], 0)));
      for (let k = 0; k < size; k++) {
        gradient[k] += weight * (p - isNight) * x[k];
        for (let l = 0; l < size; l++) hessian[k][l] += weight * p * (1 - p) * x[k] * x[l];
      }
    }
    const change = solve(hessian, gradient);
    weights = weights.map((weight, k) => weight - change[k]);
    if (Math.max(...change.map(Math.abs)) < 1e-9) break;
  }
  return weights;
}

/** Solves a symmetric, positive definite system by elimination. Takes both. */
function solve(matrix, right) {
  const size = right.length;
  for (let k = 0; k < size; k++) {
    for (let row = k + 1; row < size; row++) {
      const factor = matrix[row][k] / matrix[k][k];
      for (let l = k; l < size; l++) matrix[row][l] -= factor * matrix[k][l];
      right[row] -= factor * right[k];
    }
  }
  const out = new Array(size).fill(0);
  for (let k = size - 1; k >= 0; k--) {
    out[k] = (right[k] - out.reduce((sum, value, l) => (l > k ? sum + matrix[k][l] * value : sum), 0)) / matrix[k][k];
  }
  return out;
}

function rounded(value) {
  return Number(value.toPrecision(5));
}
