// Measures a scene network on labelled frames, as docs/scene.md shows it.
//   node scripts/scene-tables.mjs [--model FOLDER] [--write]
// --write puts the tables into docs/scene.md, and the sheet of its frames into docs/images. Needs a build and the footage: NOCTURNE_FOOTAGE, else
// ../shared/data. The frames of `scenes` are those that the training of the network held back, by the seed and options on its card.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { openSceneReader, SHIPPED_SCENE_MODEL } from '../dist/scene/scene-reader.js';
import { MEASURED_NAMES } from '../dist/train/scene/scene-metrics.js';
import { camvidFrames, frameSources, heldBackFrames } from './scene/labelled-frames.mjs';
import { measureFrames, measureTimes } from './scene/measure-scenes.mjs';
import { openPlainNetwork } from './scene/plain-network.mjs';
import { writeSheet } from './scene/scene-sheet.mjs';
import {
  areaScores,
  facingScores,
  lensScores,
  paneScores,
  poleScores,
  readAll,
  vehicleScores,
} from './scene/try-thresholds.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = 'docs/scene.md';
const SHEET = 'docs/images/scene.png';
const CAMVID = 'CamVid';
/** Licences that permit to show a frame. */
const SHOWABLE = /^(MIT|CC BY)/;
/** Rows of the sheet: so many of the frames that are read best, and of those that are read worst. */
const SHEET_HALF = 3;
/** The score of vehicles at which their facing is measured; the one of the reader. */
const VEHICLE_SCORE = 0.35;

const { values: flags } = parseArgs({
  options: { model: { type: 'string', default: SHIPPED_SCENE_MODEL }, write: { type: 'boolean', default: false } },
});
const footage = process.env.NOCTURNE_FOOTAGE ?? join(root, '../shared/data');
const skip = (what) => process.stderr.write(`SKIPPED ${what}: no footage in ${footage}; set NOCTURNE_FOOTAGE\n`);

const reader = await openSceneReader({ model: flags.model });
const network = await openPlainNetwork(flags.model);
const sections = new Map();
try {
  const held = await heldBackFrames(footage, reader.card);
  const camvid = await camvidFrames(footage);
  if (!held) skip('the held-back frames');
  if (!camvid) skip('CamVid');
  await measure(held, camvid);
} finally {
  await network.close();
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
  const times = await measureTimes(reader, network, held ?? camvid);
  sections.set('times', timeTable(times));
  const sets = [];
  if (held) sets.push({ name: 'held back', reads: await readAll(network, held), signal: ['signal'], sign: ['sign'] });
  if (camvid) sets.push({ name: CAMVID, reads: await readAll(network, camvid), signal: ['sign'], sign: ['sign'] });
  if (held) {
    sections.set('vehicles', vehicleTable(results[0][1].vehicles));
    sections.set('vehicle thresholds', vehicleThresholds(sets[0].reads));
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

function timeTable({ network: alone, read }) {
  const row = (name, values) => [name, ...values.map((value) => `${value.toFixed(1)} ms`)];
  const rows = [row('network alone', alone), row('reading: network, decoding, finders', read)];
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, one thread:\n\n${table(['', 'p50', 'p95'], rows)}`;
}

function vehicleThresholds(reads) {
  const scores = vehicleScores(reads).map(([score, ...shares]) => [
    decimals(score),
    ...shares.map((share) => decimals(share)),
  ]);
  const facings = facingScores(reads, VEHICLE_SCORE).map((row) => row.map((value) => decimals(value)));
  return [
    table(['score', 'found', 'precision', 'facing right'], scores),
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

/** Writes the sheet of the best and worst frames that may be shown, each of another group; returns their sources. */
async function sheet(each) {
  const sources = frameSources(footage);
  const showable = each
    .filter(({ frame }) => SHOWABLE.test(sources.get(frame.name)?.licence ?? '') && frame.vehicles.length > 0)
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
  const groups = new Set();
  const isNew = ({ frame: { group } }) => !groups.has(group) && groups.add(group);
  return entries.filter(isNew).slice(0, SHEET_HALF);
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
