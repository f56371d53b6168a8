// Starts and kills the ffmpeg senders of one test file, in a process that never opens a stream itself: libsrt's fork
// handler (node-av 6.1) can deadlock in the child of a process with an open SRT stream, on a lock of another thread.
// Messages: `{id, args}` starts a sender, which restarts when it ends; `{id}` kills it.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout } from 'node:timers';

/** Pause before a sender restarts, milliseconds. */
const RESTART_DELAY_MS = 100;
const senders = new Map();

function start(id, args) {
  const child = spawn('ffmpeg', args, { stdio: 'ignore' });
  senders.set(id, child);
  child.once('exit', () => setTimeout(() => senders.get(id) === child && start(id, args), RESTART_DELAY_MS));
}

function kill(id) {
  const child = senders.get(id);
  senders.delete(id);
  child?.kill('SIGKILL');
}

process.on('message', ({ id, args }) => {
  kill(id);
  if (args) start(id, args);
});
process.on('disconnect', () => {
  for (const id of [...senders.keys()]) kill(id);
  process.exit();
});
