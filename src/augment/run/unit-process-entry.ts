import '../../pipeline/worker/start-parent-watch.js';
import { asNocturneError } from '../../core/errors.js';
import { createForwardingLogger } from '../../core/logger.js';
import type { Unit } from '../dataset.js';
import { openStore } from '../store/open-store.js';
import { openUnitRunner, type UnitRunner } from '../unit/unit-runner.js';
import {
  doneKey,
  MAX_WAITING_ROWS,
  type FromUnitProcess,
  type ToUnitProcess,
  type UnitProcessJob,
} from './unit-process-messages.js';

/** How often the process reports that its main thread runs, milliseconds. */
const ALIVE_INTERVAL_MS = 1000;

// The entry of a unit process: renders units of a data set one after the other, and reports each row in a message.
const stop = new AbortController();
let runner: UnitRunner | undefined;
let waitingRows = 0;
let onTaken: (() => void) | undefined;

function post(message: FromUnitProcess): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function open({ input, output, settings }: UnitProcessJob): Promise<void> {
  runner = await openUnitRunner({
    input: await openStore(input),
    output: await openStore(output),
    settings,
    logger: createForwardingLogger((line) => post({ type: 'log', ...line })),
    signal: stop.signal,
  });
  post({ type: 'opened' });
}

async function runUnit(unit: Unit, done: ReadonlySet<string>): Promise<void> {
  if (!runner) throw new TypeError('a unit must follow opened');
  for await (const row of runner.run(unit, (item, variant) => done.has(doneKey(item, variant)))) {
    post({ type: 'row', row });
    waitingRows++;
    while (waitingRows >= MAX_WAITING_ROWS && !stop.signal.aborted) {
      await new Promise<void>((resolve) => {
        onTaken = resolve;
      });
    }
  }
  stop.signal.throwIfAborted();
  post({ type: 'end' });
}

/** Runs one step; its failure ends the process. */
function attempt(step: Promise<void>): void {
  step.catch((error: unknown) => {
    post({ type: 'failed', error: asNocturneError(error, 'pipeline').toJSON() });
    void close();
  });
}

async function close(): Promise<void> {
  clearInterval(aliveTimer);
  stop.abort();
  onTaken?.();
  await runner?.[Symbol.asyncDispose]();
  if (process.connected) process.disconnect();
}

let lastCpu = process.cpuUsage();
const aliveTimer = setInterval(() => {
  const { user, system } = process.cpuUsage(lastCpu);
  lastCpu = process.cpuUsage();
  post({ type: 'alive', cpuMs: (user + system) / 1000 });
}, ALIVE_INTERVAL_MS);

process.on('message', (message: ToUnitProcess) => {
  switch (message.type) {
    case 'open':
      attempt(open(message.job));
      break;
    case 'unit':
      attempt(runUnit(message.unit, new Set(message.done)));
      break;
    case 'taken':
      waitingRows--;
      onTaken?.();
      break;
    case 'stop':
      void close();
      break;
  }
});
// Ctrl-C and a closed terminal reach the whole process group; the main process decides what they mean.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void close());
process.on('disconnect', () => void close());
// A parent that was killed while this process started has closed the channel before anybody listened.
if (!process.connected) process.exit();
