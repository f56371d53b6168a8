import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import {
  MANIFEST_JSONL,
  MANIFEST_PARQUET,
  writeManifest,
  type ManifestRow,
} from '../../../src/augment/run/manifest.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { asyncOf, row } from './rows.js';

const folder = temporaryFolder();
const origin = {
  ...{ recipe: 'varied', recipeSha256: 'aa', generator: 'lit', generatorVersion: '1.0.0', cardSha256: 'bb' },
  nocturne: '0.1.0',
};

function manifestRows(count: number): ManifestRow[] {
  return Array.from({ length: count }, (_, i) => ({
    ...row(`images/ü ${i}.png`, i % 3, {
      scores: i % 2 === 0 ? { structure: i / count, signals: i } : {},
      losses: i % 5 === 0 ? ['16 bit became 8 bit', 'no "ICC"'] : [],
      outputBytes: 2 ** 33 + i,
      reason: i % 7 === 0 ? 'too\nbright' : '',
    }),
    ...origin,
  }));
}

async function written(name: string, rows: readonly ManifestRow[]): Promise<string> {
  await writeManifest(new LocalStore(join(folder, name)), asyncOf(rows));
  return join(folder, name);
}

it('holds the same rows as JSON lines and as Parquet', async () => {
  const rows = manifestRows(11_003); // more than two row groups
  const root = await written('both', rows);
  const lines = readFileSync(join(root, MANIFEST_JSONL), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows);
  const read = await parquetReadObjects({ file: await asyncBufferFromFile(join(root, MANIFEST_PARQUET)) });
  expect(read).toHaveLength(rows.length);
  for (const [i, { scores, ...fields }] of rows.entries()) {
    expect(read[i]).toMatchObject({ ...fields, score_structure: scores.structure ?? null, score_layout: null });
  }
});

it('can be empty', async () => {
  const root = await written('empty', []);
  expect(readFileSync(join(root, MANIFEST_JSONL), 'utf8')).toBe('');
  expect(await parquetReadObjects({ file: await asyncBufferFromFile(join(root, MANIFEST_PARQUET)) })).toEqual([]);
});

it('appears complete or not at all', async () => {
  const store = new LocalStore(join(folder, 'whole'));
  const failing = async function* (): AsyncGenerator<ManifestRow> {
    yield* asyncOf(manifestRows(6000));
    throw new Error('the journal cannot be read');
  };
  await expect(writeManifest(store, failing())).rejects.toThrow('the journal cannot be read');
  expect((await store.list()).files).toEqual([]);
});

const hasPyarrow = runsPython('import pyarrow');
if (!hasPyarrow) console.warn('SKIPPED: python3 has no pyarrow to read the manifest with');

it.skipIf(!hasPyarrow)('is read by pyarrow', async () => {
  const root = await written('pyarrow', manifestRows(5001));
  const script = `import json, pyarrow.parquet as p
t = p.read_table(${JSON.stringify(join(root, MANIFEST_PARQUET))})
print(json.dumps([t.num_rows, t['item'][5000].as_py(), t['outputBytes'][1].as_py(), json.loads(t['losses'][5].as_py())]))`;
  const [rows, item, bytes, losses] = JSON.parse(
    execFileSync('python3', ['-c', script], { encoding: 'utf8' }),
  ) as unknown[];
  expect([rows, item, bytes]).toEqual([5001, 'images/ü 5000.png', 2 ** 33 + 1]);
  expect(losses).toEqual(['16 bit became 8 bit', 'no "ICC"']);
});

function runsPython(script: string): boolean {
  try {
    execFileSync('python3', ['-c', script], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
