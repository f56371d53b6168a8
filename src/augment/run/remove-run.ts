import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { FileCopy } from '../dataset.js';
import type { Store } from '../store/store.js';
import { rejectedPath, variantFolder } from '../unit/output-paths.js';
import { CONTACT_SHEET, REPORT } from './finish-run.js';
import { parseRow } from './journal-index.js';
import { JOURNAL_FOLDER } from './journal.js';
import { LAMP_ANNOTATIONS } from './lamp-annotations.js';
import { MANIFEST_JSONL, MANIFEST_PARQUET } from './manifest.js';
import { readRunRecord, RUN_RECORD } from './run-record.js';
import { removeSkipped } from './skipped-items.js';

/** Paths of all files that a run copies, so that a later one can remove them. */
const COPIED = `${JOURNAL_FOLDER}/copied.json`;
/** Folders of the output that hold nothing but what runs wrote. */
const OWN_FOLDERS = ['lamps', 'light-masks', 'scenes', 'rejected'].map((name) => `nocturne/${name}`);
/** Files that are removed at the same time. */
const PARALLEL_REMOVALS = 32;

/** Notes what a run copies. Rejects with NocturneError OUTPUT_. */
export async function noteCopies(output: Store, copies: readonly FileCopy[]): Promise<void> {
  await output.write(COPIED, Buffer.from(`${JSON.stringify(copies.map(({ path }) => path))}\n`));
}

/**
 * Removes an earlier run from an output: its nights, the files that it copied, and all that it added, so that none of them counts as part of the
 * next one. Files of others stay. Rejects with NocturneError OUTPUT_.
 */
export async function removeEarlierRun(output: Store): Promise<void> {
  const before = await readRunRecord(output).catch(() => undefined); // one that cannot be read goes too
  await output.remove(RUN_RECORD); // first: what is left after a crash here is no run
  const variants = before?.settings.variants ?? 1;
  const journal = (await output.list(JOURNAL_FOLDER)).files.filter(({ path }) => path.endsWith('.jsonl'));
  for (const { path } of journal) await removeNights(output, path);
  const copied = await readCopied(output);
  for (let variant = 0; variant < variants; variant++) {
    const folder = variantFolder({ variants }, variant);
    const roots = [folder, rejectedPath({ variants }, variant, '')];
    await removeAll(
      output,
      roots.flatMap((root) => copied.map((path) => root + path)),
    );
    if (folder !== '') await removeFolder(output, folder.slice(0, -1));
  }
  for (const folder of OWN_FOLDERS) await removeFolder(output, folder);
  await removeJournal(output);
}

/** Removes the journal and what was assembled from it: nights and labels stay. Rejects with NocturneError OUTPUT_. */
export async function removeJournal(output: Store): Promise<void> {
  await removeFolder(output, JOURNAL_FOLDER);
  await removeAll(output, [MANIFEST_JSONL, MANIFEST_PARQUET, REPORT, CONTACT_SHEET, LAMP_ANNOTATIONS]);
  await removeSkipped(output);
}

/** Removes the nights of one part of the journal, row by row. */
async function removeNights(output: Store, part: string): Promise<void> {
  await output.withLocalFile(part, async (localPath) => {
    const paths: string[] = [];
    for await (const line of createInterface({ input: createReadStream(localPath) })) {
      const night = parseRow(line)?.output ?? '';
      if (night !== '') paths.push(night);
      if (paths.length >= PARALLEL_REMOVALS) await removeAll(output, paths.splice(0));
    }
    await removeAll(output, paths);
  });
}

/** None where the run was of a version that did not note them, or the list is damaged. */
async function readCopied(output: Store): Promise<string[]> {
  if ((await output.size(COPIED)) === undefined) return [];
  const text = Buffer.from(await output.read(COPIED)).toString();
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

async function removeFolder(output: Store, folder: string): Promise<void> {
  const { files } = await output.list(folder);
  await removeAll(
    output,
    files.map(({ path }) => path),
  );
}

async function removeAll(output: Store, paths: readonly string[]): Promise<void> {
  const remaining = paths.values();
  const work = async (): Promise<void> => {
    for (const path of remaining) await output.remove(path);
  };
  await Promise.all(Array.from({ length: PARALLEL_REMOVALS }, work));
}
