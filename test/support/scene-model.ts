import { join } from 'node:path';
import { Random } from '../../src/core/random.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { exportScene } from '../../src/train/export/export-scene.js';
import { exportVehicle } from '../../src/train/export/export-vehicle.js';
import { sceneNetwork } from '../../src/train/networks/scene-network.js';
import { CROP_SIDE, vehicleNetwork } from '../../src/train/networks/vehicle-network.js';
import { randomWeights } from '../train/export/run-model.js';

const ABOUT = { version: '0.0.1', description: 'a network that learnt nothing, for tests', licence: 'MIT' };

/**
 * Writes a scene network with random weights to the folder `scene` of a folder, and a vehicle network beside it. They see what is
 * not there. Returns the path of the scene network's folder.
 */
export async function writeSceneModel(folder: string): Promise<string> {
  const random = new Random(5);
  const scene = join(folder, 'scene');
  await exportScene({
    ...{ ...ABOUT, name: 'scene', out: scene, overwrite: true },
    weights: randomWeights(sceneNetwork, [DETAIL_HEIGHT, DETAIL_WIDTH, 3], random),
  });
  await exportVehicle({
    ...{ ...ABOUT, name: 'vehicle', out: join(folder, 'vehicle'), overwrite: true },
    weights: randomWeights(vehicleNetwork, [CROP_SIDE, CROP_SIDE, 3], random),
  });
  return scene;
}
