import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Interval at which the file is read, milliseconds. */
const POLL_MS = 1000;

/**
 * Notices when a file has other contents. It reads the file once a second: a few kilobytes, and it works where notices of the file system do not:
 * on network disks, in containers, and where a link is turned to another file. A change counts once two reads agree, so that nothing
 * half written does.
 */
export class FileWatch implements Disposable {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #timer: NodeJS.Timeout;
  #known: string;
  #seen: string;

  /** @param hash SHA-256 of the contents that are known. */
  constructor(path: string, hash: string, onChange: () => void) {
    this.#path = path;
    this.#known = hash;
    this.#seen = hash;
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    const hash = await readFile(this.#path).then(
      (bytes) => createHash('sha256').update(bytes).digest('hex'),
      () => 'unreadable',
    );
    const isSettled = hash === this.#seen;
    this.#seen = hash;
    if (!isSettled || hash === this.#known) return;
    this.#known = hash;
    this.#onChange();
  }
}
