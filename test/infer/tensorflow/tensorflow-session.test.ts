import { describe, expect, it } from 'vitest';
import { parseSceneCard, parseVehicleCard } from '../../../src/infer/model-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import type { NetworkTensor } from '../../../src/infer/network-session.js';
import { SHIPPED_LOOK_MODEL } from '../../../src/infer/open-generator.js';
import { openNetworkSession } from '../../../src/infer/open-session.js';
import { isTensorflowInstalled } from '../../../src/infer/tensorflow/native-tensorflow.js';
import { SHIPPED_SCENE_MODEL } from '../../../src/scene/scene-reader.js';
import { SHIPPED_VEHICLE_MODEL } from '../../../src/scene/vehicle-looker.js';

/** How far TensorFlow may be from ONNX Runtime, as a share of the largest number. */
const MAX_DIFFERENCE = 1e-3;

if (!isTensorflowInstalled())
  console.warn('@tensorflow/tfjs-node is not installed: the engine is tested as WebAssembly');

describe('the TensorFlow engine', () => {
  it.each([
    ['nightgrid', () => readModelFile(SHIPPED_LOOK_MODEL)],
    ['the scene network', () => readModelFile(SHIPPED_SCENE_MODEL, parseSceneCard)],
    ['the vehicle network', () => readModelFile(SHIPPED_VEHICLE_MODEL, parseVehicleCard)],
  ])(
    'runs %s as ONNX Runtime does',
    async (_, read) => {
      const file = await read();
      const { shape } = file.card.input;
      const length = shape.reduce((a, b) => a * b, 1);
      const input: NetworkTensor = {
        shape,
        data: Float32Array.from({ length }, (__, i) => ((i * 7919) % 1009) / 1009),
      };
      const results = [];
      for (const engine of ['onnx', 'tensorflow'] as const) {
        await using session = await openNetworkSession(file, { engine });
        const names = session.outputs.map(({ name }) => name);
        if (engine === 'tensorflow') {
          expect(session.placement).toMatchObject(isTensorflowInstalled() ? { notice: '' } : { engine: 'wasm' });
        }
        results.push(await session.run({ [file.card.input.name]: input }, names));
      }
      const [expected = {}, got = {}] = results;
      for (const [name, { data, shape: wanted }] of Object.entries(expected)) {
        expect(got[name]?.shape).toEqual(wanted);
        const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
        const difference = data.reduce(
          (max, value, i) => Math.max(max, Math.abs(value - (got[name]?.data[i] ?? NaN))),
          0,
        );
        expect(difference / Math.max(1, largest)).toBeLessThan(MAX_DIFFERENCE);
      }
    },
    60_000,
  );

  it('refuses a device that TensorFlow has not', async () => {
    const file = await readModelFile(SHIPPED_LOOK_MODEL);
    await expect(openNetworkSession(file, { engine: 'tensorflow', device: 'webgpu' })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
    });
  });
});
