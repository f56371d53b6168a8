import { existsSync, mkdirSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { isImagePath, WRITABLE_EXTENSIONS, writableExtension } from '../../image/image-extensions.js';
import { imageSignature } from '../../image/image-kind.js';
import { parseInput } from '../../ingest/input-address.js';
import { imagesOf } from '../../ingest/open-source.js';
import { ignoredNotices } from '../../ingest/image-list.js';
import { checkNameLength } from '../../output/atomic-file.js';
import { hasMuxer } from '../../output/av-container.js';
import { outputFailure } from '../../output/output-error.js';
import type { RenderSettings } from '../stream-settings.js';

/** One image to render. */
export interface ImageTask {
  readonly from: string;
  readonly to: string;
}

/** What a render of images does. */
export interface ImagePlan {
  /** At least one. */
  readonly tasks: readonly ImageTask[];
  /** Notices for the user, one line each. */
  readonly notices: readonly string[];
}

/** True when input and output name images or image folders, not videos. */
export function isImageRender(input: string, output: string): boolean {
  const { kind, target } = parseInput(input);
  if (kind !== 'path') return false;
  if (isFolder(target)) return namesFolder(output) || isImagePath(output) || !hasMuxer(output);
  const isImage = isImagePath(target) || imageSignature(target) !== undefined;
  return isImage && (isImagePath(output) || namesFolder(output));
}

/** True for a folder that exists, and for a path that ends as a folder's. */
function namesFolder(output: string): boolean {
  return isFolder(output) || /[/\\]$/.test(output);
}

/**
 * Plans a render of images: reads the input folder, checks everything that can be checked before the first image is written,
 * creates the output folder. Throws NocturneError.
 */
export async function planImages(settings: Pick<RenderSettings, 'input' | 'output' | 'overwrite'>): Promise<ImagePlan> {
  const { input, output, overwrite } = settings;
  const address = parseInput(input);
  const isOfFolder = isFolder(address.target);
  if (isOfFolder && !namesFolder(output) && (isImagePath(output) || isFile(output))) {
    throw unsupported(`${input} is an image folder and ${output} is one file.`, 'Use a folder or a video file.');
  }
  const images = await imagesOf(address, { isSingle: true });
  if (!images) throw new TypeError(`input must be an image or a folder, got ${input}`);
  const isToFolder = isOfFolder || namesFolder(output);
  const tasks = images.paths.map((from) => {
    return { from, to: isToFolder ? join(output, writableName(basename(from))) : output };
  });
  checkTasks(tasks, overwrite);
  if (isToFolder) createFolder(output);
  else if (!existsSync(dirname(resolve(output)))) {
    const message = `the folder of ${output} does not exist.`;
    throw new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message, remedy: 'Create it first.' });
  }
  return { tasks, notices: ignoredNotices(images) };
}

/** The same name, or the name of a PNG where the format can be read but not written. */
function writableName(name: string): string {
  return writableExtension(name) === undefined ? `${parse(name).name}.png` : name;
}

/** Creates a folder and its parents. Throws NocturneError. */
function createFolder(path: string): void {
  if (isFolder(path)) return;
  // Node 20's mkdirSync with `recursive` never returns where an existing folder takes no new one, such as /proc.
  if (!existsSync(dirname(resolve(path)))) createFolder(dirname(resolve(path)));
  try {
    mkdirSync(path);
  } catch (error) {
    throw outputFailure(path, error);
  }
}

/** Throws NocturneError for whatever would lose an image. */
function checkTasks(tasks: readonly ImageTask[], overwrite: boolean): void {
  const fromByTarget = new Map<string, string>();
  for (const { from, to } of tasks) {
    const other = fromByTarget.get(to);
    if (other !== undefined)
      throw unsupported(`${other} and ${from} would both be written to ${to}.`, 'Rename one of them.');
    fromByTarget.set(to, from);
    checkNameLength(to);
    if (writableExtension(to) === undefined) {
      throw unsupported(
        `${to} has no image format that can be written.`,
        `Use one of ${WRITABLE_EXTENSIONS.join(', ')}.`,
      );
    }
    if (isSameFile(from, to)) {
      throw new NocturneError({ code: 'OUTPUT_IS_INPUT', stage: 'output', message: `${to} is the input.` });
    }
    if (existsSync(to) && !overwrite) {
      throw new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `${to} exists.` });
    }
  }
}

function unsupported(message: string, remedy: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_UNSUPPORTED', stage: 'output', message, remedy });
}

/** True when two paths lead to the same file, through links too. */
function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

/** Stats of a path; undefined where nothing can be, since it does not exist or its name is too long. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}
