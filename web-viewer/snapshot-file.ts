import { makeElement } from './page-element.js';

/** How long the browser may take to read the file before its address is let go, milliseconds. */
const KEEP_MS = 10_000;

/** Name of a saved picture: `nocturne-NAME-2026-01-31-22-05-09.png`. */
function fileName(stream: string, at: Date): string {
  const time = at.toISOString().slice(0, 19).replace(/[T:]/g, '-');
  return `nocturne-${stream.replace(/[^\w.-]+/g, '-')}-${time}.png`;
}

/** Hands the picture to the browser's downloads; gives the file's name. */
export function saveSnapshot(picture: Blob, stream: string): string {
  const link = makeElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = fileName(stream, new Date());
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
  return link.download;
}
