import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { JournalIndex } from '../../../src/augment/run/journal-index.js';
import { JOURNAL_FOLDER, openJournal } from '../../../src/augment/run/journal.js';
import { RowOrder } from '../../../src/augment/run/row-order.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { Store } from '../../../src/augment/store/store.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { imagesUnit, row } from './rows.js';

const folder = temporaryFolder();
const order = new RowOrder([imagesUnit(0, ['a', 'ü', 'c']), imagesUnit(1, ['d'])], 2);

async function itemsOf(index: JournalIndex): Promise<string[]> {
  const rows: ItemRow[] = [];
  for await (const next of index.rows()) rows.push(next);
  return rows.map(({ item, variant }) => `${item}${variant}`);
}

it('gives rows in the order of the plan, whoever wrote them first', async () => {
  const store = new LocalStore(join(folder, 'order'));
  {
    await using first = await openJournal(store, '1');
    await using second = await openJournal(store, '2');
    await Promise.all([first.append(row('d', 1)), second.append(row('ü', 1)), first.append(row('a', 0))]);
    await second.append(row('d', 0));
    await second.append(row('nowhere', 0));
    await second.append(row('a', 2));
  }
  const index = await JournalIndex.read(store, order);
  expect(index.count).toBe(4);
  expect(await itemsOf(index)).toEqual(['a0', 'ü1', 'd0', 'd1']);
});

it('counts no line that is torn, at any byte, and the last of two rows', async () => {
  const root = join(folder, 'torn');
  const store = new LocalStore(root);
  {
    await using journal = await openJournal(store, '1');
    await journal.append(row('a', 0, { verdict: 'failed', reason: 'first try' }));
    await journal.append(row('ü', 0));
    await journal.append(row('a', 0, { reason: 'ä second' }));
  }
  const path = join(root, JOURNAL_FOLDER, '1.jsonl');
  const whole = readFileSync(path);
  const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
  expect((await (await JournalIndex.read(store, order)).row(0))?.reason).toBe('ä second');
  for (let length = whole.length - 1; length > lastLine; length -= 7) {
    truncateSync(path, length);
    const index = await JournalIndex.read(store, order);
    expect(await itemsOf(index)).toEqual(['a0', 'ü0']);
    expect((await index.row(0))?.reason).toBe('first try');
  }
  // A later process writes its own part: what it appends never joins a torn line.
  {
    await using journal = await openJournal(store, '2');
    await journal.append(row('c', 1));
  }
  expect(readdirSync(join(root, JOURNAL_FOLDER))).toEqual(['1.jsonl', '2.jsonl']);
  expect(await itemsOf(await JournalIndex.read(store, order))).toEqual(['a0', 'ü0', 'c1']);
});

it('reads rows across the bounds of what it reads at once', async () => {
  const root = join(folder, 'long');
  const store = new LocalStore(root);
  const many = new RowOrder(
    [
      imagesUnit(
        0,
        Array.from({ length: 300 }, (_, i) => `item-${i}`),
      ),
    ],
    1,
  );
  {
    await using journal = await openJournal(store, '1');
    for (const { id } of many.items.toReversed())
      await journal.append(row(id, 0, { reason: `${id} ${'ä'.repeat(9001)}` }));
  }
  const index = await JournalIndex.read(store, many);
  expect(index.count).toBe(300);
  let position = 0;
  for await (const { item, reason } of index.rows()) {
    expect(item).toBe(`item-${position++}`);
    expect(reason.startsWith(`${item} ä`)).toBe(true);
    expect(reason.length).toBe(item.length + 9002);
  }
  expect(position).toBe(300);
});

it('ignores what is no row', async () => {
  const root = join(folder, 'noise');
  const store = new LocalStore(root);
  await (await openJournal(store, '1'))[Symbol.asyncDispose]();
  appendFileSync(join(root, JOURNAL_FOLDER, '1.jsonl'), '\n{}\nnull\n[1]\n{"item":"a","variant":0}\n\0\0\n');
  writeFileSync(join(root, JOURNAL_FOLDER, 'copies-1-of-1.json'), '{}');
  expect((await JournalIndex.read(store, order)).count).toBe(0);
});

it('lets a store that is lost not hide why a run ends', async () => {
  const lost: Store = {
    ...({ label: 's3://lost' } as Store), // a journal writes, and no more
    write: () => Promise.reject(new Error('the server cannot be reached')),
  };
  const journal = await openJournal(lost, '1');
  await journal.append(row('a'));
  await expect(journal[Symbol.asyncDispose]()).resolves.toBeUndefined();
  await journal.append(row('a'));
  await expect(journal.endUnit(0)).rejects.toThrow('the server cannot be reached');
});

it('refuses a second process with the name of its part', async () => {
  const store = new LocalStore(join(folder, 'same'));
  await using journal = await openJournal(store, '1');
  await journal.append(row('a'));
  await expect(openJournal(store, '1')).rejects.toThrow(/Cannot write .*1\.jsonl/);
});
