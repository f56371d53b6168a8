import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { redact } from '../core/secrets.js';
import type { Logger } from '../core/logger.js';
import type { Settings } from '../config/settings.js';

/**
 * Creates the command line's logger: pino to stderr, as text or as JSON lines, with secrets redacted by key and by value. It writes
 * through `process.stderr`, so that a closed pipe is noticed there, and synchronously.
 */
export function createLogger(settings: Pick<Settings, 'logLevel' | 'logJson' | 'verbose'>): Logger {
  const level = settings.verbose ? 'debug' : settings.logLevel;
  const secrets = ['token', 'controlToken', 'password', 'authorization'];
  const byKey = { paths: secrets.flatMap((key) => [key, `*.${key}`]) };
  const options = { level, base: null, redact: byKey };
  const write = (text: string): boolean => process.stderr.write(redact(text));
  if (settings.logJson) return pino(options, { write });
  const toText = prettyFactory({
    singleLine: true,
    colorize: process.stderr.isTTY && process.env['NO_COLOR'] === undefined,
    translateTime: 'HH:MM:ss',
    ignore: 'pid,hostname',
  });
  return pino(options, { write: (line: string) => write(toText(line)) });
}
