import { z } from 'zod';
import { MAX_IMAGE_RATE } from '../image-feed.js';
import type { Route } from './route.js';

const BINARY = { type: 'string', format: 'binary' };

/** What the OpenAPI document says about the routes of image-routes.ts, which that file adds. */
export const IMAGE_DOCUMENTS: readonly Route[] = [
  {
    ...{ method: 'get', path: '/streams/{name}/frame.jpg', id: 'getFrame', access: 'watch' },
    summary: 'The newest frame of a stream.',
    answers: { 200: { description: 'A JPEG image.', content: { type: 'image/jpeg', schema: BINARY } } },
    refusals: [503],
  },
  {
    ...{ method: 'get', path: '/streams/{name}/stream.mjpeg', id: 'getImages', access: 'watch' },
    summary: 'The frames of a stream as JPEG images that replace each other, without end.',
    query: {
      fps: { schema: z.number().min(0.1).max(MAX_IMAGE_RATE), description: 'Images a second at most.' },
    },
    answers: {
      200: { description: 'A series of images.', content: { type: 'multipart/x-mixed-replace', schema: BINARY } },
    },
    refusals: [503],
  },
];
