/** Element types, in ONNX's words, that a session converts to and from float32. */
export const ELEMENT_TYPES = ['float32', 'float16', 'float64', 'uint8', 'int8', 'int32'] as const;

/** One of {@link ELEMENT_TYPES}. */
export type ElementType = (typeof ELEMENT_TYPES)[number];

/** The numbers of a tensor as its library holds them; float16 as bits. */
export type TensorElements = Float32Array | Uint16Array | Float64Array | Uint8Array | Int8Array | Int32Array;

/** True for the types that a session converts. */
export function isElementType(type: string): type is ElementType {
  return ELEMENT_TYPES.some((known) => known === type);
}

/** Numbers as elements of a type: integers are rounded and clamped, float16 is rounded to nearest, ties to even. Lends float32, copies others. */
export function toElements(data: Float32Array, type: ElementType): TensorElements {
  switch (type) {
    case 'float32':
      return data;
    case 'float16':
      return toHalves(data);
    case 'float64':
      return Float64Array.from(data);
    case 'uint8':
      return Uint8Array.from(Uint8ClampedArray.from(data));
    case 'int8':
      return integers(data, new Int8Array(data.length), -128, 127);
    case 'int32':
      return integers(data, new Int32Array(data.length), -(2 ** 31), 2 ** 31 - 1);
  }
}

/** Elements of a type as float32. Lends float32, copies others. @param elements float16 as `Float16Array` or as bits in a `Uint16Array`. */
export function fromElements(elements: ArrayBufferView, type: ElementType): Float32Array {
  const { buffer, byteOffset, byteLength } = elements;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'float16':
      return fromHalves(new Uint16Array(buffer, byteOffset, byteLength / 2));
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    case 'uint8':
      return Float32Array.from(new Uint8Array(buffer, byteOffset, byteLength));
    case 'int8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, byteLength));
    case 'int32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, byteLength / 4));
  }
}

function integers<T extends Int8Array | Int32Array>(data: Float32Array, out: T, min: number, max: number): T {
  for (let i = 0; i < data.length; i++) out[i] = Math.min(max, Math.max(min, Math.round(data[i] ?? 0)));
  return out;
}

/** Every float16 as float32, by its bits: 256 KiB, made when the first float16 is read. */
let halfValues: Float32Array | undefined;

/** IEEE 754 binary16 as float32, from bits. Node 20 has no Float16Array. */
function fromHalves(bits: Uint16Array): Float32Array {
  halfValues ??= Float32Array.from({ length: 65_536 }, (_, half) => halfValue(half));
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = halfValues[bits[i] ?? 0] ?? 0;
  return out;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Float32 as the bits of IEEE 754 binary16, to nearest, ties to even. */
function toHalves(data: Float32Array): Uint16Array {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const out = new Uint16Array(data.length);
  for (let i = 0; i < words.length; i++) out[i] = halfBits(words[i] ?? 0, data[i] ?? 0);
  return out;
}

/** Bits of float32's infinity, and of 65520, the least number that rounds to float16's infinity. */
const INFINITY_WORD = 0x7f80_0000;
const OVERFLOW_WORD = 0x477f_f000;
/** Bits of 2^-14, float16's least normal number. */
const NORMAL_WORD = 0x3880_0000;

function halfBits(word: number, value: number): number {
  const sign = (word >>> 16) & 0x8000;
  const size = word & 0x7fff_ffff;
  if (size > INFINITY_WORD) return sign | 0x7e00; // NaN
  if (size >= OVERFLOW_WORD) return sign | 0x7c00;
  // Below, float16 has a fixed step of 2^-24: a multiple of it, rounded to even.
  if (size < NORMAL_WORD) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  const rounded = size + 0xfff + ((size >> 13) & 1);
  return sign | ((rounded - (112 << 23)) >> 13); // exponents of the two differ by 127 - 15
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
