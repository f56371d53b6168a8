import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Pause between two looks for the writer of a named pipe, milliseconds. */
const WRITER_POLL_MS = 20;
/** Bytes of the first read of a named pipe. */
const FIRST_BLOCK_BYTES = 65_536;

/**
 * Reads standard input, a named pipe or another stream on demand. A read in flight ends at once at `close()`; libav's own protocols (FFmpeg 8.1)
 * block in `open` and `read` and cannot be interrupted on a silent pipe.
 */
export class PipeReader {
  #stream: Readable | undefined;
  #remainder: Buffer | undefined;
  #isEnded = false;
  #wake: (() => void) | undefined;

  private constructor(stream?: Readable) {
    if (stream) this.#attach(stream);
  }

  /** Takes file descriptor 0. */
  static stdin(): PipeReader {
    const isPipe = fstatSync(0).isFIFO() || fstatSync(0).isSocket();
    return new PipeReader(isPipe ? pipeStream(0) : createReadStream('', { fd: 0, autoClose: false }));
  }

  /** Takes a stream of bytes. */
  static of(stream: Readable): PipeReader {
    return new PipeReader(stream);
  }

  /** Opens a named pipe. Its first read waits for a writer; the pipe ends when its writers have closed it. Throws as `openSync`. */
  static namedPipe(path: string): PipeReader {
    const reader = new PipeReader();
    // Without O_NONBLOCK, opening waits for a writer and cannot be interrupted.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    void reader.#awaitWriter(descriptor);
    return reader;
  }

  /** Reads 1 to `size` bytes; null at the end. Short reads are normal. */
  async read(size: number): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.#remainder ?? ((this.#stream?.read() ?? null) as Buffer | null); // no encoding is set, so chunks are Buffers
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
    this.#stream?.destroy();
    this.#signal();
  }

  #attach(stream: Readable): void {
    this.#stream = stream;
    stream.on('readable', () => this.#signal());
    for (const event of ['end', 'close', 'error'] as const) {
      stream.on(event, () => {
        this.#isEnded = true;
        this.#signal();
      });
    }
    this.#signal();
  }

  /** Reads the first bytes of a named pipe, which has no data and no end before its first writer. */
  async #awaitWriter(descriptor: number): Promise<void> {
    const block = Buffer.alloc(FIRST_BLOCK_BYTES);
    let hasWriter = false;
    while (!this.#isEnded) {
      const bytes = readNow(descriptor, block);
      if (typeof bytes === 'number' && bytes > 0) {
        this.#remainder = block.subarray(0, bytes);
        this.#attach(pipeStream(descriptor));
        return;
      }
      if (bytes === 'failed' || (bytes === 0 && hasWriter)) break;
      hasWriter ||= bytes === 'later';
      await new Promise((resolve) => setTimeout(resolve, WRITER_POLL_MS));
    }
    closeSync(descriptor);
    this.#isEnded = true;
    this.#signal();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function pipeStream(descriptor: number): Readable {
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

/** Reads without waiting: bytes read, 0 without a writer, `later` when the writer has sent nothing yet. */
function readNow(descriptor: number, block: Buffer): number | 'later' | 'failed' {
  try {
    return readSync(descriptor, block);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 'later' : 'failed';
  }
}
