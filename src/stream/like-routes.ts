import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { IncomingMessage } from 'node:http';
import { NocturneError } from '../core/errors.js';
import { MAX_LIKE_PHOTOS, MAX_UPLOAD_BYTES } from '../core/photo-limits.js';
import type { AccessPolicy } from './access-policy.js';
import type { LiveStream, StreamDirectory } from './live-stream.js';

/** Node's request behind Hono's. */
interface NodeEnv {
  Bindings: HttpBindings;
}

/** What the routes need of the server. */
export interface LikeRoutesOptions {
  readonly streams: StreamDirectory;
  readonly policy: AccessPolicy;
  readonly canControl: boolean;
}

/** A body that is refused, and why. */
class PhotosRefused extends Error {
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Adds `/api/streams/NAME/like`: GET says how many photos the night is like, PUT takes photos (one as the body, or several as
 * `multipart/form-data`), DELETE goes back to the style. Photos go to the stream's worker as they are: nothing here decodes them.
 */
export function addLikeRoutes(api: Hono<NodeEnv>, { streams, policy, canControl }: LikeRoutesOptions): void {
  const path = '/api/streams/:name/like';
  const changeable = (context: Context<NodeEnv>): Response | Required<Pick<LiveStream, 'changeGenerator'>> => {
    const stream = streams.get(context.req.param('name') ?? '');
    if (!stream?.generator || !stream.changeGenerator) return context.json({ error: 'no such stream' }, 404);
    if (!canControl) return context.json({ error: 'controls are read-only on this server' }, 403);
    if (policy.accessOf(context.env.incoming) !== 'control') {
      return context.json({ error: 'changing the night needs the control token' }, 403);
    }
    return { changeGenerator: (change) => stream.changeGenerator?.(change) ?? Promise.resolve() };
  };
  const change = async (context: Context<NodeEnv>, readPhotos: () => Promise<Uint8Array[]>): Promise<Response> => {
    const stream = changeable(context);
    if (stream instanceof Response) return stream;
    try {
      await stream.changeGenerator({ like: await readPhotos() });
    } catch (error) {
      if (error instanceof PhotosRefused) return context.json({ error: error.message }, error.status);
      if (error instanceof NocturneError) return context.json({ error: error.toLine() }, 409);
      throw error;
    }
    return describeLike(context, streams);
  };
  api.get(path, (context) => describeLike(context, streams));
  api.put(path, (context) => change(context, () => readPhotos(context.env.incoming)));
  api.delete(path, (context) => change(context, () => Promise.resolve([])));
}

function describeLike(context: Context<NodeEnv>, streams: StreamDirectory): Response {
  const generator = streams.get(context.req.param('name') ?? '')?.generator;
  if (!generator) return context.json({ error: 'no such stream' }, 404);
  return context.json({ photos: generator.likePhotos });
}

/** The photos of a request's body. Throws {@link PhotosRefused}. */
async function readPhotos(request: IncomingMessage): Promise<Uint8Array[]> {
  const type = request.headers['content-type'] ?? '';
  const isForm = /^multipart\/form-data\s*;/i.test(type);
  if (!isForm && !/^(image\/|application\/octet-stream)/i.test(type)) {
    throw new PhotosRefused(415, 'the content type must be that of an image, or multipart/form-data with several');
  }
  const body = await readBytes(request);
  const photos = isForm ? await photosOfForm(body, type) : [body];
  if (photos.length === 0 || photos.some(({ length }) => length === 0)) {
    throw new PhotosRefused(400, 'the body must hold photos, got an empty one');
  }
  if (photos.length > MAX_LIKE_PHOTOS) {
    throw new PhotosRefused(400, `photos must be at most ${MAX_LIKE_PHOTOS}, got ${photos.length}`);
  }
  return photos;
}

async function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  const tooLarge = (): PhotosRefused =>
    new PhotosRefused(413, `photos must be at most ${MAX_UPLOAD_BYTES} bytes together`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer; // no encoding is set
    length += bytes.length;
    if (length > MAX_UPLOAD_BYTES) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The files of a form, in its order; its texts are ignored. */
async function photosOfForm(body: Uint8Array, type: string): Promise<Uint8Array[]> {
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its memory is bounded: the body is, and was read
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    const files = [...form.values()].filter((value) => typeof value !== 'string');
    return await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
  } catch {
    throw new PhotosRefused(400, 'the body must be multipart/form-data');
  }
}
