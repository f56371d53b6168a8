import type { Ops } from './ops.js';

/** Outputs of {@link sceneNetwork}: logits and regressions. */
export type SceneOutputs<T> = {
  /** `[N, H/4, W/4, 13]`: logits of the surfaces. */
  readonly surfaces: T;
  /** `[N, H/8, W/8, 12]`: see {@link VEHICLE_CHANNELS}. */
  readonly vehicles: T;
};

/** Number of surfaces. */
export const SURFACE_CHANNELS = 13;
/**
 * Channels of the vehicle head: logit of a vehicle's centre; logits of its facing (front, rear, side); log of its width and height
 * in shares of the image; offset of the centre in samples, x and y; the left and the right lamp, x in widths and y in heights
 * from the centre.
 */
export const VEHICLE_CHANNELS = 12;

const LEAKY_SLOPE = 0.1;
/** Filters of the levels, each half the size of the one before. */
const ENCODER_FILTERS = [16, 24, 48, 96, 128] as const;
/** Filters of the decoder's levels, from the smallest: H/16, H/8, H/4. */
const DECODER_FILTERS = [96, 56, 32] as const;
const VEHICLE_FILTERS = 56;
const RESIDUAL_BLOCKS = 3;
/** Filters inside a residual block. */
const RESIDUAL_FILTERS = 96;
/** Probability that an untrained head gives a vehicle's centre; keeps the focal loss stable (Lin et al. 2017). */
const CENTER_PRIOR = 0.02;

/**
 * The scene network: a day image `[N, H, W, 3]` (Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range; H and W multiples of 32)
 * to what stands where. An encoder to H/32 with global context and a decoder with two heads: vehicles at H/8, surfaces at H/4.
 * No layer normalises per image.
 */
export function sceneNetwork<T>(ops: Ops<T>, day: T): SceneOutputs<T> {
  const features = sceneFeatures(ops, day);
  const raw = ops.conv(features.vehicles, { name: 'vehicles/head', filters: VEHICLE_CHANNELS, size: 1, init: SMALL });
  const start = ops.parameter({
    name: 'vehicles/start',
    shape: [1, 1, VEHICLE_CHANNELS],
    init: { kind: 'values', values: startValues() },
  });
  return {
    surfaces: ops.conv(features.surfaces, { name: 'surfaces/head', filters: SURFACE_CHANNELS, size: 1, init: SMALL }),
    vehicles: ops.add(raw, start),
  };
}

/**
 * The layers before the two heads of {@link sceneNetwork}: `surfaces` `[N, H/4, W/4, 32]` and `vehicles` `[N, H/8, W/8, 56]`, what the network
 * knows of a street.
 */
export function sceneFeatures<T>(ops: Ops<T>, day: T): SceneOutputs<T> {
  const act = (x: T): T => ops.leakyRelu(x, LEAKY_SLOPE);
  const levels: T[] = []; // H/2, H/4, H/8, H/16, H/32
  let x = normalizeDay(ops, day);
  ENCODER_FILTERS.forEach((filters, i) => {
    const init = i === 0 ? FIRST : HE;
    x = act(ops.conv(x, { name: `encode${i}`, filters, size: 3, stride: 2, pad: 1, init }));
    if (i > 0) x = act(ops.conv(x, { name: `encode${i}b`, filters, size: 3 }));
    levels.push(x);
  });
  x = ops.add(x, globalContext(ops, x));
  for (let block = 0; block < RESIDUAL_BLOCKS; block++) {
    const inner = act(ops.conv(x, { name: `residual${block}a`, filters: RESIDUAL_FILTERS, size: 3 }));
    x = ops.add(x, ops.conv(inner, { name: `residual${block}b`, filters: 128, size: 3, init: SMALL }));
  }
  const decoded = DECODER_FILTERS.map((filters, i) => {
    const skip = levels[ENCODER_FILTERS.length - 2 - i];
    if (skip === undefined) throw new RangeError('the decoder needs one level per step, got too few');
    // 1x1 before upsampling, and each branch separately: a quarter of the work.
    const up = ops.upsampleNearest(ops.conv(x, { name: `narrow${i}`, filters, size: 1 }));
    const merged = act(ops.add(up, ops.conv(skip, { name: `skip${i}`, filters, size: 1, bias: false })));
    x = act(ops.conv(merged, { name: `decode${i}`, filters, size: 3 }));
    return x;
  });
  const [, middle, finest] = decoded;
  if (middle === undefined || finest === undefined) throw new RangeError('the decoder must have three levels');
  const vehicles = act(ops.conv(middle, { name: 'vehicles/features', filters: VEHICLE_FILTERS, size: 3 }));
  return { surfaces: finest, vehicles };
}

/** Factors that give luma and chroma of usual images a variance of about 1: chroma is ten times as small. */
const LUMA_SCALE = 4;
const CHROMA_SCALE = 14;
/** Initialiser of the first layer: as by He et al. (2015), but not standardised, since it must see brightness itself. */
const FIRST = { kind: 'normal', stddev: Math.sqrt(2 / 27) } as const;
const HE = { kind: 'he' } as const;
/** Initialiser of layers whose output starts near zero. */
const SMALL = { kind: 'normal', stddev: 0.01 } as const;

/** Y, U and V with means of about 0 and variances of about 1. */
export function normalizeDay<T>(ops: Ops<T>, day: T): T {
  return ops.concat([
    ops.affine(ops.sliceChannels(day, 0, 1), LUMA_SCALE, -0.5 * LUMA_SCALE),
    ops.affine(ops.sliceChannels(day, 1, 2), CHROMA_SCALE),
  ]);
}

/** Mixed means and maxima of all channels: `[N, 1, 1, 128]`. */
function globalContext<T>(ops: Ops<T>, x: T): T {
  const [, , channels] = ops.shape(x);
  const pooled = ops.concat([ops.expandSpatial(ops.globalMean(x)), ops.expandSpatial(ops.globalMax(x))]);
  const mixed = ops.leakyRelu(ops.conv(pooled, { name: 'whole/mix', filters: channels, size: 1 }), LEAKY_SLOPE);
  return ops.conv(mixed, { name: 'whole/out', filters: channels, size: 1, init: SMALL });
}

/** What the vehicle head gives before training: rare centres, a vehicle of usual size, its lamps at the sides. */
function startValues(): Float32Array {
  const center = Math.log(CENTER_PRIOR / (1 - CENTER_PRIOR));
  return Float32Array.of(center, 0, 0, 0, Math.log(0.1), Math.log(0.12), 0, 0, -0.35, 0.05, 0.35, 0.05);
}
