import { openReference } from '../../evaluate/evaluation-input.js';
import { rangeOf, type NightRange } from './night-range.js';
import { NightStatisticsMeter } from './night-statistics.js';

/** Options of {@link fitNightRange}. */
export interface FitNightRangeOptions {
  /** Most images, evenly spread over the folder; default 2000. */
  readonly maxImages?: number;
  readonly signal?: AbortSignal;
  readonly onImage?: (done: number, expected: number) => void;
}

/**
 * Measures the range of a folder of real nights, for `NightJudge.open`. Rejects with NocturneError INPUT_* where the folder has no images,
 * RangeError for fewer than 20 nights.
 */
export async function fitNightRange(folder: string, options: FitNightRangeOptions = {}): Promise<NightRange> {
  const { maxImages = 2000, signal = new AbortController().signal, onImage = () => undefined } = options;
  const reference = await openReference(folder);
  const { images } = await reference.read({ maxImages, wantsDetails: false, signal, onImage });
  const meter = new NightStatisticsMeter();
  return rangeOf(
    images.map((image) => meter.measure(image)),
    reference.name,
  );
}
