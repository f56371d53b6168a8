// Measures a scene network and a vehicle network on labelled frames, as docs/scene.md shows it.
//   node scripts/scene-tables.mjs [--model FOLDER] [--vehicle-model FOLDER] [--write]
// --write puts the tables into docs/scene.md, and the sheet of its frames into docs/images. Needs a build and the footage: NOCTURNE_FOOTAGE, else
// ../shared/data. The frames of `scenes` are those that the training of the network held back, by the seed and options on its card.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { openSceneReader, SHIPPED_SCENE_MODEL } from '../dist/scene/scene-reader.js';
import { SHIPPED_VEHICLE_MODEL } from '../dist/scene/vehicle-looker.js';
import { MIN_VEHICLE_SCORE } from '../dist/scene/vehicle-tracker.js';
import { MEASURED_NAMES } from '../dist/train/scene/scene-metrics.js';
import { camvidFrames, frameSources, heldBackFrames } from './scene/labelled-frames.mjs';
import { measureFrames, measureTimes } from './scene/measure-scenes.mjs';
import { openPlainNetworks } from './scene/plain-networks.mjs';
import { writeSheet } from './scene/scene-sheet.mjs';
import {
  areaScores,
  facingScores,
  lensScores,
  lowestWith,
  paneScores,
  poleScores,
  readAll,
  supportScores,
  vehicleScores,
} from './scene/try-thresholds.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = 'docs/scene.md';
const SHEET = 'docs/images/scene.png';
const CAMVID = 'CamVid';
/** Sources whose licence, CC BY 4.0, permits to show their frames, and whose frames are their own. */
const SHOWABLE = ['enggen/Deep-Learning-Coursera', 'tuan1011nguyen/objectdetecTrafficLight'];
/** Rows of the sheet: so many of the frames that are read best, and of those that are read worst; at most two of a group. */
const SHEET_HALF = 3;
const MAX_OF_GROUP = 2;

const VEHICLE_COLUMNS = ['found', 'precision', 'facing right'];

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: SHIPPED_SCENE_MODEL },
    'vehicle-model': { type: 'string', default: SHIPPED_VEHICLE_MODEL },
    write: { type: 'boolean', default: false },
  },
});
const footage = process.env.NOCTURNE_FOOTAGE ?? join(root, '../shared/data');
const skip = (what) => process.stderr.write(`SKIPPED ${what}: no footage in ${footage}; set NOCTURNE_FOOTAGE\n`);

const reader = await openSceneReader({ model: flags.model, vehicleModel: flags['vehicle-model'] });
const networks = await openPlainNetworks(flags.model, flags['vehicle-model']);
const sections = new Map();
try {
  const held = await heldBackFrames(footage, reader.card);
  const camvid = await camvidFrames(footage);
  if (!held) skip('the held-back frames');
  if (!camvid) skip('CamVid');
  await measure(held, camvid);
} finally {
  await networks.close();
  await reader.close();
}
for (const [name, text] of sections) process.stdout.write(`\n## ${name}\n\n${text}\n`);
if (flags.write && sections.size > 0) await writePage();

async function measure(held, camvid) {
  const results = [];
  if (held) results.push([`held back (${held.length})`, await measureFrames(reader, held)]);
  if (camvid) results.push([`${CAMVID} (${camvid.length})`, await measureFrames(reader, camvid)]);
  if (results.length === 0) return;
  sections.set('surfaces', surfaceTable(results));
  const times = await measureTimes(reader, networks, held ?? camvid);
  sections.set('times', timeTable(times));
  const sets = [];
  if (held) sets.push({ name: 'held back', reads: await readAll(networks, held), signal: ['signal'], sign: ['sign'] });
  if (camvid) sets.push({ name: CAMVID, reads: await readAll(networks, camvid), signal: ['sign'], sign: ['sign'] });
  if (held) {
    sections.set('vehicles', vehicleTable(results[0][1].vehicles));
    sections.set('vehicle thresholds', vehicleThresholds(sets[0].reads));
    sections.set('constants', constantTable(sets[0]));
  }
  sections.set('thresholds', thresholdTables(sets));
  if (held && flags.write) sections.set('sheet', await sheet(results[0][1].each));
}

