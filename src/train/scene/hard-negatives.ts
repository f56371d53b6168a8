import { NocturneError } from '../../core/errors.js';
import { Random } from '../../core/random.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../image/thumbnail.js';
import { parseSceneCard } from '../../infer/model-card.js';
import { readModelFile } from '../../infer/model-file.js';
import { openNetworkSession } from '../../infer/open-session.js';
import { reasonOf } from '../../infer/ort-runtime.js';
import { SURFACES, type Box } from '../../scene/scene.js';
import { SHIPPED_SCENE_MODEL } from '../../scene/scene-reader.js';
import { overlap, vehiclePeaks } from '../../scene/vehicle-peaks.js';
import { transpose } from '../export/onnx-layout.js';
import { boxOf, LABEL_HEIGHT, LABEL_WIDTH, MIN_CONFIDENCE, type LabelledScene } from './labelled-scene.js';
import { PLAIN_SHOT, writeInput } from './scene-sampler.js';

/** A place where the scene network sees a vehicle that is none. */
export interface HardNegative {
  readonly scene: LabelledScene;
  readonly box: Box;
}

/** Confidence of the scene network from which a place counts: lower than what is looked at, for more of them. */
const MIN_SCORE = 0.15;
/** Intersection over union with a labelled vehicle up to which a place is another one. */
const MAX_OVERLAP = 0.1;
/** Share of a place's samples that may be labelled vehicle or unknown: labels miss some vehicles. */
const MAX_DOUBT = 0.12;
const VEHICLE = 1 + SURFACES.indexOf('vehicle');

/**
 * Finds the places where a scene network sees a vehicle and the labels show none. What it mistakes for one (a fence, a house, a row of
 * bicycles) is what the vehicle network must know. @param model folder or file of the network. Throws NocturneError MODEL_*.
 */
export async function findHardNegatives(
  scenes: readonly LabelledScene[],
  model = SHIPPED_SCENE_MODEL,
): Promise<HardNegative[]> {
  const file = await readModelFile(model, parseSceneCard);
  const { input, outputs } = file.card;
  const [, , height = 0, width = 0] = outputs.vehicles.shape;
  const session = await openNetworkSession(file);
  const random = new Random(1);
  const pixels = new Float32Array(3 * DETAIL_WIDTH * DETAIL_HEIGHT);
  const found: HardNegative[] = [];
  const { name } = outputs.vehicles;
  const run = async (detail: Float32Array): Promise<Float32Array> => {
    try {
      const result = await session.run({ [input.name]: { data: detail, shape: input.shape } }, [name]);
      return result[name]?.data ?? new Float32Array();
    } catch (cause) {
      const message = `${file.path} failed: ${reasonOf(cause)}.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'train', message, cause });
    }
  };
  try {
    for (const scene of scenes) {
      writeInput(scene, PLAIN_SHOT, { width: DETAIL_WIDTH, height: DETAIL_HEIGHT }, { out: pixels, start: 0, random });
      const data = await run(transpose(pixels, [DETAIL_HEIGHT, DETAIL_WIDTH, 3], [2, 0, 1]));
      for (const { box } of vehiclePeaks({ data, width, height }, MIN_SCORE)) {
        const isOther = scene.vehicles.every((vehicle) => overlap(boxOf(vehicle), box) < MAX_OVERLAP);
        if (isOther && doubtAt(scene, box) <= MAX_DOUBT) found.push({ scene, box });
      }
    }
  } finally {
    await session.close();
  }
  return found;
}

/** Share of a box's samples that are labelled vehicle, or of which nobody knows. */
function doubtAt({ surfaces, confidence }: LabelledScene, { x, y, width, height }: Box): number {
  const [left, right] = [
    Math.max(0, Math.floor(x * LABEL_WIDTH)),
    Math.min(LABEL_WIDTH, Math.ceil((x + width) * LABEL_WIDTH)),
  ];
  const [top, bottom] = [
    Math.max(0, Math.floor(y * LABEL_HEIGHT)),
    Math.min(LABEL_HEIGHT, Math.ceil((y + height) * LABEL_HEIGHT)),
  ];
  let [doubts, count] = [0, 0];
  for (let row = top; row < bottom; row++) {
    for (let i = row * LABEL_WIDTH + left; i < row * LABEL_WIDTH + right; i++) {
      const isUnknown = surfaces[i] === 0 || (confidence[i] ?? 0) < MIN_CONFIDENCE;
      if (isUnknown || surfaces[i] === VEHICLE) doubts++;
      count++;
    }
  }
  return count === 0 ? 1 : doubts / count;
}
