import { avGetPixFmtName, type Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import {
  assumedColor,
  COLOR_PRIMARIES,
  COLOR_TRANSFERS,
  MATRIX_NAMES,
  USUAL_COLOR,
  type Color,
  type ColorMatrix,
  type ColorPrimaries,
  type ColorTransfer,
} from '../core/color.js';
import { NocturneError } from '../core/errors.js';

/** How to interpret the code values of an AVFrame, and what they become. */
export interface ColorPlan {
  /** Colour of the resulting I420 frame. */
  readonly color: Color;
  /** libav's number of the AVFrame's matrix where pixels must be converted to `color.matrix`; else undefined. */
  readonly convertFrom?: number;
  /** True when the transfer function is PQ or HLG: the frame is tone-mapped to BT.709 first. */
  readonly isHdr: boolean;
  /** Arguments of libav's `zscale` that convert what libswscale cannot, before all else; undefined: nothing to convert. */
  readonly zscale?: string;
  /** One line each, for `notices`: what was converted or assumed. */
  readonly notices: readonly string[];
}

const MATRIX_OF = new Map<number, ColorMatrix>([
  [av.AVCOL_SPC_BT709, 'bt709'],
  [av.AVCOL_SPC_BT470BG, 'bt601'],
  [av.AVCOL_SPC_SMPTE170M, 'bt601'],
  [av.AVCOL_SPC_BT2020_NCL, 'bt2020'],
]);

/** Matrices that libswscale converts, and to what. */
const SWSCALE_MATRICES = new Map<number, { readonly name: string; readonly to: ColorMatrix }>([
  [av.AVCOL_SPC_SMPTE240M, { name: 'SMPTE 240M', to: 'bt709' }],
  [av.AVCOL_SPC_FCC, { name: 'FCC', to: 'bt601' }],
]);

/** Matrices that only zscale converts: its name for them, and to what. */
const ZSCALE_MATRICES = new Map<number, { readonly name: string; readonly to: ColorMatrix }>([
  [av.AVCOL_SPC_YCGCO, { name: 'ycgco', to: 'bt709' }],
  [av.AVCOL_SPC_ICTCP, { name: 'ictcp', to: 'bt2020' }],
  [av.AVCOL_SPC_CHROMA_DERIVED_NCL, { name: 'chroma-derived-nc', to: 'bt709' }],
]);

/** Matrices that nothing here converts; zscale brightens those of constant luminance by up to 16 code values. */
const UNREADABLE_MATRICES = new Map<number, string>([
  [av.AVCOL_SPC_BT2020_CL, 'bt2020c'],
  [av.AVCOL_SPC_CHROMA_DERIVED_CL, 'chroma-derived-c'],
  [av.AVCOL_SPC_SMPTE2085, 'smpte2085'],
  [av.AVCOL_SPC_IPT_C2, 'ipt-c2'],
  [av.AVCOL_SPC_YCGCO_RE, 'ycgco-re'],
  [av.AVCOL_SPC_YCGCO_RO, 'ycgco-ro'],
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

/**
 * Colour plan from an AVFrame's tags and pixel format. Throws NocturneError INPUT_UNSUPPORTED for a matrix that cannot be
 * converted.
 */
export function planColor(avFrame: AvFrame): ColorPlan {
  const name = pixelFormatName(avFrame);
  const isLinear = avFrame.colorTrc === av.AVCOL_TRC_LINEAR;
  if (isRgb(name)) {
    const color = withTags({ matrix: 'bt709', range: 'limited' }, avFrame);
    return isLinear ? linearPlan(color, 'rgb') : { color, isHdr: false, notices: [] };
  }
  const isFull = avFrame.colorRange === av.AVCOL_RANGE_JPEG || name.startsWith('yuvj');
  // Untagged grey comes from photographs, which are full range.
  const isUntaggedGrey = isGrey(name) && avFrame.colorRange !== av.AVCOL_RANGE_MPEG;
  const range = isFull || isUntaggedGrey ? 'full' : 'limited';
  const plan = isGrey(name) ? knownPlan(avFrame, range) : planMatrix(avFrame, range);
  if (avFrame.colorTrc === av.AVCOL_TRC_SMPTE2084 || avFrame.colorTrc === av.AVCOL_TRC_ARIB_STD_B67) {
    return { ...plan, color: { matrix: 'bt709', range: 'limited' }, isHdr: true };
  }
  return isLinear ? linearPlan(plan.color, zscaleName(plan.color.matrix), plan) : plan;
}

function planMatrix(avFrame: AvFrame, range: Color['range']): ColorPlan {
  const { colorSpace } = avFrame;
  const unreadable = UNREADABLE_MATRICES.get(colorSpace);
  if (unreadable !== undefined) {
    throw new NocturneError({
      code: 'INPUT_UNSUPPORTED',
      stage: 'ingest',
      message: `the video has the colour matrix ${unreadable}, which cannot be converted.`,
      remedy: 'Convert it to BT.709 with the program that made it.',
    });
  }
  const scaled = SWSCALE_MATRICES.get(colorSpace);
  if (scaled) {
    const color = withTags({ matrix: scaled.to, range }, avFrame);
    return { color, convertFrom: colorSpace, isHdr: false, notices: [convertedFrom(scaled.name, color.matrix)] };
  }
  const foreign = ZSCALE_MATRICES.get(colorSpace);
  if (!foreign) return knownPlan(avFrame, range);
  const color = withTags({ matrix: foreign.to, range }, avFrame);
  const zscale = `min=${foreign.name}:m=${zscaleName(color.matrix)}${assumedInput(avFrame, foreign.to)}`;
  return { color, zscale, isHdr: false, notices: [convertedFrom(foreign.name, color.matrix)] };
}

/** Plan for a matrix that stays, or is assumed where the tags name none. */
function knownPlan(avFrame: AvFrame, range: Color['range']): ColorPlan {
  const tagged = MATRIX_OF.get(avFrame.colorSpace);
  const matrix = tagged ?? assumedColor(avFrame.height).matrix;
  const isContradictory = avFrame.colorSpace === av.AVCOL_SPC_RGB && !isGrey(pixelFormatName(avFrame));
  const notices = isContradictory ? [`tagged as RGB, but YUV: read as ${MATRIX_NAMES[matrix]}`] : [];
  return { color: withTags({ matrix, range }, avFrame), isHdr: false, notices };
}

/** Plan for linear light, which becomes sRGB's curve. */
function linearPlan(color: Color, inputMatrix: string, plan?: ColorPlan): ColorPlan {
  const { matrix, range, primaries } = color;
  const zscale = [
    plan?.zscale ?? `min=${inputMatrix}:m=${zscaleName(matrix)}`,
    'tin=linear:t=iec61966-2-1',
    `r=${range}`,
  ].join(':');
  const notices = [...(plan?.notices ?? []), 'converted from linear light'];
  const converted = { matrix, range, ...(primaries ? { primaries } : {}), transfer: 'srgb' } as const;
  return { color: converted, zscale, isHdr: false, notices };
}

/** zscale needs primaries and transfer to convert some matrices: those of the result where the tags name none. */
function assumedInput({ colorPrimaries, colorTrc }: AvFrame, matrix: ColorMatrix): string {
  const usual = matrix === 'bt2020' ? { pin: '2020', tin: '2020_10' } : { pin: '709', tin: '709' };
  const isKnown = (value: number): boolean => value !== av.AVCOL_PRI_UNSPECIFIED && value !== 0;
  const { pin, tin } = usual;
  return `${isKnown(colorPrimaries) ? '' : `:pin=${pin}:p=${pin}`}${isKnown(colorTrc) ? '' : `:tin=${tin}:t=${tin}`}`;
}

function zscaleName(matrix: ColorMatrix): string {
  return { bt601: '170m', bt709: '709', bt2020: '2020_ncl' }[matrix];
}

function convertedFrom(name: string, matrix: ColorMatrix): string {
  return `converted from the colour matrix ${name} to ${MATRIX_NAMES[matrix]}`;
}

/** Adds the primaries and transfer function of an AVFrame's tags, where they are not the usual ones. */
function withTags(color: Color, { colorPrimaries, colorTrc }: AvFrame): Color {
  const usual = USUAL_COLOR[color.matrix];
  const primaries = codeName(COLOR_PRIMARIES, colorPrimaries);
  const transfer = codeName(COLOR_TRANSFERS, colorTrc);
  return {
    ...color,
    ...(primaries === undefined || primaries === usual.primaries ? {} : { primaries }),
    ...(transfer === undefined || transfer === usual.transfer ? {} : { transfer }),
  };
}

/** The name of a code point of H.273 in its table; undefined for an unspecified or unknown one. */
export function codeName<Name extends ColorPrimaries | ColorTransfer>(
  table: Readonly<Record<Name, number>>,
  value: number,
): Name | undefined {
  return (Object.keys(table) as Name[]).find((name) => table[name] === value); // the keys of the table are its names
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
export function conversionNotices(avFrame: AvFrame, { notices }: ColorPlan): string[] {
  const name = pixelFormatName(avFrame);
  const chroma = chromaOf(name);
  const depth = depthOf(name);
  return [
    ...(isRgb(name) ? [`converted from RGB (${name}) to YUV 4:2:0, BT.709`] : []),
    ...(chroma === undefined ? [] : [`converted from ${chroma} (${name}) to 4:2:0`]),
    ...(depth > 8 ? [`converted from ${depth} bit (${name}) to 8 bit`] : []),
    ...notices,
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
