import type { Frame } from '../../core/frame.js';
import { MAX_LAMPS } from '../../look/look.js';
import { LAMP_RECORD_SIZE, writeLampFrameInto, writeLampsInto } from '../lamp-records.js';
import type { ApplyOptions } from '../apply-kernel.js';
import { TILE } from './shader-main.js';

/** Words of a mask: one bit a lamp. */
const MASK_WORDS = MAX_LAMPS / 32;
/** Words of all records. The masks of the columns of tiles follow, then those of the rows. */
const RECORD_WORDS = MAX_LAMPS * LAMP_RECORD_SIZE;
/** Pixels by which a lamp's tiles reach further than its light: whole vectors, and a pixel to spare for float32. */
const SPARE = 9;

/** The lamps of a frame as the shader reads them. */
export interface FrameLamps {
  readonly count: number;
  /** Words to upload; lent until the next call. */
  readonly words: Uint32Array;
  /** Index of the masks of the rows of tiles. */
  readonly rowMasks: number;
  /** 16 numbers of the frame for the blend, i32. */
  readonly frame: Int32Array;
}

/** Writes the lamps of frames: their records, and for each column and row of tiles which lamps reach it. */
export class LampWriter {
  #words = new Uint32Array(RECORD_WORDS);
  readonly #frame = new Float32Array(16);

  /** Bytes that the lamps of a frame need at most. */
  static bytesFor(width: number, height: number): number {
    return 4 * (RECORD_WORDS + MASK_WORDS * (tiles(width, TILE.width) + tiles(height, TILE.height)));
  }

  /** Borrows frame and options. */
  write(frame: Frame, { look, transform }: ApplyOptions): FrameLamps {
    const { width, height, color } = frame;
    const size = LampWriter.bytesFor(width, height) / 4;
    if (this.#words.length < size) this.#words = new Uint32Array(size);
    const records = new Float32Array(this.#words.buffer, 0, RECORD_WORDS);
    const canvas = { width, height, color, gain: transform.lights.gain };
    const { count } = writeLampsInto(look.lamps, canvas, records);
    const rowMasks = RECORD_WORDS + MASK_WORDS * tiles(width, TILE.width);
    if (count > 0) {
      this.#words.fill(0, RECORD_WORDS, size);
      for (let i = 0; i < count; i++) this.#mark(records.subarray(i * LAMP_RECORD_SIZE), i, frame, rowMasks);
      writeLampFrameInto(color, this.#frame);
    }
    const numbers = Int32Array.from(this.#frame, Math.round);
    return { count, words: this.#words.subarray(0, count > 0 ? size : 0), rowMasks, frame: numbers };
  }

  /** Sets the bit of lamp `i` in the masks of the tiles that it may reach. */
  #mark(record: Float32Array, i: number, { width, height }: Frame, rowMasks: number): void {
    const number = (field: number): number => record[field] ?? 0;
    const [spot, glow] = [Math.sqrt(number(7)), Math.sqrt(number(11))];
    const reachX = Math.max(spot / number(4), glow) + SPARE;
    const reachY = Math.max(spot / number(5), glow) + SPARE;
    this.#set(RECORD_WORDS, i, range(number(2), reachX, width, TILE.width));
    this.#set(rowMasks, i, range(number(3), reachY, height, TILE.height));
  }

  #set(masks: number, i: number, [first, end]: readonly [number, number]): void {
    for (let tile = first; tile < end; tile++) {
      const at = masks + tile * MASK_WORDS + (i >> 5);
      this.#words[at] = (this.#words[at] ?? 0) | (1 << (i & 31));
    }
  }
}

function tiles(pixels: number, size: number): number {
  return Math.ceil(pixels / size);
}

/** The tiles within a distance of a position. */
function range(center: number, reach: number, pixels: number, size: number): readonly [first: number, end: number] {
  const first = Math.floor(Math.max(0, center - reach) / size);
  return [first, Math.min(tiles(pixels, size), Math.floor(Math.max(0, center + reach) / size) + 1)];
}
