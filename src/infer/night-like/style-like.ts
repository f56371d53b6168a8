import { fileURLToPath } from 'node:url';
import { NocturneError } from '../../core/errors.js';
import { MAX_LIKE_PHOTOS } from '../../core/photo-limits.js';
import { readPhoto, type PhotoSource } from '../../image/photo.js';
import type { NightStyle } from '../../lighting/night-style.js';
import { townColor } from '../../lighting/street-lamps.js';
import { STYLE_TRAITS, styleOfTraits } from '../../lighting/style-traits.js';
import { readModelFile, type ModelFile } from '../model-file.js';
import type { NetworkSession } from '../network-session.js';
import { openNetworkSession } from '../open-session.js';
import { reasonOf } from '../ort-runtime.js';
import { parseNightStyleCard, PATCHES_SHAPE, type NightStyleCard } from './night-style-card.js';
import { plainStatistics, regress } from './plain-statistics.js';
import {
  PATCH_CHANNELS,
  PATCH_COUNT,
  PATCH_SIDE,
  PATCH_SIZE,
  patchSet,
  photoPatches,
  PHOTO_PIXELS,
} from './photo-patches.js';

/** Options of {@link styleLike}. */
export interface StyleLikeOptions {
  /** Night photos of one place, one camera: paths or bytes of image files. */
  readonly photos: readonly PhotoSource[];
  /** The style whose constants stay where the photos show none, or not surely. */
  readonly base: NightStyle;
  /** Folder, card or `.onnx` file of a night-style network; default: the one of the package. */
  readonly model?: string;
  readonly threads?: number;
}

/** A style read from photos. */
export interface StyleLike {
  readonly style: NightStyle;
  /** What the network reads of each trait. */
  readonly traits: readonly TraitReading[];
  /** For people, one line each: photos that were left out. */
  readonly notices: readonly string[];
}

/** A trait as photos show it. */
export interface TraitReading {
  readonly name: string;
  /** On the trait's scale. */
  readonly value: number;
  /** How surely it was read: share of the variance of styles that the network is sure to explain, 0 to 1. */
  readonly sureness: number;
  /** Whether the style has it; else it keeps that of the base. */
  readonly isUsed: boolean;
}

/** Folder of the night-style network of the package; the same from `src/` and from `dist/`. */
export const SHIPPED_NIGHT_STYLE_MODEL = fileURLToPath(new URL('../../../models/night-style', import.meta.url));
/** Sureness below which a trait keeps the base's value. */
const MIN_SURENESS = 0.15;
/** Logit of a night below which a photo is a day. */
const DAY_LOGIT = -1;

/**
 * Reads a night style from photos of nights: one run of a small network on a few patches of them. What it is not sure of keeps the
 * base's value. The same photos in the same order give the same style.
 * Rejects with INPUT_ codes for a photo that cannot be read, CONFIG_INVALID where no photo shows a night, MODEL_ codes.
 */
export async function styleLike({ photos, base, model, threads = 1 }: StyleLikeOptions): Promise<StyleLike> {
  if (photos.length < 1 || photos.length > MAX_LIKE_PHOTOS) {
    throw invalid(`photos to be like must be 1 to ${MAX_LIKE_PHOTOS}, got ${photos.length}.`);
  }
  const network = await NightStyleNetwork.open(model ?? SHIPPED_NIGHT_STYLE_MODEL, threads);
  try {
    const nights: Float32Array[][] = [];
    const notices: string[] = [];
    for (const [i, source] of photos.entries()) {
      const label = typeof source === 'string' ? source : `photo ${i + 1}`;
      const image = await readPhoto(source, { pixels: PHOTO_PIXELS, minSide: PATCH_SIDE, label });
      const patches = photoPatches(image);
      const { night } = await network.read([patches]);
      if (night < DAY_LOGIT) notices.push(`${label} shows no night: it is left out`);
      else nights.push(patches);
    }
    if (nights.length === 0) {
      const all = photos.length === 1 ? 'the photo shows' : `none of the ${photos.length} photos shows`;
      throw invalid(`${all}${photos.length === 1 ? ' a day, not' : ''} a night to be like.`, 'Take photos at night.');
    }
    const { traits } = await network.read(nights);
    return { style: styleFrom(traits, base, nights.length), traits, notices };
  } finally {
    await network.close();
  }
}

