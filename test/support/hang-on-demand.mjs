// Preloaded into nocturne's processes with --import: makes a thread of a worker spin for ever. The main thread does so on SIGUSR2;
// the look thread once a file named for the process is in HANG_FOLDER.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { isMainThread, workerData } from 'node:worker_threads';

function hang() {
  for (;;);
}

const file = join(process.env.HANG_FOLDER ?? '', String(process.pid));
if (isMainThread && process.argv[1]?.endsWith('worker.js')) process.on('SIGUSR2', hang);
if (!isMainThread && workerData?.slots) {
  const timer = setInterval(() => {
    if (existsSync(file)) hang();
  }, 50);
  timer.unref();
}