function surfaceTable(results) {
  const ious = results.map(([, { confusion }]) => confusion.iou());
  const rows = [
    ...MEASURED_NAMES.map((name) => [name, ...ious.map((iou) => decimals(iou[name]))]),
    ['mean of the first five', ...results.map(([, { confusion }]) => decimals(confusion.mean))],
    ['accuracy of samples', ...results.map(([, { confusion }]) => decimals(confusion.accuracy))],
  ];
  return table(['IoU', ...results.map(([name]) => name)], rows);
}

function vehicleTable({ found, precision, facing, lampOffset, count }) {
  return table(
    ['vehicles', 'found', 'precision', 'facing right', 'lamp offset, widths'],
    [[count, decimals(found), decimals(precision), decimals(facing), decimals(lampOffset, 3)]],
  );
}

function timeTable({ scene, vehicle, read }) {
  const row = (name, values) => [name, ...values.map((value) => `${value.toFixed(1)} ms`)];
  const rows = [
    row('scene network', scene),
    row('vehicle network, 6 crops', vehicle),
    row('reading a frame: both, decoding, finders', read),
  ];
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, one thread:\n\n${table(['', 'p50', 'p95'], rows)}`;
}

function vehicleThresholds(reads) {
  const scores = vehicleScores(reads).map(([score, ...shares]) => [
    decimals(score),
    ...shares.map((share) => decimals(share)),
  ]);
  const facings = facingScores(reads, MIN_VEHICLE_SCORE).map((row) => row.map((value) => decimals(value)));
  return [
    table(['score', ...VEHICLE_COLUMNS, ...VEHICLE_COLUMNS.map((name) => `${name}, no closer look`)], scores),
    table(
      ['support by the surfaces', 'found', 'precision'],
      supportScores(reads, MIN_VEHICLE_SCORE).map((row) => row.map((value) => decimals(value))),
    ),
    table(['facing score', 'share kept', 'right', 'right of fronts', 'right of rears'], facings),
  ].join('\n\n');
}

function thresholdTables(sets) {
  const labelledHeads = sets.filter(({ name }) => name !== CAMVID); // it has no label of its own there
  return [
    'Areas of `lampHead` from a probability on:',
    thresholdTable(labelledHeads, ['areas', 'precision', 'recall'], ({ reads }) =>
      areaScores(reads, 'lampHead', ['lampHead']),
    ),
    'Tops of poles that would bear a lamp, by the probability of `pole`:',
    thresholdTable(sets, ['tops', 'on a pole', 'at its top'], ({ reads }) => poleScores(reads)),
    'Areas of `signal`:',
    thresholdTable(sets, ['areas', 'precision', 'recall'], ({ reads, signal }) => areaScores(reads, 'signal', signal)),
    'Lit lenses, by the probability of `signal`:',
    thresholdTable(sets, ['lenses', 'precision'], ({ reads, signal }) => lensScores(reads, signal)),
    'Areas of `sign`:',
    thresholdTable(sets, ['areas', 'precision', 'recall'], ({ reads }) => areaScores(reads, 'sign', ['sign'])),
    'Panes, by the probability of `facade` and `window`:',
    thresholdTable(sets, ['panes', 'on facade or window', 'on a window'], ({ reads }) => paneScores(reads)),
  ].join('\n\n');
}

/** One row a threshold, the columns of each set beside each other; the first of a set's columns is a number of things. */
function thresholdTable(sets, columns, score) {
  const scores = sets.map(score);
  const head = sets.flatMap(({ name }) => columns.map((column, i) => (i === 0 ? `${name}: ${column}` : column)));
  const rows = scores[0].map(([least], i) => [
    decimals(least),
    ...scores.flatMap((list) => list[i].slice(1).map((value, column) => (column === 0 ? value : decimals(value)))),
  ]);
  return table(['from', ...head], rows);
}

/** For each constant of src/scene the lowest threshold that reaches its precision. */
function constantTable({ reads, signal }) {
  const rows = [
    ['`MIN_VEHICLE_SCORE`', 'labelled vehicles', vehicleScores(reads), 2, 0.7],
    ['`MIN_SUPPORT`', 'labelled vehicles', supportScores(reads, MIN_VEHICLE_SCORE), 2, 0.7],
    ['least facing score', 'right facings', facingScores(reads, MIN_VEHICLE_SCORE), 2, 0.95],
    ['`MIN_SIGNAL`', 'lenses in a labelled signal', lensScores(reads, signal), 2, 0.6],
    ['`MIN_HEAD`', 'labelled heads', areaScores(reads, 'lampHead', ['lampHead']), 2, 0.5],
    ['`MIN_POLE`', 'tops on a labelled pole', poleScores(reads), 2, 0.7],
    ['`MIN_FACADE`', 'panes on a facade or window', paneScores(reads), 2, 0.85],
  ].map(([name, what, scores, column, goal]) => {
    const row = lowestWith(scores, column, goal);
    const best = Math.max(...scores.map((values) => values[column] || 0));
    return [name, what, decimals(goal), row ? decimals(row[0]) : `none; at most ${decimals(best)}`];
  });
  return table(['constant', 'precision of', 'goal', 'threshold'], rows);
}

/** Writes the sheet of the best and worst frames that may be shown, not all of one group; returns their sources. */
async function sheet(each) {
  const sources = frameSources(footage);
  const showable = each
    .filter(({ frame, vehicles }) => SHOWABLE.includes(sources.get(frame.name)?.source) && vehicles.count > 0)
    .map((entry) => ({ ...entry, score: scoreOf(entry) }))
    .toSorted((a, b) => b.score - a.score);
  const best = ofEachGroup(showable);
  const worst = ofEachGroup(showable.toReversed().filter(({ frame }) => !best.some((entry) => entry.frame === frame)));
  const shown = [...best, ...worst];
  await writeSheet(
    join(root, SHEET),
    reader,
    shown.map(({ frame }) => frame),
  );
  return table(
    ['row', 'frame', 'source', 'licence', 'surfaces right', 'vehicles found'],
    shown.map(({ frame, accuracy, vehicles }, i) => {
      const { source, licence } = sources.get(frame.name);
      return [i + 1, frame.name, source, licence, decimals(accuracy), decimals(vehicles.found)];
    }),
  );
}

function scoreOf({ accuracy, vehicles }) {
  const mean = [vehicles.found, vehicles.precision, vehicles.facing].reduce((sum, value) => sum + (value || 0), 0) / 3;
  return accuracy + 0.5 * mean;
}

function ofEachGroup(entries) {
  const counts = new Map();
  const shown = entries.filter(({ frame: { group } }) => {
    counts.set(group, (counts.get(group) ?? 0) + 1);
    return counts.get(group) <= MAX_OF_GROUP;
  });
  return shown.slice(0, SHEET_HALF);
}

function decimals(value, count = 2) {
  return Number.isFinite(value) ? value.toFixed(count) : '';
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function writePage() {
  const file = join(root, PAGE);
  let text = readFileSync(file, 'utf8');
  for (const [name, content] of sections) {
    const section = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!section.test(text)) process.stderr.write(`${PAGE} has no section ${name}\n`);
    text = text.replace(section, (_, start, end) => `${start}\n${content}\n\n${end}`);
  }
  const options = existsSync(file) ? await resolveConfig(file) : {};
  writeFileSync(file, await format(text, { ...options, filepath: file }));
}
