/** Luma and chroma coefficients: ITU-R BT.601, BT.709 or BT.2020 non-constant luminance. */
export type ColorMatrix = 'bt601' | 'bt709' | 'bt2020';

/** What people call each matrix. */
export const MATRIX_NAMES: Readonly<Record<ColorMatrix, string>> = {
  bt601: 'BT.601',
  bt709: 'BT.709',
  bt2020: 'BT.2020',
};

/** `limited`: luma 16 to 235, chroma 16 to 240. `full`: 0 to 255. */
export type ColorRange = 'limited' | 'full';

/** FFmpeg's names of colour primaries and their code points (ITU-T H.273, table 2). */
export const COLOR_PRIMARIES = {
  bt709: 1,
  bt470m: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  film: 8,
  bt2020: 9,
  smpte428: 10,
  smpte431: 11,
  smpte432: 12,
  ebu3213: 22,
} as const;

/** FFmpeg's names of transfer functions and their code points (ITU-T H.273, table 3). */
export const COLOR_TRANSFERS = {
  bt709: 1,
  bt470m: 4,
  bt470bg: 5,
  smpte170m: 6,
  smpte240m: 7,
  linear: 8,
  log100: 9,
  log316: 10,
  'iec61966-2-4': 11,
  bt1361e: 12,
  srgb: 13,
  'bt2020-10': 14,
  'bt2020-12': 15,
  smpte2084: 16,
  smpte428: 17,
  'arib-std-b67': 18,
} as const;

export type ColorPrimaries = keyof typeof COLOR_PRIMARIES;
export type ColorTransfer = keyof typeof COLOR_TRANSFERS;

/** Primaries and transfer function that a matrix usually comes with. */
export const USUAL_COLOR = {
  bt601: { primaries: 'smpte170m', transfer: 'smpte170m' },
  bt709: { primaries: 'bt709', transfer: 'bt709' },
  bt2020: { primaries: 'bt2020', transfer: 'bt2020-10' },
} as const satisfies Record<ColorMatrix, { primaries: ColorPrimaries; transfer: ColorTransfer }>;

/** Defines which colours a frame's code values stand for. */
export interface Color {
  readonly matrix: ColorMatrix;
  readonly range: ColorRange;
  /** Absent: those of {@link USUAL_COLOR}. Passed on to the output; no pixel depends on them. */
  readonly primaries?: ColorPrimaries;
  /** As `primaries`. */
  readonly transfer?: ColorTransfer;
}

/** The colour assumed for an untagged frame: BT.601 below 720 rows, else BT.709; limited range. */
export function assumedColor(height: number): Color {
  return { matrix: height < 720 ? 'bt601' : 'bt709', range: 'limited' };
}
