import { open, readFile, rename, rm } from 'node:fs/promises';
import { NocturneError } from '../core/errors.js';

/** Named float32 arrays. */
export type NamedArrays = ReadonlyMap<string, Float32Array>;

/** A checkpoint file: a JSON header and named arrays. */
export interface Checkpoint {
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: NamedArrays;
}

/** The first bytes of a checkpoint: format and version. */
const MAGIC = 'NOCTCKP1';
/** Length of the magic and the header length, bytes. */
const PREFIX_BYTES = MAGIC.length + 4;

/**
 * Writes a checkpoint: magic, header length (u32, little-endian), header (JSON, with the names and lengths of the arrays),
 * arrays as little-endian float32. Writes to a temporary file and renames it. Throws NocturneError OUTPUT_NO_SPACE,
 * OUTPUT_NO_PERMISSION or OUTPUT_FAILED.
 */
export async function writeCheckpoint(path: string, { header, arrays }: Checkpoint): Promise<void> {
  const index = [...arrays].map(([name, values]) => ({ name, length: values.length }));
  const json = Buffer.from(JSON.stringify({ header, arrays: index }));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt32LE(json.length, MAGIC.length);
  const temporary = `${path}.part`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writev([prefix, json]);
      for (const values of arrays.values()) {
        await file.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeFailure(path, error);
  }
}

/** Reads a checkpoint. Throws NocturneError INPUT_NOT_FOUND, or MODEL_INVALID for a damaged file. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const message = `no checkpoint at ${path}.`;
    const remedy =
      'Pass the --run folder of a training with a finished validation (to export) or a saved checkpoint (to resume).';
    throw new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'train', message, remedy, cause });
  }
  const damaged = (reason: string, cause?: unknown): NocturneError =>
    new NocturneError({
      code: 'MODEL_INVALID',
      stage: 'train',
      message: `${path} is not a valid checkpoint: ${reason}.`,
      remedy: 'Use an older checkpoint of the same training.',
      cause,
    });
  if (bytes.length < PREFIX_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw damaged(`it does not start with ${MAGIC}`);
  const headerEnd = PREFIX_BYTES + bytes.readUInt32LE(MAGIC.length);
  let content: { header: Record<string, unknown>; arrays: { name: string; length: number }[] };
  try {
    content = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, headerEnd)) as typeof content; // written by writeCheckpoint
  } catch (error) {
    throw damaged('its header is not JSON', error);
  }
  const arrays = new Map<string, Float32Array>();
  let at = headerEnd;
  for (const { name, length } of content.arrays) {
    const end = at + 4 * length;
    if (end > bytes.length) throw damaged(`the file ends within ${name}`);
    arrays.set(name, new Float32Array(new Uint8Array(bytes.subarray(at, end)).buffer));
    at = end;
  }
  return { header: content.header, arrays };
}

/** The arrays whose names start with `prefix`, by the rest of their names. */
export function arraysWithPrefix(arrays: NamedArrays, prefix: string): NamedArrays {
  return new Map(
    [...arrays].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [])),
  );
}

function writeFailure(path: string, cause: unknown): NocturneError {
  const reason = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const message = `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`;
  if (reason === 'ENOSPC') return new NocturneError({ code: 'OUTPUT_NO_SPACE', stage: 'train', message, cause });
  const code = reason === 'EACCES' || reason === 'EPERM' ? 'OUTPUT_NO_PERMISSION' : 'OUTPUT_FAILED';
  return new NocturneError({ code, stage: 'train', message, cause });
}
