import { emptyLook, LAMP_FIELDS, LAMP_KINDS, MAX_LAMPS, type Look } from '../look.js';
import { FitKernel } from './fit-kernel.js';
import { fitLamp, removeLamp } from './lamp-fit.js';
import { LAMP_STRENGTH, LampTracker, stillLamps, type TrackedLamp } from './lamp-tracker.js';
import { FIT_SIDES, type FitOptions, type LookFitter, type YuvPlanes } from './look-fitter.js';
import { SpotRegions } from './spot-region.js';

/** How strongly a cell is drawn to what is known around it: in samples of an image of 256x256. */
const GRID = { space: 0.2, luma: 0.2, curve: 0.02, steps: 10 } as const;
/**
 * What a grid leaves, root mean square, below which its draws are released: the night is then one that a grid can make, and they are its
 * largest error. Two code values of a channel; the share that remains falls with its fourth power.
 */
const EXACT = 0.004;
const MAX_SHARE = 0.5;
const MIN_SHARE = 0.02;
/** Samples of an image above which every second one is left out. */
const MAX_SAMPLES = 90_000;
/** Luma by which a spot of the night exceeds the day's where it counts half for the grid. */
const SPOT_KNEE = 0.06;
/** Most lamps that are drawn: half of a look's, because a steadier fades others out beside them. */
const MAX_DRAWN = MAX_LAMPS / 2;
/** An image says that a lamp shines, not what it is. */
const KIND = LAMP_KINDS.indexOf('farLamp');

/** Creates a fitter, with its own kernel. Throws KERNEL_UNAVAILABLE. */
export async function createLookFitter(): Promise<LookFitter> {
  return new KernelLookFitter(await FitKernel.open());
}

/** Least squares of what the slicing of a grid makes of the day: see docs/look-fitting.md. */
class KernelLookFitter implements LookFitter {
  readonly #kernel: FitKernel;
  readonly #look = emptyLook();
  readonly #regions = new SpotRegions();
  readonly #tracker = new LampTracker();

  constructor(kernel: FitKernel) {
    this.#kernel = kernel;
  }

  fit(day: YuvPlanes, night: YuvPlanes, { continuing = false, aspect }: FitOptions = {}): Look {
    checkSizes(day, night);
    const [kernel, look] = [this.#kernel, this.#look];
    kernel.load(day, night);
    kernel.findSpots(SPOT_KNEE);
    const options = { ...GRID, step: day.width * day.height > MAX_SAMPLES ? 2 : 1 } as const;
    kernel.fitGridInto(look.grid, options);
    const share = (kernel.findRest() / EXACT) ** 4;
    if (share < MAX_SHARE) {
      kernel.releaseGridInto(look.grid, options, Math.max(MIN_SHARE, share));
      kernel.findRest();
    }
    const lamps = this.#findLamps(day, continuing);
    for (const lamp of lamps) removeLamp(lamp, kernel.night, kernel.rest);
    writeLamps(lamps, day, aspect ?? day.width / day.height, look.lamps);
    kernel.fitLightsInto(look.lights);
    return look;
  }

  #findLamps({ width, height }: YuvPlanes, continuing: boolean): TrackedLamp[] {
    const { night, rest, spots } = this.#kernel;
    const found = this.#regions.find(spots, LAMP_STRENGTH.off).flatMap((region) => fitLamp(region, night, rest) ?? []);
    if (!continuing) this.#tracker.reset();
    const tracked = this.#tracker.follow(found, width, height);
    return (continuing ? tracked : stillLamps(found)).slice(0, MAX_DRAWN);
  }
}

/** Writes lamps as a look has them. @param aspect width over height of the frame that they are drawn in. */
function writeLamps(
  lamps: readonly TrackedLamp[],
  { width, height }: YuvPlanes,
  aspect: number,
  out: Float32Array,
): void {
  out.fill(0);
  for (const [i, { x, y, radiusX, radiusY, luma, u, v, hardness, id }] of lamps.entries()) {
    const radii = [radiusX / width, radiusY / (height * aspect)];
    out.set([x / width, y / height, ...radii, luma, u, v, hardness, 0, 0, KIND, id, 0], i * LAMP_FIELDS);
  }
}

function checkSizes(day: YuvPlanes, night: YuvPlanes): void {
  const { min, max } = FIT_SIDES;
  for (const { width, height, data } of [day, night]) {
    const isWhole = Number.isInteger(width) && Number.isInteger(height);
    if (!isWhole || Math.min(width, height) < min || Math.max(width, height) > max) {
      throw new RangeError(`an image must be from ${min}x${min} to ${max}x${max}, got ${width}x${height}`);
    }
    if (data.length !== 3 * width * height) {
      throw new RangeError(
        `an image of ${width}x${height} must have ${3 * width * height} numbers, got ${data.length}`,
      );
    }
  }
  if (day.width !== night.width || day.height !== night.height) {
    const sizes = `${day.width}x${day.height} and ${night.width}x${night.height}`;
    throw new RangeError(`day and night must have one size, got ${sizes}`);
  }
}
