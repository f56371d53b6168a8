import { join } from 'node:path';
import { abortedError } from '../../core/errors.js';
import { Random } from '../../core/random.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { PATCH_COUNT, PATCH_SIZE, photoPatches } from '../../infer/night-like/photo-patches.js';
import { traitsOf } from '../../lighting/style-traits.js';
import { splitByGroup } from '../scene/scene-split.js';
import { randomStyle } from './random-style.js';
import { paintedNightDays, readNightDays, readPhotos } from './night-days.js';
import { NightRenderer } from './night-renderer.js';
import type { NightStyleOptions } from './night-style-options.js';

/** Bytes of the patches of one photo: each number of -1 to 1 as 0 to 255. */
export const PHOTO_BYTES = PATCH_COUNT * PATCH_SIZE;

/** Nights in one style, or photos without one. */
export interface StyledNights {
  /** `[24, 32, 32, 4]` of each photo. */
  readonly photos: readonly Uint8Array[];
  /** In the order of `STYLE_TRAITS`; undefined for real photos. */
  readonly traits: readonly number[] | undefined;
  /** Traits that plain statistics give for each photo, see `withPlainTraits`; what a network adds to. */
  readonly plain?: readonly (readonly number[])[];
  /** 1 night, 0 day. */
  readonly night: number;
}

/** What is trained on and what is held back. */
export interface NightSets {
  readonly train: NightSet;
  readonly validation: NightSet;
}

/** Rendered nights by style, and real photos. */
export interface NightSet {
  readonly styled: readonly StyledNights[];
  readonly real: readonly StyledNights[];
}

/** Where the days and photos come from, and who receives its progress. */
export interface NightSetOptions {
  /** A folder with `trainA` and `trainB`, or `synth`: painted streets alone. */
  readonly source: string;
  readonly options: NightStyleOptions;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Changes where the same options give other nights. */
const FORMAT = 1;
/** Rendered styles between two lines of progress. */
const REPORT_EVERY = 100;

/**
 * Renders nights of known random styles, and reads real photos. The same options and files give the same sets.
 * Rejects with INPUT_, MODEL_ and KERNEL_ codes, and ABORTED.
 */
export async function makeNightSets({ source, options, signal, onLine }: NightSetOptions): Promise<NightSets> {
  const { seed, synthCount, dayCount, photoCount, validationShare, styleCount, nightsPerStyle } = options;
  const isSynth = source === 'synth';
  const painted = paintedNightDays(synthCount, seed);
  onLine?.(`${painted.length} painted streets`);
  const read = isSynth || dayCount === 0 ? [] : await readNightDays(join(source, 'trainA'), dayCount, seed);
  onLine?.(`${read.length} days read`);
  const heldPainted = Math.max(1, Math.round(validationShare * painted.length));
  const days = splitByGroup(read, { share: validationShare, seed });
  const [held, own] = [
    [...painted.slice(0, heldPainted), ...days.validation],
    [...painted.slice(heldPainted), ...days.train],
  ];
  const heldStyles = Math.max(1, Math.round(validationShare * styleCount));
  const random = new Random(seed);
  using renderer = await NightRenderer.open();
  const styled: StyledNights[] = [];
  for (let i = 0; i < styleCount; i++) {
    const from = i < heldStyles ? held : own;
    const style = randomStyle(random);
    const chosen = Array.from({ length: nightsPerStyle }, () => random.pick(from));
    const nights = await renderer.render(chosen, style, random.below(2 ** 31));
    styled.push({ photos: nights.map(bytesOf), traits: traitsOf(style), night: 1 });
    if ((i + 1) % REPORT_EVERY === 0) onLine?.(`${i + 1} of ${styleCount} styles rendered`);
    if (signal?.aborted) throw abortedError('the nights were rendered', 'train', 'Start again, without --resume.');
  }
  const real = splitByGroup(isSynth ? [] : await realPhotos(source, photoCount), { share: validationShare, seed });
  return {
    train: { styled: styled.slice(heldStyles), real: real.train },
    validation: { styled: styled.slice(0, heldStyles), real: real.validation },
  };
}

/** What decides the sets: a file of nights is used again for the same. */
export function nightSetKey(source: string, options: NightStyleOptions): string {
  const { seed, synthCount, dayCount, photoCount, validationShare, styleCount, nightsPerStyle } = options;
  return JSON.stringify([
    FORMAT,
    source,
    seed,
    synthCount,
    dayCount,
    photoCount,
    validationShare,
    styleCount,
    nightsPerStyle,
  ]);
}

/** Nights and days of the folder. */
async function realPhotos(source: string, count: number): Promise<(StyledNights & { readonly group: string })[]> {
  const photos: (StyledNights & { readonly group: string })[] = [];
  for (const [folder, night] of [['trainB', 1] as const, ['trainA', 0] as const]) {
    for (const { image, group } of await readPhotos(join(source, folder), count)) {
      photos.push({ photos: [bytesOf(image)], traits: undefined, night, group });
    }
  }
  return photos;
}

/** The patches of a photo as bytes. */
function bytesOf(image: RgbImage): Uint8Array {
  const bytes = new Uint8Array(PHOTO_BYTES);
  const patches = photoPatches(image);
  for (let i = 0; i < PATCH_COUNT; i++) {
    const patch = patches[i % patches.length];
    patch?.forEach((value, k) => {
      bytes[i * PATCH_SIZE + k] = Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)));
    });
  }
  return bytes;
}
