import { constants } from 'node:fs';
import { access, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { outputFailure } from './output-error.js';

/** What {@link AtomicFile.open} takes. */
export interface AtomicFileOptions {
  /** File to be written; its extension names the container. */
  readonly path: string;
  /** Replace a file that is there already. */
  readonly overwrite: boolean;
  /** The file read from, which may not be written to. An address that is no file is not compared. */
  readonly inputPath?: string;
}

/** A file that appears whole or not at all: written beside its place under a hidden name, renamed at the end. */
export class AtomicFile {
  /** Where the file will be. */
  readonly path: string;
  /** Where it is written meanwhile: the same folder, so that the rename is one step. */
  readonly temporaryPath: string;
  readonly #overwrite: boolean;

  private constructor(path: string, overwrite: boolean) {
    this.path = path;
    this.#overwrite = overwrite;
    const extension = extname(path);
    const name = basename(path, extension);
    this.temporaryPath = join(dirname(path), `.${name}.nocturne-${process.pid}-${nextNumber()}${extension}`);
  }

  /** Checks that the file may be written; writes nothing. Throws NocturneError. */
  static async open(options: AtomicFileOptions): Promise<AtomicFile> {
    const existing = await statOf(options.path);
    if (existing) await checkReplaceable(options, existing);
    const path = existing ? await realpath(options.path) : resolve(options.path);
    try {
      await access(dirname(path), constants.W_OK);
    } catch (error) {
      throw outputFailure(options.path, error);
    }
    return new AtomicFile(path, options.overwrite);
  }

  /** Puts the finished file in its place. Throws NocturneError; the temporary file is gone then. */
  async commit(): Promise<void> {
    try {
      if (!this.#overwrite && (await statOf(this.path))) throw existsError(this.path);
      await rename(this.temporaryPath, this.path);
    } catch (error) {
      await this.discard();
      throw outputFailure(this.path, error);
    }
  }

  /** Removes what was written. Idempotent. */
  async discard(): Promise<void> {
    await rm(this.temporaryPath, { force: true });
  }
}

/** Names of files that are being written: of {@link AtomicFile}, and of the pictures of a render. */
const HIDDEN_NAME = /^\..*\.nocturne-(\d+)(?:-\d+)?(?:\.[^.]+)?$/;

/**
 * Removes what a process that is gone left half written at `path`: beside a file, inside a folder. Never throws.
 * @param processId of the process that was writing; nobody else's files are touched.
 */
export async function removePartialFiles(path: string, processId: number): Promise<void> {
  const place = await realpath(path).catch(() => resolve(path));
  for (const folder of [dirname(place), place]) {
    const names = await readdir(folder).catch(() => []); // no folder, or not ours to read
    for (const name of names) {
      if (HIDDEN_NAME.exec(name)?.[1] !== String(processId)) continue;
      await rm(join(folder, name), { force: true }).catch(() => undefined);
    }
  }
}

let made = 0;

/** Tells apart the files that one process writes at the same time. */
function nextNumber(): number {
  return ++made;
}

async function checkReplaceable(options: AtomicFileOptions, existing: Stats): Promise<void> {
  const input = options.inputPath === undefined ? undefined : await statOf(options.inputPath);
  if (input && input.dev === existing.dev && input.ino === existing.ino) {
    throw new NocturneError({
      code: 'OUTPUT_IS_INPUT',
      stage: 'output',
      message: `The output ${options.path} is the input itself.`,
    });
  }
  if (!existing.isFile()) {
    const what = existing.isDirectory() ? 'a folder' : 'not a regular file';
    throw new NocturneError({
      code: 'OUTPUT_FAILED',
      stage: 'output',
      message: `Cannot write ${options.path}: it is ${what}.`,
    });
  }
  if (!options.overwrite) throw existsError(options.path);
}

function existsError(path: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `The output ${path} exists already.` });
}

/** What is at the path; undefined when nothing is, or when it cannot be known (an address, a folder that is closed to us). */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined; // writing there will tell what is wrong
  }
}
