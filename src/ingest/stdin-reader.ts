import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/**
 * Standard input, read on demand. Unlike a plain `read(0)` in libav, which nothing can wake from a silent pipe, a read in
 * flight ends at once at `close()`.
 */
export class StdinReader {
  readonly #stream: Readable;
  #rest: Buffer | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  private constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('readable', () => this.#signal());
    for (const event of ['end', 'close', 'error'] as const) {
      stream.on(event, () => {
        this.#ended = true;
        this.#signal();
      });
    }
  }

  /** Takes over file descriptor 0. */
  static open(): StdinReader {
    const isPipe = fstatSync(0).isFIFO() || fstatSync(0).isSocket();
    return new StdinReader(
      isPipe
        ? new Socket({ fd: 0, readable: true, writable: false })
        : createReadStream('', { fd: 0, autoClose: false }),
    );
  }

  /** Some bytes, at most `size`; null at the end. Short reads are normal. */
  async read(size: number): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.#rest ?? (this.#stream.read() as Buffer | null); // no encoding is set, so chunks are Buffers
      if (chunk !== null) {
        this.#rest = chunk.length > size ? chunk.subarray(size) : undefined;
        return chunk.subarray(0, size);
      }
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends a read in flight. Idempotent. */
  close(): void {
    this.#ended = true;
    this.#rest = undefined;
    this.#stream.destroy();
    this.#signal();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
