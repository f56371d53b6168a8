import type { RgbImage } from './rgb-image.js';

/** Columns of a glyph. */
const GLYPH_WIDTH = 5;
/** Columns from one glyph to the next, unscaled. */
export const GLYPH_ADVANCE = 6;
/** Rows of a glyph. The last one lies below the baseline, for `g j p q y`. */
export const GLYPH_HEIGHT = 8;

/** Glyphs of the printable ASCII characters, from the space on: five columns each, lowest bit on top. */
const GLYPHS = [
  '0000000000 00005f0000 0007000700 147f147f14 242a7f2a12 2313086462 3649552250 0005030000', // to '
  '001c224100 0041221c00 082a1c2a08 08083e0808 0050300000 0808080808 0060600000 2010080402', // to /
  '3e5149453e 00427f4000 4261514946 2141454b31 1814127f10 2745454539 3c4a494930 0171090503', // to 7
  '3649494936 064949291e 0036360000 0056360000 0814224100 1414141414 0041221408 0201510906', // to ?
  '324979413e 7e1111117e 7f49494936 3e41414122 7f4141221c 7f49494941 7f09090901 3e4149497a', // to G
  '7f0808087f 00417f4100 2040413f01 7f08142241 7f40404040 7f020c027f 7f0408107f 3e4141413e', // to O
  '7f09090906 3e4151215e 7f09192946 4649494931 01017f0101 3f4040403f 1f2040201f 3f4038403f', // to W
  '6314081463 0708700807 6151494543 007f414100 0204081020 0041417f00 0402010204 4040404040', // to _
  '0001020400 2054545478 7f48444438 3844444420 384444487f 3854545418 087e090102 18a4a4a47c', // to g
  '7f08040478 00447d4000 4080847d00 7f10284400 00417f4000 7c04180478 7c08040478 3844444438', // to o
  'fc24242418 18242418fc 7c08040408 4854545420 043f444020 3c4040207c 1c2040201c 3c4030403c', // to w
  '4428102844 1ca0a0a07c 4464544c44 0008364100 00007f0000 0041360800 1008081008', // to ~
]
  .join(' ')
  .split(' ');

/** Position, size and colour of a text. */
export interface TextStyle {
  /** Top left corner of the first glyph, pixels from the top left corner of the image. */
  readonly x: number;
  readonly y: number;
  /** Width and height of a dot, pixels; default 2. */
  readonly scale?: number;
  /** R, G, B, 0 to 255. */
  readonly color: readonly [number, number, number];
}

/** Returns the width of a text in pixels. */
export function textWidth(text: string, scale = 2): number {
  return Math.max(0, text.length * GLYPH_ADVANCE - 1) * scale;
}

/** Draws a line of text into an image, clipped at its edges. Characters outside printable ASCII become `?`. */
export function drawText(image: RgbImage, text: string, { x, y, scale = 2, color }: TextStyle): void {
  for (let i = 0; i < text.length; i++) {
    const glyph = GLYPHS[text.charCodeAt(i) - 32] ?? GLYPHS[31] ?? '';
    for (let column = 0; column < GLYPH_WIDTH; column++) {
      const bits = Number.parseInt(glyph.slice(2 * column, 2 * column + 2), 16);
      for (let row = 0; row < GLYPH_HEIGHT; row++) {
        if (((bits >> row) & 1) === 0) continue;
        const left = x + (i * GLYPH_ADVANCE + column) * scale;
        fillRectangle(image, { left, top: y + row * scale, width: scale, height: scale }, color);
      }
    }
  }
}

/** A rectangle in pixels from the top left corner. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Fills a rectangle, clipped at the image's edges. */
export function fillRectangle(
  image: RgbImage,
  { left, top, width, height }: Rectangle,
  color: readonly [number, number, number],
): void {
  const right = Math.min(image.width, left + width);
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++) {
    for (let x = Math.max(0, left); x < right; x++) image.data.set(color, 3 * (y * image.width + x));
  }
}
