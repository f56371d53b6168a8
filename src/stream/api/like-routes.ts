import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { MAX_LIKE_PHOTOS, MAX_UPLOAD_BYTES } from '../../core/photo-limits.js';
import type { ApiOptions } from './api-options.js';
import { readBytes, RequestBodyError } from './request-body.js';
import { json, type Call, type Route } from './route.js';
import { nameOf, noSuchStream, refuseChange, refuseControl } from './stream-routes.js';

const PHOTO = { type: 'string', format: 'binary' };
/** What PUT takes. */
const PHOTOS = {
  'image/*': PHOTO,
  'multipart/form-data': { type: 'object', properties: { photo: { type: 'array', items: PHOTO } } },
};

/** How many photos the night of a stream is like. */
const LikeAnswer = z.object({ photos: z.number().int() });

/**
 * `/api/streams/{name}/like`: GET gives the number of photos that the night is like, PUT takes photos (one as the body, or several as
 * `multipart/form-data`), DELETE goes back to the style. Photos go to the stream's worker as they are: nothing here decodes them.
 */
export function likeRoutes(options: ApiOptions): Route[] {
  const { streams } = options;
  const path = '/api/streams/{name}/like';
  const describeLike = (context: Call): Response => {
    const generator = streams.get(nameOf(context))?.generator;
    return generator ? context.json({ photos: generator.likePhotos }) : noSuchStream(context);
  };
  const change = async (context: Call, readPhotos: () => Promise<Uint8Array[]>): Promise<Response> => {
    const stream = streams.get(nameOf(context));
    if (!stream?.generator) return noSuchStream(context);
    const refusal = refuseControl(context, options, 'changing the night needs the control token');
    if (refusal) return refusal;
    const like = await readPhotos();
    return (await refuseChange(context, stream.changeGenerator({ like }))) ?? describeLike(context);
  };
  const answers = { 200: json('The number of photos.', LikeAnswer) };
  return [
    {
      ...{ method: 'get', path, id: 'getLike', access: 'watch', answers, handle: describeLike },
      summary: 'How many photos the night of a stream is like; 0: it has a style as it is.',
    },
    {
      ...{ method: 'put', path, id: 'putLike', access: 'control', answers, upload: PHOTOS, refusals: [409] },
      summary: 'Makes the night of a stream like photos: the bytes of one image, or several as multipart/form-data.',
      handle: (context) => change(context, () => readPhotos(context.env.incoming)),
    },
    {
      ...{ method: 'delete', path, id: 'deleteLike', access: 'control', answers, refusals: [409] },
      summary: 'Goes back from photos to the style of the stream.',
      handle: (context) => change(context, () => Promise.resolve([])),
    },
  ];
}

/** The photos of a request's body. Throws {@link RequestBodyError}. */
async function readPhotos(request: IncomingMessage): Promise<Uint8Array[]> {
  const type = request.headers['content-type'] ?? '';
  const isForm = /^multipart\/form-data\s*;/i.test(type);
  if (!isForm && !/^(image\/|application\/octet-stream)/i.test(type)) {
    throw new RequestBodyError(415, 'the content type must be that of an image, or multipart/form-data with several');
  }
  const tooLarge = `photos must be at most ${MAX_UPLOAD_BYTES} bytes together`;
  const body = await readBytes(request, MAX_UPLOAD_BYTES, tooLarge);
  const photos = isForm ? await photosOfForm(body, type) : [body];
  if (photos.length === 0 || photos.some(({ length }) => length === 0)) {
    throw new RequestBodyError(400, 'the body must hold photos, got an empty one');
  }
  if (photos.length > MAX_LIKE_PHOTOS) {
    throw new RequestBodyError(400, `photos must be at most ${MAX_LIKE_PHOTOS}, got ${photos.length}`);
  }
  return photos;
}

/** The files of a form, in its order; its texts are ignored. */
async function photosOfForm(body: Uint8Array, type: string): Promise<Uint8Array[]> {
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its memory is bounded: the body is, and was read
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    const files = [...form.values()].filter((value) => typeof value !== 'string');
    return await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
  } catch {
    throw new RequestBodyError(400, 'the body must be multipart/form-data');
  }
}
