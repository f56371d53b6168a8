import type { DatasetFile } from '../dataset.js';

/** Files of a list, and what was left out of it. */
export interface FileList {
  readonly files: readonly DatasetFile[];
  /** One line each: links out of the tree, folders that cannot be read. */
  readonly notices: readonly string[];
}

/**
 * A tree of files: a folder of this machine or a prefix of an object store. Paths are from its root, with `/`. Every method rejects with
 * NocturneError (INPUT_ for reads, OUTPUT_ for writes) that names the path as the user wrote the root.
 */
export interface Store {
  /** The root as the user wrote it, secrets masked. */
  readonly label: string;
  /**
   * Lists all regular files in natural order, hidden ones left out; links inside the tree count as what they lead to.
   * @param folder only files in this folder and below, which need not exist; paths are from the root all the same. Default: all.
   */
  list(folder?: string): Promise<FileList>;
  read(path: string): Promise<Uint8Array>;
  /** Size in bytes; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** Writes a file that appears complete or not at all, and creates its folders. Replaces what is there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Calls `work` with a path of this machine that it writes a whole file to, and stores that file under `path` as {@link write} does;
   * nothing is stored when `work` rejects. For videos and shards, which are large.
   */
  writeFile(path: string, work: (localPath: string) => Promise<void>): Promise<void>;
  /** Calls `work` with a path of this machine that holds the file: the file itself or a copy, which is removed afterwards. */
  withLocalFile<T>(path: string, work: (localPath: string) => Promise<T>): Promise<T>;
  /** Removes a file; it need not exist. */
  remove(path: string): Promise<void>;
}
