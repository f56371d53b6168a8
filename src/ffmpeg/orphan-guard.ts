import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { dirname } from 'node:path';

/**
 * What the guard runs: it notes process ids from its standard input, `+` a process that started, `-` one that ended, and kills those that
 * are left once the pipe closes, which every system does for a process that dies, however it dies.
 */
const SCRIPT = `
const running = new Set();
let text = '';
process.stdin.on('data', (data) => {
  const lines = (text + data).split('\\n');
  text = lines.pop();
  for (const line of lines) {
    if (line[0] === '+') running.add(Number(line.slice(1)));
    else running.delete(Number(line.slice(1)));
  }
});
process.stdin.on('close', () => {
  for (const pid of running) try { process.kill(pid, 'SIGKILL'); } catch {}
});`;

const guarded = new Set<number>();
let guard: ChildProcess | undefined;

/**
 * Lets a child process die with this one, also when this one is killed outright. ffmpeg needs it: while it waits for a silent input, it
 * reads neither the end of its standard input nor an error of its output. One guard process serves all; it starts with the first.
 * @returns a function that ends the guarding, for when the process has ended: its id may be given to another one.
 */
export function guardFromOrphaning(pid: number): () => void {
  guarded.add(pid);
  if (guard) write(guard, `+${pid}\n`);
  else guard = startGuard();
  return () => {
    if (guarded.delete(pid) && guard) write(guard, `-${pid}\n`);
  };
}

/** Starts a guard of all that is guarded. It is in a group of its own, so that no Ctrl-C ends it first, and keeps no process running. */
function startGuard(): ChildProcess {
  const child = spawn(process.execPath, ['-e', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
    cwd: dirname(process.execPath),
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const onGone = (): void => {
    if (guard === child) guard = undefined; // the next process that is guarded starts another
  };
  child.on('error', onGone);
  child.on('exit', onGone);
  child.stdin.on('error', onGone);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  write(child, [...guarded].map((pid) => `+${pid}\n`).join(''));
  return child;
}

function write(child: ChildProcess, text: string): void {
  child.stdin?.write(text, () => undefined);
}
