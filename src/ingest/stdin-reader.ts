import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/**
 * Reads standard input on demand. A read in flight ends at once at `close()`; libav's own pipe protocol (FFmpeg 8.1)
 * blocks in `read(0)` and cannot be interrupted on a silent pipe.
 */
export class StdinReader {
  readonly #stream: Readable;
  #remainder: Buffer | undefined;
  #isEnded = false;
  #wake: (() => void) | undefined;

  private constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('readable', () => this.#signal());
    for (const event of ['end', 'close', 'error'] as const) {
      stream.on(event, () => {
        this.#isEnded = true;
        this.#signal();
      });
    }
  }

  /** Takes file descriptor 0. */
  static open(): StdinReader {
    const isPipe = fstatSync(0).isFIFO() || fstatSync(0).isSocket();
    return new StdinReader(
      isPipe
        ? new Socket({ fd: 0, readable: true, writable: false })
        : createReadStream('', { fd: 0, autoClose: false }),
    );
  }

  /** Reads 1 to `size` bytes; null at the end. Short reads are normal. */
  async read(size: number): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.#remainder ?? (this.#stream.read() as Buffer | null); // no encoding is set, so chunks are Buffers
      if (chunk !== null) {
        this.#remainder = chunk.length > size ? chunk.subarray(size) : undefined;
        return chunk.subarray(0, size);
      }
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends a read in flight. Idempotent. */
  close(): void {
    this.#isEnded = true;
    this.#remainder = undefined;
    this.#stream.destroy();
    this.#signal();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
