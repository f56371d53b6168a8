import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import { WRITABLE_EXTENSIONS, writableExtension } from '../image/image-extensions.js';
import type { Evaluation } from '../evaluate/evaluation.js';
import { evaluate as evaluateNight } from '../library.js';
import { createLogger } from './create-logger.js';
import { formatEvaluation } from './evaluation-table.js';
import { readSettings } from './read-settings.js';
import { formatJson, isClosedPipe } from './standard-streams.js';
import { StepLine } from './step-line.js';
import { stopSignal } from './stop-signal.js';

/** Flags of `nocturne eval` that are not settings. */
interface EvalFlags {
  readonly input: string;
  readonly reference: readonly string[];
  readonly json?: boolean;
}

/** Runs `nocturne eval --input IN --reference NIGHTS`. */
export async function evaluate(command: Command): Promise<void> {
  const settings = readSettings(command);
  const { input, reference, json: isJson = false } = command.opts<EvalFlags>();
  checkSheet(settings.sheet);
  const line = new StepLine(process.stderr);
  try {
    await evaluateNight(input, reference, {
      ...settings,
      logger: createLogger(settings),
      signal: stopSignal(),
      onProgress: ({ step, done, expected }) => line.draw(step, done, expected),
      onMeasured: (evaluation) => {
        line.end();
        for (const notice of evaluation.notices) process.stderr.write(`note: ${notice}\n`);
        print(evaluation, isJson);
      },
    });
    if (settings.sheet !== undefined) {
      process.stderr.write(`note: wrote ${settings.sheet}: day, grade and result; real nights below\n`);
    }
  } finally {
    line.end();
  }
}

/** Prints the result to stdout; where that fails, as on a full disk, its tables to stderr. */
function print(evaluation: Evaluation, isJson: boolean): void {
  const tables = formatEvaluation(evaluation);
  const text = isJson ? formatJson(evaluation) : tables;
  process.stdout.write(text, (error) => {
    if (error && !isClosedPipe(error)) process.stderr.write(tables);
  });
}

/** Fails before minutes of work, not after. Throws NocturneError. */
function checkSheet(path: string | undefined): void {
  if (path === undefined) return;
  if (writableExtension(path) === undefined) {
    throw new NocturneError({
      code: 'OUTPUT_UNSUPPORTED',
      stage: 'output',
      message: `${path} is not an image format that can be written.`,
      remedy: `Use one of ${WRITABLE_EXTENSIONS.join(', ')}.`,
    });
  }
  if (!existsSync(dirname(resolve(path)))) {
    const message = `the folder of ${path} does not exist.`;
    throw new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message, remedy: 'Create it first.' });
  }
}
