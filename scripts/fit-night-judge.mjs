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

/** Darkened copies of each day. */
const DARKENED = 3;
/** Largest exponent of a darkened day, and least gain; six in ten are darkened by less than their whole range. */
const MAX_GAMMA = 4;
const MIN_GAIN = 0.12;
const PLAIN_GAIN = 0.375;
/** Weight of each class beside the ridge, 1: two classes of this size. */
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

/** Lays the days beside their darkened copies and parts both from the nights. */
async function fitWeights() {
  const images = await read(days);
  const day = images.map(measure);
  const random = new Random(1);
  const dark = Array.from({ length: DARKENED }, () => images.map((image) => measure(darken(image, random)))).flat();
  const names = GROUPS.flatMap((group) => STATISTICS[group].map((name) => ({ group, name })));
  const valuesOf = (row) => GROUPS.flatMap((group) => row[group]);
  const plain = [...day, ...night].map(valuesOf);
  const scales = names.map((_, k) => scaleOf(plain.map((row) => row[k]).filter((value) => !Number.isNaN(value))));
  const stepsOfRow = (row) => [1, ...valuesOf(row).map((value, k) => stepsOf(value, scales[k]))];
  const rows = [
    ...night.map((row) => ({ x: stepsOfRow(row), isNight: 1, weight: CLASS_WEIGHT / night.length })),
    ...[...day, ...dark].map((row) => ({
      x: stepsOfRow(row),
      isNight: 0,
      weight: CLASS_WEIGHT / (day.length + dark.length),
    })),
  ];
  const [bias, ...weights] = logisticRegression(rows);
  const statistics = { layout: {}, texture: {}, lights: {} };
  for (const [k, { group, name }] of names.entries()) {
    statistics[group][name] = { ...scales[k], weight: rounded(weights[k]) };
  }
  const sources = JSON.parse(readFileSync(join(root, 'scripts/nightgrid-sources.json'), 'utf8'));
  return {
    format: 1,
    name: 'night-judge',
    version: '1.0.0',
    description: 'Parts real nights from days and from darkened days: logistic regression on statistics of a thumbnail',
    licence: 'MIT',
    sources,
    bias: rounded(bias),
    statistics,
  };
}

/** A tone curve on red, green and blue: what a dark day or plain dimming gives. */
function darken(image, random) {
  const gamma = 1 + (MAX_GAMMA - 1) * random.next();
  const gain = MIN_GAIN ** Math.max(0, (random.next() - PLAIN_GAIN) / (1 - PLAIN_GAIN));
  const rgb = yuvToImage(image, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
  return imageToYuv({ ...rgb, data: rgb.data.map((value) => Math.round(255 * gain * (value / 255) ** gamma)) });
}

function scaleOf(values) {
  const ascending = values.sort((a, b) => a - b);
  const [low, high] = [quantileOf(ascending, SCALE_TAIL), quantileOf(ascending, 1 - SCALE_TAIL)];
  return { centre: rounded((low + high) / 2), scale: rounded(Math.max(MIN_SCALE, (high - low) / 2)) };
}

/** Minimises the weighted log loss plus half the squared weights, bias left out, by Newton's method. */
function logisticRegression(rows) {
  const size = rows[0].x.length;
  let weights = new Array(size).fill(0);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = weights.map((weight, k) => (k === 0 ? 0 : weight));
    const hessian = weights.map((_, k) => weights.map((__, l) => (k === l && k > 0 ? 1 : 0)));
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
