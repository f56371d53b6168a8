import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { isImagePath, WRITABLE_EXTENSIONS, writableExtension } from '../../image/image-extensions.js';
import { parseInput } from '../../ingest/input-address.js';
import { imagesOf } from '../../ingest/open-source.js';
import { otherFilesNotices } from '../../ingest/image-list.js';
import { outputFailure } from '../../output/output-error.js';
import type { RenderSettings } from '../stream-settings.js';

/** One picture to make: where from, where to. */
export interface ImageTask {
  readonly from: string;
  readonly to: string;
}

/** What a render of pictures is to do. */
export interface ImagePlan {
  /** At least one. */
  readonly tasks: readonly ImageTask[];
  /** What the user is told before anything is done, one line each. */
  readonly notices: readonly string[];
}

/** Whether a render is of pictures, by what the input is and how the output is named. */
export function isImageRender(input: string, output: string): boolean {
  const { kind, target } = parseInput(input);
  if (kind !== 'path') return false;
  if (isFolder(target)) return !/\.[a-z0-9]{2,4}$/i.test(output) || isImagePath(output);
  return isImagePath(target) && (isImagePath(output) || isFolder(output));
}

/**
 * Which pictures become which, after every check that can be made before the first one is written; makes the output's
 * folder. Throws NocturneError.
 */
export async function planImages(settings: Pick<RenderSettings, 'input' | 'output' | 'overwrite'>): Promise<ImagePlan> {
  const { input, output, overwrite } = settings;
  const address = parseInput(input);
  const isOfFolder = isFolder(address.target);
  if (isOfFolder && (isImagePath(output) || isFile(output))) {
    throw unwritable(`${input} is a folder of pictures and ${output} is one file.`, 'Name a folder, or a video file.');
  }
  const pictures = await imagesOf(address);
  if (!pictures) throw new TypeError(`${input} is no picture and no folder`);
  const isToFolder = isOfFolder || isFolder(output);
  const tasks = pictures.paths.map((from) => {
    return { from, to: isToFolder ? join(output, writableName(basename(from))) : output };
  });
  checkTasks(tasks, overwrite);
  if (isOfFolder) makeFolder(output);
  else if (!existsSync(dirname(resolve(output)))) {
    const message = `the folder of ${output} does not exist.`;
    throw new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message, remedy: 'Make it first.' });
  }
  return { tasks, notices: otherFilesNotices(pictures) };
}

/** The same name, or its PNG where its format can be read but not written. */
function writableName(name: string): string {
  return writableExtension(name) === undefined ? `${parse(name).name}.png` : name;
}

function makeFolder(path: string): void {
  if (isFolder(path)) return;
  // One by one: Node's own recursion never ends where a folder that is there takes no new one, such as /proc.
  if (!existsSync(dirname(resolve(path)))) makeFolder(dirname(resolve(path)));
  try {
    mkdirSync(path);
  } catch (error) {
    throw outputFailure(path, error);
  }
}

/** Every fault that would lose a picture, found before the first one is written. */
function checkTasks(tasks: readonly ImageTask[], overwrite: boolean): void {
  const fromByTarget = new Map<string, string>();
  for (const { from, to } of tasks) {
    const other = fromByTarget.get(to);
    if (other !== undefined) throw unwritable(`${other} and ${from} would both become ${to}.`, 'Rename one of them.');
    fromByTarget.set(to, from);
    if (writableExtension(to) === undefined) {
      throw unwritable(`${to} is no picture that can be written.`, `Use one of ${WRITABLE_EXTENSIONS.join(', ')}.`);
    }
    if (isSameFile(from, to)) {
      throw new NocturneError({ code: 'OUTPUT_IS_INPUT', stage: 'output', message: `${to} is the input.` });
    }
    if (existsSync(to) && !overwrite) {
      throw new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `${to} exists.` });
    }
  }
}

function unwritable(message: string, remedy: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_UNSUPPORTED', stage: 'output', message, remedy });
}

/** Whether two paths lead to one file, through links too. */
function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
