// Starts and kills the ffmpeg senders of one test file, in a process that never opens a stream itself: libsrt's own
// fork handler can hang for ever in the child of a process that has an SRT stream open (a lock of another thread).
// Messages: `{id, args}` starts a sender, which calls again when it ends; `{id}` kills it.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout } from 'node:timers';

/** Milliseconds until a sender that was refused calls again. */
const AGAIN_MS = 100;
const senders = new Map();

function start(id, args) {
  const child = spawn('ffmpeg', args, { stdio: 'ignore' });
  senders.set(id, child);
  child.once('exit', () => setTimeout(() => senders.get(id) === child && start(id, args), AGAIN_MS));
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
