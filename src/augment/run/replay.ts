import { constants, createReadStream, existsSync, statSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { abortedError, NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Unit } from '../dataset.js';
import { planDataset } from '../layouts/plan-dataset.js';
import { LocalStore } from '../store/local-store.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';
import { parseRow } from './journal-index.js';
import type { ManifestRow } from './manifest.js';
import { readRunRecord, type RunRecord } from './run-record.js';
import { UnitProcess } from './unit-process.js';

/** Options of {@link replay}. */
export interface ReplayOptions {
  readonly input: string;
  /** A file, or a folder that exists. */
  readonly output: string;
  /** `MANIFEST#ROW`: the path of a manifest of JSON lines, and a row of it from 0. */
  readonly row: string;
  readonly overwrite: boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How a replay ended. Plain data. */
export interface Replay {
  readonly item: string;
  readonly variant: number;
  /** Where the night is. */
  readonly output: string;
  readonly sha256: string;
  /** In the manifest. */
  readonly expectedSha256: string;
  readonly isSame: boolean;
  /** What differs from when the row was made, one clause each: why bytes may differ. */
  readonly notices: readonly string[];
}

/**
 * Renders one row of a manifest again, with the settings of its run, which lie beside the manifest. Rejects with NocturneError: manifest, row or
 * item do not exist, the output does, the item fails.
 */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const { row, record } = await readRow(options.row);
  const target = targetOf(options, row);
  const input = await openStore(options.input);
  const unit = await unitOf(input, record, row);
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-replay-'));
  try {
    const made = await renderAgain(options, { row, record, unit, folder });
    const store = new LocalStore(dirname(target));
    await store.writeFile(basename(target), (to) =>
      copyFile(join(folder, made.output), to, constants.COPYFILE_FICLONE),
    );
    return {
      ...{ item: row.item, variant: row.variant, output: target },
      ...{ sha256: made.outputSha256, expectedSha256: row.outputSha256 },
      isSame: made.outputSha256 === row.outputSha256,
      notices: made.sourceSha256 === row.sourceSha256 ? [] : [`${row.source} is another file now`],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a row and the record of its run. */
async function readRow(reference: string): Promise<{ row: ManifestRow; record: RunRecord }> {
  const [, path, number] = /^(.+)#(\d+)$/.exec(reference) ?? [];
  if (path === undefined || number === undefined) {
    throw failure(
      'CONFIG_INVALID',
      `--replay must be MANIFEST#ROW, got ${JSON.stringify(reference)}.`,
      'Rows count from 0.',
    );
  }
  const manifest = new LocalStore(dirname(resolve(path)));
  const text = await manifest.withLocalFile(basename(path), (localPath) => readLine(localPath, Number(number)));
  const remedy = 'Name a manifest.jsonl that nocturne augment wrote, and a row that it has; rows count from 0.';
  if (text === undefined) throw failure('INPUT_NOT_FOUND', `${path} has no row ${number}.`, remedy);
  const record = await readRunRecord(new LocalStore(dirname(dirname(resolve(path)))));
  if (!record) throw failure('INPUT_NOT_FOUND', `there is no run.json beside ${path}.`, remedy);
  if (!parseRow(text)) throw failure('INPUT_UNSUPPORTED', `row ${number} of ${path} is no row of a manifest.`, remedy);
  return { row: JSON.parse(text) as ManifestRow, record }; // its main fields were checked
}

async function readLine(path: string, number: number): Promise<string | undefined> {
  if (!existsSync(path)) throw failure('INPUT_NOT_FOUND', `${path} does not exist.`, 'Check the path of the manifest.');
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) if (count++ === number) return line;
  return undefined;
}

function targetOf({ output, overwrite }: ReplayOptions, row: ManifestRow): string {
  if (row.output === '')
    throw failure('INPUT_UNSUPPORTED', `the row of ${row.item} has no output: ${row.reason}.`, 'Name another row.');
  const isFolder = statSync(output, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const target = isFolder ? join(output, basename(row.output)) : output;
  if (overwrite || !existsSync(target)) return target;
  throw new NocturneError({ code: 'OUTPUT_EXISTS', stage: 'output', message: `The output ${target} already exists.` });
}

/** The part of the plan that a row needs: a single image alone, or its whole sequence, video or shard. */
async function unitOf(input: Store, { settings, every, fps }: RunRecord, row: ManifestRow): Promise<Unit> {
  const { plan } = await planDataset(input, { layout: settings.layout, every, fps });
  const unit = plan.units.find(({ items }) => items.some(({ id }) => id === row.item));
  const item = unit?.items.find(({ id }) => id === row.item);
  if (!unit || !item)
    throw failure('INPUT_NOT_FOUND', `${input.label} has no ${row.item}.`, 'Name the data set that the run read.');
  return unit.kind === 'images' ? { ...unit, items: [item] } : unit;
}

async function renderAgain(
  { input, logger, signal }: ReplayOptions,
  { row, record, unit, folder }: { row: ManifestRow; record: RunRecord; unit: Unit; folder: string },
): Promise<ItemRow> {
  const isOther = (item: string, variant: number): boolean => item !== row.item || variant !== row.variant;
  await using child = await UnitProcess.open({ input, output: folder, settings: record.settings, logger });
  const stop = (): void => void child.stop();
  if (signal.aborted) throw abortedError(`${row.item} was rendered`);
  signal.addEventListener('abort', stop);
  try {
    for await (const made of child.run(unit, isOther)) {
      if (isOther(made.item, made.variant)) continue;
      if (made.output !== '') return made;
      throw failure('INPUT_UNSUPPORTED', `${row.item} fails: ${made.reason}.`, 'Check that its file is whole.');
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  throw failure('INTERNAL', `no row was made of ${row.item}.`, 'Please report it with the output of --verbose.');
}

function failure(code: NocturneError['code'], message: string, remedy: string): NocturneError {
  return new NocturneError({ code, stage: 'pipeline', message, remedy });
}
