import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorElements } from '../../../src/infer/tensor-elements.js';

/** Options of a tiny image network, `tanh(slope * x + offset)` on each number. */
export interface TinyImageOptions {
  readonly input?: readonly (number | string)[];
  readonly output?: readonly (number | string)[];
  readonly slope?: number;
  readonly offset?: number;
  /** The operation at the end; default Tanh. */
  readonly ending?: string;
  /** ONNX's number of the element type: 1 float32, 10 float16. */
  readonly type?: 1 | 10;
  readonly extraInput?: boolean;
  readonly opset?: number;
}

/** The bits of a few numbers that fit float16, little-endian. */
const HALF: Readonly<Record<number, number>> = { 0: 0, 0.5: 0x3800, 1: 0x3c00, [-0.5]: 0xb800, 2: 0x4000 };

/** Writes NAME.onnx, without a card. Returns its path. */
export function writeTinyImageModel(folder: string, name: string, options: TinyImageOptions = {}): string {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, tinyImageModel(options));
  return path;
}

/** The bytes of the model: an ONNX ModelProto. */
export function tinyImageModel(options: TinyImageOptions = {}): Buffer {
  const { input = [1, 3, 64, 64], output = input, slope = 0.5, offset = 0, ending = 'Tanh', type = 1 } = options;
  const { extraInput = false, opset = 17 } = options;
  const graph = [
    field(1, node('Mul', ['day', 'slope'], 'scaled')),
    field(1, node('Add', ['scaled', extraInput ? 'noise' : 'offset'], 'moved')),
    field(1, node(ending, ['moved'], 'night')),
    field(2, Buffer.from('tiny')),
    field(5, scalar('slope', slope, type)),
    field(5, scalar('offset', offset, type)),
    field(11, valueInfo('day', input, type)),
    ...(extraInput ? [field(11, valueInfo('noise', [1], type))] : []),
    field(12, valueInfo('night', output, type)),
  ];
  return Buffer.concat([number(1, 8), field(7, Buffer.concat(graph)), field(8, number(2, opset))]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

function field(id: number, content: Buffer): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(content.length), content]);
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

function node(type: string, inputs: readonly string[], output: string): Buffer {
  const names = inputs.map((name) => field(1, Buffer.from(name)));
  return Buffer.concat([...names, field(2, Buffer.from(output)), field(4, Buffer.from(type))]);
}

function scalar(name: string, value: number, type: 1 | 10): Buffer {
  const data: TensorElements = type === 1 ? Float32Array.of(value) : Uint16Array.of(HALF[value] ?? NaN);
  return Buffer.concat([number(2, type), field(8, Buffer.from(name)), field(9, Buffer.from(data.buffer))]);
}

function valueInfo(name: string, dims: readonly (number | string)[], type: number): Buffer {
  const sides = dims.map((side) => field(1, typeof side === 'number' ? number(1, side) : field(2, Buffer.from(side))));
  const shape = field(2, Buffer.concat(sides));
  return Buffer.concat([field(1, Buffer.from(name)), field(2, field(1, Buffer.concat([number(1, type), shape])))]);
}
