import { LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../look/look.js';

/** Columns of every plane of the lighting: those of the lights layer and of a surface map. */
export const COLUMNS = LIGHTS_WIDTH;
/** Rows of every plane of the lighting. */
export const ROWS = LIGHTS_HEIGHT;
/** Samples of one plane, `[72, 128]`. */
export const SAMPLES = COLUMNS * ROWS;

/** Three planes `[72, 128]` of linear light: red, green, blue of BT.709; 1 is what clips. */
export interface LightPlanes {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

/** A colour in linear light: red, green, blue. */
export type LinearColor = readonly [red: number, green: number, blue: number];

/** Share of sky above which a sample holds nothing else. */
export const ALL_SKY = 0.995;

/** Creates a plane of zeros. */
export function createPlane(): Float32Array {
  return new Float32Array(SAMPLES);
}

/** A tuple of `Count` planes. */
type Planes<Count extends number, All extends Float32Array[] = []> = All['length'] extends Count
  ? All
  : Planes<Count, [...All, Float32Array]>;

/** Views of the first `count` planes of an array that holds them one after the other. */
export function planesOf<Count extends number>(data: Float32Array, count: Count): Planes<Count> {
  const planes = Array.from({ length: count }, (_, i) => data.subarray(i * SAMPLES, (i + 1) * SAMPLES));
  return planes as Planes<Count>; // the array is as long as asked for
}

/** Sets all samples of three planes to 0. */
export function clearLight(planes: LightPlanes): void {
  planes.red.fill(0);
  planes.green.fill(0);
  planes.blue.fill(0);
}

/** Adds `amount` of a colour to one sample. */
export function addLight(planes: LightPlanes, sample: number, amount: number, [red, green, blue]: LinearColor): void {
  planes.red[sample] = (planes.red[sample] ?? 0) + amount * red;
  planes.green[sample] = (planes.green[sample] ?? 0) + amount * green;
  planes.blue[sample] = (planes.blue[sample] ?? 0) + amount * blue;
}

/** An ellipse on the planes, in samples: its centre and its radii. */
export interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
}

/** Adds a colour within an ellipse, softly: `amount` in its middle, nothing at its edge. @param shares factor by sample; default 1. */
export function addSoftLight(
  planes: LightPlanes,
  { x, y, radiusX, radiusY }: Ellipse,
  amount: number,
  color: LinearColor,
  shares?: Float32Array,
): void {
  const [top, bottom] = [Math.max(0, Math.floor(y - radiusY)), Math.min(ROWS - 1, Math.ceil(y + radiusY))];
  const [left, right] = [Math.max(0, Math.floor(x - radiusX)), Math.min(COLUMNS - 1, Math.ceil(x + radiusX))];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const square = ((column - x) / radiusX) ** 2 + ((row - y) / radiusY) ** 2;
      if (square >= 1) continue;
      const i = row * COLUMNS + column;
      addLight(planes, i, amount * (1 - square) ** 2 * (shares ? (shares[i] ?? 0) : 1), color);
    }
  }
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Mixes two colours: `share` of the second. */
export function mixColors(first: LinearColor, second: LinearColor, share: number): LinearColor {
  return [
    first[0] + share * (second[0] - first[0]),
    first[1] + share * (second[1] - first[1]),
    first[2] + share * (second[2] - first[2]),
  ];
}

/** Another number in [0, 1) from a thing's draw, the same for the same draw and `salt`. */
export function redraw(draw: number, salt: number): number {
  let bits = Math.imul(Math.floor(draw * 4294967296) ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 4294967296;
}
