#!/usr/bin/env node
import { CommanderError } from 'commander';
import { asNocturneError, ERROR_CODES, EXIT_CODES, NocturneError } from '../core/errors.js';
import { redact } from '../core/secrets.js';
import { createProgram } from './program.js';
import { streamFailureCode, watchStandardStreams } from './standard-streams.js';

async function main(): Promise<void> {
  process.env['SVT_LOG'] ??= '0'; // SVT-AV1 writes a banner to stderr at any log level of libav
  watchStandardStreams();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = streamFailureCode() ?? reportFailure(error);
  }
}

/** Prints a failure as one line, and its stack trace with `--verbose`. Returns the exit code. */
function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_CODES.success.code; // help and version, printed already
    if (error.code === 'commander.help') return EXIT_CODES.usage.code; // no command: commander printed the help
  }
  const failure = error instanceof CommanderError ? usageError(error) : asNocturneError(error, 'config');
  process.stderr.write(`nocturne: ${redact(failure.toLine())}\n`);
  if (isVerbose()) {
    const cause = failure.cause instanceof Error ? (failure.cause.stack ?? '') : '';
    process.stderr.write(redact(`${failure.stack ?? ''}\n${cause}\n`));
  }
  return EXIT_CODES[ERROR_CODES[failure.code].exit].code;
}

/** Commander's message in the form of every other failure. */
function usageError(error: CommanderError): NocturneError {
  const text = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  const message = /[.)?]$/.test(text) ? text : `${text}.`;
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, cause: error });
}

/** Settings may be what failed, so the flag and the variable are read directly. */
function isVerbose(): boolean {
  const variable = process.env['NOCTURNE_VERBOSE'] ?? '';
  return process.argv.includes('--verbose') || ['1', 'true', 'yes', 'on'].includes(variable);
}

await main();
