// What `nocturne augment` costs: images and megabytes a second with one process and two, and 100,000 items planned and continued.
// `node bench/augment.mjs [--images 64] [--items 100000] [--size 1280x720]`. Needs ffmpeg, and Linux for memory.
import { linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lettersOf, makeSet, runAugment, startAugment } from './augment-set.mjs';
import { loadWarning, measureCpuLoad } from './cpu-load.mjs';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '64' },
    items: { type: 'string', default: '100000' },
    size: { type: 'string', default: '1280x720' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'nocturne-augment-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const MB = 1e6;

const warning = loadWarning(await measureCpuLoad());
if (warning) console.log(warning);
await measureRate();
await measureMany();

/** One job and two, over the same images. */
async function measureRate() {
  const input = join(folder, 'day');
  const [width, height] = values.size.split('x').map(Number);
  const origin = await makeSet(input, { count: Number(values.images), width, height });
  const bytes = sizeOf(join(input, 'images'));
  console.log(`${values.images} images of ${values.size}, ${origin}; ${cpus().length} CPU cores`);
  const rates = [];
  for (const jobs of [1, 2]) {
    const output = join(folder, `night-${jobs}`);
    const { seconds, cpuSeconds } = await runAugment([input, output, '--jobs', String(jobs)]);
    const written = sizeOf(join(output, 'images'));
    rates.push(Number(values.images) / seconds);
    console.log(
      `--jobs ${jobs}: ${(Number(values.images) / seconds).toFixed(2)} images/s, ${(bytes / MB / seconds).toFixed(2)} MB/s read, ` +
        `${(written / MB / seconds).toFixed(2)} MB/s written, ${((1000 * cpuSeconds) / Number(values.images)).toFixed(0)} ms of CPU an image, ` +
        `CPU share ${((100 * cpuSeconds) / seconds / cpus().length).toFixed(0)} % of all cores`,
    );
  }
  console.log(`two jobs are ${(rates[1] / rates[0]).toFixed(2)} times as fast as one`);
}

/** Many items are hard links to one image; the journal that says they are done is made of rows of a real run. */
async function measureMany() {
  const count = Number(values.items);
  const input = join(folder, 'many');
  const output = join(folder, 'many-night');
  await makeSet(join(folder, 'few'), { count: 1, width: 64, height: 36 });
  await runAugment([join(folder, 'few'), join(folder, 'few-night'), '--jobs', '1']);
  const [one] = readdirSync(join(folder, 'few/images'));
  for (const name of ['images', 'labels'])
    for (const root of [input, output]) mkdirSync(join(root, name), { recursive: true });
  for (let i = 0; i < count; i++) {
    const name = `street-${lettersOf(i)}`;
    linkMany(join(folder, 'few/images', one), join(input, 'images'), `${name}.jpg`, i);
    writeFileSync(join(input, 'labels', `${name}.txt`), '0 0.5 0.5 0.1 0.2\n');
  }
  const planned = await runAugment([input, join(folder, 'nowhere'), '--dry-run', '--json']);
  console.log(`${count} items planned: ${describe(planned)}`);

  const night = join(folder, 'few-night');
  const row = JSON.parse(readFileSync(join(night, 'nocturne/manifest.jsonl'), 'utf8').split('\n')[0]);
  mkdirSync(join(output, 'nocturne/journal'), { recursive: true });
  const lines = [];
  for (let i = 0; i < count; i++) {
    const name = `images/street-${lettersOf(i)}.jpg`;
    linkMany(join(night, row.output), join(output, 'images'), `street-${lettersOf(i)}.jpg`, i);
    lines.push(JSON.stringify({ ...row, item: name, source: name, output: name, unit: Math.floor(i / 16) }));
  }
  writeFileSync(join(output, 'nocturne/journal/1.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(output, 'nocturne/journal/copies-1-of-1.json'), '{}');
  writeFileSync(join(output, 'nocturne/run.json'), await recordOf(input));
  const resumed = await runAugment([input, output, '--json', '--no-report']);
  const { found, missing } = JSON.parse(resumed.stdout);
  if (found !== count || missing !== 0) throw new Error(`expected ${count} nights, found ${found}, missing ${missing}`);
  console.log(`${count} items continued, checked and their manifest written: ${describe(resumed)}`);
}

/** The record that a run of an input writes before it starts: of a run that ends at once. */
async function recordOf(input) {
  const output = join(folder, 'started');
  const child = startAugment([input, output, '--jobs', '1']);
  const path = join(output, 'nocturne/run.json');
  while (statSync(path, { throwIfNoEntry: false }) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await ended;
  return readFileSync(path);
}

/** Links a file; a file system that allows few links to one file gets a copy now and then. */
function linkMany(source, target, name, number) {
  const base = join(target, `.base-${Math.floor(number / 1000)}`);
  if (number % 1000 === 0) writeFileSync(base, readFileSync(source));
  linkSync(base, join(target, name));
}

function describe({ seconds, cpuSeconds, maxRss }) {
  return `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${(maxRss / MB).toFixed(0)} MB`;
}

function sizeOf(path) {
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}
