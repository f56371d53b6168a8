import { EXIT_CODES } from '../core/errors.js';

let controller: AbortController | undefined;
let reload: (() => void) | undefined;

/**
 * Aborts at the first Ctrl-C, SIGTERM or closed terminal (see {@link onHangup}), and at {@link requestStop}. A second signal ends the process at
 * once with the exit code of an interrupt.
 */
export function stopSignal(): AbortSignal {
  if (controller) return controller.signal;
  const { signal } = (controller = new AbortController());
  const stop = (): void => {
    if (signal.aborted) process.exit(EXIT_CODES.interrupted.code);
    requestStop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => {
    const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    if (reload && !hasTerminal) reload();
    else stop();
  });
  return signal;
}

/** Calls back at SIGHUP, where nocturne has no terminal that could have been closed. Returns what ends that. */
export function onHangup(callback: () => void): () => void {
  reload = callback;
  return () => {
    reload = undefined;
  };
}

/** Aborts the {@link stopSignal}; returns false if the command has none, so that nothing has to be cleaned up. */
export function requestStop(): boolean {
  controller?.abort();
  return controller !== undefined;
}
