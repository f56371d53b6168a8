import type { Frame } from '../../core/frame.js';
import { grainSeed } from '../../render/grain.js';
import { CHROMA_BITS, noiseCurves, type NoiseCurves } from './noise-curves.js';
import { fillNoiseRow } from './noise-rows.js';

/** Share of luma's noise that is the coarse noise of red and blue, in 256ths; the rest is fine. Their squares add to 1. */
const COARSE_LUMA = 90;
const FINE_LUMA = Math.round(Math.sqrt(256 ** 2 - COARSE_LUMA ** 2));
/** Seeds of the three fields. */
const FIELDS = { luma: 0x1b56c4e9, u: 0x7feb352d, v: 0x846ca68b } as const;

/**
 * Adds sensor noise of an ISO sensitivity to frames: shot noise that grows with light, read noise that does not, both in linear light, as
 * a Bayer sensor gives them: fine in luma, where neighbours share what demosaicing mixes, and twice as coarse in colour.
 */
export class SensorNoise {
  #key = '';
  #curves: NoiseCurves | undefined;

  /** Overwrites the frame's planes. The same seed and `frame.pts` give the same noise. */
  apply(frame: Frame, iso: number, seed: number): void {
    const curves = this.#curvesOf(iso, frame);
    const frameSeed = grainSeed(seed, frame.pts);
    const [width, half] = [frame.width, frame.width / 2];
    const fine = new SmoothRows(frameSeed ^ FIELDS.luma, width);
    const blue = new SmoothRows(frameSeed ^ FIELDS.u, half);
    const red = new SmoothRows(frameSeed ^ FIELDS.v, half);
    for (let row = 0; row < frame.height; row += 2) {
      const [u, v] = [blue.next(), red.next()];
      addChroma(frame, row, u, v, curves); // before luma, whose own noise it does not share
      addLuma(frame, row, fine.next(), v, curves);
      addLuma(frame, row + 1, fine.next(), v, curves);
    }
  }

  #curvesOf(iso: number, { color: { range } }: Frame): NoiseCurves {
    const key = `${iso} ${range}`;
    if (!this.#curves || key !== this.#key) this.#curves = noiseCurves(iso, range);
    this.#key = key;
    return this.#curves;
  }
}

/** @param coarse noise at half width. */
function addLuma(frame: Frame, row: number, fine: Int16Array, coarse: Int16Array, { luma: table }: NoiseCurves): void {
  const { y, strides, width } = frame;
  const start = row * strides[0];
  for (let x = 0; x < width; x++) {
    const noise = (FINE_LUMA * (fine[x] ?? 0) + COARSE_LUMA * (coarse[x >> 1] ?? 0) + 128) >> 8;
    const step = noise < -128 ? 0 : noise > 127 ? 255 : noise + 128;
    y[start + x] = table[((y[start + x] ?? 0) << 8) | step] ?? 0;
  }
}

/** Adds noise to the chroma of the rows `row` and `row + 1`. */
function addChroma(frame: Frame, row: number, blue: Int16Array, red: Int16Array, { chroma }: NoiseCurves): void {
  const { y, u, v, strides, width } = frame;
  const [startY, startU, startV] = [row * strides[0], (row / 2) * strides[1], (row / 2) * strides[2]];
  for (let x = 0; x < width / 2; x++) {
    const at = startY + 2 * x;
    const luma = ((y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + strides[0]] ?? 0) + (y[at + strides[0] + 1] ?? 0) + 2) >> 2;
    const gain = chroma[luma] ?? 0;
    u[startU + x] = clampedCode((u[startU + x] ?? 0) + ((gain * (blue[x] ?? 0) + HALF) >> CHROMA_BITS));
    v[startV + x] = clampedCode((v[startV + x] ?? 0) + ((gain * (red[x] ?? 0) + HALF) >> CHROMA_BITS));
  }
}

const HALF = 1 << (CHROMA_BITS - 1);

function clampedCode(code: number): number {
  return code < 0 ? 0 : code > 255 ? 255 : code;
}

/** Rows of noise, one after the other, each sample the mean of a square of four with a deviation as one has. */
class SmoothRows {
  readonly #seed: number;
  #row = 0;
  #above: Int16Array;
  #below: Int16Array;
  readonly #out: Int16Array;

  constructor(seed: number, width: number) {
    const padded = width + 2 - (width % 2); // one more than the width, and even
    this.#seed = seed;
    this.#above = new Int16Array(padded);
    this.#below = new Int16Array(padded);
    this.#out = new Int16Array(width);
    fillNoiseRow(seed, 0, this.#below);
  }

  /** Lends the row until the next call. */
  next(): Int16Array {
    [this.#above, this.#below] = [this.#below, this.#above];
    fillNoiseRow(this.#seed, ++this.#row, this.#below);
    const [above, below, out] = [this.#above, this.#below, this.#out];
    for (let x = 0; x < out.length; x++)
      out[x] = ((above[x] ?? 0) + (above[x + 1] ?? 0) + (below[x] ?? 0) + (below[x + 1] ?? 0)) >> 1;
    return out;
  }
}
