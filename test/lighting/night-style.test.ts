import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNightStyle } from '../../src/lighting/night-style.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

it('reads a style that a Windows tool has written', () => {
  const text = readFileSync(new URL('../../styles/suburb.json', import.meta.url), 'utf8').replaceAll('\n', '\r\n');
  for (const encoding of ['utf8', 'utf16le'] as const) {
    const path = join(folder, `${encoding}.json`);
    writeFileSync(path, `\ufeff${text}`, encoding);
    expect(readNightStyle(path)).toEqual(readNightStyle('suburb'));
  }
});
