import type { Command } from 'commander';
import { probe as probeInput } from '../library.js';
import { createLogger } from './create-logger.js';
import { formatProbe } from './probe-summary.js';
import { readSettings } from './read-settings.js';
import { printJson } from './standard-streams.js';
import { stopSignal } from './stop-signal.js';

/** Runs `nocturne probe INPUT`. */
export async function probe(input: string, command: Command): Promise<void> {
  const settings = readSettings(command);
  const report = await probeInput(input, { ...settings, logger: createLogger(settings), signal: stopSignal() });
  if (command.opts<{ json?: boolean }>().json) printJson(report);
  else process.stdout.write(formatProbe(report));
}
