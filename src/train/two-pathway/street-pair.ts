import { PlaneResizer, type PlaneSize } from '../../image/resize-planes.js';
import { KEY_REGIONS } from '../../scene/key-regions.js';
import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from '../../scene/scene.js';

/** A street by day and by night at the size of training, in bytes: training reads each pair hundreds of times. */
export interface StreetPair {
  readonly name: string;
  /** `[height, width, 3]`: Y, U, V, BT.709 full range; Y is `code / 255`, U and V `(code - 128) / 255`. */
  readonly day: Uint8Array;
  /** The same street at night, as `day`. */
  readonly night: Uint8Array;
  /** `[height, width, 4]`: planes of `KEY_REGIONS`, 0 to 255. */
  readonly regions: Uint8Array;
}

/** Code of no chroma. */
const NEUTRAL = 128;

/** Images and region planes at another size. */
export class PairResizer {
  readonly #images: PlaneResizer;
  readonly #regions: PlaneResizer;
  readonly #from: PlaneSize;
  readonly #to: PlaneSize;

  constructor(from: PlaneSize, to: PlaneSize) {
    this.#from = from;
    this.#to = to;
    this.#images = new PlaneResizer(from, to);
    this.#regions = new PlaneResizer({ width: SURFACE_WIDTH, height: SURFACE_HEIGHT }, to);
  }

  /** Codes `[height, width, 3]` of a {@link StreetPair} from planes `[3, height, width]` of the former size. Borrows them. */
  codes(planes: Float32Array): Uint8Array {
    const { width, height } = this.#to;
    const out = new Uint8ClampedArray(3 * width * height);
    const plane = new Float32Array(width * height);
    const from = this.#from.width * this.#from.height;
    for (let c = 0; c < 3; c++) {
      this.#images.resizeInto({ data: planes, start: c * from, stride: this.#from.width }, plane);
      for (let i = 0; i < plane.length; i++) out[3 * i + c] = 255 * (plane[i] ?? 0) + (c === 0 ? 0 : NEUTRAL);
    }
    return new Uint8Array(out.buffer);
  }

  /** Region codes `[height, width, 4]` from planes of `keyRegions`. Borrows them. */
  regionCodes(planes: Float32Array): Uint8Array {
    const { width, height } = this.#to;
    const count = KEY_REGIONS.length;
    const out = new Uint8ClampedArray(count * width * height);
    const plane = new Float32Array(width * height);
    for (let k = 0; k < count; k++) {
      this.#regions.resizeInto({ data: planes, start: k * SURFACE_SIZE, stride: SURFACE_WIDTH }, plane);
      for (let i = 0; i < plane.length; i++) out[count * i + k] = 255 * (plane[i] ?? 0);
    }
    return new Uint8Array(out.buffer);
  }
}

/** Where a batch's image is written, and whether mirrored. */
export interface Slot {
  readonly out: Float32Array;
  readonly start: number;
  readonly isFlipped: boolean;
}

/** Writes codes `[height, width, 3]` as YUV in [-1, 1]. */
export function writeSigned(codes: Uint8Array, width: number, slot: Slot): void {
  writeRows(codes, width, 3, slot, (code, c) => (c === 0 ? (2 * code) / 255 - 1 : (2 * (code - NEUTRAL)) / 255));
}

/** Writes region codes `[height, width, 4]` as shares. */
export function writeRegions(codes: Uint8Array, width: number, slot: Slot): void {
  writeRows(codes, width, KEY_REGIONS.length, slot, (code) => code / 255);
}

function writeRows(
  codes: Uint8Array,
  width: number,
  channels: number,
  { out, start, isFlipped }: Slot,
  value: (code: number, channel: number) => number,
): void {
  const row = width * channels;
  for (let at = 0; at < codes.length; at += channels) {
    const column = (at % row) / channels;
    const to = start + at + (isFlipped ? (width - 1 - 2 * column) * channels : 0);
    for (let c = 0; c < channels; c++) out[to + c] = value(codes[at + c] ?? 0, c);
  }
}
