/** Luma and chroma coefficients: ITU-R BT.601, BT.709 or BT.2020 non-constant luminance. */
export type ColorMatrix = 'bt601' | 'bt709' | 'bt2020';

/** `limited`: luma 16 to 235, chroma 16 to 240. `full`: 0 to 255. */
export type ColorRange = 'limited' | 'full';

/** Defines which colours a frame's code values stand for. */
export interface Color {
  readonly matrix: ColorMatrix;
  readonly range: ColorRange;
}

/** The colour assumed for an untagged frame: BT.601 below 720 rows, else BT.709; limited range. */
export function assumedColor(height: number): Color {
  return { matrix: height < 720 ? 'bt601' : 'bt709', range: 'limited' };
}
