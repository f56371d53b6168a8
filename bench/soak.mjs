// Soak: serves a looped file and the street to viewers that join and leave at random, some of them slow, and samples the processes.
// Prints the slope of memory and open files, and the lag of the server's answers; fails when something grows.
// Options: --minutes 15 --viewers 12 --max-slope 20 (MiB an hour and process) --seed 1. Needs ffmpeg and Linux.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { Random } from '../dist/core/random.js';
import { openFiles, ownBytes, startServe } from './serve-process.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    viewers: { type: 'string', default: '12' },
    'max-slope': { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
/** Share of the time that is warm-up: models load, caches fill, V8 settles. */
const WARM_UP_SHARE = 0.3;
/** Interval of the samples, milliseconds. */
const SAMPLE_INTERVAL_MS = 2000;
/** Longest stay of a viewer, milliseconds. */
const MAX_STAY_MS = 20_000;
/** Share of viewers that read only this many milliseconds of each second. */
const SLOW_SHARE = 0.25;
const SLOW_READ_MS = 60;
/** Less growth than this, MiB, is no leak: heaps breathe by 15 MiB within minutes, so a short soak cannot see a small slope. */
const MIN_GROWTH_MIB = 24;
/** More growth of open files than this, from the first half to the second, is a leak. */
const MAX_FILES_GROWN = 3;

const generator = new Random(Number(values.seed));
const random = () => generator.next();
const durationMs = 60_000 * Number(values.minutes);
const folder = mkdtempSync(join(tmpdir(), 'nocturne-soak-'));
const clip = join(folder, 'clip.mp4');
const made = spawnSync(
  'ffmpeg',
  ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=7', '-c:v', 'libx264', clip],
  { stdio: 'inherit' },
);
if (made.status !== 0) throw new Error('ffmpeg could not make the clip');

const counts = { joins: 0, packets: 0, states: new Map() };
const serve = await startServe([
  '--port',
  '0',
  '--log-level',
  'error',
  '--loop',
  `file=${clip}`,
  'street=street:size=640x360,rate=25',
]);
const endMs = performance.now() + durationMs;
const isOver = () => performance.now() >= endMs;
try {
  const [main, ...workers] = serve.processes;
  const samples = new Map([main, ...workers].map((pid) => [pid, []]));
  const lags = [];
  const sampling = sample(samples, lags);
  await Promise.all([sampling, ...Array.from({ length: Number(values.viewers) }, () => comeAndGo())]);
  const isSame = serve.processes.join() === [main, ...workers].join();
  if (!isSame) process.stdout.write('FAILED: a worker was restarted\n');
  const isSteady = report(main, samples, lags);
  process.exitCode = isSteady && isSame ? 0 : 1;
} finally {
  await serve.close();
  rmSync(folder, { recursive: true, force: true });
}

/** One viewer after another, until the time is over. */
async function comeAndGo() {
  while (!isOver()) {
    await sleep(random() * 2000);
    const stayMs = Math.min(random() * MAX_STAY_MS, Math.max(0, endMs - performance.now()));
    await view(random() < 0.5 ? 'file' : 'street', stayMs, random() < SLOW_SHARE);
  }
}

async function view(stream, stayMs, isSlow) {
  const socket = new WebSocket(new URL(`ws/${stream}`, serve.url.replace('http', 'ws')), 'nocturne.v1');
  socket.on('error', () => undefined); // counted by the packets that do not come
  socket.on('message', (data, isBinary) => {
    if (isBinary) counts.packets++;
    else if (data.includes('"state"')) count(JSON.parse(data).state);
  });
  counts.joins++;
  const reading = isSlow ? setInterval(() => readForAMoment(socket), 1000) : undefined;
  if (isSlow) socket.once('open', () => socket.pause());
  await sleep(stayMs);
  clearInterval(reading);
  if (random() < 0.5) socket.terminate();
  else socket.close();
}

function readForAMoment(socket) {
  socket.resume();
  setTimeout(() => socket.pause(), SLOW_READ_MS);
}

function count(state) {
  if (state !== undefined) counts.states.set(state, (counts.states.get(state) ?? 0) + 1);
}

/** Samples memory and files of every process, and how long the server takes to answer: its event loop's lag and a little more. */
async function sample(samples, lags) {
  while (!isOver()) {
    const startedMs = performance.now();
    await (await fetch(new URL('healthz', serve.url))).text();
    lags.push(performance.now() - startedMs);
    for (const [pid, list] of samples) {
      list.push({ atMs: performance.now(), bytes: ownBytes(pid), files: openFiles(pid) });
    }
    await sleep(SAMPLE_INTERVAL_MS);
  }
}

function report(main, samples, lags) {
  lags.sort((a, b) => a - b);
  const quantile = (share) => lags[Math.floor(share * (lags.length - 1))].toFixed(1);
  const states = [...counts.states].map(([state, times]) => `${state} ${times}`).join(', ');
  process.stdout.write(
    `${values.minutes} min: ${counts.joins} joins, ${counts.packets} packets; states seen: ${states}\n`,
  );
  process.stdout.write(
    `answers of /healthz: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, longest ${quantile(1)} ms\n`,
  );
  let isSteady = counts.packets > 0;
  for (const [pid, list] of samples) {
    const settled = list.slice(Math.floor(WARM_UP_SHARE * list.length));
    const { mean, slope } = fitLine(settled.map(({ atMs, bytes }) => [atMs / 3_600_000, bytes / 2 ** 20]));
    const middle = settled.length >> 1;
    const files = [settled.slice(0, middle), settled.slice(middle)].map((half) =>
      Math.max(...half.map((each) => each.files)),
    );
    const hours = (settled.at(-1).atMs - settled[0].atMs) / 3_600_000;
    const isGrowing = slope > Number(values['max-slope']) && slope * hours > MIN_GROWTH_MIB;
    const isLeaking = files[1] - files[0] > MAX_FILES_GROWN;
    isSteady &&= !isGrowing && !isLeaking;
    const name = pid === main ? 'main process' : `worker ${pid}`;
    process.stdout.write(
      `${name}: ${mean.toFixed(0)} MiB, ${slope >= 0 ? '+' : ''}${slope.toFixed(1)} MiB/h` +
        `, open files ${files[0]} then ${files[1]}${isGrowing || isLeaking ? '  FAILED: grows' : ''}\n`,
    );
  }
  process.stdout.write(isSteady ? 'passed\n' : 'FAILED\n');
  return isSteady;
}

/** Least squares through points (x, y): mean of y, and slope. */
function fitLine(points) {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const xx = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return { mean, slope: points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0) / xx };
}
