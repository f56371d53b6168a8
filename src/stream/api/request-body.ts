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
  const text = await readText(request);
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

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer; // no encoding is set
    length += bytes.length;
    if (length > MAX_CLIENT_MESSAGE_BYTES) throw new RequestBodyError(413, 'the body is too large');
    chunks.push(bytes);
  }
  return new TextDecoder().decode(Buffer.concat(chunks)); // without a byte order mark
}
