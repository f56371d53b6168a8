/** Columns and rows. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** EXIF orientations whose stored columns, and whose stored rows, run backwards, and those whose columns are rows. */
const MIRRORED_X: readonly number[] = [2, 3, 7, 8];
const MIRRORED_Y: readonly number[] = [3, 4, 6, 7];
const FIRST_SWAPPED = 5;

/** How the stored pixels of an image become upright ones, and back: an EXIF orientation (CIPA DC-008, tag 274) of an image of one size. */
export class Orientation {
  /** As the file stores them. */
  readonly stored: PixelSize;
  readonly upright: PixelSize;
  readonly #code: number;

  /** @param code 1 to 8; 1 changes nothing. */
  constructor(code: number, stored: PixelSize) {
    this.#code = code;
    this.stored = stored;
    this.upright = this.#isSwapped ? { width: stored.height, height: stored.width } : stored;
  }

  /** Stored pixels, `[height, width, channels]`, as upright ones. Lends or copies. */
  toUpright(data: Uint8Array, channels: number): Uint8Array {
    return this.#move(data, channels, true);
  }

  /** The reverse of {@link toUpright}. Lends or copies. */
  toStored(data: Uint8Array, channels: number): Uint8Array {
    return this.#move(data, channels, false);
  }

  /** A place of the upright image in the stored one; both in pixels from the upper left corner. */
  storedPlace(x: number, y: number): readonly [x: number, y: number] {
    const { width, height } = this.stored;
    const [across, down] = this.#isSwapped ? [y, x] : [x, y];
    return [
      MIRRORED_X.includes(this.#code) ? width - across : across,
      MIRRORED_Y.includes(this.#code) ? height - down : down,
    ];
  }

  /** A width and a height of the upright image in the stored one. */
  storedSpan(width: number, height: number): readonly [width: number, height: number] {
    return this.#isSwapped ? [height, width] : [width, height];
  }

  get #isSwapped(): boolean {
    return this.#code >= FIRST_SWAPPED;
  }

  #move(data: Uint8Array, channels: number, isToUpright: boolean): Uint8Array {
    if (this.#code === 1) return data;
    const out = new Uint8Array(data.length);
    const { width: columns, height: rows } = this.upright;
    for (let y = 0, at = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, at += channels) {
        const [placeX, placeY] = this.storedPlace(x + 0.5, y + 0.5);
        const stored = channels * (Math.floor(placeY) * this.stored.width + Math.floor(placeX));
        const [from, to] = isToUpright ? [stored, at] : [at, stored];
        for (let c = 0; c < channels; c++) out[to + c] = data[from + c] ?? 0;
      }
    }
    return out;
  }
}
