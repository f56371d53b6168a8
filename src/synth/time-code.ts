/**
 * A burned-in wall-clock time code, to measure latency through any chain that keeps the image recognisable. 40 blocks
 * in one row from the bottom left corner: a start pattern of 6 (white, black, white, white, black, white), 24 bits of
 * milliseconds since the Unix epoch modulo 2^24 (4.66 hours), most significant first, a checksum of 8 bits, and an end
 * pattern (black, white). White is 1.
 */
const START: readonly number[] = [1, 0, 1, 1, 0, 1];
const VALUE_BITS = 24;
const CHECK_BITS = 8;
const END: readonly number[] = [0, 1];
/** Blocks in the row. */
export const TIME_CODE_BLOCKS = START.length + VALUE_BITS + CHECK_BITS + END.length;
/** Modulus of the code's milliseconds. */
export const TIME_CODE_MODULUS_MS = 2 ** VALUE_BITS;

/**
 * Thresholds as shares of the start pattern's contrast: a block below the first is black, above the second white. They are
 * low because white levels fall off along the row, black levels do not. A block between them means that there is no code.
 */
const BLACK_BELOW = 0.22;
const WHITE_ABOVE = 0.36;

/** I420 planes to draw the code into. */
export interface TimeCodePlanes {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly strides: readonly [number, number, number];
}

/** An image from a canvas: 8-bit RGBA, 4 * width * height bytes. An `ImageData` is one. */
export interface TimeCodeImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** Returns the luma of a pixel, on any scale that grows with light. */
export type LumaAt = (x: number, y: number) => number;

/** Returns the side of one block in pixels, even: 18 at 720 rows, 26 at 1080. The row and its dark rim fit into the width. */
export function timeCodeBlock(width: number, height: number): number {
  return Math.max(2, 2 * Math.floor(Math.min(width / (TIME_CODE_BLOCKS + 2), height / 40) / 2));
}

/** Draws a time, microseconds since the Unix epoch, over the bottom left of I420 planes (BT.709 limited range). */
export function drawTimeCode(planes: TimeCodePlanes, wallClockMicros: number): void {
  const { width, height } = planes;
  const block = timeCodeBlock(width, height);
  const rim = timeCodeRim(block);
  const left = rim;
  const top = height - rim - block;
  fill(planes, 0, top - rim, left + TIME_CODE_BLOCKS * block + rim, height - top + rim, 16);
  const bits = bitsOf(Math.floor(wallClockMicros / 1000) % TIME_CODE_MODULUS_MS);
  for (const [index, bit] of bits.entries()) {
    if (bit === 1) fill(planes, left + index * block, top, block, block, 235);
  }
}

/**
 * Reads the time: milliseconds since the Unix epoch modulo {@link TIME_CODE_MODULUS_MS}. The start pattern sets the levels
 * of black and white, so that darker and noisier images are readable too. The image may be scaled, at the same aspect.
 * Returns undefined when there is no code or its checksum is wrong.
 * @param image RGBA, or a luma accessor with the size of its image.
 */
