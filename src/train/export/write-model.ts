import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NocturneError, type ErrorCode } from '../../core/errors.js';
import { parseModelCard, type OnnxModelCard } from '../../infer/model-card.js';

/** Options of {@link writeModel}. */
export interface WriteModelOptions {
  /** The folder: NAME gets NAME.onnx and NAME.json. It is made when it is not there; the one it stands in must be. */
  readonly out: string;
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  readonly card: Omit<OnnxModelCard, 'sha256'>;
  /** Replaces a model that is there; default false. Other files of the folder stay. */
  readonly overwrite?: boolean;
}

/** What {@link writeModel} wrote. */
export interface WrittenModel {
  /** Path of the `.onnx` file. */
  readonly path: string;
  readonly card: OnnxModelCard;
}

/**
 * Writes a model and its card so that `--generator FOLDER` opens them. A file is there whole or not at all, and a new
 * folder appears with both.
 * Throws RangeError for a name that is a model's, ModelCardError for a card that no reader would take, NocturneError
 * OUTPUT_EXISTS, OUTPUT_NO_PERMISSION, OUTPUT_NO_SPACE or OUTPUT_FAILED.
 */
export async function writeModel(options: WriteModelOptions): Promise<WrittenModel> {
  const { bytes, overwrite = false } = options;
  const out = resolve(options.out);
  const name = basename(out);
  if (/\.(onnx|json)$/i.test(name)) throw new RangeError(`out must be a folder's name, got ${options.out}`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const json = `${JSON.stringify({ ...options.card, sha256 }, null, 2)}\n`;
  const card = parseModelCard(json);

  const files = { [`${name}.onnx`]: bytes, [`${name}.json`]: json };
  try {
    const found = await stat(out).catch(absent);
    if (found && !found.isDirectory()) throw exists(`${out} is a file, not a folder`);
    const taken = Object.keys(files).find((file) => existsSync(join(out, file)));
    if (taken !== undefined && !overwrite) throw exists(`${join(out, taken)} exists already`);
    if (found) await writeInto(out, files);
    else await makeFolder(out, files);
  } catch (error) {
    throw failure(out, error);
  }
  return { path: join(out, `${name}.onnx`), card };
}

type Files = Readonly<Record<string, Uint8Array | string>>;

/** A new folder with files in it, made beside its place and then moved there. */
async function makeFolder(out: string, files: Files): Promise<void> {
  const partial = join(dirname(out), partialName(basename(out)));
  try {
    await mkdir(partial);
    await writeInto(partial, files);
    await rename(partial, out);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Writes files under other names first: a full disk spoils none that was there. */
async function writeInto(folder: string, files: Files): Promise<void> {
  const partials = Object.keys(files).map((file) => ({
    from: join(folder, partialName(file)),
    to: join(folder, file),
  }));
  try {
    for (const [i, content] of Object.values(files).entries()) {
      await writeFile(partials[i]?.from ?? '', content, { flush: true });
    }
    for (const { from, to } of partials) await rename(from, to);
  } finally {
    for (const { from } of partials) await rm(from, { force: true });
  }
}

/** A new name each time: two that write at once do not meet. */
function partialName(name: string): string {
  return `.${name}.${randomUUID()}.partial`;
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function exists(message: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `${message}.` });
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'OUTPUT_NO_PERMISSION',
  EPERM: 'OUTPUT_NO_PERMISSION',
  EROFS: 'OUTPUT_NO_PERMISSION',
  ENOSPC: 'OUTPUT_NO_SPACE',
  EDQUOT: 'OUTPUT_NO_SPACE',
  ENOTEMPTY: 'OUTPUT_EXISTS',
  EEXIST: 'OUTPUT_EXISTS',
};

function failure(out: string, cause: unknown): NocturneError {
  if (cause instanceof NocturneError) return cause;
  const system = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const stage = 'output';
  if (system === 'ENOENT' || system === 'ENOTDIR') {
    const message = `the model ${out} could not be written: ${dirname(out)} is no folder.`;
    return new NocturneError({ code: 'OUTPUT_FAILED', stage, message, remedy: 'Make it first.', cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `the model ${out} could not be written: ${reason}.`;
  return new NocturneError({ code: CODES[system] ?? 'OUTPUT_FAILED', stage, message, cause });
}
