import { Random } from '../../core/random.js';
import {
  PATCH_CHANNELS,
  PATCH_COUNT,
  PATCH_SIDE,
  PATCH_SIZE,
  toNetworkInput,
} from '../../infer/night-like/photo-patches.js';
import { STYLE_TRAITS } from '../../lighting/style-traits.js';
import type { NightSet, StyledNights } from './night-set.js';

/** Sets of patches with what is known of them. Reused. */
export interface NightBatch {
  /** `[N P, 32, 32, 4]`. */
  readonly input: Float32Array;
  /** `[N, T]`: traits in deviations from what plain statistics give. */
  readonly traits: Float32Array;
  /** `[N]`: 1 where the traits are known. */
  readonly known: Float32Array;
  /** `[N]`: 1 night, 0 day. */
  readonly night: Float32Array;
}

/** Mean and deviation of each trait among those trained on. */
export interface TraitScale {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
}

/** Options of {@link NightBatches}. */
export interface NightBatchesOptions {
  readonly batch: number;
  /** Patches of each set. */
  readonly patches: number;
  readonly realShare: number;
  readonly noise: number;
  readonly seed: number;
}

/** The scale of the traits of a set. */
export function traitScales({ styled }: NightSet): TraitScale[] {
  return STYLE_TRAITS.map(({ name }, k) => {
    const values = styled.map(({ traits }) => traits?.[k] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { name, mean, deviation: Math.max(1e-3, Math.sqrt(square)) };
  });
}

/** Draws sets of patches: of one or more nights in one style, or of a real photo; mirrored, with noise. */
export class NightBatches {
  readonly #set: NightSet;
  readonly #scales: readonly TraitScale[];
  readonly #options: NightBatchesOptions;
  readonly #random: Random;
  readonly #batch: NightBatch;

  constructor(set: NightSet, scales: readonly TraitScale[], options: NightBatchesOptions) {
    this.#set = set;
    this.#scales = scales;
    this.#options = options;
    this.#random = new Random(options.seed ^ 0x6e5);
    this.#batch = emptyBatch(options.batch, options.patches);
  }

  get state(): number {
    return this.#random.state;
  }

  restore(state: number): void {
    this.#random.restore(state);
  }

  /** The next batch; lent until the one after. */
  next(): NightBatch {
    const { batch, realShare, noise } = this.#options;
    const random = this.#random;
    const { styled, real } = this.#set;
    for (let i = 0; i < batch; i++) {
      const isReal = real.length > 0 && random.next() < realShare;
      const nights = random.pick(isReal ? real : styled);
      const chosen = this.#drawPatches();
      writeSet(this.#batch, i, this.#somePhotos(nights), { scales: this.#scales, chosen });
      this.#degrade(i, noise * random.next());
    }
    return this.#batch;
  }

  /** One or more photos of a style, in any order. */
  #somePhotos(nights: StyledNights): StyledNights {
    const random = this.#random;
    const rest = nights.photos.map((_, k) => k);
    const count = 1 + random.below(rest.length);
    return photosOf(
      nights,
      Array.from({ length: count }, () => rest.splice(random.below(rest.length), 1)[0] ?? 0),
    );
  }

  /** Which of the 24 patches a set has. */
  #drawPatches(): number[] {
    const random = this.#random;
    const rest = Array.from({ length: PATCH_COUNT }, (_, k) => k);
    return Array.from({ length: this.#options.patches }, () => rest.splice(random.below(rest.length), 1)[0] ?? 0);
  }

  /** Mirrors each second set, and adds noise. */
  #degrade(i: number, sigma: number): void {
    const random = this.#random;
    const length = this.#options.patches * PATCH_SIZE;
    const set = this.#batch.input.subarray(i * length, (i + 1) * length);
    if (random.next() < 0.5) mirror(set);
    const common = new Random(random.below(2 ** 31));
    for (let k = 0; k < set.length; k++) {
      if (k % PATCH_CHANNELS === PATCH_CHANNELS - 1) continue; // the row is known
      set[k] = (set[k] ?? 0) + sigma * 3.46 * (common.next() - 0.5); // uniform, of the same deviation
    }
  }
}

const PLACEHOLDER = new Uint8Array();

/** Some photos of a style, by their indices. */
export function photosOf(nights: StyledNights, indices: readonly number[]): StyledNights {
  const { photos, plain } = nights;
  const some = indices.map((k) => photos[k] ?? PLACEHOLDER);
  return { ...nights, photos: some, ...(plain && { plain: indices.map((k) => plain[k] ?? []) }) };
}

/** A batch of nothing. */
export function emptyBatch(count: number, patches = PATCH_COUNT): NightBatch {
  return {
    input: new Float32Array(count * patches * PATCH_SIZE),
    traits: new Float32Array(count * STYLE_TRAITS.length),
    known: new Float32Array(count),
    night: new Float32Array(count),
  };
}

/** How a set is written. */
interface WriteSetOptions {
  readonly scales: readonly TraitScale[];
  /** Which of the 24 patches; default: all. */
  readonly chosen?: readonly number[];
}

const ALL_PATCHES: readonly number[] = Array.from({ length: PATCH_COUNT }, (_, k) => k);

/** Writes one set into a batch, from each photo in turns, as `patchSet` does. */
export function writeSet(
  batch: NightBatch,
  i: number,
  nights: StyledNights,
  { scales, chosen = ALL_PATCHES }: WriteSetOptions,
): void {
  const { photos, traits, plain, night } = nights;
  for (const [index, k] of chosen.entries()) {
    const photo = photos[k % photos.length] ?? PLACEHOLDER;
    const from = Math.floor(k / photos.length) * PATCH_SIZE;
    const at = (i * chosen.length + index) * PATCH_SIZE;
    for (let n = 0; n < PATCH_SIZE; n++) batch.input[at + n] = (photo[from + n] ?? 0) / 127.5 - 1;
    toNetworkInput(batch.input.subarray(at, at + PATCH_SIZE));
  }
  scales.forEach(({ mean, deviation }, t) => {
    const start = plain ? plain.reduce((sum, values) => sum + (values[t] ?? 0), 0) / plain.length : mean;
    batch.traits[i * scales.length + t] = traits ? ((traits[t] ?? start) - start) / deviation : 0;
  });
  batch.known[i] = traits ? 1 : 0;
  batch.night[i] = night;
}

/** Mirrors each patch of a set left to right, in place. */
function mirror(set: Float32Array): void {
  const row = PATCH_SIDE * PATCH_CHANNELS;
  for (let at = 0; at < set.length; at += row) {
    for (let left = 0, right = PATCH_SIDE - 1; left < right; left++, right--) {
      for (let c = 0; c < PATCH_CHANNELS; c++) {
        const [a, b] = [at + left * PATCH_CHANNELS + c, at + right * PATCH_CHANNELS + c];
        [set[a], set[b]] = [set[b] ?? 0, set[a] ?? 0];
      }
    }
  }
}
