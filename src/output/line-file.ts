import { open, type FileHandle } from 'node:fs/promises';
import { AtomicFile, type AtomicFileOptions } from './atomic-file.js';
import { outputFailure } from './output-error.js';

/** Characters that wait in memory before they are written. */
const MAX_PENDING_CHARACTERS = 65_536;

/** A text file of lines that appears complete or not at all. Keeps at most 64 KiB and one line in memory. */
export class LineFile {
  readonly #path: string;
  readonly #file: AtomicFile;
  readonly #handle: FileHandle;
  #pending = '';
  #isClosed = false;

  private constructor(path: string, file: AtomicFile, handle: FileHandle) {
    this.#path = path;
    this.#file = file;
    this.#handle = handle;
  }

  /** Creates the temporary file. Throws NocturneError: the file exists, is the input, or cannot be written. */
  static async open(options: AtomicFileOptions): Promise<LineFile> {
    const file = await AtomicFile.open(options);
    try {
      return new LineFile(options.path, file, await open(file.temporaryPath, 'wx'));
    } catch (error) {
      throw outputFailure(options.path, error);
    }
  }

  /** Appends a line, without its end. One call at a time. Throws NocturneError, OUTPUT_NO_SPACE for a full disk. */
  async write(line: string): Promise<void> {
    this.#pending += `${line}\n`;
    if (this.#pending.length >= MAX_PENDING_CHARACTERS) await this.#writePending();
  }

  /** Writes what waits and closes the file, which has its final name after {@link commit} only. Throws NocturneError. */
  async finish(): Promise<void> {
    await this.#writePending();
    try {
      await this.#close();
    } catch (error) {
      throw outputFailure(this.#path, error);
    }
  }

  /** Gives the finished file its final name. Throws NocturneError; the temporary file is then removed. */
  async commit(): Promise<void> {
    await this.#file.commit();
  }

  /** Removes what was written. Does nothing after {@link commit}. Idempotent, never throws. */
  async abort(): Promise<void> {
    await this.#close().catch(() => undefined); // the file goes anyway
    await this.#file.discard().catch(() => undefined);
  }

  async #writePending(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    try {
      await this.#handle.writeFile(text);
    } catch (error) {
      throw outputFailure(this.#path, error);
    }
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#handle.close();
  }
}
