// Kills queue workers (SIGKILL) at random moments, and Redis itself now and then, while a data set is rendered; then nothing may be missing,
// nothing double, and every byte as in a run that nobody disturbed. Needs redis-server and a build.
// Usage: node bench/augment-queue-kill.mjs [kills, default 20] [images, default 160] [generator, default grade] [seed]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { randomOf } from './corrupt-seeds.mjs';
import { startRedis } from './redis-process.mjs';
import { MAIN } from './serve-process.mjs';

const [kills = 20, images = 160] = process.argv.slice(2, 4).map(Number);
const generator = process.argv[4] ?? 'grade';
const draw = randomOf(Number(process.argv[5] ?? 1));
/** A number in [0, 1). */
const random = () => draw(2 ** 31) / 2 ** 31;
/** Redis is killed, too, with every so many workers. */
const REDIS_EVERY = 7;
const MAX_PAUSE_MS = 5000;

const folder = mkdtempSync(join(tmpdir(), 'nocturne-kill-'));
const input = join(folder, 'days');
const children = new Set();

function start(args) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const exited = once(child, 'exit').then(([code]) => (children.delete(child), code));
  return { child, exited, log: () => log };
}

/** Streets of noise and gradients, with names that are no sequence. */
async function makeImages() {
  mkdirSync(input);
  for (let index = 0; index < images; index++) {
    const [width, height] = [480, 270];
    const pixels = Buffer.alloc(3 * width * height);
    for (let i = 0; i < pixels.length; i++) pixels[i] = 60 + ((i / 3 / width) | 0) / 2 + 40 * random();
    const name = [...index.toString(26).padStart(3, '0')].map((digit) =>
      String.fromCharCode(103 + parseInt(digit, 26)),
    );
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg()
      .toFile(join(input, `${name.join('')}.jpg`));
  }
}

/** SHA-256 of each file of a set by path, without what holds times. */
function hashesOf(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const kept = paths
    .filter((path) => !/(^|\/)\.|^nocturne\/(journal\/|manifest\.|run\.json|report|contact)/.test(path))
    .sort();
  return kept.map(
    (path) =>
      `${path} ${createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex')}`,
  );
}

const redis = await startRedis();
try {
  await makeImages();
  const set = ['--generator', generator, '--recipe', 'varied', '--no-report', '--log-level', 'error'];
  const undisturbed = start(['augment', input, join(folder, 'undisturbed'), ...set, '--jobs', '2']);
  if ((await undisturbed.exited) !== 0) throw new Error(undisturbed.log());

  const queue = ['--queue', redis.address];
  const planner = start(['augment', input, join(folder, 'killed'), ...set, ...queue]);
  const startWorker = () => start(['worker', ...queue, '--roots', folder, '--jobs', '1', '--log-level', 'error']);
  const workers = [startWorker(), startWorker()];
  let done = 0;
  let isOver = false;
  void planner.exited.then(() => (isOver = true));
  while (done < kills && !isOver) {
    await pause(300 + random() * MAX_PAUSE_MS);
    const index = random() < 0.5 ? 0 : 1;
    workers[index].child.kill('SIGKILL');
    await workers[index].exited;
    workers[index] = startWorker();
    done++;
    if (done % REDIS_EVERY === 0) {
      await redis.kill();
      await pause(1000);
      await redis.restart();
    }
  }
  const code = await planner.exited;
  const rows = readFileSync(join(folder, 'killed/nocturne/manifest.jsonl'), 'utf8').trimEnd().split('\n');
  const items = new Set(rows.map((row) => JSON.parse(row).item));
  const [a, b] = [hashesOf(join(folder, 'undisturbed')), hashesOf(join(folder, 'killed'))];
  const differing = a.filter((line) => !b.includes(line)).length + b.filter((line) => !a.includes(line)).length;
  console.log(
    `${done} workers killed, exit code ${code}: ${rows.length} rows of ${items.size} items of ${images}, ${differing} of ${a.length} files differ`,
  );
  if (code !== 0 || rows.length !== images || items.size !== images || differing > 0) {
    console.error(planner.log());
    process.exitCode = 1;
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
