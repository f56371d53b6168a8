import type { Logger } from '../core/logger.js';
import type { FromWorker, LogLevel } from './worker-messages.js';

/** A logger for a worker: every line is posted to the main process, which owns the real one. */
export function createWorkerLogger(post: (message: FromWorker) => void): Logger {
  const at = (level: LogLevel) => (fields: object, message: string) => post({ type: 'log', level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
