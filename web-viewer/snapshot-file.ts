import { createElement } from './dom.js';

/** Delay before the file's object URL is revoked, milliseconds: the browser reads the file until then. */
const REVOKE_DELAY_MS = 10_000;

/** Name of a snapshot: `nocturne-NAME-2026-01-31-22-05-09.png`. */
function fileName(stream: string, at: Date): string {
  const time = at.toISOString().slice(0, 19).replace(/[T:]/g, '-');
  return `nocturne-${stream.replace(/[^\w.-]+/g, '-')}-${time}.png`;
}

/** Downloads the image; returns the file's name. */
export function saveSnapshot(image: Blob, stream: string): string {
  const link = createElement('a');
  link.href = URL.createObjectURL(image);
  link.download = fileName(stream, new Date());
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_DELAY_MS);
  return link.download;
}
