import { EXIT_CODES } from '../core/errors.js';
import { requestStop } from './stop-signal.js';

let failure: 'closedPipe' | 'output' | undefined;

/**
 * Stops the command when stdout or stderr cannot be written. A reader that closed its end, as `| head` does, ends it
 * without a message, as SIGPIPE ends other tools: Node.js ignores that signal and reports EPIPE instead.
 */
export function watchStandardStreams(): void {
  process.stdout.on('error', (error: Error) => {
    if (!isClosedPipe(error) && failure === undefined) {
      process.stderr.write(`nocturne: cannot write to standard output: ${error.message}. [OUTPUT_FAILED]\n`);
    }
    stop(error);
  });
  process.stderr.on('error', (error: Error) => stop(error));
}

/** The exit code after stdout or stderr failed; undefined while both work. */
export function streamFailureCode(): number | undefined {
  return failure && EXIT_CODES[failure].code;
}

/** Prints one JSON object to stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(formatJson(value));
}

/** A value as {@link printJson} prints it. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function stop(error: Error): void {
  failure ??= isClosedPipe(error) ? 'closedPipe' : 'output';
  const { code } = EXIT_CODES[failure];
  process.exitCode = code;
  if (!requestStop()) process.exit(code);
}

/** True when a reader closed its end. Windows reports EOF. */
export function isClosedPipe(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'EOF');
}
