// `nocturne serve` as a child process of a benchmark, and what the system knows of its processes (Linux).
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The command line of this checkout's build. */
export const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;

/**
 * Starts `nocturne serve` and resolves once it listens. `log` collects its lines; `processes`: its process ids, its own first. `close` stops
 * it and resolves with the exit code.
 * Rejects when it exits first. `nodeArgs`: options of Node.
 */
export async function startServe(args, { main = MAIN, nodeArgs = [] } = {}) {
  const child = spawn(process.execPath, [...nodeArgs, main, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  child.stderr.on('data', (data) => log.push(...data.toString().split('\n').filter(Boolean)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const port = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      const found = /listening on http:\/\/[^:]+:(\d+)/.exec(data.toString());
      if (found) resolve(Number(found[1]));
    });
    void exited.then((code) => reject(new Error(`nocturne serve exited with code ${code}:\n${log.join('\n')}`)));
  });
  const close = async () => {
    child.kill('SIGINT');
    return await exited;
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    get processes() {
      return [child.pid, ...workersOf(child.pid)];
    },
    log,
    close,
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
