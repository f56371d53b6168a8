import type { RgbImage } from '../../image/rgb-image.js';
import type { Box } from '../../scene/scene.js';

/** Writes a region of an image as RGB in [-1, 1], `[side, side, 3]`: means where it is made smaller, bilinear where larger. */
export function writeRegion(
  { width, height, data: rgb }: RgbImage,
  region: Box,
  { side, isFlipped, out }: { readonly side: number; readonly isFlipped: boolean; readonly out: Float32Array },
): void {
  const columns = samplesOf({ from: region.x, size: region.width, length: width, side });
  const rows = samplesOf({ from: region.y, size: region.height, length: height, side });
  for (let y = 0, o = 0; y < side; y++) {
    for (let x = 0; x < side; x++, o += 3) {
      let [r, g, b] = [0, 0, 0];
      for (const row of rows[y] ?? []) {
        for (const column of columns[isFlipped ? side - 1 - x : x] ?? []) {
          const share = row.share * column.share;
          const at = 3 * (row.at * width + column.at);
          r += share * (rgb[at] ?? 0);
          g += share * (rgb[at + 1] ?? 0);
          b += share * (rgb[at + 2] ?? 0);
        }
      }
      out[o] = r / 127.5 - 1;
      out[o + 1] = g / 127.5 - 1;
      out[o + 2] = b / 127.5 - 1;
    }
  }
}

/** The whole image as a region. */
export const WHOLE: Box = { x: 0, y: 0, width: 1, height: 1 };

/** Writes 1 where regions are, else 0. @param out `[side, side]`. */
export function writeMask(
  regions: readonly Box[],
  { side, isFlipped, out }: { readonly side: number; readonly isFlipped: boolean; readonly out: Float32Array },
): void {
  out.fill(0);
  for (const { x, y, width, height } of regions) {
    const left = isFlipped ? 1 - x - width : x;
    const [fromRow, toRow] = covered(y, height, side);
    const [fromColumn, toColumn] = covered(left, width, side);
    for (let row = fromRow; row < toRow; row++) out.fill(1, row * side + fromColumn, row * side + toColumn);
  }
}

/** The samples of `side` whose middles lie in a part of the image; at least one. */
function covered(from: number, size: number, side: number): readonly [from: number, to: number] {
  const first = Math.min(side - 1, Math.max(0, Math.round(from * side)));
  return [first, Math.min(side, Math.max(first + 1, Math.round((from + size) * side)))];
}

/** A pixel and its share in a sample. */
interface Tap {
  readonly at: number;
  readonly share: number;
}

/** The pixels of each sample along an axis of `length` pixels; each tap list adds up to 1. @param part from and size, shares of the length. */
function samplesOf(part: { from: number; size: number; length: number; side: number }): readonly (readonly Tap[])[] {
  const { from, size, length, side } = part;
  const step = (size * length) / side;
  const reach = Math.max(1, step); // of a sample, pixels
  return Array.from({ length: side }, (_, i) => {
    const middle = Math.min(length, Math.max(0, from * length + (i + 0.5) * step));
    const taps: Tap[] = [];
    for (let at = Math.floor(middle - reach); at <= Math.ceil(middle + reach); at++) {
      // The triangle of bilinear interpolation, as wide as a sample's step.
      const share = Math.max(0, 1 - Math.abs(at + 0.5 - middle) / reach) / reach;
      if (share > 0) taps.push({ at: Math.min(length - 1, Math.max(0, at)), share });
    }
    const sum = taps.reduce((total, { share }) => total + share, 0);
    return taps.map(({ at, share }) => ({ at, share: share / sum }));
  });
}
