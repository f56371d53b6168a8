/** Luma and chroma coefficients: ITU-R BT.601, BT.709 or BT.2020 non-constant luminance. */
export type ColorMatrix = 'bt601' | 'bt709' | 'bt2020';

/** `limited`: luma 16 to 235, chroma 16 to 240. `full`: 0 to 255. */
export type ColorRange = 'limited' | 'full';

/** How a frame's code values mean colour. */
export interface Color {
  readonly matrix: ColorMatrix;
  readonly range: ColorRange;
}

/** What an untagged picture is taken to be: BT.601 below 720 lines, else BT.709; limited range. */
export function assumedColor(height: number): Color {
  return { matrix: height < 720 ? 'bt601' : 'bt709', range: 'limited' };
}
