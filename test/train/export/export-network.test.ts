import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { exportNetwork } from '../../../src/train/export/export-network.js';
import type { Network, Ops, Weights } from '../../../src/train/networks/ops.js';
import { ReferenceOps } from '../../support/reference-ops.js';
import { distance, randomImage, randomWeights, runModel } from './run-model.js';

const INPUT = [4, 6, 3] as const;

/** Several outputs: two are the same value, one is the input, one is not exported. */
function network<T>(ops: Ops<T>, day: T) {
  const shared = ops.relu(ops.conv(day, { name: 'first', filters: 8, size: 3 }));
  const code = ops.dense(ops.globalMean(shared), { name: 'code', units: 5 });
  return { shared, again: shared, day, code, unused: ops.conv(shared, { name: 'second', filters: 64, size: 5 }) };
}

const weights = randomWeights(network, INPUT, new Random(3));

function exported(outputs: readonly (keyof ReturnType<typeof network>)[], changed: Weights = weights): Uint8Array {
  return exportNetwork({
    network,
    inputName: 'image',
    input: INPUT,
    outputs: outputs.map((output) => ({ name: `the ${output}`, output })),
    weights: changed,
    metadata: { licence: 'MIT' },
  });
}

/** The file decoded by the public schema. */
function decoded(bytes: Uint8Array) {
  const schema = readFileSync(new URL('../../../src/train/export/onnx.proto', import.meta.url), 'utf8');
  const type = protobuf.parse(schema).root.lookupType('onnx.ModelProto');
  return type.toObject(type.decode(bytes), { longs: Number });
}

/** An input or output of a decoded file. */
interface PortMessage {
  readonly type: { readonly tensorType: { readonly shape: { readonly dim: unknown } } };
}

function sizeOf([height, width]: readonly [number, number, number]): [number, number] {
  return [height, width];
}

describe('exportNetwork', () => {
  it('exports shared outputs, the input, and outputs without spatial axes', async () => {
    const day = randomImage(INPUT, new Random(4));
    const found = await runModel(exported(['shared', 'again', 'day', 'code']), day);
    const expected = network(new ReferenceOps(weights), day);
    expect(Object.keys(found)).toEqual(['the shared', 'the again', 'the day', 'the code']);
    for (const output of ['shared', 'again', 'day', 'code'] as const) {
      expect(distance(found[`the ${output}`]!, expected[output])).toBeLessThan(1e-5);
    }
  });

  it('takes any number of images of any size in multiples of one, where the network allows it', () => {
    const layer = { name: 'only', filters: 2, size: 3 };
    const common = { inputName: 'image', input: INPUT, outputs: [{ name: 'y', output: 'y' }] as const, multiple: 2 };
    const write = (net: Network<'y'>, changed = {}): Uint8Array =>
      exportNetwork({ ...common, ...changed, network: net, weights: randomWeights(net, INPUT, new Random(1)) });
    const { graph } = decoded(write((ops, x) => ({ y: ops.conv(x, layer) }))) as {
      graph: Record<string, PortMessage[]>;
    };
    const dimsOf = ([port]: PortMessage[] = []): unknown => port?.type.tensorType.shape.dim;
    const [batch, height, width] = [{ dimParam: 'batch' }, { dimParam: 'height' }, { dimParam: 'width' }];
    expect(dimsOf(graph['input'])).toEqual([batch, { dimValue: 3 }, height, width]);
    expect(dimsOf(graph['output'])).toEqual([batch, { dimValue: 2 }, height, width]);

    const resized: Network<'y'> = (ops, x) => ({
      y: ops.resizeBilinear(ops.averagePool(x, 2), ...sizeOf(ops.shape(x))),
    });
    expect(() => write(resized)).toThrow('network must compute alike at every size');
    expect(() => write((ops, x) => ({ y: ops.averagePool(x, 2) }))).toThrow('outputs must be 6x4 as the input');
    expect(() => write((ops, x) => ({ y: ops.relu(x) }), { multiple: 4 })).toThrow(
      'a multiple of 4 on each side, got 6x4',
    );
  });

  it('leaves out parts that no output needs', () => {
    const { graph } = decoded(exported(['code'])) as { graph: { initializer: { name: string }[] } };
    expect(graph.initializer.map(({ name }) => name)).toEqual([
      'first/kernel',
      'first/bias',
      'code/kernel',
      'code/bias',
    ]);
  });

  it('writes the versions and the metadata', () => {
    expect(decoded(exported(['code']))).toMatchObject({
      irVersion: 8,
      opsetImport: [{ version: 17 }],
      producerName: 'nocturne',
      metadataProps: [{ key: 'licence', value: 'MIT' }],
    });
  });

  it('gives the same bytes for the same weights, whatever their order', () => {
    const bytes = exported(['shared', 'code']);
    expect(Buffer.compare(exported(['shared', 'code'], new Map([...weights].reverse())), bytes)).toBe(0);
    const other = new Map(weights).set('code/bias', new Float32Array(5).fill(2));
    expect(Buffer.compare(exported(['shared', 'code'], other), bytes)).not.toBe(0);
  });

  it('accepts weights that are views of a longer array', async () => {
    const long = new Float32Array(20);
    long.set(weights.get('code/bias')!, 7);
    const part = new Map(weights).set('code/bias', long.subarray(7, 12));
    expect(Buffer.compare(exported(['code'], part), exported(['code']))).toBe(0);
    const { 'the code': code } = await runModel(exported(['code'], part), randomImage(INPUT, new Random(4)));
    expect(code?.shape).toEqual([1, 1, 1, 5]);
  });

  it.each([
    ['a parameter is missing', ['code/bias', undefined], 'code/bias must be 5 numbers, got none'],
    ['one has another size', ['code/bias', new Float32Array(4)], 'code/bias must be 5 numbers, got 4'],
    ['one is not finite', ['code/bias', Float32Array.of(0, 0, NaN, 0, 0)], 'code/bias must be finite, got NaN'],
    ['there is one more', ['other/bias', new Float32Array(4)], 'got also other/bias'],
  ] as const)('rejects weights where %s', (_, [name, values], message) => {
    const changed = new Map(weights);
    if (values) changed.set(name, values);
    else changed.delete(name);
    expect(() => exported(['code'], changed)).toThrow(message);
  });

  it('rejects two outputs with the same name', () => {
    const outputs = [
      { name: 'same', output: 'day' },
      { name: 'same', output: 'code' },
    ] as const;
    expect(() => exportNetwork({ network, inputName: 'x', input: INPUT, outputs, weights })).toThrow(RangeError);
  });
});
