import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { NocturneError } from '../core/errors.js';
import { WRITABLE_EXTENSIONS, writableExtension } from '../image/image-extensions.js';
import { evaluate as evaluateNight } from '../library.js';
import { outputFailure } from '../output/output-error.js';
import { createLogger } from './create-logger.js';
import { formatEvaluation } from './evaluation-table.js';
import { readSettings } from './settings-options.js';
import { StepLine } from './step-line.js';
import { stopSignal } from './stop-signal.js';

/** `nocturne eval --input IN --reference NIGHTS`. */
export async function evaluate(command: Command): Promise<void> {
  const settings = readSettings(command);
  const { input, reference } = command.opts<{ input: string; reference: readonly string[] }>();
  checkOutputs(settings);
  const line = new StepLine(process.stderr);
  try {
    const evaluation = await evaluateNight(input, reference, {
      ...settings,
      logger: createLogger(settings),
      signal: stopSignal(),
      onProgress: ({ step, done, expected }) => line.draw(step, done, expected),
    });
    line.end();
    if (settings.json !== undefined) await writeJson(settings.json, evaluation);
    for (const notice of evaluation.notices) process.stderr.write(`note: ${notice}\n`);
    process.stdout.write(formatEvaluation(evaluation));
    if (settings.sheet !== undefined)
      process.stdout.write(`${settings.sheet}: day, grade, result; real nights below\n`);
  } finally {
    line.end();
  }
}

/** Minutes of work are not lost to a wrong name. Throws NocturneError. */
function checkOutputs({ json, sheet }: { json: string | undefined; sheet: string | undefined }): void {
  if (sheet !== undefined && writableExtension(sheet) === undefined) {
    throw new NocturneError({
      code: 'OUTPUT_UNSUPPORTED',
      stage: 'output',
      message: `${sheet} is no picture that can be written.`,
      remedy: `Use one of ${WRITABLE_EXTENSIONS.join(', ')}.`,
    });
  }
  for (const path of [json, sheet]) {
    if (path === undefined || existsSync(dirname(resolve(path)))) continue;
    const message = `the folder of ${path} does not exist.`;
    throw new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message, remedy: 'Make it first.' });
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
  } catch (error) {
    throw outputFailure(path, error);
  }
}
