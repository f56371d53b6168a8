import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseModelCard,
  parseSceneCard,
  type OnnxModelCard,
  type SceneModelCard,
} from '../../../src/infer/model-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { SHIPPED_LOOK_MODEL } from '../../../src/infer/open-generator.js';
import { openNetworkSession } from '../../../src/infer/open-session.js';
import { openBatchedNetwork, runBatch } from '../../../src/infer/shared/batched-network.js';
import { sha256Of } from '../../../src/infer/model-file.js';
import { withSymbolicBatch } from '../../../src/infer/shared/symbolic-batch.js';
import { SHIPPED_SCENE_MODEL } from '../../../src/scene/scene-reader.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { tinyModel } from '../tiny-model.js';

const OPTIONS = { device: 'cpu', engine: 'auto', threads: 1, prefersGpu: false } as const;

function numbers(seed: number, shape: readonly number[] = [1, 3, 144, 256]): Float32Array {
  return Float32Array.from(
    { length: shape.reduce((a, b) => a * b) },
    (_, i) => 0.5 + 0.3 * Math.sin(0.01 * i * (seed + 1)),
  );
}

describe('openBatchedNetwork', () => {
  it.each([
    ['look', SHIPPED_LOOK_MODEL, parseModelCard],
    ['scene', SHIPPED_SCENE_MODEL, parseSceneCard],
  ])(
    'runs several frames of the %s network together with the results of each alone, to 1e-5',
    async (_name, path, parse) => {
      const file = await readModelFile<OnnxModelCard | SceneModelCard>(path, parse);
      const request = { path: file.path, sha256: sha256Of(file.bytes), options: OPTIONS };
      const opened = await openBatchedNetwork(request, 3);
      await using session = opened.session;
      const { batch } = opened;

      expect(batch).toBe(3);
      await using alone = await openNetworkSession(file, OPTIONS);
      const { input, outputs } = file.card;
      const names = Object.values(outputs).map(({ name }) => name);
      const days = [0, 1, 2].map((seed) => ({
        [input.name]: { data: numbers(seed, input.shape), shape: input.shape },
      }));
      const together = await runBatch(session, days, names);
      for (const [i, day] of days.entries()) {
        const expected = await alone.run(day, names);
        for (const name of names) {
          const [a, b] = [expected[name], together[i]?.[name]];
          expect(b?.shape).toEqual(a?.shape);
          const difference = a?.data.reduce(
            (most, value, k) => Math.max(most, Math.abs(value - (b?.data[k] ?? NaN))),
            0,
          );
          expect(difference).toBeLessThan(1e-5);
        }
      }
    },
  );

  it.each([
    ['keeps the batch of a Reshape to a batch of one', 1, 4],
    ['runs each frame alone where the network mixes a batch', 96, 1],
  ])('%s', async (_name, rows, expected) => {
    // The shape [1, 96, 9, 16] becomes [0, 96, 9, 16]; [96, 9, 16] in the constants has no place for a batch of two.
    const path = join(temporaryFolder(), 'fixed.onnx');
    const bytes = tinyModel({ reshapesGridTo: rows === 1 ? [1, 96, 9, 16] : [96, 144] });
    writeFileSync(path, bytes);
    const opened = await openBatchedNetwork({ path, sha256: sha256Of(bytes), options: OPTIONS }, 4);
    await using session = opened.session;
    const { batch } = opened;

    expect(batch).toBe(expected);
    const { grid } = await session.run({ day: { data: numbers(0), shape: [1, 3, 144, 256] } }, ['grid']);
    expect(grid?.shape).toEqual([1, 96, 9, 16]);
  });

  it('refuses a file that is another one than the stream has read', async () => {
    const path = join(temporaryFolder(), 'tiny.onnx');
    writeFileSync(path, tinyModel());
    const request = { path, sha256: '0'.repeat(64), options: OPTIONS };
    await expect(openBatchedNetwork(request, 1)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('leaves bytes that are no model as they are', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(58, 200, 1, 2), new Uint8Array(50).fill(255)]) {
      expect(withSymbolicBatch(bytes)).toBe(bytes);
    }
  });
});
