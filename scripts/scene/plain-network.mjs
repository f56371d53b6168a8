// A scene network without what the reader decides: for its time alone, and to try thresholds.
import { readModelFile } from '../../dist/infer/model-file.js';
import { parseSceneCard } from '../../dist/infer/model-card.js';
import { createOrtSession, loadOrt } from '../../dist/infer/ort-runtime.js';

/** Opens it on one thread: `run(detail)` gives `{ surfaces, vehicles }`, each `{ data, width, height }`. */
export async function openPlainNetwork(model) {
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
    close: () => session.release(),
  };
}
