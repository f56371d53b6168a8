// How many file streams a machine holds: serves one clip 1 to 8 times and prints what each stream does, as a table for docs/streams.md.
// Options: --counts 1,2,3,4,6,8 --seconds 20 --size 1280x720 --rate 25, and after -- flags of `nocturne serve`. Needs ffmpeg and Linux.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadWarning, measureCpuLoad } from './cpu-load.mjs';
import { ownBytes, startServe } from './serve-process.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    counts: { type: 'string', default: '1,2,3,4,6,8' },
    seconds: { type: 'string', default: '20' },
    size: { type: 'string', default: '1280x720' },
    rate: { type: 'string', default: '25' },
  },
});
/** Time before a measurement, seconds: models load, and the overload meter has seen its window. */
const WARM_UP_S = 12;

const folder = mkdtempSync(join(tmpdir(), 'nocturne-bench-'));
const clip = join(folder, 'clip.mp4');
const warning = loadWarning(await measureCpuLoad());
if (warning) process.stdout.write(`${warning}\n`);
try {
  makeClip();
  const columns = ['streams', 'frames/s each', 'least', 'speed', 'overloaded', 'latency p50', 'memory each'];
  process.stdout.write(`${values.size} at ${values.rate} frames/s on ${availableParallelism()} CPU cores\n`);
  process.stdout.write(`| ${columns.join(' | ')} |\n|${' ---: |'.repeat(columns.length)}\n`);
  for (const count of values.counts.split(',').map(Number)) {
    process.stdout.write(`| ${(await measure(count)).join(' | ')} |\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeClip() {
  // Noise makes the pattern as hard to decode and encode as footage.
  const source = `testsrc2=size=${values.size}:rate=${values.rate}:duration=10,noise=alls=6:allf=t`;
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-g', '50', '-pix_fmt', 'yuv420p'];
  const made = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...encode, clip], {
    stdio: 'inherit',
  });
  if (made.status !== 0) throw new Error('ffmpeg could not make the clip');
}

async function measure(count) {
  const inputs = Array.from({ length: count }, (_, i) => `clip${i + 1}=${clip}`);
  const serve = await startServe(['--port', '0', '--log-level', 'error', '--loop', ...positionals, ...inputs]);
  try {
    await sleep(1000 * WARM_UP_S);
    const before = await readStreams(serve.url);
    await sleep(1000 * Number(values.seconds));
    const after = await readStreams(serve.url);
    const seconds = (after.atMs - before.atMs) / 1000;
    const rates = after.streams.map(
      ({ stats }, i) => (stats.framesEncoded - before.streams[i].stats.framesEncoded) / seconds,
    );
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / count;
    const latencies = after.streams.map(({ stats }) => stats.latencyMs).sort((a, b) => a - b);
    const [, ...workers] = serve.processes;
    const bytes = workers.reduce((sum, pid) => sum + ownBytes(pid), 0) / count;
    return [
      count,
      mean.toFixed(1),
      Math.min(...rates).toFixed(1),
      `${Math.min(100, Math.round((100 * mean) / Number(values.rate)))} %`,
      after.streams.filter(({ stats }) => stats.overload !== '').length,
      `${Math.round(latencies[latencies.length >> 1])} ms`,
      `${Math.round(bytes / 2 ** 20)} MiB`,
    ];
  } finally {
    await serve.close();
  }
}

async function readStreams(url) {
  const { streams } = await (await fetch(new URL('api/streams', url))).json();
  return { atMs: performance.now(), streams };
}
