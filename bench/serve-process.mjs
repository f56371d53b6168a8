// Runs the built `nocturne serve` for a benchmark and reads what the system knows of its processes (Linux).
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;

/**
 * Starts `nocturne serve` on a free port.
 * @returns its address, its processes (its own first) and `stop`, which resolves with the exit code.
 */
export async function startServe(args) {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--log-level', 'error', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      const found = /listening on (http\S+)/.exec(chunk.toString());
      if (found) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`nocturne serve exited with code ${code}`)));
  });
  return {
    url,
    get processes() {
      return [child.pid, ...workersOf(child.pid)];
    },
    stop: () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}

/** Resident bytes of a process that no other process shares; 0 when it is gone. */
export function ownBytes(pid) {
  const text = readProc(pid, 'smaps_rollup');
  return 1024 * [...text.matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce((sum, [, kib]) => sum + Number(kib), 0);
}

/** Open files of a process; 0 when it is gone. */
export function openFiles(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // it has just ended
  }
}

function workersOf(pid) {
  return readProc(pid, `task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // no /proc, or the process has just ended
  }
}
