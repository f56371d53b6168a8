import '../worker/start-parent-watch.js';
import { rmSync } from 'node:fs';
import { firstLine } from '../../core/first-line.js';
import { createForwardingLogger } from '../../core/logger.js';
import { NetworkServer } from '../../infer/shared/network-server.js';
import type { FromGenerator, ToGenerator } from '../generator-messages.js';

/** How often the process reports that its main thread runs, milliseconds. */
const ALIVE_INTERVAL_MS = 1000;

// The entry of a generator process: owns the networks of several streams, which reach it over a socket of their own.
let server: NetworkServer | undefined;
let folder: string | undefined;

function post(message: FromGenerator, onSent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, onSent);
}

async function stop(): Promise<void> {
  await server?.close();
  process.kill(process.pid, 'SIGKILL'); // `exit` aborts, out loud, where a network still runs
}

process.on('message', (message: ToGenerator) => {
  if (message.type === 'stop') {
    void stop();
    return;
  }
  ({ folder } = message.job);
  const logger = createForwardingLogger((line) => post({ type: 'log', ...line }));
  NetworkServer.listen({ ...message.job, logger }).then(
    (listening) => {
      server = listening;
      post({ type: 'alive' });
      setInterval(() => post({ type: 'alive' }), ALIVE_INTERVAL_MS);
    },
    (error: unknown) => {
      const reason = firstLine(error);
      const text = 'The generator process cannot listen.';
      post({ type: 'log', level: 'error', fields: { reason }, message: text }, () => process.exit(1)); // the parent starts it again
    },
  );
});
// Ctrl-C and a closed terminal reach the whole process group; the main process decides what they mean.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => void stop());
process.on('disconnect', () => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true }); // a parent that was killed cannot
  void stop();
});
