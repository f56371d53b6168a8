import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Maximum bytes that Node's parser gets at a time: about six of the shortest requests. */
const MAX_BYTES_PER_TURN = 256;

/**
 * A connection as Node's HTTP server reads it: in small pieces, one per turn of the event loop.
 *
 * Node reads up to 64 KiB at a time and parses all of them before anything else, 1,600 pipelined requests: a few hundred
 * connections that send as much stop the process for many seconds, whatever becomes of their requests. In pieces, a
 * connection is cut at its first few requests too many, and the others have their turn in between.
 */
export class PacedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #onData: (chunk: Buffer) => void;
  readonly #onEnd: () => void;
  /** Read, but not yet passed on. */
  #rest: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  #isScheduled = false;
  #isReleased = false;

  /** Takes the socket. */
  constructor(socket: Socket) {
    super({ allowHalfOpen: socket.allowHalfOpen });
    this.#socket = socket;
    this.#onData = (chunk) => {
      this.#rest = chunk;
      socket.pause();
      this.#push();
    };
    this.#onEnd = () => {
      this.#hasEnded = true;
      this.#push();
    };
    socket.on('data', this.#onData).on('end', this.#onEnd).pause();
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('error', (error) => this.destroy(this.#isReleased ? undefined : error));
    socket.once('close', () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** As `net.Socket` does: emits `timeout` after this time without activity, milliseconds; 0: never. */
  setTimeout(timeoutMs: number): this {
    this.#socket.setTimeout(timeoutMs);
    return this;
  }

  /** As `net.Socket` does: closes once everything is sent. */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /**
   * The socket itself, paused, for a protocol that replaces HTTP: no longer in pieces. What was read and not passed on is
   * in the socket again. From then on this object only closes together with the socket.
   */
  release(): Socket {
    const socket = this.#socket;
    this.#isReleased = true;
    socket.off('data', this.#onData).off('end', this.#onEnd).pause();
    const unread = Buffer.concat([(this.read() as Buffer | null) ?? Buffer.alloc(0), this.#rest]); // no encoding is set
    this.#rest = Buffer.alloc(0);
    if (unread.length > 0) socket.unshift(unread);
    return socket;
  }

  override _read(): void {
    if (this.#isReleased || this.#isScheduled) return;
    if (this.#rest.length === 0 && !this.#hasEnded) {
      this.#socket.resume();
      return;
    }
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#push();
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }

  #push(): void {
    if (this.destroyed || this.#isReleased) return;
    const piece = this.#rest.subarray(0, MAX_BYTES_PER_TURN);
    this.#rest = this.#rest.subarray(piece.length);
    if (piece.length > 0) this.push(piece);
    else if (this.#hasEnded) this.push(null);
  }
}
