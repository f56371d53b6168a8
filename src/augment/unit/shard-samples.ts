import type { FileHandle } from 'node:fs/promises';
import { nightJson } from '../layouts/night-json.js';
import type { ShardMember, ShardSample } from '../layouts/webdataset-shard.js';
import type { ItemRow } from './item-row.js';
import type { UnitTools } from './night-tools.js';
import { rejectedPath, variantFolder } from './output-paths.js';
import { MAX_MEMBER_BYTES } from './shard-stores.js';
import { readRange, type ShardWriter } from './shard-writer.js';

/** What a {@link SampleWriter} works with. */
export interface SampleWriterOptions {
  readonly writer: Pick<ShardWriter, 'copy' | 'replace'>;
  readonly variant: number;
  /** The day's shard. Borrowed. */
  readonly from: FileHandle;
  /** Bytes of the nights by their path in the set; taken from here when written. */
  readonly nights: Map<string, Uint8Array>;
  readonly tools: Pick<UnitTools, 'output' | 'settings'>;
}

/** Writes the samples of a shard in one variant. */
export class SampleWriter {
  readonly #options: SampleWriterOptions;

  constructor(options: SampleWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes a sample to the shard; to the reject folder where one of its images is rejected, nowhere where one failed: an image without its
   * sample is of no use. Returns the rows of its images with what became of them. Rejects with NocturneError OUTPUT_.
   */
  async write(sample: ShardSample, rows: readonly ItemRow[]): Promise<readonly ItemRow[]> {
    const { settings } = this.#options.tools;
    const failed = rows.find(({ verdict }) => verdict === 'failed');
    if (failed) {
      // A night that was rejected by itself is in the reject folder already.
      return rows.map((row) => (this.#take(row.item) ? without(row, `${failed.item} of its sample failed`) : row));
    }
    const rejected = rows.find(({ verdict }) => verdict === 'rejected' && settings.rejects === 'bin');
    if (rejected) return this.#reject(sample, rows, rejected);
    const isNight = rows.some(({ verdict }) => verdict !== 'alreadyNight');
    for (const member of sample.members) {
      const data = this.#take(member.id) ?? (isNight ? await this.#nightJson(member) : undefined);
      if (data) await this.#options.writer.replace(member, data);
      else await this.#options.writer.copy(member);
    }
    return rows;
  }

  /** Writes the files of a sample to the reject folder. Its rejected images are there. */
  async #reject(sample: ShardSample, rows: readonly ItemRow[], rejected: ItemRow): Promise<readonly ItemRow[]> {
    const { variant, tools } = this.#options;
    const outcomes = new Map<string, ItemRow>();
    for (const row of rows) {
      const night = this.#take(row.item);
      const path = rejectedPath(tools.settings, variant, row.item);
      if (night) await tools.output.write(path, night);
      const own = night && { ...row, output: path };
      outcomes.set(
        row.item,
        own ? { ...own, verdict: 'rejected', reason: `${rejected.item} of its sample is rejected` } : row,
      );
    }
    for (const member of sample.members) {
      if (!member.isFile || outcomes.has(member.id) || member.bytes > MAX_MEMBER_BYTES) continue;
      await tools.output.write(rejectedPath(tools.settings, variant, member.id), await this.#read(member));
    }
    return [...outcomes.values()];
  }

  /** A JSON member whose time of day became night; undefined where it names none, or is no JSON. */
  async #nightJson(member: ShardMember): Promise<Uint8Array | undefined> {
    if (member.role !== 'json' || member.bytes > MAX_MEMBER_BYTES || member.hasExtendedSize) return undefined;
    return nightJson(await this.#read(member), member.id);
  }

  #read({ dataStart, bytes }: ShardMember): Promise<Buffer> {
    return readRange(this.#options.from, dataStart, dataStart + bytes);
  }

  #take(id: string): Uint8Array | undefined {
    const { nights, variant, tools } = this.#options;
    const path = variantFolder(tools.settings, variant) + id;
    const night = nights.get(path);
    nights.delete(path);
    return night;
  }
}

/** A row of an image that is nowhere. */
function without(row: ItemRow, reason: string): ItemRow {
  return { ...row, output: '', outputSha256: '', outputBytes: 0, verdict: 'failed', reason };
}
