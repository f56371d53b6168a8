import { expect, it } from 'vitest';
import { overlap } from '../../../src/scene/vehicle-peaks.js';
import { findHardNegatives } from '../../../src/train/scene/hard-negatives.js';
import { boxOf, LABEL_HEIGHT, LABEL_WIDTH, type LabelledScene } from '../../../src/train/scene/labelled-scene.js';
import { paintedScenes } from '../../../src/train/scene/painted-scenes.js';
import { labelOf } from './hand-made-scene.js';

const painted = paintedScenes({ count: 6, seed: 4 });
/** The same streets, whose labels say that nothing stands on the road. */
const denied = painted.map((scene): LabelledScene => {
  return { ...scene, vehicles: [], surfaces: new Uint8Array(LABEL_WIDTH * LABEL_HEIGHT).fill(labelOf('road')) };
});

it('finds where the network sees a vehicle and the labels show none', async () => {
  const found = await findHardNegatives(denied);
  expect(found.length).toBeGreaterThan(6);
  const large = painted.flatMap((scene, i) =>
    scene.vehicles.filter(({ box }) => box[2] - box[0] > 0.08).map((vehicle) => ({ scene: denied[i], vehicle })),
  );
  const seen = large.filter(({ scene, vehicle }) =>
    found.some((negative) => negative.scene === scene && overlap(negative.box, boxOf(vehicle)) > 0.3),
  );
  expect(seen.length).toBeGreaterThan(0.5 * large.length);
});

it('leaves out labelled vehicles, and places of which nobody knows', async () => {
  // The labels of half of the vehicles are denied.
  const half = denied.map((scene, i) => {
    const vehicles = painted[i]?.vehicles ?? [];
    return { ...scene, vehicles: vehicles.filter((_, at) => at % 2 === 0) };
  });
  const found = await findHardNegatives(half);
  expect(found.length).toBeGreaterThan(0);
  for (const { scene, box } of found) {
    for (const vehicle of scene.vehicles) expect(overlap(boxOf(vehicle), box)).toBeLessThan(0.1);
  }
  const unknown = denied.map((scene) => ({ ...scene, confidence: new Uint8Array(LABEL_WIDTH * LABEL_HEIGHT) }));
  expect(await findHardNegatives(unknown)).toEqual([]);
});
