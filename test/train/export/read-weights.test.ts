import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSceneCard } from '../../../src/infer/model-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { SHIPPED_SCENE_MODEL } from '../../../src/scene/scene-reader.js';
import { exportScene } from '../../../src/train/export/export-scene.js';
import { readWeights } from '../../../src/train/export/read-weights.js';
import { sceneNetwork } from '../../../src/train/networks/scene-network.js';
import { vehicleNetwork } from '../../../src/train/networks/vehicle-network.js';
import { SceneModel } from '../../../src/train/scene/scene-model.js';
import { sceneOptions } from '../../../src/train/scene/scene-options.js';
import { useBackend } from '../use-backend.js';

const INPUT = [64, 96, 3] as const;
const shipped = { path: SHIPPED_SCENE_MODEL, parseCard: parseSceneCard, network: sceneNetwork, input: INPUT };

beforeAll(useBackend);

describe('readWeights', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-weights-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('reads what was exported: exported again, the file is the same', async () => {
    const file = await readModelFile(SHIPPED_SCENE_MODEL, parseSceneCard);
    const { name, version, description, licence } = file.card;
    const { weights } = await readWeights(shipped);
    const out = join(folder, 'scene');
    await exportScene({ weights, name, version, description, licence, out });
    const again = await readModelFile(out, parseSceneCard);
    expect(Buffer.compare(again.bytes, file.bytes)).toBe(0);
  });

  it('lets a training start where the exported one was', async () => {
    const { weights } = await readWeights(shipped);
    const model = new SceneModel(sceneOptions({ width: 96, height: 64, batch: 2 }));
    model.start(weights);
    const started = await model.weights();
    expect([...started.keys()].toSorted()).toEqual([...weights.keys()].toSorted());
    let [most, largest] = [0, 0];
    for (const [name, values] of weights) {
      for (const [i, value] of values.entries()) {
        most = Math.max(most, Math.abs(value - started.get(name)![i]!));
        largest = Math.max(largest, Math.abs(value));
      }
    }
    expect(most).toBeLessThan(1e-4 * largest);
    model.close();
  });

  it('refuses another network', async () => {
    const other = readWeights({ ...shipped, network: vehicleNetwork, input: [48, 48, 3] });
    await expect(other).rejects.toThrow(/is another network: .* must hold \d+ numbers, got/);
  });
});
