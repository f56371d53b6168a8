import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { DatasetTree } from '../../../src/augment/layouts/layout.js';
import { readTree } from '../../../src/augment/layouts/read-tree.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { Random } from '../../../src/core/random.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Writes the files of a set to a new folder, or to one that is given, and lists it. */
export async function writtenTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  folder = temporaryFolder(),
): Promise<DatasetTree> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return readTree(new LocalStore(folder));
}

/** A JPEG that shows nothing like any other seed's: no two are frames of one sequence. */
export async function noisyJpeg(seed: number, size = 32): Promise<Buffer> {
  const random = new Random(seed);
  const data = Buffer.from(Array.from({ length: size * size * 3 }, () => Math.floor(random.next() * 256)));
  return sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .jpeg()
    .toBuffer();
}
