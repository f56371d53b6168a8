import { createHash } from 'node:crypto';
import type { Dirent, Stats } from 'node:fs';
import { mkdir, open, opendir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { naturalOrder } from '../../core/natural-order.js';
import { checkNameLength, temporaryPathOf } from '../../output/atomic-file.js';
import { outputFailure } from '../../output/output-error.js';
import type { DatasetFile } from '../dataset.js';
import { countedNotice } from '../layouts/counted.js';
import type { FileList, Store } from './store.js';

/** A tree of files in a folder of this machine. */
export class LocalStore implements Store {
  readonly label: string;
  readonly #root: string;

  /** @param root a folder; it need not exist yet. */
  constructor(root: string) {
    this.label = root;
    this.#root = resolve(root);
  }

  /** The folder, absolute. */
  get root(): string {
    return this.#root;
  }

  async list(folder?: string): Promise<FileList> {
    if (folder !== undefined && !(await stat(this.#at(folder)).catch(() => undefined)))
      return { files: [], notices: [] };
    const walk = new TreeWalk(await realRoot(this.#root, this.label));
    await walk.enter(folder ?? '', []);
    return { files: inNaturalOrder(walk.files), notices: walk.notices };
  }

  async read(path: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#at(path));
    } catch (error) {
      throw inputFailure(this.#named(path), error);
    }
  }

  async size(path: string): Promise<number | undefined> {
    const found = await stat(this.#at(path)).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.writeFile(path, async (localPath) => {
      const file = await open(localPath, 'w');
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
    });
  }

  async writeFile(path: string, work: (localPath: string) => Promise<void>): Promise<void> {
    const target = this.#at(path);
    const named = this.#named(path);
    let temporary: string | undefined;
    try {
      checkNameLength(target);
      await makeFolder(dirname(target));
      temporary = temporaryPathOf(target);
      await work(temporary);
      await rename(temporary, target);
    } catch (error) {
      throw error instanceof NocturneError ? error : outputFailure(named, error);
    } finally {
      if (temporary !== undefined) await rm(temporary, { force: true });
    }
  }

  withLocalFile<T>(path: string, work: (localPath: string) => Promise<T>): Promise<T> {
    return work(this.#at(path));
  }

  async remove(path: string): Promise<void> {
    try {
      await rm(this.#at(path), { force: true });
    } catch (error) {
      throw outputFailure(this.#named(path), error);
    }
  }

  #at(path: string): string {
    const target = resolve(this.#root, path);
    if (!target.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep)) {
      throw new RangeError(`path must stay inside the tree, got ${path}`);
    }
    return target;
  }

  #named(path: string): string {
    return join(this.label, path);
  }
}

/** Files whose sizes are asked for at once. */
const STATS_AT_ONCE = 64;

/** One walk through a tree. Links are followed inside the tree only, and never in a circle. */
class TreeWalk {
  readonly files: DatasetFile[] = [];
  readonly #outside: string[] = [];
  readonly #broken: string[] = [];
  readonly #unreadable: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  get notices(): string[] {
    return [
      ...leftOut(this.#outside, 'link that leads out of the tree', 'links that lead out of the tree'),
      ...leftOut(this.#broken, 'link that leads nowhere or in a circle', 'links that lead nowhere or in a circle'),
      ...leftOut(this.#unreadable, 'folder or file that cannot be read', 'folders or files that cannot be read'),
    ];
  }

  /** @param above real paths of the folders on the way, which a link may not enter again. */
  async enter(folder: string, above: readonly string[]): Promise<void> {
    const path = join(this.#root, folder);
    const real = await realpath(path);
    if (above.includes(real)) {
      this.#broken.push(folder);
      return;
    }
    const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
    if (!entries) {
      this.#unreadable.push(folder);
      return;
    }
    const shown = entries.filter(({ name }) => !name.startsWith('.'));
    const folders: string[] = [];
    for (let at = 0; at < shown.length; at += STATS_AT_ONCE) {
      const found = shown.slice(at, at + STATS_AT_ONCE).map(async (entry) => {
        const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
        return { name, stats: await this.#statsOf(name, entry) };
      });
      for (const { name, stats } of await Promise.all(found)) {
        if (stats?.isDirectory()) folders.push(name);
        else if (stats?.isFile()) this.files.push({ path: name, bytes: stats.size });
      }
    }
    for (const name of folders) await this.enter(name, [...above, real]);
  }

  /** What an entry is; undefined, and noted, where it is left out. */
  async #statsOf(name: string, entry: Dirent): Promise<Stats | undefined> {
    const path = join(this.#root, name);
    if (entry.isSymbolicLink()) {
      const target = await realpath(path).catch(() => undefined);
      const isInside =
        target === this.#root || target?.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep);
      if (!isInside) (target === undefined ? this.#broken : this.#outside).push(name);
      if (!isInside) return undefined;
    }
    const stats = await stat(path).catch(() => undefined);
    if (!stats) this.#unreadable.push(name);
    return stats;
  }
}

/** A line about what a list leaves out, or none. */
export function leftOut(names: readonly string[], one: string, many: string): string[] {
  return countedNotice(names, one, many).map((line) => `left out ${line}`);
}

/** Sorts files so that 2 comes before 10. Takes the array. */
export function inNaturalOrder(files: DatasetFile[]): DatasetFile[] {
  const order = naturalOrder();
  return files.sort((a, b) => order(a.path, b.path));
}

/** SHA-256 of bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function realRoot(root: string, label: string): Promise<string> {
  try {
    if ((await stat(root)).isDirectory()) {
      await (await opendir(root)).close(); // fails where it cannot be listed
      return await realpath(root);
    }
  } catch (error) {
    throw inputFailure(label, error);
  }
  throw new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message: `${label} is a file, and a data set is a folder.`,
    remedy: 'Give the folder that holds it.',
  });
}

/** Creates a folder and its parents. Node 20's `recursive` never returns where an existing folder takes no new one, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error; // another process made it
  });
}

function inputFailure(named: string, cause: unknown): NocturneError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const isDenied = code === 'EACCES' || code === 'EPERM';
  const message = isDenied ? `${named} cannot be read: permission denied.` : `${named} does not exist.`;
  if (isDenied || code === 'ENOENT' || code === 'ENOTDIR') {
    return new NocturneError({
      code: isDenied ? 'INPUT_NO_PERMISSION' : 'INPUT_NOT_FOUND',
      stage: 'ingest',
      message,
      cause,
    });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return new NocturneError({
    code: 'INPUT_REFUSED',
    stage: 'ingest',
    message: `${named} cannot be read: ${text}.`,
    cause,
  });
}
