import { hashText } from '../data/hash-text.js';
import type { LabelledScene } from './labelled-scene.js';

/** Images for training and for validation. */
export interface SceneSplit<S extends Pick<LabelledScene, 'group'> = LabelledScene> {
  readonly train: readonly S[];
  readonly validation: readonly S[];
}

/** Holds whole groups back, in an order drawn from the seed, until they have `share` of the images; skips groups that are too large. */
export function splitByGroup<S extends Pick<LabelledScene, 'group'>>(
  scenes: readonly S[],
  { share, seed }: { share: number; seed: number },
): SceneSplit<S> {
  const sizes = new Map<string, number>();
  for (const { group } of scenes) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const order = [...sizes].sort(([a], [b]) => hashText(`${seed} ${a}`) - hashText(`${seed} ${b}`));
  const held = new Set<string>();
  let count = 0;
  for (const [group, size] of order) {
    if (count >= share * scenes.length) break;
    if (count + size > 1.15 * share * scenes.length) continue;
    held.add(group);
    count += size;
  }
  return {
    train: scenes.filter(({ group }) => !held.has(group)),
    validation: scenes.filter(({ group }) => held.has(group)),
  };
}
