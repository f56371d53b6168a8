import type { IncomingMessage } from 'node:http';
import { MAX_CLIENT_MESSAGE_BYTES } from '../protocol.js';

/** Status of a body that is not accepted. */
export type BodyStatus = 400 | 413 | 415;

/** Why a request's body is not accepted. */
export class RequestBodyError extends Error {
  readonly status: BodyStatus;

  constructor(status: BodyStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the JSON object of a request. JSON only: a foreign page needs a CORS preflight to send it. Throws RequestBodyError. */
export async function readRecord(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new RequestBodyError(415, 'the content type must be application/json');
  }
  const bytes = await readBytes(request, MAX_CLIENT_MESSAGE_BYTES, 'the body is too large');
  const text = new TextDecoder().decode(bytes); // without a byte order mark
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new RequestBodyError(400, 'the body must be JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestBodyError(400, 'the body must be a JSON object');
  }
  return Object.fromEntries(Object.entries(body));
}

/** The bytes of a request's body. Throws RequestBodyError 413, in the words of `tooLarge`, for more than `maxBytes`: at once where it says its length. */
export async function readBytes(request: IncomingMessage, maxBytes: number, tooLarge: string): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new RequestBodyError(413, tooLarge);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer; // no encoding is set
    length += bytes.length;
    if (length > maxBytes) throw new RequestBodyError(413, tooLarge);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
