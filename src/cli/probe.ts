import type { Command } from 'commander';
import { probe as probeInput } from '../library.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './settings-options.js';
import { stopSignal } from './stop-signal.js';

/** `nocturne probe INPUT`. */
export async function probe(input: string, command: Command): Promise<void> {
  const settings = readSettings(command);
  const report = await probeInput(input, { ...settings, logger: createLogger(settings), signal: stopSignal() });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
