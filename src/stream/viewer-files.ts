import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the viewer page, in memory. */
export interface ViewerFile {
  readonly bytes: Buffer;
  /** Media type. */
  readonly type: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.map': 'application/json; charset=utf-8',
};

const NOT_BUILT =
  '<!doctype html><title>Nocturne</title><p>The viewer page is not built: run <code>npm run build</code>.</p>';

/** Folder of the built page, relative to both `src/stream` and `dist/stream`. */
const BUILT_PAGE = new URL('../../dist/web-viewer/', import.meta.url);

/**
 * The files of the built page by name; always has `index.html`. The server answers from this map only, so that no path
 * of a request reaches the file system.
 */
export async function loadViewerFiles(directory: URL = BUILT_PAGE): Promise<ReadonlyMap<string, ViewerFile>> {
  const files = new Map<string, ViewerFile>([
    ['index.html', { bytes: Buffer.from(NOT_BUILT), type: 'text/html; charset=utf-8' }],
  ]);
  const folder = fileURLToPath(directory);
  for (const name of await listFiles(folder)) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(name, { bytes: await readFile(join(folder, name)), type });
  }
  return files;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []; // not built yet
    throw error;
  }
}
