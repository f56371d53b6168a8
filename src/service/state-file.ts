import { open, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';

/** Definitions of streams by name, as requests gave them. */
export type Definitions = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const STATE = z.object({ version: z.literal(1), streams: z.record(z.string(), z.record(z.string(), z.unknown())) });

/**
 * The file that keeps the streams that the API has added. It holds their passwords: only its user may read it. It is whole at any moment, also
 * after a crash or a power cut: each state is written beside it and takes its place.
 */
export class StateFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Reads it; nothing when there is none. Throws NocturneError CONFIG_INVALID when it is not such a file. */
  async read(): Promise<Definitions> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
      throw this.#invalid(error instanceof Error ? error.message : String(error));
    }
    let value: unknown;
    try {
      value = parseJson(bytes);
    } catch {
      // the check below says it
    }
    const parsed = STATE.safeParse(value);
    if (!parsed.success) throw this.#invalid('it is no state of version 1');
    return new Map(Object.entries(parsed.data.streams));
  }

  /** Replaces it. Resolves when the new state is in place. Rejects with the error of the file system; the old state is then still there. */
  async write(streams: Definitions): Promise<void> {
    const text = `${JSON.stringify({ version: 1, streams: Object.fromEntries(streams) }, null, 2)}\n`;
    const folder = dirname(this.path);
    const next = join(folder, `.${basename(this.path)}.next`);
    await writeSynced(next, text);
    await rename(next, this.path);
    await syncFolder(folder);
  }

  #invalid(reason: string): NocturneError {
    const message = `cannot read the state file ${this.path}: ${reason}.`;
    const remedy = 'Move it away to start without the streams that the API has added.';
    return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.chmod(0o600); // one that a crash has left may have another mode
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename last where the file system can: the new state is in place already, so that a failure is none of the write. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    await using folder = await open(path, 'r');
    await folder.sync();
  } catch {
    // a folder that cannot be read, or a network disk that syncs files only
  }
}
