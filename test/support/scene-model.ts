import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/core/random.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { exportNetwork } from '../../src/train/export/export-network.js';
import { SURFACE_CHANNELS, sceneNetwork, VEHICLE_CHANNELS } from '../../src/train/networks/scene-network.js';
import { randomWeights } from '../train/export/run-model.js';

/** Writes a scene network with random weights and its card to a new folder NAME. Returns the folder: it sees what is not there. */
export function writeSceneModel(parent: string, name = 'scene'): string {
  const input = [DETAIL_HEIGHT, DETAIL_WIDTH, 3] as const;
  const bytes = exportNetwork({
    network: sceneNetwork,
    inputName: 'day',
    input,
    outputs: [
      { name: 'surfaces', output: 'surfaces' },
      { name: 'vehicles', output: 'vehicles' },
    ],
    weights: randomWeights(sceneNetwork, input, new Random(5)),
  });
  const card = {
    name,
    version: '0.0.1',
    description: 'a scene network that learnt nothing, for tests',
    licence: 'MIT',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    input: { name: 'day', shape: [1, 3, ...input.slice(0, 2)], layout: 'NCHW', matrix: 'bt709', range: 'full' },
    outputs: {
      surfaces: { name: 'surfaces', shape: [1, SURFACE_CHANNELS, DETAIL_HEIGHT / 4, DETAIL_WIDTH / 4] },
      vehicles: { name: 'vehicles', shape: [1, VEHICLE_CHANNELS, DETAIL_HEIGHT / 8, DETAIL_WIDTH / 8] },
    },
  };
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.onnx`), bytes);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(card));
  return folder;
}
