import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';
import { JOURNAL_FOLDER } from './journal.js';
import type { RowOrder } from './row-order.js';

/** Bytes of the journal that are read at once. */
const CHUNK_BYTES = 1 << 17;
/** Chunks kept in memory, 32 MiB: rows of a plan are near each other in as many parts as there are processes and machines. */
const MAX_CHUNKS = 256;
/** `\n`. */
const LINE_END = 10;

/** What a line must hold to be a row. The journal is our own, so the rest of a row is trusted. */
export type JournalRow = Pick<ItemRow, 'item' | 'variant' | 'verdict' | 'output' | 'outputBytes'>;

const ROW = z.looseObject({
  item: z.string(),
  variant: z.int(),
  verdict: z.enum(['accepted', 'rejected', 'alreadyNight', 'failed']),
  output: z.string(),
  outputBytes: z.number(),
});

/** Where in the journal each row of a run is. Holds 16 bytes a row in memory, never all rows. */
export class JournalIndex {
  readonly #store: Store;
  readonly #order: RowOrder;
  readonly #parts: string[] = [];
  /** Per row: the part that holds it, -1 for none; where its line starts, and the line's bytes without the end. */
  readonly #partOf: Int32Array;
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #chunks = new Map<string, Promise<Buffer>>();
  #count = 0;

  private constructor(store: Store, order: RowOrder) {
    this.#store = store;
    this.#order = order;
    this.#partOf = new Int32Array(order.size).fill(-1);
    this.#offsets = new Float64Array(order.size);
    this.#lengths = new Uint32Array(order.size);
  }

  /**
   * Reads all parts of the journal of an output. Where parts hold the same row, the part that is last by name counts, and in it the last line.
   * Lines that are not whole, and rows that the plan has not, count for nothing. Rejects with NocturneError INPUT_.
   */
  static async read(store: Store, order: RowOrder): Promise<JournalIndex> {
    const index = new JournalIndex(store, order);
    for (const { path } of (await store.list(JOURNAL_FOLDER)).files) {
      if (path.endsWith('.jsonl')) await index.#readPart(path);
    }
    return index;
  }

  /** Rows in the journal. */
  get count(): number {
    return this.#count;
  }

  has(position: number): boolean {
    return (this.#partOf[position] ?? -1) >= 0;
  }

  /** Leaves a row out: it is done again. */
  forget(position: number): void {
    if (!this.has(position)) return;
    this.#partOf[position] = -1;
    this.#count--;
  }

  /** Reads one row; undefined where the journal has none. */
  async row(position: number): Promise<ItemRow | undefined> {
    const part = this.#parts[this.#partOf[position] ?? -1];
    if (part === undefined) return undefined;
    const start = this.#offsets[position] ?? 0;
    const end = start + (this.#lengths[position] ?? 0);
    const pieces: Buffer[] = [];
    for (let chunk = Math.floor(start / CHUNK_BYTES); chunk * CHUNK_BYTES < end; chunk++) {
      const bytes = await this.#chunk(part, chunk);
      const from = chunk * CHUNK_BYTES;
      pieces.push(bytes.subarray(Math.max(0, start - from), Math.min(bytes.length, end - from)));
    }
    return JSON.parse(Buffer.concat(pieces).toString()) as ItemRow; // checked when the part was read
  }

  /** All rows in the plan's order, those that the journal has not left out. */
  async *rows(): AsyncGenerator<ItemRow> {
    for (let position = 0; position < this.#order.size; position++) {
      const row = await this.row(position);
      if (row) yield row;
    }
  }

  async #readPart(path: string): Promise<void> {
    const part = this.#parts.push(path) - 1;
    await this.#store.withLocalFile(path, async (localPath) => {
      let offset = 0;
      let pending: Buffer = Buffer.alloc(0);
      for await (const piece of createReadStream(localPath, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
        pending = pending.length === 0 ? piece : Buffer.concat([pending, piece]);
        let start = 0;
        for (let end = pending.indexOf(LINE_END); end >= 0; end = pending.indexOf(LINE_END, start)) {
          this.#add(part, offset + start, pending.subarray(start, end));
          start = end + 1;
        }
        offset += start;
        pending = pending.subarray(start);
      }
    });
  }

  #add(part: number, offset: number, line: Buffer): void {
    const row = parseRow(line);
    const position = row && this.#order.position(row.item, row.variant);
    if (position === undefined) return;
    if (!this.has(position)) this.#count++;
    this.#partOf[position] = part;
    this.#offsets[position] = offset;
    this.#lengths[position] = line.length;
  }

  #chunk(part: string, chunk: number): Promise<Buffer> {
    const key = `${chunk}:${part}`;
    const kept = this.#chunks.get(key);
    if (kept) {
      this.#chunks.delete(key); // to the end: the one used longest ago is first
      this.#chunks.set(key, kept);
      return kept;
    }
    const read = this.#store.withLocalFile(part, (localPath) => readChunk(localPath, chunk));
    this.#chunks.set(key, read);
    const [oldest] = this.#chunks.keys();
    if (this.#chunks.size > MAX_CHUNKS && oldest !== undefined) this.#chunks.delete(oldest);
    return read;
  }
}

/** Parses a line of the journal, or of a manifest; undefined for one that is no row. */
export function parseRow(line: Uint8Array | string): JournalRow | undefined {
  try {
    const text = typeof line === 'string' ? line : Buffer.from(line.buffer, line.byteOffset, line.length).toString();
    return ROW.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // a torn line of a process that was killed
  }
}

async function readChunk(path: string, chunk: number): Promise<Buffer> {
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, CHUNK_BYTES - length, chunk * CHUNK_BYTES + length);
    length += bytesRead;
    if (bytesRead === 0 || length === CHUNK_BYTES) return buffer.subarray(0, length);
  }
}
