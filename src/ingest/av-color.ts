import { avGetPixFmtName, type Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { assumedColor, type Color, type ColorMatrix } from '../core/color.js';

/** How to interpret the code values of an AVFrame, and what they become. */
export interface ColorPlan {
  /** Colour of the resulting I420 frame. */
  readonly color: Color;
  /** libav's number of the AVFrame's matrix where pixels must be converted to `color.matrix`; else undefined. */
  readonly convertFrom?: number;
  /** True when the transfer function is PQ or HLG: the frame is tone-mapped to BT.709 first. */
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

/** libav's number of a matrix. */
export function libavMatrix(matrix: ColorMatrix): av.AVColorSpace {
  return LIBAV_MATRIX[matrix];
}

/** libav's number of a range. */
export function libavRange(range: Color['range']): av.AVColorRange {
  return range === 'full' ? av.AVCOL_RANGE_JPEG : av.AVCOL_RANGE_MPEG;
}

/** Colour plan from an AVFrame's tags and pixel format. */
export function planColor(avFrame: AvFrame): ColorPlan {
  const name = pixelFormatName(avFrame);
  if (isRgb(name)) return { color: { matrix: 'bt709', range: 'limited' }, isHdr: false };
  if (avFrame.colorTrc === av.AVCOL_TRC_SMPTE2084 || avFrame.colorTrc === av.AVCOL_TRC_ARIB_STD_B67) {
    return { color: { matrix: 'bt709', range: 'limited' }, isHdr: true };
  }
  const isFull = avFrame.colorRange === av.AVCOL_RANGE_JPEG || name.startsWith('yuvj');
  // Untagged grey comes from photographs, which are full range.
  const isUntaggedGrey = isGrey(name) && avFrame.colorRange !== av.AVCOL_RANGE_MPEG;
  const range = isFull || isUntaggedGrey ? 'full' : 'limited';
  if (avFrame.colorSpace === av.AVCOL_SPC_SMPTE240M) {
    return { color: { matrix: 'bt709', range }, convertFrom: avFrame.colorSpace, isHdr: false };
  }
  const matrix = MATRIX_OF.get(avFrame.colorSpace) ?? assumedColor(avFrame.height).matrix;
  return { color: { matrix, range }, isHdr: false };
}

/** FFmpeg's name of the pixel format. */
export function pixelFormatName(avFrame: AvFrame): string {
  return avGetPixFmtName(avFrame.format as av.AVPixelFormat) ?? ''; // a video frame's format is a pixel format
}

/** True for RGB, Bayer, palette and 1-bit formats, by FFmpeg's name. */
export function isRgb(name: string): boolean {
  return /^(rgb|bgr|gbr|argb|abgr|0rgb|0bgr|pal8|mono|x2rgb|x2bgr|bayer)/.test(name);
}

/** True for luma-only formats, with or without alpha, by FFmpeg's name. */
export function isGrey(name: string): boolean {
  return /^(gray|ya8|ya16)/.test(name);
}

/** Chroma subsampling of formats whose names do not contain it. */
const CHROMA_BY_NAME: readonly (readonly [pattern: RegExp, chroma: string])[] = [
  [/^(nv16|nv20|p21\d|y21\d)/, '422'],
  [/^(nv24|nv42|p41\d|xv\d|v30|vuy|uyva|ayuv)/, '444'],
];

/** Bits per sample of formats whose names end with a different number. */
const DEPTH_BY_NAME: readonly (readonly [pattern: RegExp, bits: number])[] = [
  [/^(nv20|xv30|v30x)/, 10],
  [/^(nv|yuyv|uyvy|yvyu|uyyvyy|vyu|vuy)/, 8],
  [/^xv36/, 12],
  [/^xv48|^(rgb|bgr|rgba|bgra|argb|abgr|ayuv)(48|64)/, 16],
];

/** What the conversion to 8-bit I420 loses or changes, one line each, for `notices`. */
export function conversionNotices(avFrame: AvFrame, { convertFrom }: ColorPlan): string[] {
  const name = pixelFormatName(avFrame);
  const chroma = chromaOf(name);
  const depth = depthOf(name);
  return [
    ...(isRgb(name) ? [`converted from RGB (${name}) to YUV 4:2:0, BT.709`] : []),
    ...(chroma === undefined ? [] : [`converted from ${chroma} (${name}) to 4:2:0`]),
    ...(depth > 8 ? [`converted from ${depth} bit (${name}) to 8 bit`] : []),
    ...(convertFrom === undefined ? [] : ['converted from SMPTE 240M to BT.709']),
  ];
}

/** Chroma subsampling of a YUV format other than 4:2:0, such as `4:4:4`; undefined for 4:2:0, RGB and grey. */
function chromaOf(name: string): string | undefined {
  if (isRgb(name) || isGrey(name)) return undefined;
  const fromName = /4(44|40|22|11|10)/.exec(name)?.[0];
  const chroma = CHROMA_BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? fromName;
  return chroma === undefined ? undefined : chroma.replace(/\B/g, ':');
}

/** Bits per sample from a format's name: `yuv420p10le`, `p010`, `gray12`; 8 when the name has none. */
function depthOf(name: string): number {
  const known = DEPTH_BY_NAME.find(([pattern]) => pattern.test(name));
  if (known) return known[1];
  const suffix = Number(/(\d+)(?:msb)?(?:le|be)?$/.exec(name)?.[1] ?? 8) % 100;
  return [9, 10, 12, 14, 16, 32].includes(suffix) ? suffix : 8;
}
