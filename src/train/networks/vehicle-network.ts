import { VEHICLE_CROP_SIDE } from '../../infer/model-card.js';
import { normalizeDay } from './scene-network.js';
import type { Ops } from './ops.js';

/** Side of a crop, samples. */
export const CROP_SIDE = VEHICLE_CROP_SIDE;
/**
 * Channels of the vehicle network's output: logit of a vehicle in the middle of the crop; logits of its facing (front, rear, side);
 * the left and the right lamp, x and y from the crop's centre in shares of its side.
 */
export const CROP_CHANNELS = 8;

const LEAKY_SLOPE = 0.1;
/** Filters of the levels, each half the size of the one before. */
const FILTERS = [16, 32, 64, 96] as const;
const DENSE_FILTERS = 128;
/** What an untrained network gives: lamps at the sides. */
const START = [0, 0, 0, 0, -0.27, 0.04, 0.27, 0.04] as const;

/** Looks closely at one vehicle: a crop `[N, 48, 48, 3]` of the day to `[N, 1, 1, 8]`, see {@link CROP_CHANNELS}. */
export function vehicleNetwork<T>(ops: Ops<T>, crop: T): { readonly vehicle: T } {
  const act = (x: T): T => ops.leakyRelu(x, LEAKY_SLOPE);
  let x = normalizeDay(ops, crop);
  FILTERS.forEach((filters, i) => {
    const init = i === 0 ? ({ kind: 'normal', stddev: Math.sqrt(2 / 27) } as const) : ({ kind: 'he' } as const);
    x = act(ops.conv(x, { name: `encode${i}`, filters, size: 3, stride: 2, pad: 1, init })); // 24, 12, 6, 3
    if (i === 1 || i === 2) x = act(ops.conv(x, { name: `encode${i}b`, filters, size: 3 }));
  });
  x = act(ops.conv(x, { name: 'whole', filters: DENSE_FILTERS, size: 3, pad: 0 })); // [N, 1, 1, 128]
  const raw = ops.conv(x, { name: 'head', filters: CROP_CHANNELS, size: 1, init: { kind: 'normal', stddev: 0.01 } });
  const values = Float32Array.from(START);
  const start = ops.parameter({ name: 'start', shape: [1, 1, CROP_CHANNELS], init: { kind: 'values', values } });
  return { vehicle: ops.add(raw, start) };
}
