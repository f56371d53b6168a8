import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import { WRITABLE_EXTENSIONS, writableExtension } from '../image/image-extensions.js';
import type { EvaluationProgress } from '../evaluate/evaluate.js';
import { evaluate as evaluateNight, evaluateDetector } from '../library.js';
import { createLogger } from './create-logger.js';
import { formatDetectorEvaluation } from './detector-table.js';
import { formatEvaluation } from './evaluation-table.js';
import { readSettings } from './read-settings.js';
import { formatJson, isClosedPipe } from './standard-streams.js';
import { StepLine } from './step-line.js';
import { stopSignal } from './stop-signal.js';

/** Flags of `nocturne eval` that are not settings. */
interface EvalFlags {
  readonly input: string;
  readonly reference?: readonly string[];
  readonly json?: boolean;
}

/** Runs `nocturne eval --input IN --reference NIGHTS`, or `nocturne eval --input IN --detector MODEL`. */
export async function evaluate(command: Command): Promise<void> {
  const settings = readSettings(command);
  const { input, reference: references = [], json: isJson = false } = command.opts<EvalFlags>();
  const { sheet, detector } = settings;
  checkSheet(sheet);
  const line = new StepLine(process.stderr);
  const options = {
    ...settings,
    logger: createLogger(settings),
    signal: stopSignal(),
    onProgress: ({ step, done, expected }: EvaluationProgress) => line.draw(step, done, expected),
  };
  /** Prints a result as soon as it is measured, before the sheet is written. */
  const printWith =
    <T extends { readonly notices: readonly string[] }>(format: (evaluation: T) => string) =>
    (evaluation: T): void => {
      line.end();
      for (const notice of evaluation.notices) process.stderr.write(`note: ${notice}\n`);
      print(format(evaluation), isJson ? formatJson(evaluation) : undefined);
    };
  try {
    if (detector !== undefined) {
      const onMeasured = printWith(formatDetectorEvaluation);
      await evaluateDetector(input, references, { ...options, detector, onMeasured });
    } else {
      if (references.length === 0) throw withoutReference();
      await evaluateNight(input, references, { ...options, onMeasured: printWith(formatEvaluation) });
    }
    const holds =
      detector === undefined ? 'day, grade and result; real nights' : 'days and nights with boxes; real nights';
    if (sheet !== undefined) process.stderr.write(`note: wrote ${sheet}: ${holds} below\n`);
  } finally {
    line.end();
  }
}

/** Prints the JSON or the tables to stdout; where that fails, as on a full disk, the tables to stderr. */
function print(tables: string, json: string | undefined): void {
  process.stdout.write(json ?? tables, (error) => {
    if (error && !isClosedPipe(error)) process.stderr.write(tables);
  });
}

function withoutReference(): NocturneError {
  const message = "required option '--reference <folder>' not specified.";
  const remedy = 'Name a folder of real nights, or a --detector to measure with.';
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
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
