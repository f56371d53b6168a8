// Runs live streams as `nocturne serve` does (worker, network, encoder, live stream), unpaced or in real time, and measures them.
import { readFileSync } from 'node:fs';
import { DEFAULT_CONTROLS } from '../dist/core/controls.js';
import { DEFAULT_SOURCE_OPTIONS } from '../dist/ingest/source-options.js';
import { WorkerStream } from '../dist/pipeline/main/worker-stream.js';

/** Resident bytes of a process, from /proc; 0 where there is none. */
function rssOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0; // no /proc, or the process has just ended
  }
}

function settingsFor(input, options) {
  const source = { ...DEFAULT_SOURCE_OPTIONS, logger: undefined };
  return {
    name: options.name ?? 'bench',
    input,
    source: { ...source, pace: options.pace ?? 'none', loop: options.loop ?? false, live: false },
    model: { generator: options.generator ?? 'auto', device: 'cpu', threads: 1 },
    encoder: { frameRate: 0, encoder: 'libx264', crf: 23, keyframeIntervalS: 2, preset: 'ultrafast' },
    controls: DEFAULT_CONTROLS,
    seed: 1,
  };
}

/**
 * Runs one stream from its first packet to its end, to `maxFrames` or for `forMs`. Samples the RSS of both processes every 10
 * packets (on Linux).
 * @returns frames, frames per second (from the first packet on), stage times, statistics, RSS samples by frame, frames left open.
 */
export async function runStream(input, options = {}) {
  const stream = new WorkerStream(settingsFor(input, options), { maxViewers: 1, logger: options.logger });
  const rss = [];
  let frames = 0;
  let firstMs = 0;
  let lastMs = 0;
  let stats;
  const reachedMaxFrames = new Promise((resolve) => {
    const publish = stream.live.publish.bind(stream.live);
    stream.live.publish = (packet) => {
      lastMs = performance.now();
      if (frames++ === 0) firstMs = lastMs;
      if (frames % 10 === 0) rss.push({ frame: frames, bytes: process.memoryUsage.rss() + rssOf(stream.workerPid) });
      if (frames === options.maxFrames) resolve();
      publish(packet);
    };
  });
  const setStats = stream.live.setStats.bind(stream.live);
  stream.live.setStats = (next) => {
    stats = next;
    setStats(next);
  };
  await stream.opened;
  const end = await Promise.race([
    stream.ended,
    reachedMaxFrames,
    ...(options.forMs ? [new Promise((r) => setTimeout(r, options.forMs))] : []),
  ]);
  if (end?.error) throw end.error;
  await stream.close();
  return {
    frames,
    frameRate: ((frames - 1) * 1000) / (lastMs - firstMs),
    stages: stats?.stages,
    stats,
    rss,
    liveFrames: stats?.liveFrames,
  };
}
