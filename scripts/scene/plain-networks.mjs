// The two networks without what the reader decides: for their times alone, and to try thresholds.
import { readModelFile } from '../../dist/infer/model-file.js';
import { parseSceneCard } from '../../dist/infer/model-card.js';
import { createOrtSession, loadOrt } from '../../dist/infer/ort-runtime.js';
import { openVehicleLooker } from '../../dist/scene/vehicle-looker.js';

/**
 * Opens them on one thread: `run(detail)` of the scene network gives `{ surfaces, vehicles }`, each `{ data, width, height }`; `look` is that of
 * the vehicle network.
 */
export async function openPlainNetworks(model, vehicleModel) {
  const looker = await openVehicleLooker({ model: vehicleModel });
  const { bytes, card } = await readModelFile(model, parseSceneCard);
  const session = await createOrtSession(bytes, { device: 'cpu', threads: 1 });
  const { Tensor } = await loadOrt();
  const { input, outputs } = card;
  return {
    async run(detail) {
      const result = await session.run({ [input.name]: new Tensor('float32', detail, input.shape) });
      const maps = ({ name, shape }) => ({ data: result[name].data, width: shape[3], height: shape[2] });
      return { surfaces: maps(outputs.surfaces), vehicles: maps(outputs.vehicles) };
    },
    look: (vehicles, detail) => looker.look(vehicles, detail),
    async close() {
      await looker.close();
      await session.release();
    },
  };
}
