// Several streams with a network each, beside the same streams on one generator process, in one run: frames/s, latency, CPU time and memory.
// Options: --counts 2,4,8 --seconds 8 --size 640x360 --rate 25 --generators nightgrid,slow-image --batch N, and after -- flags of `nocturne serve`.
// `slow-image`: an image network of 20 convolutions, about 200 ms a frame on a CPU core. Needs ffmpeg and Linux; takes under four minutes.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadWarning, measureCpuLoad } from './cpu-load.mjs';
import { ownBytes, startServe } from './serve-process.mjs';
import { slowImageModel } from './slow-image-model.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    counts: { type: 'string', default: '2,4,8' },
    seconds: { type: 'string', default: '8' },
    size: { type: 'string', default: '640x360' },
    rate: { type: 'string', default: '25' },
    generators: { type: 'string', default: 'nightgrid,slow-image' },
    batch: { type: 'string', default: '' },
  },
});
/** Time from the first frames of all streams to a measurement, seconds. */
const WARM_UP_S = 4;
/** How long all streams may take to their first frames, seconds. */
const START_S = 90;
/** Clock ticks of /proc a second. */
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());

const folder = mkdtempSync(join(tmpdir(), 'nocturne-bench-'));
const clip = join(folder, 'clip.mp4');
const slowImage = join(folder, 'slow-image.onnx');
const warning = loadWarning(await measureCpuLoad());
if (warning) process.stdout.write(`${warning}\n`);
try {
  makeClip();
  writeFileSync(slowImage, slowImageModel(20));
  const columns = ['generator', 'streams', 'share', 'frames/s each', 'least', 'latency p50', 'latency p95', 'look p95'];
  columns.push('queue p95', 'network p50', 'age of looks p95', 'degraded', 'CPU a frame', 'memory in all');
  process.stdout.write(`${values.size} at ${values.rate} frames/s on ${availableParallelism()} CPU cores\n`);
  process.stdout.write(`| ${columns.join(' | ')} |\n|${' ---: |'.repeat(columns.length)}\n`);
  for (const generator of values.generators.split(',')) {
    for (const count of values.counts.split(',').map(Number)) {
      for (const share of ['off', 'on']) {
        process.stdout.write(
          `| ${[generator, count, share, ...(await measure(generator, count, share))].join(' | ')} |\n`,
        );
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeClip() {
  const source = `testsrc2=size=${values.size}:rate=${values.rate}:duration=10,noise=alls=6:allf=t`;
  const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-g', '50', '-pix_fmt', 'yuv420p'];
  const made = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...encode, clip], {
    stdio: 'inherit',
  });
  if (made.status !== 0) throw new Error('ffmpeg could not make the clip');
}

async function measure(generator, count, share) {
  const inputs = Array.from({ length: count }, (_, i) => `clip${i + 1}=${clip}`);
  const flags = ['--port', '0', '--log-level', 'error', '--loop', '--share', share];
  flags.push('--device', 'cpu', '--generator', generator === 'slow-image' ? slowImage : generator);
  if (values.batch !== '') flags.push('--batch', values.batch);
  const serve = await startServe([...flags, ...positionals, ...inputs]);
  try {
    await untilAllPlay(serve);
    await sleep(1000 * WARM_UP_S);
    const before = await readStreams(serve);
    let after = before;
    const latencies = []; // of each stream, each second
    while (after.atMs - before.atMs < 1000 * Number(values.seconds)) {
      await sleep(1000);
      after = await readStreams(serve);
      latencies.push(...after.streams.map(({ stats }) => stats.latencyMs));
    }
    latencies.sort((a, b) => a - b);
    const seconds = (after.atMs - before.atMs) / 1000;
    const frames = after.streams.map(({ stats }, i) => stats.framesEncoded - before.streams[i].stats.framesEncoded);
    const total = frames.reduce((sum, each) => sum + each, 0);
    const worst = (read) => Math.max(...after.streams.map(({ stats }) => read(stats)));
    const bytes = serve.processes.reduce((sum, pid) => sum + ownBytes(pid), 0);
    return [
      (total / count / seconds).toFixed(1),
      (Math.min(...frames) / seconds).toFixed(1),
      `${Math.round(latencies[latencies.length >> 1])} ms`,
      `${Math.round(latencies[Math.ceil(0.95 * latencies.length) - 1])} ms`,
      `${worst((stats) => stats.stages.look?.p95 ?? 0).toFixed(1)} ms`,
      `${worst((stats) => stats.stages.queue?.p95 ?? 0).toFixed(1)} ms`,
      `${worst((stats) => stats.stages.network?.p50 ?? 0).toFixed(1)} ms`,
      `${Math.round(worst((stats) => stats.lookAgeMs))} ms`,
      after.streams.filter(({ stats }) => stats.degraded !== '').length,
      `${((1000 * (after.cpuS - before.cpuS)) / Math.max(1, total)).toFixed(1)} ms`,
      `${Math.round(bytes / 2 ** 20)} MiB`,
    ];
  } finally {
    await serve.close();
  }
}

async function untilAllPlay(serve) {
  const started = performance.now();
  for (;;) {
    const { streams } = await readStreams(serve);
    if (streams.every(({ stats }) => stats.framesEncoded > 0)) return;
    if (performance.now() - started > 1000 * START_S)
      throw new Error(`no frames after ${START_S} s: ${serve.log.join(' ')}`);
    await sleep(500);
  }
}

async function readStreams(serve) {
  const { streams } = await (await fetch(new URL('api/streams', serve.url))).json();
  const cpuS = serve.processes.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  return { atMs: performance.now(), streams, cpuS };
}

/** CPU time of a process so far: fields utime and stime of /proc/PID/stat. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
