import { expect, it } from 'vitest';
import { openNetworkSession } from '../../../src/infer/open-session.js';
import { foldConstants } from '../../../src/infer/tensorflow/fold-constants.js';
import { readOnnxGraph } from '../../../src/infer/tensorflow/onnx-graph.js';
import { integers, model, node, output } from '../../support/onnx-bytes.js';

/** By their number in `TensorProto.DataType`. */
const TYPES = { float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

/** At and beyond the bounds of every type, and beyond what float32 holds exactly. */
const NUMBERS = [0, 1, -1, 127, 128, 255, 256, -129, 32_768, 70_000, -70_000, 2 ** 31, -(2 ** 31) - 1, 2 ** 24 + 1];

it('casts constants as ONNX Runtime does, those included that do not fit', async () => {
  const graph = Object.entries(TYPES).flatMap(([name, to]) => {
    if (name.startsWith('float')) return [node('Cast', ['numbers'], name, { to }), output(name, [NUMBERS.length], to)];
    const asFloat = node('Cast', [`as ${name}`], name, { to: TYPES.float32 });
    return [node('Cast', ['numbers'], `as ${name}`, { to }), asFloat, output(name, [NUMBERS.length])];
  });
  const bytes = model([integers('numbers', NUMBERS), ...graph], 17);
  const { constants, nodes } = foldConstants(readOnnxGraph(bytes));
  expect(nodes).toEqual([]);
  await using session = await openNetworkSession({ path: 'casts.onnx', bytes, externalData: [] }, { engine: 'onnx' });
  const expected = await session.run({}, Object.keys(TYPES));
  for (const name of Object.keys(TYPES)) {
    const folded = constants.get(name)?.values ?? [];
    expect([name, ...folded]).toEqual([name, ...(expected[name]?.data ?? [])]);
  }
});
