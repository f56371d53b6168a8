/** Longest header of one part, bytes. */
const MAX_HEADER_BYTES = 4096;
/** Longest body of one part, bytes: a JPEG of 8K. */
const MAX_BODY_BYTES = 64 << 20;
const CRLF_CRLF = [13, 10, 13, 10];

/** One part of a multipart body. */
export interface Part {
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Reads `multipart/x-mixed-replace` whose parts state their length, as bytes come. */
export class MultipartReader {
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** Takes bytes; returns the parts that they complete. Throws RangeError for a part without a length, or one that is too long. */
  push(bytes: Uint8Array): Part[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const parts: Part[] = [];
    let at = 0;
    for (;;) {
      const end = headerEnd(all, at);
      if (end < 0) {
        if (all.length - at > MAX_HEADER_BYTES + MAX_BODY_BYTES) throw new RangeError('a part must have a header');
        break;
      }
      const headers = parseHeaders(new TextDecoder().decode(all.subarray(at, end)));
      const length = Number(headers.get('content-length') ?? Number.NaN);
      if (!(length >= 0 && length <= MAX_BODY_BYTES)) {
        throw new RangeError(`a part must have 0 to ${MAX_BODY_BYTES} bytes, got ${length}`);
      }
      if (all.length < end + length) break;
      parts.push({ headers, body: all.slice(end, end + length) });
      at = end + length;
    }
    this.#rest = all.slice(at);
    return parts;
  }
}

/** Offset after the empty line that ends a header; -1 while it is not there. */
function headerEnd(bytes: Uint8Array, from: number): number {
  const limit = Math.min(bytes.length, from + MAX_HEADER_BYTES);
  for (let i = from; i + 3 < limit; i++) {
    if (CRLF_CRLF.every((byte, n) => bytes[i + n] === byte)) return i + 4;
  }
  if (limit - from >= MAX_HEADER_BYTES) throw new RangeError(`a part's header must have ${MAX_HEADER_BYTES} bytes at most`);
  return -1;
}

function parseHeaders(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
