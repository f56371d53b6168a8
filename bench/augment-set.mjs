// Data sets for the benchmarks of `nocturne augment`, and runs of it with what they cost.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clipFor, SIZES } from './clip.mjs';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
/** How often the memory of a run is read, milliseconds. */
const MEMORY_INTERVAL_MS = 50;

/** A YOLO set of `count` images of a drive, in a folder. Returns the origin of the images. */
export async function makeSet(folder, { count, width, height }) {
  const [images, labels] = [join(folder, 'images'), join(folder, 'labels')];
  for (const name of [images, labels]) mkdirSync(name, { recursive: true });
  const scratch = join(folder, '.scratch');
  mkdirSync(scratch);
  const { path, origin } = await clipFor(SIZES[1], scratch);
  const frames = ['-vf', `scale=${width}:${height}`, '-frames:v', String(count), '-q:v', '3'];
  const loop = ['-stream_loop', '-1', '-i', path];
  execFileSync('ffmpeg', ['-v', 'error', ...loop, ...frames, join(scratch, '%06d.jpg')]);
  writeFileSync(join(folder, 'classes.txt'), 'vehicle\n');
  for (let i = 0; i < count; i++) {
    const name = `street-${lettersOf(i)}`;
    renameSync(join(scratch, `${String(i + 1).padStart(6, '0')}.jpg`), join(images, `${name}.jpg`));
    writeFileSync(join(labels, `${name}.txt`), `0 0.5 0.5 0.${1 + (i % 9)} 0.2\n`);
  }
  rmSync(scratch, { recursive: true });
  return origin;
}

/** A number as letters: images with numbered names would be a sequence. */
export function lettersOf(number) {
  return [...String(number).padStart(6, '0')].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}

/** Starts `nocturne augment`. */
export function startAugment(args) {
  return spawn(process.execPath, [MAIN, 'augment', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/**
 * Runs `nocturne augment` to its end. Resolves with what it printed, wall time, CPU seconds of all its processes, and the most memory that its
 * main process had, bytes (Linux).
 */
export async function runAugment(args) {
  const startMs = performance.now();
  // bash knows the CPU time of a process and of those that it waited for.
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const shell = spawn('bash', ['-c', script, 'bash', process.execPath, MAIN, 'augment', ...args]);
  let [stdout, stderr] = ['', ''];
  shell.stdout.on('data', (chunk) => (stdout += chunk));
  shell.stderr.on('data', (chunk) => (stderr += chunk));
  let maxRss = 0;
  const timer = setInterval(() => (maxRss = Math.max(maxRss, peakOf(childOf(shell.pid)))), MEMORY_INTERVAL_MS);
  const exitCode = await new Promise((resolve) => shell.once('close', resolve));
  clearInterval(timer);
  const seconds = (performance.now() - startMs) / 1000;
  if (exitCode !== 0) throw new Error(`nocturne augment ended with ${exitCode}: ${stderr}`);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
  return { stdout, stderr, seconds, cpuSeconds: Number(user) + Number(system), maxRss };
}

/** SHA-256 of every file of an output but those in `nocturne/` that name times, by path. */
export function hashesOf(root) {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  const isTimed = (path) => /^nocturne\/(journal\/|manifest\.|run\.json|report|contact)/.test(path);
  return Object.fromEntries(
    paths
      .map((path) => [relative(root, path), path])
      .filter(([name]) => !isTimed(name))
      .map(([name, path]) => [name, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** The manifest of an output without times. */
export function manifestOf(root) {
  const lines = readFileSync(join(root, 'nocturne/manifest.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => ({ ...JSON.parse(line), milliseconds: 0 }));
}

function childOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
  } catch {
    return undefined; // it has ended, or this is not Linux
  }
}

function peakOf(pid) {
  if (!pid) return 0;
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
