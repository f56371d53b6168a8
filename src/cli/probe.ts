import type { Command } from 'commander';
import { DEFAULT_SOURCE_OPTIONS } from '../ingest/source-options.js';
import { probeInput } from '../ingest/probe.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './settings-options.js';
import { stopSignal } from './stop-signal.js';

/** `nocturne probe INPUT`. */
export async function probe(input: string, command: Command): Promise<void> {
  const settings = readSettings(command);
  const report = await probeInput(
    input,
    {
      ...DEFAULT_SOURCE_OPTIONS,
      listen: settings.listen,
      openTimeoutMs: settings.openTimeout * 1000,
      rtspTransport: settings.rtspTransport,
      ...(settings.inputFormat === undefined ? {} : { inputFormat: settings.inputFormat }),
      logger: createLogger(settings),
    },
    stopSignal(),
  );
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}
