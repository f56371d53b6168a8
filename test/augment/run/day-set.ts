import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ManifestRow } from '../../../src/augment/run/manifest.js';
import { writeImage } from '../../../src/image/image-file.js';
import { paintedImages } from '../../evaluate/painted-images.js';

/** Makes a YOLO set of painted streets in a new folder, with labels that say which image they belong to; returns the folder. */
export async function yoloSet(folder: string, count: number, seed = 1): Promise<string> {
  for (const name of ['images', 'labels']) mkdirSync(join(folder, name), { recursive: true });
  for (const [i, image] of paintedImages('day', count, seed).entries()) {
    // Letters: images with numbered names are a sequence.
    const name = `street-${String.fromCharCode(97 + i)}`;
    await writeImage(join(folder, 'images', `${name}.png`), image);
    writeFileSync(join(folder, 'labels', `${name}.txt`), `${i} 0.5 0.5 0.25 0.25\n`);
  }
  writeFileSync(join(folder, 'classes.txt'), Array.from({ length: count }, (_, i) => `class-${i}\n`).join(''));
  writeFileSync(join(folder, 'README ü.md'), '# Streets\n');
  return folder;
}

/** SHA-256 of every file of an output by path, those in `nocturne/` that hold times left out. */
export function hashesOf(root: string): Record<string, string> {
  const paths = filesIn(root).filter(
    (path) => !/^nocturne\/(journal\/|manifest\.|run\.json|report|contact)/.test(path),
  );
  return Object.fromEntries(
    paths.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex'),
    ]),
  );
}

/** Paths of all files in a folder, hidden ones included, in order. */
export function filesIn(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

/** The rows of an output's manifest, without times. */
export function manifestOf(root: string): ManifestRow[] {
  const lines = readFileSync(join(root, 'nocturne/manifest.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => ({ ...(JSON.parse(line) as ManifestRow), milliseconds: 0 }));
}
