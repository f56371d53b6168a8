import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../core/logger.js';
import type { Settings } from '../config/settings.js';

/** The one place that makes a real logger: pino to stderr, for people or as JSON lines. Secrets are redacted by key. */
export function createLogger(settings: Pick<Settings, 'logLevel' | 'logJson' | 'verbose'>): Logger {
  const level = settings.verbose ? 'debug' : settings.logLevel;
  const redact = { paths: ['token', '*.token', 'password', '*.password', 'authorization', '*.authorization'] };
  const options = { level, base: null, redact };
  if (settings.logJson) return pino(options, pino.destination({ dest: 2, sync: true }));
  const colorize = process.stderr.isTTY && process.env['NO_COLOR'] === undefined;
  return pino(
    options,
    pretty({
      destination: 2,
      sync: true,
      singleLine: true,
      colorize,
      translateTime: 'HH:MM:ss',
      ignore: 'pid,hostname',
    }),
  );
}
