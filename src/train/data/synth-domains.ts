import type { Planes } from '../../synth/planes.js';
import { Street } from '../../synth/street.js';
import { ImageStore, type StoredImage } from './image-store.js';

/** Options of {@link synthDomains}. */
interface SynthDomainsOptions {
  /** Images per domain. */
  readonly count: number;
  /** Any integer. A and B are streets of different seeds, so that no image has a partner. */
  readonly seed: number;
  /** Even; default {@link SYNTH_WIDTH}. */
  readonly width?: number;
  /** Even; default {@link SYNTH_HEIGHT}. */
  readonly height?: number;
  /** Whether A and B show the same moments of the same streets; default false. */
  readonly isPaired?: boolean;
}

/** Columns of an image: the default load size, rounded up to an even number. */
const SYNTH_WIDTH = 288;
/** Rows of an image. */
const SYNTH_HEIGHT = 162;
/** Images of one street; the next ones are of the next seed's. */
const IMAGES_PER_STREET = 24;
/** Seconds between two images of one street: some 40 m of driving. */
const STEP_S = 4.7;

/**
 * The built-in procedural street by day and by night as two domains, without files: for tests and first tries. Rendered at twice
 * the size and averaged, so that edges are as soft as a camera's.
 */
export function synthDomains(options: SynthDomainsOptions): { readonly a: ImageStore; readonly b: ImageStore } {
  const { count, seed, isPaired = false } = options;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`count must be 1 or more, got ${count}`);
  const streets = Math.ceil(count / IMAGES_PER_STREET);
  return {
    a: ImageStore.of(renderStreets(options, seed, false)),
    b: ImageStore.of(renderStreets(options, isPaired ? seed : seed + streets, true)),
  };
}

function renderStreets(options: SynthDomainsOptions, firstSeed: number, isNight: boolean): readonly StoredImage[] {
  const { count, width = SYNTH_WIDTH, height = SYNTH_HEIGHT } = options;
  const size = { width: 2 * width, height: 2 * height };
  let street: Street | undefined;
  return Array.from({ length: count }, (_, i) => {
    const [seed, moment] = [firstSeed + Math.floor(i / IMAGES_PER_STREET), i % IMAGES_PER_STREET];
    if (moment === 0 || !street) street = new Street({ seed, ...size });
    const timeS = moment * STEP_S;
    const planes = isNight ? street.night(timeS) : street.day(timeS);
    const name = `street-${seed}__${String(moment).padStart(2, '0')}.png`;
    const data = downscale(planes, width, height);
    return {
      path: `${isNight ? 'night' : 'day'}:${name}`,
      name,
      source: `street-${seed}`,
      width,
      height,
      data,
      fileWidth: width,
      fileHeight: height,
    };
  });
}

/** I420 in limited range at twice the size, as `[height, width, 3]` full-range codes: four luma samples and one chroma sample per pixel. */
function downscale({ y, u, v, strides }: Planes, width: number, height: number): Uint8Array {
  const bytes = new Uint8ClampedArray(3 * width * height);
  for (let row = 0, o = 0; row < height; row++) {
    for (let x = 0; x < width; x++, o += 3) {
      const at = 2 * row * strides[0] + 2 * x;
      const luma = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + strides[0]] ?? 0) + (y[at + strides[0] + 1] ?? 0);
      bytes[o] = ((luma / 4 - 16) * 255) / 219;
      bytes[o + 1] = 128 + (((u[row * strides[1] + x] ?? 0) - 128) * 255) / 224;
      bytes[o + 2] = 128 + (((v[row * strides[2] + x] ?? 0) - 128) * 255) / 224;
    }
  }
  return new Uint8Array(bytes.buffer);
}
