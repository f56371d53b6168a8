// Damages small files of many formats, probes and renders each, and counts what must never happen. Needs ffmpeg and a build.
// Usage: node bench/corrupt.mjs [rounds of every format and damage, default 4: 840 cases] [seed] [only files with this in their name]
import { fork, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSeeds, MUTATIONS, randomOf } from './corrupt-seeds.mjs';

const HANG_MS = 30_000;
/** Every so many cases, the command line itself runs too, and must agree. */
const COMMAND_EVERY = 20;
const EXIT_INPUT = 3;
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const CHILD = fileURLToPath(new URL('./corrupt-child.mjs', import.meta.url));

const [rounds = 4, seed = 1] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'nocturne-corrupt-'));
const night = join(folder, 'night');
let child = fork(CHILD);

/** Runs one file in the child. @returns its outcomes, or how the child ended. */
function run(input, output) {
  return new Promise((resolve) => {
    const finish = (result) => {
      clearTimeout(timer);
      child.off('message', finish);
      child.off('exit', onExit);
      resolve(result);
    };
    const onExit = (code, signal) => {
      child = fork(CHILD);
      finish({ fault: signal === 'SIGKILL' ? 'hang' : `ended by ${signal ?? `exit ${code}`}` });
    };
    const timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
    child.on('message', finish);
    child.on('exit', onExit);
    child.send({ input, output });
  });
}

/** What is wrong with the outcomes of a case, one word each. */
function faultsOf({ fault, probe, render }, left) {
  if (fault) return [fault];
  const faults = [];
  for (const { exit, code } of [probe, render]) {
    if (code === 'INTERNAL' || code === 'WORKER_DIED') faults.push(code);
    else if (exit !== 0 && exit !== EXIT_INPUT) faults.push(`exit ${exit} ${code}`);
  }
  if ((probe.exit === 0) !== (render.exit === 0)) faults.push('probe and render disagree');
  if (left !== (render.exit === 0 ? 1 : 0)) faults.push('half file');
  return faults;
}

/** Faults of the command line itself. */
function commandFaults(input, output, { probe, render }) {
  const exits = [
    [['probe', input], probe.exit],
    [['render', input, output, '--overwrite', '--generator', 'grade', '--preset', 'ultrafast'], render.exit],
  ];
  return exits.flatMap(([args, expected]) => {
    const { status, signal } = spawnSync(process.execPath, [MAIN, ...args], { timeout: HANG_MS * 2, stdio: 'ignore' });
    return status === expected ? [] : [`${args[0]} ended with ${signal ?? status} instead of ${expected}`];
  });
}

const counts = new Map();
let [cases, rendered] = [0, 0];
const seeds = makeSeeds(folder).filter(({ name }) => name.includes(only));
for (let round = 0; round < rounds; round++) {
  for (const { name, bytes } of seeds) {
    for (const [mutation, damage] of Object.entries(MUTATIONS)) {
      const random = randomOf(seed * 1e6 + cases);
      const input = join(folder, `damaged${extname(name)}`);
      const isStill = name.startsWith('still') && round % 2 === 0;
      const output = join(night, isStill ? 'night.png' : round % 2 === 0 ? 'night.mkv' : 'night.mp4');
      rmSync(night, { recursive: true, force: true });
      mkdirSync(night);
      writeFileSync(input, damage(bytes, random));
      const result = await run(input, output);
      const faults = faultsOf(result, readdirSync(night).length);
      if (faults.length === 0 && cases % COMMAND_EVERY === 0) faults.push(...commandFaults(input, output, result));
      for (const fault of faults) {
        counts.set(fault, (counts.get(fault) ?? 0) + 1);
        const lines = [result.probe?.line, result.render?.line].filter(Boolean).join(' | ');
        console.log(`case ${cases}: ${name}, ${mutation}: ${fault}: ${lines}`);
      }
      cases++;
      if (result.render?.exit === 0) rendered++;
    }
  }
}
child.removeAllListeners('exit');
child.kill();
rmSync(folder, { recursive: true, force: true });
console.log(
  `${cases} cases, ${rendered} rendered; ${[...counts].map(([fault, n]) => `${fault}: ${n}`).join(', ') || 'no fault'}`,
);
process.exitCode = counts.size > 0 ? 1 : 0;
