import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorElements } from '../../../src/infer/tensor-elements.js';
import { input, model, node, output, rawTensor } from '../../support/onnx-bytes.js';

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
  const {
    input: day = [1, 3, 64, 64],
    output: night = day,
    slope = 0.5,
    offset = 0,
    ending = 'Tanh',
    type = 1,
  } = options;
  const { extraInput = false, opset = 17 } = options;
  const graph = [
    node('Mul', ['day', 'slope'], 'scaled'),
    node('Add', ['scaled', extraInput ? 'noise' : 'offset'], 'moved'),
    node(ending, ['moved'], 'night'),
    scalar('slope', slope, type),
    scalar('offset', offset, type),
    input('day', day, type),
    ...(extraInput ? [input('noise', [1], type)] : []),
    output('night', night, type),
  ];
  return model(graph, opset);
}

function scalar(name: string, value: number, type: 1 | 10): Buffer {
  const data: TensorElements = type === 1 ? Float32Array.of(value) : Uint16Array.of(HALF[value] ?? NaN);
  return rawTensor(name, [], type, data);
}
