import { Buffer } from 'node:buffer';
import type { NetworkTensor } from '../network-session.js';

/** Largest message, bytes: the tensors of sixteen frames of 1024x1024. A longer one is no message of this protocol. */
export const MAX_MESSAGE_BYTES = 256 << 20;
/** Largest head of a message, bytes: names and shapes of some tensors. */
const MAX_HEAD_BYTES = 1 << 20;
/** Length of the head and length of the tensors, 32 bits each. */
const PREFIX_BYTES = 8;

/** Tensors by name. */
export type Tensors = Readonly<Record<string, NetworkTensor>>;

/** A message between a stream and the generator process: what is asked or answered, and tensors. */
export interface TensorMessage<Head extends object> {
  readonly head: Head;
  readonly tensors: Tensors;
}

/** Name and shape of a tensor, in a message's head. */
interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * A message's bytes, to be written one after another: lengths of head and tensors (32 bits each, in the machine's order, since both ends are
 * on it), a JSON head padded with spaces to four bytes, and the tensors as float32. Borrows the tensors' memory until it is written.
 * Throws RangeError for a message over {@link MAX_MESSAGE_BYTES}.
 */
export function encodeMessage({ head, tensors }: TensorMessage<object>): readonly Uint8Array[] {
  const entries = Object.entries(tensors);
  const list = entries.map(([name, { shape }]): TensorEntry => ({ name, shape }));
  const text = Buffer.from(JSON.stringify({ head, tensors: list }));
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 3, ' ')]);
  const parts = entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const prefix = Uint32Array.of(
    padded.length,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  checkLengths(prefix);
  return [new Uint8Array(prefix.buffer), padded, ...parts];
}

/** Assembles messages from the chunks of a byte stream. */
export class MessageReader<Head extends object> {
  /** Largest message that it takes, bytes; at most {@link MAX_MESSAGE_BYTES}. Memory is reserved for no larger one. */
  maxBytes: number;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  /** What is being filled: the prefix, or head and tensors. */
  #target = this.#prefix;
  #filled = 0;
  #headBytes = 0;

  constructor(maxBytes = MAX_MESSAGE_BYTES) {
    this.maxBytes = maxBytes;
  }

  /**
   * The messages that a chunk completes; each owns its tensors. Throws RangeError for lengths out of bounds and SyntaxError or TypeError for
   * a malformed head: the connection is of no use then.
   */
  *read(chunk: Uint8Array): Generator<TensorMessage<Head>> {
    for (let at = 0; at < chunk.length;) {
      const count = Math.min(chunk.length - at, this.#target.length - this.#filled);
      this.#target.set(chunk.subarray(at, at + count), this.#filled);
      at += count;
      this.#filled += count;
      if (this.#filled < this.#target.length) return;
      if (this.#target === this.#prefix) this.#startBody();
      else yield this.#finish();
    }
  }

  #startBody(): void {
    const lengths = new Uint32Array(this.#prefix.buffer.slice(0));
    checkLengths(lengths, this.maxBytes);
    const [headBytes = 0, tensorBytes = 0] = lengths;
    this.#headBytes = headBytes;
    this.#target = new Uint8Array(headBytes + tensorBytes);
    this.#filled = 0;
  }

  #finish(): TensorMessage<Head> {
    const body = this.#target;
    this.#target = this.#prefix;
    this.#filled = 0;
    const text = Buffer.from(body.buffer, 0, this.#headBytes).toString('utf8');
    const { head, tensors } = JSON.parse(text) as { head: Head; tensors: readonly TensorEntry[] }; // the other end is ours; lengths are checked below
    return { head, tensors: readTensors(body, this.#headBytes, tensors) };
  }
}

/** Views of a message's tensors. Throws RangeError when their shapes do not fill the message. */
function readTensors(body: Uint8Array, start: number, entries: readonly TensorEntry[]): Tensors {
  let at = start;
  const tensors: Record<string, NetworkTensor> = {};
  for (const { name, shape } of entries) {
    const length = shape.reduce((product, size) => product * size, 1);
    if (!Number.isSafeInteger(length) || length < 0 || at + 4 * length > body.length) {
      throw new RangeError(`tensor ${name} must fit its message, got [${shape.join(', ')}]`);
    }
    tensors[name] = { data: new Float32Array(body.buffer as ArrayBuffer, at, length), shape }; // created above as an ArrayBuffer
    at += 4 * length;
  }
  if (at !== body.length) throw new RangeError(`tensors must fill their message, got ${body.length - at} bytes more`);
  return tensors;
}

function checkLengths([headBytes = 0, tensorBytes = 0]: Uint32Array, maxBytes = MAX_MESSAGE_BYTES): void {
  const isWhole = headBytes % 4 === 0 && tensorBytes % 4 === 0;
  if (isWhole && headBytes > 0 && headBytes <= MAX_HEAD_BYTES && headBytes + tensorBytes <= maxBytes) return;
  throw new RangeError(`a message must have at most ${maxBytes} bytes, got ${headBytes} + ${tensorBytes}`);
}
