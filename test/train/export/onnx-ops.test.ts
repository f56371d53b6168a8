import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import type { Ops } from '../../../src/train/networks/ops.js';
import { exportNetwork } from '../../../src/train/export/export-network.js';
import { ReferenceOps, type NhwcArray } from '../../support/reference-ops.js';
import { OPERATOR_CASES, type OperatorCase } from './operator-cases.js';
import { distance, inputOf, randomImage, randomWeights, runModel, image } from './run-model.js';

describe('OnnxOps', () => {
  it.each(Object.entries(OPERATOR_CASES))(
    '%s computes in ONNX Runtime what its definition gives',
    async (name, { network, input = [6, 10, 5], range }) => {
      const random = new Random(name.length);
      const weights = randomWeights(network, input, random);
      const day = randomImage(input, random, range);
      const bytes = exportNetwork({ network, inputName: 'x', input, outputs: [{ name: 'out', output: 'y' }], weights });
      const { out } = await runModel(bytes, day);
      const expected = network<NhwcArray>(new ReferenceOps(weights), day).y;
      expect(Math.max(...expected.data.map(Math.abs))).toBeGreaterThan(0.01);
      expect(distance(out!, expected)).toBeLessThan(2e-5);
    },
  );

  it('resizes bilinearly with half-pixel centres and clamped edges', async () => {
    const network = <T>(ops: Ops<T>, x: T) => ({ y: ops.resizeBilinear(x, 1, 4) });
    expect(await run(network, row(0, 1))).toEqual([0, 0.25, 0.75, 1]);
  });

  it('blurs with zero padding', async () => {
    const network = <T>(ops: Ops<T>, x: T) => ({ y: ops.boxBlur(x, 3) });
    expect(await run(network, row(9, 9, 18))).toEqual([2, 4, 3]);
  });

  it('pads by reflection without the edge', async () => {
    const network = <T>(ops: Ops<T>, x: T) => ({
      y: ops.conv(x, { name: 'c', filters: 1, size: 3, padding: 'reflect', bias: false }),
    });
    const weights = new Map([['c/kernel', Float32Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0)]]); // the sample to the left
    const square = image(3, 3, 1, (_, x) => 10 + x);
    expect(await run(network, square, weights)).toEqual([11, 10, 11, 11, 10, 11, 11, 10, 11]);
  });
});

function row(...values: number[]): NhwcArray {
  return image(1, values.length, 1, (_, x) => values[x]!);
}

async function run(
  network: OperatorCase['network'],
  day: NhwcArray,
  weights: ReadonlyMap<string, Float32Array> = new Map(),
) {
  const input = inputOf(day);
  const bytes = exportNetwork({ network, inputName: 'x', input, outputs: [{ name: 'y', output: 'y' }], weights });
  const { y } = await runModel(bytes, day);
  return [...y!.data];
}
