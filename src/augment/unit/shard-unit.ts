import { open, type FileHandle } from 'node:fs/promises';
import type { Item, Unit } from '../dataset.js';
import { readShard, type ShardSample } from '../layouts/webdataset-shard.js';
import type { Store } from '../store/store.js';
import { hashOfFile } from './file-hash.js';
import { imagesUnit, type ImageUnitTools } from './images-unit.js';
import { finishedBehind } from './in-flight.js';
import type { ItemRow } from './item-row.js';
import { failureReason, rowOf, rowStart } from './item-rows.js';
import { ItemWriter } from './item-writer.js';
import { variantFolder } from './output-paths.js';
import { memberStore, nightStore } from './shard-stores.js';
import { SampleWriter } from './shard-samples.js';
import { ShardWriter } from './shard-writer.js';

/** Nights that are encoded while the next ones are lit. */
const WRITTEN_BEHIND = 2;

/**
 * Turns the images of a tar shard into nights, in their places: every other member and every header stays, a time of day in JSON members
 * becomes night. A sample with an image that fails or is rejected is not in the night shard. Yields the rows of all variants with an item
 * that is not done, once the shards are stored: `output` is the shard, with the hash and size of all of it.
 * Rejects as `UnitRunner.run` does.
 */
export async function* shardUnit(
  unit: Unit,
  isDone: (item: string, variant: number) => boolean,
  tools: ImageUnitTools,
): AsyncGenerator<ItemRow> {
  const variants = Array.from({ length: tools.unit.settings.variants }, (_, variant) => variant);
  const open = variants.filter((variant) => unit.items.some(({ id }) => !isDone(id, variant)));
  const startedMs = performance.now();
  let rows: readonly ItemRow[];
  try {
    rows = await makeShards(unit, open, tools);
  } catch (error) {
    const reason = failureReason(error); // throws what is not the shard's own fault
    rows = unit.items.flatMap((item) =>
      open.map((variant) => {
        return rowOf(rowStart(item, unit.index, tools.night.nightOf(item, variant), startedMs), { reason });
      }),
    );
  }
  for (const row of rows) if (!isDone(row.item, row.variant)) yield row;
}

/** Makes the night shards of some variants of one shard. */
async function makeShards(unit: Unit, variants: readonly number[], tools: ImageUnitTools): Promise<readonly ItemRow[]> {
  const { input, output, settings } = tools.unit;
  const { source: shard, output: night } = unit.items[0] as Item; // a unit has one
  return input.withLocalFile(shard, async (localPath) => {
    const samples = await readShard(localPath, shard);
    const members = samples.flatMap((sample) => sample.members);
    const { sha256: sourceSha256 } = await hashOfFile(localPath);
    await using from = await open(localPath);
    const paths = variants.map((variant) => variantFolder(settings, variant) + night);
    const made = await withOutputs(output, paths, async (files) => {
      const writers = files.map((to) => new ShardWriter({ file: from, members }, to));
      const rows = await writeSamples({ unit, samples, from, variants, writers, tools });
      for (const writer of writers) await writer.finish();
      return { rows, digests: writers.map((writer) => writer.digest()) };
    });
    return made.rows.map((row): ItemRow => {
      const at = variants.indexOf(row.variant);
      const digest = made.digests[at];
      const own = { ...row, source: shard, sourceSha256 };
      if (!row.output.startsWith(`${paths[at]}/`) || !digest) return own; // it is not in the shard
      return { ...own, output: paths[at] ?? '', outputSha256: digest.sha256, outputBytes: digest.bytes };
    });
  });
}

interface ShardWork {
  readonly unit: Unit;
  readonly samples: readonly ShardSample[];
  readonly from: FileHandle;
  readonly variants: readonly number[];
  /** One for each variant. */
  readonly writers: readonly ShardWriter[];
  readonly tools: ImageUnitTools;
}

/** Makes the nights of all samples, in order, and writes each sample when its images are made. */
async function writeSamples({ unit, samples, from, variants, writers, tools }: ShardWork): Promise<ItemRow[]> {
  const nights = new Map<string, Uint8Array>();
  const members = samples.flatMap((sample) => sample.members);
  const inner = {
    ...tools.unit,
    input: memberStore(tools.unit.input, from, members),
    output: nightStore(tools.unit.output, nights),
  };
  const inShard = { ...tools, unit: inner, writer: new ItemWriter(inner, tools.night) };
  // Inside the shard an item is a file of its own: a member, read and written by its id.
  const items = unit.items.map((item) => ({ ...item, source: item.id, output: item.id }));
  const isOther = (_: string, variant: number): boolean => !variants.includes(variant);
  const made = finishedBehind(imagesUnit({ ...unit, items }, isOther, inShard), WRITTEN_BEHIND);
  const ids = new Set(items.map(({ id }) => id));
  const rows: ItemRow[] = [];
  try {
    for (const sample of samples) {
      const images = sample.members.filter(({ id }) => ids.has(id));
      const own = await take(made, images.length * variants.length);
      for (const [at, writer] of writers.entries()) {
        const variant = variants[at] ?? 0;
        const sampleWriter = new SampleWriter({ writer, variant, from, nights, tools: tools.unit });
        rows.push(
          ...(await sampleWriter.write(
            sample,
            own.filter((row) => row.variant === variant),
          )),
        );
      }
    }
  } finally {
    await made.return(undefined);
  }
  return rows;
}

/** The next rows. */
async function take(rows: AsyncGenerator<ItemRow>, count: number): Promise<ItemRow[]> {
  const taken: ItemRow[] = [];
  while (taken.length < count) {
    const next = await rows.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

/** Calls `work` with open files, which are stored under the paths when it resolves. */
async function withOutputs<T>(
  output: Store,
  paths: readonly string[],
  work: (files: readonly FileHandle[]) => Promise<T>,
  files: readonly FileHandle[] = [],
): Promise<T> {
  const [path, ...rest] = paths;
  if (path === undefined) return work(files);
  let result: { readonly value: T } | undefined;
  await output.writeFile(path, async (localPath) => {
    await using file = await open(localPath, 'w');
    result = { value: await withOutputs(output, rest, work, [...files, file]) };
  });
  if (!result) throw new TypeError('writeFile calls its work');
  return result.value;
}
