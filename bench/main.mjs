// `npm run bench`: stage times and frame rates at three sizes, beside ffmpeg's own rate in the same run, and memory over 3,000 frames.
// Options: --quick (fewer frames), --generator NAME, --json FILE (default bench/results/latest.json). Needs ffmpeg and ffprobe.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { clipFor, frameCount, missingPrograms, SIZES } from './clip.mjs';
import { loadWarning, measureCpuLoad } from './cpu-load.mjs';
import { ffmpegRate } from './ffmpeg-rate.mjs';
import { benchKernels } from './kernel.mjs';
import { runStream } from './nocturne-run.mjs';
import { benchSteady } from './steady.mjs';

const USAGE = 'npm run bench -- [--quick] [--generator NAME|FILE] [--json FILE]';
const values = parseOptions({
  options: {
    help: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    generator: { type: 'string', default: 'auto' },
    json: { type: 'string', default: new URL('results/latest.json', import.meta.url).pathname },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const missing = missingPrograms();
if (missing.length > 0) {
  console.error(`The benchmark needs ${missing.join(' and ')}, not found on this machine: apt-get install ffmpeg`);
  process.exit(1);
}
/** Alternating runs of ffmpeg and nocturne; the table gives medians. */
const ROUNDS = values.quick ? 1 : 3;

function parseOptions(config) {
  try {
    return parseArgs(config).values;
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const one = (number) => number.toFixed(1);
const print = (line = '') => process.stdout.write(`${line}\n`);

/** Median of the rounds, and their spread where there is more than one. */
function withSpread(numbers, digits) {
  const text = (number) => number.toFixed(digits);
  if (numbers.length < 2) return text(median(numbers));
  return `${text(median(numbers))} (${text(Math.min(...numbers))} to ${text(Math.max(...numbers))})`;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

async function benchSize(size, folder) {
  const { path, origin } = await clipFor(size, folder);
  const frames = frameCount(path);
  const rounds = [];
  let last;
  for (let round = 0; round < ROUNDS; round++) {
    const ffmpeg = ffmpegRate(path, frames);
    last = await runStream(path, { generator: values.generator });
    rounds.push({ ffmpeg, nocturne: last.frameRate, ratio: last.frameRate / ffmpeg });
  }
  const row = {
    size: size.name,
    clip: origin,
    frames,
    ffmpeg: median(rounds.map((r) => r.ffmpeg)),
    nocturne: median(rounds.map((r) => r.nocturne)),
    ratio: median(rounds.map((r) => r.ratio)),
    rounds,
    stages: last.stages,
    generator: last.stats.generator,
    framesDropped: last.stats.framesDropped,
    liveFrames: last.liveFrames,
  };
  printSize(row);
  return row;
}

function printSize({ size, clip, frames, generator, rounds, stages }) {
  const of = (name, digits) =>
    withSpread(
      rounds.map((round) => round[name]),
      digits,
    );
  print(`\n${size}  ${clip}, ${frames} frames, ${generator}`);
  print(
    `  ffmpeg alone ${of('ffmpeg', 1)} frames/s   nocturne ${of('nocturne', 1)} frames/s   ratio ${of('ratio', 2)}`,
  );
  if (ROUNDS > 1) print(`  median (min to max) of ${ROUNDS} rounds`);
  print(`  ${'stage'.padEnd(10)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)}`);
  for (const [stage, time] of Object.entries(stages)) {
    print(`  ${stage.padEnd(10)} ${time.p50.toFixed(2).padStart(8)} ${time.p95.toFixed(2).padStart(8)}`);
  }
}

async function benchMemory(folder) {
  const { path } = await clipFor(SIZES[1], folder);
  const maxFrames = values.quick ? 900 : 3000;
  const run = await runStream(path, { loop: true, maxFrames, generator: values.generator });
  const between = (from, to) =>
    median(run.rss.filter((s) => s.frame > from && s.frame <= to).map((s) => s.bytes)) / 2 ** 20;
  const early = between(600, 900);
  const late = between(maxFrames - 300, maxFrames);
  const growth = (((late - early) / early) * 100).toFixed(2);
  print(
    `\nmemory over ${maxFrames} frames of 720p: RSS ${one(early)} MiB (frames 600 to 900), ${one(late)} MiB (last 300), ${growth} %; frames left open ${run.liveFrames}`,
  );
  return { maxFrames, earlyMiB: early, lateMiB: late, liveFrames: run.liveFrames };
}

async function benchTwoStreams(folder) {
  const { path, origin } = await clipFor({ ...SIZES[1], clip: 'street-corner-720p30.mp4' }, folder);
  const options = { pace: 'realtime', loop: true, forMs: values.quick ? 5000 : 20_000, generator: values.generator };
  const runs = await Promise.all([
    runStream(path, { ...options, name: 'a' }),
    runStream(path, { ...options, name: 'b' }),
  ]);
  const rates = runs.map((run) => run.frameRate);
  print(`two 720p30 streams in real time (${origin}): ${rates.map(one).join(' and ')} frames/s`);
  return { clip: origin, rates };
}

const folder = mkdtempSync(join(tmpdir(), 'nocturne-bench-'));
try {
  const load = await measureCpuLoad();
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, commit: commit() };
  print(`nocturne bench: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`);
  const warning = loadWarning(load);
  if (warning) process.stderr.write(`${warning}\n`);
  const kernels = await benchKernels();
  const steady = await benchSteady();
  const sizes = [];
  for (const size of SIZES) sizes.push(await benchSize(size, folder));
  const memory = await benchMemory(folder);
  const twoStreams = await benchTwoStreams(folder);
  const results = { machine: { ...machine, load }, kernels, steady, sizes, memory, twoStreams };
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  print(`\nwritten to ${values.json}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
