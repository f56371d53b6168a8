import { randomInt } from 'node:crypto';
import { constants, lstatSync } from 'node:fs';
import { access, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { outputFailure } from './output-error.js';

/** Options of {@link AtomicFile.open}. */
export interface AtomicFileOptions {
  /** Path of the file; its extension selects the container. */
  readonly path: string;
  /** Replace an existing file. */
  readonly overwrite: boolean;
  /** The input, which must not be the same file. Addresses are not compared. */
  readonly inputPath?: string;
}

/** A file that appears complete or not at all: written to a hidden temporary file in the same folder, then renamed. */
export class AtomicFile {
  /** Final path, with links resolved. */
  readonly path: string;
  /** Path to write to: in the same folder, so that the rename is atomic. */
  readonly temporaryPath: string;
  readonly #overwrite: boolean;

  private constructor(path: string, overwrite: boolean) {
    this.path = path;
    this.#overwrite = overwrite;
    this.temporaryPath = temporaryPathOf(path);
  }

  /** Checks that the file may be written. Writes nothing. Throws NocturneError. */
  static async open(options: AtomicFileOptions): Promise<AtomicFile> {
    checkNameLength(options.path);
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

  /** Renames the temporary file to its final path. Throws NocturneError and removes the temporary file on failure. */
  async commit(): Promise<void> {
    try {
      if (!this.#overwrite && (await statOf(this.path))) throw existsError(this.path);
      await rename(this.temporaryPath, this.path);
    } catch (error) {
      await this.discard();
      throw outputFailure(this.path, error);
    }
  }

  /** Removes the temporary file. Idempotent. */
  async discard(): Promise<void> {
    await rm(this.temporaryPath, { force: true });
  }
}

/** Names of temporary files, as {@link temporaryPathOf} makes them. Captures the process id. */
export const TEMPORARY_NAME = /^\..*\.nocturne-(\d+)-\d+(?:\.[^.]+)?$/;
/** Longest file name that the file systems in use take, bytes of UTF-8. */
const MAX_NAME_BYTES = 255;

/** A hidden path beside `path`, with its extension and as much of its name as fits; no other file of this process has it. */
export function temporaryPathOf(path: string): string {
  const extension = extname(path);
  const suffix = `.nocturne-${process.pid}-${nextNumber()}${extension}`;
  const name = cutUtf8(basename(path, extension), MAX_NAME_BYTES - Buffer.byteLength(`.${suffix}`));
  return join(dirname(path), `.${name}${suffix}`);
}

/** The longest start of a text that takes `maxBytes` of UTF-8 or fewer. */
function cutUtf8(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * Removes the temporary files that a dead process left for the output `path`: beside a file, inside a folder. Never throws.
 * @param processId id of the dead process; files of other processes stay.
 */
export async function removePartialFiles(path: string, processId: number): Promise<void> {
  const output = await realpath(path).catch(() => resolve(path));
  for (const folder of [dirname(output), output]) {
    const names = await readdir(folder).catch(() => []); // not a folder, or not readable
    for (const name of names) {
      if (TEMPORARY_NAME.exec(name)?.[1] !== String(processId)) continue;
      await rm(join(folder, name), { force: true }).catch(() => undefined);
    }
  }
}

/** From a random number on: processes of two machines may have one id, and write the same file in a folder that both share. */
let fileCount = randomInt(2 ** 40);

/** Distinguishes files that are written at the same time. */
function nextNumber(): number {
  return ++fileCount;
}

async function checkReplaceable(options: AtomicFileOptions, existing: Stats): Promise<void> {
  const input = options.inputPath === undefined ? undefined : await statOf(options.inputPath);
  if (input && input.dev === existing.dev && input.ino === existing.ino) {
    throw new NocturneError({
      code: 'OUTPUT_IS_INPUT',
      stage: 'output',
      message: `The output ${options.path} is the input file.`,
    });
  }
  if (!existing.isFile()) {
    const kind = existing.isDirectory() ? 'a folder' : 'not a regular file';
    throw new NocturneError({
      code: 'OUTPUT_FAILED',
      stage: 'output',
      message: `Cannot write ${options.path}: it is ${kind}.`,
    });
  }
  if (!options.overwrite) throw existsError(options.path);
}

function existsError(path: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `The output ${path} already exists.` });
}

/** Throws NocturneError for a path or name that is too long for the file system, which a temporary name would hide. */
export function checkNameLength(path: string): void {
  try {
    lstatSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') throw outputFailure(path, error);
  }
}

/** Stats of a path; undefined when nothing exists there or the stats are not available (an address, an unreadable folder). */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined; // a write reports what is wrong
  }
}