export function readTimeCode(
  image: TimeCodeImage | { readonly width: number; readonly height: number; readonly lumaAt: LumaAt },
): number | undefined {
  const { width, height } = image;
  const lumaAt = 'lumaAt' in image ? image.lumaAt : rgbaLuma(image);
  for (const layout of layouts(width, height)) {
    const value = readAt(lumaAt, layout, width, height);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Returns the milliseconds from one reading to a later one, across the wrap. Differences of half the range or more are
 * negative.
 */
export function timeCodeDifference(laterMs: number, earlierMs: number): number {
  const difference = (((laterMs - earlierMs) % TIME_CODE_MODULUS_MS) + TIME_CODE_MODULUS_MS) % TIME_CODE_MODULUS_MS;
  return difference >= TIME_CODE_MODULUS_MS / 2 ? difference - TIME_CODE_MODULUS_MS : difference;
}

/** Sizes of a code's blocks and of its dark rim, in pixels of the image. */
interface Layout {
  readonly block: number;
  readonly rim: number;
}

/** Returns the layouts to try: that of the image's own size first, then those of images scaled to it. */
function layouts(width: number, height: number): Layout[] {
  const found: Layout[] = [];
  const add = (rows: number): void => {
    const original = timeCodeBlock((rows * width) / height, rows);
    const block = (original * height) / rows;
    const rim = (timeCodeRim(original) * height) / rows;
    const isKnown = found.some((l) => Math.abs(l.block - block) < block * 0.002 && Math.abs(l.rim - rim) < 0.5);
    if (!isKnown) found.push({ block, rim });
  };
  add(height);
  for (let rows = 36; rows <= 2160; rows += 12) add(rows);
  return found;
}

function readAt(lumaAt: LumaAt, layout: Layout, width: number, height: number): number | undefined {
  const { block, rim } = layout;
  const top = height - rim - block;
  if (2 * rim + TIME_CODE_BLOCKS * block > width || top - rim < 0) return undefined;
  const level = (index: number): number => blockMean(lumaAt, rim + index * block, top, block);
  let white = Infinity;
  let black = -Infinity;
  for (const [index, bit] of START.entries()) {
    if (bit === 1) white = Math.min(white, level(index));
    else black = Math.max(black, level(index));
  }
  const contrast = white - black;
  if (!(contrast > 0.3 * white)) return undefined;
  const bit = (value: number): number => {
    const share = (value - black) / contrast;
    return share < BLACK_BELOW ? 0 : share > WHITE_ABOVE ? 1 : NaN;
  };
  for (const index of START.keys()) {
    const above = lumaAt(Math.floor(rim + (index + 0.5) * block), Math.floor(top - rim / 2));
    if (bit(above) === 1) return undefined;
  }
  const bits = Array.from({ length: TIME_CODE_BLOCKS }, (_, index) => bit(level(index)));
  const read = (from: number, count: number): number =>
    bits.slice(from, from + count).reduce((value, next) => value * 2 + next, 0); // NaN where a bit is unclear
  const value = read(START.length, VALUE_BITS);
  const isWhole =
    read(START.length + VALUE_BITS, CHECK_BITS) === checksum(value) &&
    read(TIME_CODE_BLOCKS - END.length, END.length) === 1;
  return isWhole ? value : undefined;
}

/** Returns the width of the dark rim around the row: half a block, even, at least 2. */
function timeCodeRim(block: number): number {
  return Math.max(2, 2 * Math.floor(block / 4));
}

/** Returns the mean over the inner half of a block, away from its blurred edges. */
function blockMean(lumaAt: LumaAt, left: number, top: number, side: number): number {
  let sum = 0;
  let count = 0;
  for (let fy = 0.25; fy <= 0.75; fy += 0.125) {
    for (let fx = 0.25; fx <= 0.75; fx += 0.125) {
      sum += lumaAt(Math.floor(left + fx * side), Math.floor(top + fy * side));
      count++;
    }
  }
  return sum / count;
}

function rgbaLuma(image: TimeCodeImage): LumaAt {
  const { data, width } = image;
  return (x, y) => {
    const i = 4 * (y * width + x);
    return 0.2126 * (data[i] ?? 0) + 0.7152 * (data[i + 1] ?? 0) + 0.0722 * (data[i + 2] ?? 0);
  };
}

function bitsOf(value: number): number[] {
  const bits = [...START];
  for (let bit = VALUE_BITS - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  const check = checksum(value);
  for (let bit = CHECK_BITS - 1; bit >= 0; bit--) bits.push((check >>> bit) & 1);
  bits.push(...END);
  return bits;
}

/** Returns the CRC-8 (polynomial x^8 + x^2 + x + 1, ITU-T I.432.1) of the 24 bits, inverted: an all-black row is no code. */
function checksum(value: number): number {
  let crc = 0;
  for (let bit = VALUE_BITS - 1; bit >= 0; bit--) {
    const feedback = (crc >>> 7) ^ ((value >>> bit) & 1);
    crc = ((crc << 1) & 255) ^ (feedback === 1 ? 0b111 : 0);
  }
  return crc ^ 255;
}

function fill(planes: TimeCodePlanes, x: number, y: number, width: number, height: number, luma: number): void {
  for (let row = y; row < y + height; row++)
    planes.y.fill(luma, row * planes.strides[0] + x, row * planes.strides[0] + x + width);
  for (let row = y >> 1; row < (y + height) >> 1; row++) {
    planes.u.fill(128, row * planes.strides[1] + (x >> 1), row * planes.strides[1] + ((x + width) >> 1));
    planes.v.fill(128, row * planes.strides[2] + (x >> 1), row * planes.strides[2] + ((x + width) >> 1));
  }
}
