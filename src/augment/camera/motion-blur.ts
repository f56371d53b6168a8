import type { Frame } from '../../core/frame.js';
import { NEUTRAL_CHROMA, rangeCodes } from '../../image/color-matrix.js';
import type { Draw } from '../recipe/draw.js';
import { brightLight, type BrightLight } from './bright-light.js';
import { longestWay, PaddedPlane, smear, SMEAR_MARGIN, type SmearField } from './smear.js';

/** Where the camera drives towards, in shares of the frame's width and height. */
export interface VanishingPoint {
  readonly x: number;
  readonly y: number;
}

/** A blur that is shorter than this everywhere is none, pixels. */
const MIN_WAY = 0.5;
/** Longest way as a share of the width: beyond it nothing can be recognised, and labels mean nothing. */
const MAX_SHARE = 0.1;
/** Smallest luma that colour is measured against, codes. */
const MIN_LUMA = 2;
/** Added to light that divides. */
const MIN_MEAN = 1e-6;

/**
 * Blurs frames as a shutter does that is open while the image moves: light adds up along each pixel's way, so that lamps leave streaks.
 * Things stay in the middle of their blur, where their labels are.
 */
export class MotionBlur {
  #planes: BlurPlanes | undefined;

  /**
   * Overwrites the frame's planes.
   * @param vanishing where the camera drives towards: without an angle the image moves away from it, by `speed` at half a width of
   * distance. Undefined: the camera stands, and turns sideways.
   */
  apply(frame: Frame, blur: NonNullable<Draw['motionBlur']>, vanishing?: VanishingPoint): void {
    const field = blurField(frame, blur, vanishing);
    const longest = longestWay(field, frame.width, frame.height);
    if (longest < MIN_WAY) return;
    const { luma, lumaSpare, color, colorSpare } = this.#planesFor(frame, Math.ceil(longest / 2) + SMEAR_MARGIN);
    const tables = brightLight(frame.color.range);
    readLuma(frame, luma, tables);
    readColor(frame, luma, color);
    luma.pad();
    color.pad();
    writeLuma(frame, smear(luma, lumaSpare, field), tables);
    writeColor(frame, smear(color, colorSpare, halved(field)));
  }

  #planesFor({ width, height }: Frame, padding: number): BlurPlanes {
    const old = this.#planes;
    if (old && old.luma.width === width && old.luma.height === height && old.luma.padding >= padding) return old;
    const full = (): PaddedPlane => new PaddedPlane(width, height, padding, 1);
    const half = (): PaddedPlane => new PaddedPlane(width / 2, height / 2, Math.ceil(padding / 2) + SMEAR_MARGIN, 3);
    this.#planes = { luma: full(), lumaSpare: full(), color: half(), colorSpare: half() };
    return this.#planes;
  }
}

/** Light of a frame, linear: luma at full size; at half, its mean, and that times U and V per luma. */
type BlurPlanes = Readonly<Record<'luma' | 'lumaSpare' | 'color' | 'colorSpare', PaddedPlane>>;

/** Returns how far each pixel of a frame moves while the shutter is open. */
function blurField(
  { width, height }: Frame,
  { exposureS, speed, angle }: NonNullable<Draw['motionBlur']>,
  vanishing: VanishingPoint | undefined,
): SmearField {
  const share = Math.min(MAX_SHARE, exposureS * speed);
  if (angle === undefined && vanishing) {
    const growth = 2 * share;
    return { atLeft: growth * (0.5 - vanishing.x * width), atTop: growth * (0.5 - vanishing.y * height), growth };
  }
  const radians = ((angle ?? 0) * Math.PI) / 180;
  return { atLeft: share * width * Math.cos(radians), atTop: share * width * Math.sin(radians), growth: 0 };
}

/** The field of a plane of half the size. */
function halved({ atLeft, atTop, growth }: SmearField): SmearField {
  return { atLeft: atLeft / 2 + growth / 4, atTop: atTop / 2 + growth / 4, growth };
}

function readLuma({ y, strides, width, height }: Frame, luma: PaddedPlane, { light }: BrightLight): void {
  for (let row = 0; row < height; row++) {
    const [from, to] = [row * strides[0], luma.rowStart(row)];
    for (let x = 0; x < width; x++) luma.data[to + x] = light[y[from + x] ?? 0] ?? 0;
  }
}

function readColor(
  { y, u, v, strides, width, height, color: { range } }: Frame,
  luma: PaddedPlane,
  color: PaddedPlane,
): void {
  const { black } = rangeCodes(range);
  const { data } = luma;
  for (let row = 0; row < height / 2; row++) {
    const [above, to] = [luma.rowStart(2 * row), color.rowStart(row)];
    const [atY, atU, atV] = [2 * row * strides[0], row * strides[1], row * strides[2]];
    for (let x = 0; x < width / 2; x++) {
      const [at, atLight] = [atY + 2 * x, above + 2 * x];
      const codes = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + strides[0]] ?? 0) + (y[at + strides[0] + 1] ?? 0);
      const sum =
        (data[atLight] ?? 0) +
        (data[atLight + 1] ?? 0) +
        (data[atLight + luma.stride] ?? 0) +
        (data[atLight + luma.stride + 1] ?? 0);
      const mean = sum / 4 + MIN_MEAN;
      const perLuma = mean / Math.max(MIN_LUMA, codes / 4 - black);
      color.data[to + 3 * x] = mean;
      color.data[to + 3 * x + 1] = ((u[atU + x] ?? 0) - NEUTRAL_CHROMA) * perLuma;
      color.data[to + 3 * x + 2] = ((v[atV + x] ?? 0) - NEUTRAL_CHROMA) * perLuma;
    }
  }
}

function writeLuma({ y, strides, width, height }: Frame, luma: PaddedPlane, { codes, scale }: BrightLight): void {
  for (let row = 0; row < height; row++) {
    const [from, to] = [luma.rowStart(row), row * strides[0]];
    for (let x = 0; x < width; x++) y[to + x] = codes[(Math.sqrt(luma.data[from + x] ?? 0) * scale + 0.5) | 0] ?? 0; // a mean of the table's light
  }
}

/** Writes chroma for the luma that is written already. */
function writeColor({ y, u, v, strides, width, height, color: { range } }: Frame, plane: PaddedPlane): void {
  const { black } = rangeCodes(range);
  const { data } = plane;
  for (let row = 0; row < height / 2; row++) {
    const from = plane.rowStart(row);
    const [atY, atU, atV] = [2 * row * strides[0], row * strides[1], row * strides[2]];
    for (let x = 0; x < width / 2; x++) {
      const [at, i] = [atY + 2 * x, from + 3 * x];
      const codes = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + strides[0]] ?? 0) + (y[at + strides[0] + 1] ?? 0);
      const perLight = Math.max(MIN_LUMA, codes / 4 - black) / (data[i] ?? 0);
      u[atU + x] = rounded(NEUTRAL_CHROMA + (data[i + 1] ?? 0) * perLight);
      v[atV + x] = rounded(NEUTRAL_CHROMA + (data[i + 2] ?? 0) * perLight);
    }
  }
}

function rounded(code: number): number {
  return code <= 0 ? 0 : code >= 255 ? 255 : (code + 0.5) | 0;
}
