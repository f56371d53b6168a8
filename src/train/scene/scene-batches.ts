import { Random } from '../../core/random.js';
import { SURFACE_CHANNELS } from '../networks/scene-network.js';
import type { LabelledScene } from './labelled-scene.js';
import { canShowBonnet, withBonnet } from './paint-bonnet.js';
import { randomShot, writeInput, type InputSize } from './scene-sampler.js';
import {
  SURFACE_STEP,
  TARGET_CHANNELS,
  VEHICLE_STEP,
  writeSurfaceTargets,
  writeVehicleTargets,
} from './scene-targets.js';

/** Images and targets of a step; lent until the next one of the size. */
export interface SceneBatch {
  readonly size: InputSize;
  /** `[N, H, W, 3]`. */
  readonly input: Float32Array;
  /** `[N, H/4, W/4, 13]`. */
  readonly surfaces: Float32Array;
  /** `[N, H/8, W/8, 16]`; sizes of vehicles in shares of a whole image's samples. */
  readonly vehicles: Float32Array;
}

/** Options of {@link SceneBatches}. */
export interface SceneBatchesOptions {
  readonly real: readonly LabelledScene[];
  readonly painted: readonly LabelledScene[];
  readonly batch: number;
  /** Share of a batch that is painted. */
  readonly paintedShare: number;
  /** Share of the labelled streets that get a painted bonnet, of those with road in the bottom's middle. */
  readonly bonnetShare: number;
  readonly sizes: { readonly whole: InputSize; readonly crop: InputSize };
  readonly classWeights: Float32Array;
  readonly seed: number;
}

/** Draws batches: groups with many images of one place are drawn less often, each. */
export class SceneBatches {
  readonly #options: SceneBatchesOptions;
  readonly #random: Random;
  readonly #whole: SceneBatch;
  readonly #crops: SceneBatch;
  /** Running sums of the images' weights. */
  readonly #sums: Float64Array;

  constructor(options: SceneBatchesOptions) {
    const { batch, sizes, real, seed } = options;
    this.#options = options;
    this.#random = new Random(seed);
    this.#whole = allocate(sizes.whole, batch);
    this.#crops = allocate(sizes.crop, batch);
    const counts = new Map<string, number>();
    for (const { group } of real) counts.set(group, (counts.get(group) ?? 0) + 1);
    this.#sums = new Float64Array(real.length);
    let sum = 0;
    real.forEach(({ group }, i) => (this.#sums[i] = sum += (counts.get(group) ?? 1) ** -0.5));
  }

  /** For a checkpoint. */
  get state(): number {
    return this.#random.state;
  }

  restore(state: number): void {
    this.#random.restore(state);
  }

  /** The next batch: of whole images (more or less), or of crops. */
  next(isWhole: boolean): SceneBatch {
    const { batch, sizes, painted, paintedShare, classWeights } = this.#options;
    const result = isWhole ? this.#whole : this.#crops;
    const { input, surfaces, vehicles, size } = result;
    const share = isWhole ? 1 : sizes.crop.width / sizes.whole.width;
    const random = this.#random;
    for (let i = 0; i < batch; i++) {
      const scene = painted.length > 0 && random.next() < paintedShare ? random.pick(painted) : this.#drawReal();
      const shot = randomShot(random, share);
      writeInput(scene, shot, size, { out: input, start: (i * input.length) / batch, random });
      writeSurfaceTargets(scene, shot.crop, size, {
        out: surfaces,
        start: (i * surfaces.length) / batch,
        classWeights,
      });
      const start = (i * vehicles.length) / batch;
      writeVehicleTargets(scene, shot.crop, size, { out: vehicles, start, whole: sizes.whole });
    }
    return result;
  }

  #drawReal(): LabelledScene {
    const scene = this.#pickReal();
    if (this.#random.next() >= this.#options.bonnetShare || !canShowBonnet(scene)) return scene;
    return withBonnet(scene, this.#random);
  }

  #pickReal(): LabelledScene {
    const { real, painted } = this.#options;
    const goal = this.#random.next() * (this.#sums.at(-1) ?? 0);
    let [low, high] = [0, this.#sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) > goal) high = middle;
      else low = middle + 1;
    }
    return real[low] ?? this.#random.pick(painted);
  }
}

function allocate(size: InputSize, batch: number): SceneBatch {
  const samples = (step: number): number => (size.width / step) * (size.height / step);
  return {
    size,
    input: new Float32Array(batch * samples(1) * 3),
    surfaces: new Float32Array(batch * samples(SURFACE_STEP) * SURFACE_CHANNELS),
    vehicles: new Float32Array(batch * samples(VEHICLE_STEP) * TARGET_CHANNELS),
  };
}

/** The weight of each surface: its frequency among the labels to `power`, relative to the mean. */
export function surfaceWeights(scenes: readonly LabelledScene[], power: number): Float32Array {
  const counts = new Float64Array(SURFACE_CHANNELS);
  let total = 0;
  for (const { surfaces } of scenes) {
    for (let i = 0; i < surfaces.length; i += 7) {
      const surface = surfaces[i] ?? 0;
      if (surface === 0) continue;
      counts[surface - 1] = (counts[surface - 1] ?? 0) + 1;
      total++;
    }
  }
  const weights = Float32Array.from(counts, (count) => Math.max(count / total, 1e-4) ** power);
  const mean = weights.reduce((sum, value, i) => sum + (value * (counts[i] ?? 0)) / total, 0);
  return weights.map((value) => value / mean);
}
