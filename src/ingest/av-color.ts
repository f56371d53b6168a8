import { avGetPixFmtName, type Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { assumedColor, type Color, type ColorMatrix } from '../core/color.js';

/** How a decoded picture's code values are to be read, and what they become. */
export interface ColorPlan {
  /** Of the I420 frame that comes out. */
  readonly color: Color;
  /** Matrix of the decoded picture, libav's number, where pixels must be converted to `color.matrix`; else undefined. */
  readonly convertFrom?: number;
  /** True when the transfer curve is PQ or HLG: the picture is tone-mapped to BT.709 first. */
  readonly isHdr: boolean;
}

const MATRIX_OF = new Map<number, ColorMatrix>([
  [av.AVCOL_SPC_BT709, 'bt709'],
  [av.AVCOL_SPC_BT470BG, 'bt601'],
  [av.AVCOL_SPC_SMPTE170M, 'bt601'],
  // FCC differs from BT.601 by 0.001 in two coefficients.
  [av.AVCOL_SPC_FCC, 'bt601'],
  [av.AVCOL_SPC_BT2020_NCL, 'bt2020'],
  [av.AVCOL_SPC_BT2020_CL, 'bt2020'],
]);

const LIBAV_MATRIX: Readonly<Record<ColorMatrix, av.AVColorSpace>> = {
  bt601: av.AVCOL_SPC_SMPTE170M,
  bt709: av.AVCOL_SPC_BT709,
  bt2020: av.AVCOL_SPC_BT2020_NCL,
};

/** A matrix as libav numbers it. */
export function libavMatrix(matrix: ColorMatrix): av.AVColorSpace {
  return LIBAV_MATRIX[matrix];
}

/** A range as libav numbers it. */
export function libavRange(range: Color['range']): av.AVColorRange {
  return range === 'full' ? av.AVCOL_RANGE_JPEG : av.AVCOL_RANGE_MPEG;
}

/** Reads a decoded picture's colour tags. */
export function planColor(frame: AvFrame): ColorPlan {
  const name = pixelFormatName(frame);
  if (isRgb(name)) return { color: { matrix: 'bt709', range: 'limited' }, isHdr: false };
  if (frame.colorTrc === av.AVCOL_TRC_SMPTE2084 || frame.colorTrc === av.AVCOL_TRC_ARIB_STD_B67) {
    return { color: { matrix: 'bt709', range: 'limited' }, isHdr: true };
  }
  const isFull = frame.colorRange === av.AVCOL_RANGE_JPEG || name.startsWith('yuvj');
  // A grey picture without a tag is a photograph's.
  const isGreyPhoto = isGrey(name) && frame.colorRange !== av.AVCOL_RANGE_MPEG;
  const range = isFull || isGreyPhoto ? 'full' : 'limited';
  if (frame.colorSpace === av.AVCOL_SPC_SMPTE240M) {
    return { color: { matrix: 'bt709', range }, convertFrom: frame.colorSpace, isHdr: false };
  }
  const matrix = MATRIX_OF.get(frame.colorSpace) ?? assumedColor(frame.height).matrix;
  return { color: { matrix, range }, isHdr: false };
}

/** Pixel format as FFmpeg spells it. */
export function pixelFormatName(frame: AvFrame): string {
  return avGetPixFmtName(frame.format as av.AVPixelFormat) ?? ''; // a video frame's format is a pixel format
}

/** True for formats that hold red, green and blue, or a palette of them. */
export function isRgb(name: string): boolean {
  return /^(rgb|bgr|gbr|argb|abgr|0rgb|0bgr|pal8|mono|x2rgb|x2bgr|bayer)/.test(name);
}

/** True for formats with luma alone. */
export function isGrey(name: string): boolean {
  return /^(gray|ya8|ya16)/.test(name);
}

/** Chroma of formats whose names do not spell it. */
const CHROMA_OF: readonly (readonly [pattern: RegExp, chroma: string])[] = [
  [/^(nv16|nv20|p21\d|y21\d)/, '422'],
  [/^(nv24|nv42|p41\d|xv\d|v30|vuy|uyva|ayuv)/, '444'],
];

/** Bits of a sample of formats whose names end with another number. */
const DEPTHS: readonly (readonly [pattern: RegExp, bits: number])[] = [
  [/^(nv20|xv30|v30x)/, 10],
  [/^(nv|yuyv|uyvy|yvyu|uyyvyy|vyu|vuy)/, 8],
  [/^xv36/, 12],
  [/^xv48|^(rgb|bgr|rgba|bgra|argb|abgr|ayuv)(48|64)/, 16],
];

/** What is lost or changed on the way to I420, 8 bit; one line each, for `notices`. */
export function conversionNotices(frame: AvFrame, { convertFrom }: ColorPlan): string[] {
  const name = pixelFormatName(frame);
  const chroma = chromaOf(name);
  const depth = depthOf(name);
  return [
    ...(isRgb(name) ? [`converted from RGB (${name}) to YUV 4:2:0, BT.709`] : []),
    ...(chroma === undefined ? [] : [`converted from ${chroma} (${name}) to 4:2:0`]),
    ...(depth > 8 ? [`converted from ${depth} bit (${name}) to 8 bit`] : []),
    ...(convertFrom === undefined ? [] : ['converted from SMPTE 240M to BT.709']),
  ];
}

/** Chroma of a YUV format that is not 4:2:0, as `4:4:4`. */
function chromaOf(name: string): string | undefined {
  if (isRgb(name) || isGrey(name)) return undefined;
  const spelled = /4(44|40|22|11|10)/.exec(name)?.[0];
  const chroma = CHROMA_OF.find(([pattern]) => pattern.test(name))?.[1] ?? spelled;
  return chroma === undefined ? undefined : chroma.replace(/\B/g, ':');
}

/** Bits of a sample, as far as a format's name tells: `yuv420p10le`, `p010`, `gray12`. */
function depthOf(name: string): number {
  const known = DEPTHS.find(([pattern]) => pattern.test(name));
  if (known) return known[1];
  const ending = Number(/(\d+)(?:msb)?(?:le|be)?$/.exec(name)?.[1] ?? 8) % 100;
  return [9, 10, 12, 14, 16, 32].includes(ending) ? ending : 8;
}
