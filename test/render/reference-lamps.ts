import type { Color } from '../../src/core/color.js';
import { rangeCodes, rgbToYuv, yuvToRgb } from '../../src/image/color-matrix.js';
import { LAMP_FIELDS, MAX_LAMPS } from '../../src/look/look.js';

/** What lamps change of a picture, in float64. The chroma planes have half the size. */
export interface ReferenceLamps {
  /** Blends the lamps with the luma code of a pixel. */
  luma(x: number, y: number, code: number): number;
  /** Blends the lamps with the U code of a chroma sample. */
  u(x: number, y: number, code: number): number;
  /** The same for V. */
  v(x: number, y: number, code: number): number;
}

/** A picture that lamps are drawn on. */
export interface ReferenceCanvas {
  readonly width: number;
  readonly height: number;
  readonly color: Color;
  /** Dial of the lights times strength. */
  readonly dial: number;
  /** Luma code of a pixel by day. */
  readonly day: (x: number, y: number) => number;
  /** V code of a chroma sample by day. */
  readonly dayV: (x: number, y: number) => number;
}

const unchanged = (_x: number, _y: number, code: number): number => code;
const NO_LAMPS: ReferenceLamps = { luma: unchanged, u: unchanged, v: unchanged };

type Vector = [number, number, number];

/** Computes the lamps of a look by the formula of `Look`, pixel by pixel and without shortcuts. */
export function referenceLamps(lamps: Float32Array, canvas: ReferenceCanvas): ReferenceLamps {
  const { width, height, color } = canvas;
  if (lamps[4] === 0) return NO_LAMPS;
  const codes = rangeCodes(color.range);
  const half = width / 2;
  const light = new Float64Array(width * height); // [height, width]
  const tint = new Float64Array(half * height); // [height / 2, width / 2, 2]
  for (let i = 0; i < MAX_LAMPS && lamps[i * LAMP_FIELDS + 4] !== 0; i++) {
    const lamp = lamps.slice(i * LAMP_FIELDS, (i + 1) * LAMP_FIELDS);
    if ([...lamp].every((number) => Number.isFinite(number))) addLamp([...lamp], canvas, light, tint);
  }
  const sums = light.map((sum) => Math.min(8, sum));
  /** Mean light on a chroma sample, and the chroma that the lamps add to it, in the frame's matrix. */
  const sampleAt = (x: number, y: number): { mean: number; added: Vector } => {
    const at = 2 * y * width + 2 * x;
    const mean = (sums[at]! + sums[at + 1]! + sums[at + width]! + sums[at + width + 1]!) / 4;
    const [u, v] = [tint[2 * (y * half + x)]!, tint[2 * (y * half + x) + 1]!];
    const excess = Math.max(...times(yuvToRgb('bt709'), [0, u, v]));
    const room = 1.06 * Math.max(0, 1 - mean / 1.5) ** 2;
    const share = excess > room ? room / excess : 1;
    return { mean, added: times(rgbToYuv(color.matrix), times(yuvToRgb('bt709'), [0, share * u, share * v])) };
  };
  const chroma = (plane: 1 | 2, x: number, y: number, code: number): number => {
    const { mean, added } = sampleAt(x, y);
    return 128 + (code - 128) * (1 - Math.min(1, mean) ** 2) + codes.chroma * added[plane];
  };
  const white = codes.black + codes.luma;
  return {
    luma: (x, y, code) => {
      const sum = sums[y * width + x]! + sampleAt(x >> 1, y >> 1).added[0];
      return Math.max(code, Math.min(white, code + codes.luma * sum));
    },
    u: (x, y, code) => chroma(1, x, y, code),
    v: (x, y, code) => chroma(2, x, y, code),
  };
}

function addLamp(
  lamp: number[],
  { width, height, dial, color, day, dayV }: ReferenceCanvas,
  light: Float64Array,
  tint: Float64Array,
): void {
  const [x, y, shareX, shareY, luma, u, v, hard, glare, dayBelow, , , dayRed] = lamp as [
    number,
    number,
    number,
    number,
    number,
  ] &
    number[];
  const [trueX, trueY] = [shareX * width, shareY * width];
  const [rx, ry] = [Math.max(0.6, trueX), Math.max(0.6, trueY)];
  const drawn = Math.min(8, Math.max(0, (dial * luma * trueX * trueY) / (rx * ry)));
  const hardness = Math.min(4, Math.max(1, hard!), 1 + 1.25 * (Math.min(rx, ry) - 0.6));
  const share = Math.min(1, Math.max(0, glare!));
  const codes = rangeCodes(color.range);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [dx, dy] = [column + 0.5 - x * width, row + 0.5 - y * height];
      const spot = Math.exp(-0.5 * (((dx / rx) ** 2) ** hardness + ((dy / ry) ** 2) ** hardness));
      const squared = (dx * dx + dy * dy) / (rx * ry);
      const glow = 0.5 * Math.exp((-0.5 * squared) / 1.2 ** 2) + 0.5 * Math.exp((-0.5 * squared) / 2.5 ** 2);
      const excess = (day(column, row) - codes.black) / codes.luma - dayBelow!;
      const red = (dayV(column >> 1, row >> 1) - 128) / codes.chroma;
      const redder = red - Math.max(0, dayRed! - 0.04);
      const inGlass = dayRed! > 0 ? Math.min(1, Math.max(0, redder / 0.08)) : 1;
      const shown = dayBelow! > 0 ? Math.min(1, Math.max(0, 0.5 - excess / 0.16)) : inGlass;
      const sum = drawn * ((1 - share) * shown * spot + share * glow);
      light[row * width + column]! += sum;
      const sample = 2 * ((row >> 1) * (width / 2) + (column >> 1));
      tint[sample]! += (u! * sum) / 4;
      tint[sample + 1]! += (v! * sum) / 4;
    }
  }
}

function times(m: readonly number[], v: Vector): Vector {
  const row = (r: number): number => m[r]! * v[0] + m[r + 1]! * v[1] + m[r + 2]! * v[2];
  return [row(0), row(3), row(6)];
}
