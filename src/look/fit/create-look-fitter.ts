import { emptyLook, type Look } from '../look.js';
import { FitKernel } from './fit-kernel.js';
import { FIT_SIDES, type LookFitter, type YuvPlanes } from './look-fitter.js';

/** How strongly a cell is drawn to what is known around it, in samples of an image of 256x256. */
const DRAWS = { space: 0.1, luma: 0.1, curve: 0.01 } as const;
/** Steps of conjugate gradients. */
const STEPS = 12;
/** Samples of an image above which every second one is left out. */
const MAX_SAMPLES = 90_000;

/** Creates a fitter, with its own kernel. Throws KERNEL_UNAVAILABLE. */
export async function createLookFitter(): Promise<LookFitter> {
  return new KernelLookFitter(await FitKernel.open());
}

/** Least squares of what the slicing of a grid makes of the day: see docs/look-fitting.md. */
class KernelLookFitter implements LookFitter {
  readonly #kernel: FitKernel;
  readonly #look = emptyLook();

  constructor(kernel: FitKernel) {
    this.#kernel = kernel;
  }

  fit(day: YuvPlanes, night: YuvPlanes, _continuing = false): Look {
    checkSizes(day, night);
    this.#kernel.load(day, night);
    this.#kernel.fitGridInto(this.#look.grid, DRAWS, STEPS, day.width * day.height > MAX_SAMPLES ? 2 : 1);
    return this.#look;
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
      throw new RangeError(`an image of ${width}x${height} must have ${3 * width * height} numbers, got ${data.length}`);
    }
  }
  if (day.width !== night.width || day.height !== night.height) {
    const sizes = `${day.width}x${day.height} and ${night.width}x${night.height}`;
    throw new RangeError(`day and night must have one size, got ${sizes}`);
  }
}