/** One line for people: what was read of photos, and what was not. */
export function describeReading(traits: readonly TraitReading[]): string {
  const names = (isUsed: boolean): string =>
    traits
      .filter((trait) => trait.isUsed === isUsed)
      .map(({ name }) => name)
      .join('; ') || 'nothing';
  return `The night is like the photos in ${names(true)}. They do not surely show ${names(false)}.`;
}

/** The base with the traits that are used. */
function styleFrom(traits: readonly TraitReading[], base: NightStyle, count: number): NightStyle {
  const values = traits.map(({ value, isUsed }) => (isUsed ? value : undefined));
  const description = `Read from ${count === 1 ? 'one photo' : `${count} photos`}; the rest is ${base.name}.`;
  const style = styleOfTraits(values, base);
  const isTinted = values[0] !== undefined || values[1] !== undefined;
  const beam = isTinted
    ? { ...style.beam, color: tinted(style.beam.color, townColor(style), townColor(base)) }
    : style.beam;
  return { ...style, beam, name: `like ${count === 1 ? 'a photo' : `${count} photos`}`, description };
}

/** A colour of the own headlights moved half as far as the lamps': a camera's white balance is in both. Its luminance stays. */
function tinted(color: Color, lamps: Color, before: Color): Color {
  const channel = (c: 0 | 1 | 2): number => color[c] * Math.sqrt(lamps[c] / Math.max(0.01, before[c]));
  const moved = [channel(0), channel(1), channel(2)] as const;
  const gain = luminance(color) / Math.max(0.01, luminance(moved));
  const clamped = (value: number): number => Math.min(2, gain * value);
  return [clamped(moved[0]), clamped(moved[1]), clamped(moved[2])];
}

type Color = readonly [red: number, green: number, blue: number];

function luminance([red, green, blue]: Color): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A night-style network. */
class NightStyleNetwork {
  readonly #file: ModelFile<NightStyleCard>;
  readonly #session: NetworkSession;

  private constructor(file: ModelFile<NightStyleCard>, session: NetworkSession) {
    this.#file = file;
    this.#session = session;
  }

  static async open(model: string, threads: number): Promise<NightStyleNetwork> {
    const file = await readModelFile(model, parseNightStyleCard);
    return new NightStyleNetwork(file, await openNetworkSession(file, { device: 'cpu', threads }));
  }

  /** What the patches of some photos together show. @param photos as `photoPatches` gives them. Throws MODEL_FAILED. */
  async read(photos: readonly (readonly Float32Array[])[]): Promise<{ traits: TraitReading[]; night: number }> {
    const { card, path } = this.#file;
    const { name } = card.outputs.style;
    const data = toPlanes(patchSet(photos));
    try {
      const output = (await this.#session.run({ [card.input.name]: { data, shape: PATCHES_SHAPE } }, [name]))[name];
      if (!output?.data.every(Number.isFinite)) throw new TypeError(`its output ${name} is not finite`);
      return readTraits(output.data, card, photos);
    } catch (cause) {
      const message = `${path} failed: ${reasonOf(cause)}.`;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message, cause });
    }
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

function readTraits(
  output: Float32Array,
  { traits, plain }: NightStyleCard,
  photos: readonly (readonly Float32Array[])[],
): { traits: TraitReading[]; night: number } {
  const count = STYLE_TRAITS.length;
  const each = photos.map((patches) => regress(plain, plainStatistics(patches)));
  const readings = traits.map(({ name, deviation }, i) => {
    const start = each.reduce((sum, values) => sum + (values[i] ?? 0), 0) / each.length;
    const sureness = Math.max(0, 1 - Math.exp(output[count + i] ?? 0));
    return { name, value: start + deviation * (output[i] ?? 0), sureness, isUsed: sureness >= MIN_SURENESS };
  });
  return { traits: readings, night: output[2 * count] ?? 0 };
}

/** `[24, 32, 32, 4]` to `[24, 4, 32, 32]`. */
function toPlanes(set: Float32Array): Float32Array {
  const planes = new Float32Array(set.length);
  const pixels = PATCH_SIDE * PATCH_SIDE;
  for (let patch = 0; patch < PATCH_COUNT; patch++) {
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < PATCH_CHANNELS; c++) {
        planes[patch * PATCH_SIZE + c * pixels + i] = set[patch * PATCH_SIZE + i * PATCH_CHANNELS + c] ?? 0;
      }
    }
  }
  return planes;
}

function invalid(message: string, remedy?: string): NocturneError {
  const advice = remedy === undefined ? {} : { remedy };
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, ...advice });
}
