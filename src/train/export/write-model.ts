import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NocturneError, type ErrorCode } from '../../core/errors.js';
import { parseModelCard, type OnnxModelCard } from '../../infer/model-card.js';
import { sha256Of } from '../../infer/model-file.js';

/** What a card of any network holds. */
interface WrittenCard {
  /** SHA-256 of the model file, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Options of {@link writeModel}. */
interface WriteModelOptions<C extends WrittenCard> {
  /** Output folder NAME for NAME.onnx and NAME.json. Created if missing; its parent must exist. */
  readonly out: string;
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  readonly card: Omit<C, 'sha256'>;
  /** Whether to replace an existing model; default false. Other files in the folder stay. */
  readonly overwrite?: boolean;
}

/** A model written by {@link writeModel}. */
export interface WrittenModel<C extends WrittenCard = OnnxModelCard> {
  /** Path of the `.onnx` file. */
  readonly path: string;
  readonly card: C;
}

/**
 * Writes a model and its card; of a look network for `--generator FOLDER`. Files, and a new folder with both, are written under temporary names and
 * renamed: a failure leaves no partial model.
 * Throws RangeError for a folder name with the extension of a file, ModelCardError for an invalid card, NocturneError
 * OUTPUT_EXISTS, OUTPUT_NO_PERMISSION, OUTPUT_NO_SPACE or OUTPUT_FAILED.
 */
export async function writeModel(options: WriteModelOptions<OnnxModelCard>): Promise<WrittenModel>;
/** The same with another parser of the card. */
export async function writeModel<C extends WrittenCard>(
  options: WriteModelOptions<C>,
  parse: (json: string) => C,
): Promise<WrittenModel<C>>;
export async function writeModel(
  options: WriteModelOptions<WrittenCard>,
  parse: (json: string) => WrittenCard = parseModelCard,
): Promise<WrittenModel<WrittenCard>> {
  const { bytes, overwrite = false } = options;
  const out = resolve(options.out);
  const name = basename(out);
  if (/\.(onnx|json)$/i.test(name))
    throw new RangeError(`out must be a folder name without .onnx or .json, got ${options.out}`);
  const sha256 = sha256Of(bytes);
  const json = `${JSON.stringify({ ...options.card, sha256 }, null, 2)}\n`;
  const card = parse(json);

  const files = { [`${name}.onnx`]: bytes, [`${name}.json`]: json };
  try {
    const found = await stat(out).catch(ignoreMissing);
    if (found && !found.isDirectory()) throw exists(`${out} is a file, not a folder`);
    const taken = Object.keys(files).find((file) => existsSync(join(out, file)));
    if (taken !== undefined && !overwrite) throw exists(`${join(out, taken)} already exists`);
    if (found) await writeInto(out, files);
    else await createFolder(out, files);
  } catch (error) {
    throw failure(out, error);
  }
  return { path: join(out, `${name}.onnx`), card };
}

type Files = Readonly<Record<string, Uint8Array | string>>;

/** Creates a folder with files under a temporary name beside it, then renames it. */
async function createFolder(out: string, files: Files): Promise<void> {
  const partial = join(dirname(out), partialName(basename(out)));
  try {
    await mkdir(partial);
    await writeInto(partial, files);
    await rename(partial, out);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Writes files under temporary names and renames them: a full disk damages no existing file. */
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

/** A unique name: concurrent writers do not collide. */
function partialName(name: string): string {
  return `.${name}.${randomUUID()}.partial`;
}

function ignoreMissing(error: unknown): undefined {
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
    const message = `cannot write the model ${out}: ${dirname(out)} is not a folder.`;
    return new NocturneError({ code: 'OUTPUT_FAILED', stage, message, remedy: 'Create it first.', cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `cannot write the model ${out}: ${reason}.`;
  return new NocturneError({ code: CODES[system] ?? 'OUTPUT_FAILED', stage, message, cause });
}
