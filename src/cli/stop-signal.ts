import { EXIT_CODES } from '../core/errors.js';

let controller: AbortController | undefined;

/**
 * Aborts at the first Ctrl-C, SIGTERM or closed terminal, and at {@link requestStop}. A second signal ends the process at
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
  process.on('SIGHUP', stop);
  return signal;
}

/** Aborts the {@link stopSignal}; returns false if the command has none, so that nothing has to be cleaned up. */
export function requestStop(): boolean {
  controller?.abort();
  return controller !== undefined;
}
