import { NocturneError } from '../../core/errors.js';

/** Place of a JSON value: offsets of bytes, the end exclusive. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** A member of a JSON object. */
export interface JsonMember {
  readonly key: string;
  readonly value: JsonSpan;
}

/** New text for a value of a JSON file. */
export interface JsonEdit extends JsonSpan {
  /** JSON, in place of the bytes of the span. */
  readonly text: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * A JSON file in UTF-8 as places of its values, so that one element of gigabytes is parsed at a time (V8's strings end at 512 MiB), and
 * one value is changed while every other byte stays. It finds where values begin and end; {@link parse} checks what is inside.
 */
export class JsonText {
  readonly bytes: Buffer;
  /** The whole value. */
  readonly root: JsonSpan;
  readonly #label: string;

  /** Borrows the bytes. @param label the file's name, for errors. Throws NocturneError INPUT_UNSUPPORTED where it is not JSON. */
  constructor(bytes: Uint8Array, label: string) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
    const hasMark = BYTE_ORDER_MARK.every((byte, n) => this.bytes[n] === byte);
    const start = this.#skipSpace(hasMark ? BYTE_ORDER_MARK.length : 0);
    let end = this.bytes.length;
    while (end > start && isSpace(this.bytes[end - 1])) end--;
    this.root = { start, end };
    const isClosed = this.bytes[end - 1] === (this.isArray(this.root) ? CLOSE_BRACKET : CLOSE_BRACE);
    if (!this.isArray(this.root) && !this.isObject(this.root)) throw this.#invalid('it holds no object or array');
    if (!isClosed) throw this.#invalid('it ends early');
  }

  /** Whether a value is an object. */
  isObject({ start }: JsonSpan): boolean {
    return this.bytes[start] === OPEN_BRACE;
  }

  /** Whether a value is an array. */
  isArray({ start }: JsonSpan): boolean {
    return this.bytes[start] === OPEN_BRACKET;
  }

  /** The members of an object, in order; none for another value. Throws NocturneError INPUT_UNSUPPORTED. */
  *members(object: JsonSpan): Generator<JsonMember, void, undefined> {
    if (!this.isObject(object)) return;
    let at = this.#skipSpace(object.start + 1);
    while (this.bytes[at] !== CLOSE_BRACE) {
      const keyEnd = this.#endOf(at);
      const key = this.parse({ start: at, end: keyEnd });
      const colon = this.#skipSpace(keyEnd);
      if (typeof key !== 'string' || this.bytes[colon] !== COLON) throw this.#invalid(`no name at byte ${at}`);
      const start = this.#skipSpace(colon + 1);
      const end = this.#endOf(start);
      yield { key, value: { start, end } };
      at = this.#next(end, CLOSE_BRACE);
    }
    this.#checkEnd(at, object);
  }

  /** The elements of an array, in order; none for another value. Throws NocturneError INPUT_UNSUPPORTED. */
  *elements(array: JsonSpan): Generator<JsonSpan, void, undefined> {
    if (!this.isArray(array)) return;
    let start = this.#skipSpace(array.start + 1);
    while (this.bytes[start] !== CLOSE_BRACKET) {
      const end = this.#endOf(start);
      yield { start, end };
      start = this.#next(end, CLOSE_BRACKET);
    }
    this.#checkEnd(start, array);
  }

  /** The last member of this name, as parsers read it. */
  member(object: JsonSpan, key: string): JsonSpan | undefined {
    let found: JsonSpan | undefined;
    for (const member of this.members(object)) if (member.key === key) found = member.value;
    return found;
  }

  /** Parses a value. Throws NocturneError INPUT_UNSUPPORTED where it is not JSON. */
  parse({ start, end }: JsonSpan): unknown {
    try {
      return JSON.parse(this.bytes.toString('utf8', start, end));
    } catch (error) {
      throw this.#invalid(`at byte ${start}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The bytes with new values. @param edits in order of their places, which do not overlap. */
  edited(edits: readonly JsonEdit[]): Buffer {
    const parts: Buffer[] = [];
    let at = 0;
    for (const { start, end, text } of edits) {
      parts.push(this.bytes.subarray(at, start), Buffer.from(text));
      at = end;
    }
    return Buffer.concat([...parts, this.bytes.subarray(at)]);
  }

  /** Checks that a closing bracket ends its value: text may follow that of the whole. */
  #checkEnd(bracket: number, { end }: JsonSpan): void {
    if (bracket + 1 !== end) throw this.#invalid(`unexpected text at byte ${bracket + 1}`);
  }

  /** The place of the next part of an object or array, or of its closing bracket. */
  #next(from: number, close: number): number {
    const at = this.#skipSpace(from);
    if (this.bytes[at] === close) return at;
    if (this.bytes[at] !== COMMA) throw this.#invalid(`no comma at byte ${at}`);
    return this.#skipSpace(at + 1);
  }

  /** The end of the value at a place. */
  #endOf(start: number): number {
    const { bytes } = this;
    const first = bytes[start];
    if (first === QUOTE) return this.#endOfString(start);
    let depth = 0;
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        at = this.#endOfString(at) - 1;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth++;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0 && at > start) return at; // after a number or a literal
        if (--depth === 0) return at + 1;
      } else if (depth === 0 && (byte === COMMA || isSpace(byte)) && at > start) {
        return at;
      }
      if (depth < 0) break;
    }
    if (depth === 0 && first !== undefined && !isSpace(first)) return bytes.length; // a number or a literal alone
    throw this.#invalid('it ends early');
  }

  #endOfString(start: number): number {
    const { bytes } = this;
    for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
      let escapes = 0;
      while (bytes[at - 1 - escapes] === BACKSLASH) escapes++;
      if (escapes % 2 === 0) return at + 1;
    }
    throw this.#invalid('it ends early');
  }

  #skipSpace(from: number): number {
    let at = from;
    while (isSpace(this.bytes[at])) at++;
    return at;
  }

  #invalid(why: string): NocturneError {
    const message = `${this.#label} is not JSON: ${why}.`;
    const remedy = 'Repair the file, or leave it out of the set.';
    return new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy });
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
