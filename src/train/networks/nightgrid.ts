import { AFFINE_SIZE, GRID_BINS, GRID_HEIGHT, GRID_WIDTH } from '../../look/look.js';
import { plainGradeGrid } from '../../infer/grade/plain-grade.js';
import type { Ops } from './ops.js';

/** Outputs of {@link nightgrid}: a look. */
type LookOutputs<T> = {
  /** `[N, 9, 16, 96]`: row, column, then luma bin, output channel and input channel; per image as `Look.grid`. */
  readonly grid: T;
  /** `[N, 72, 128, 4]`: core, haloY, haloU, haloV. */
  readonly lights: T;
};

/** The name of the learned constant grid to which the correction of each image is added; it has a lower learning rate. */
export const START_GRID = 'grid/start';

const LEAKY_SLOPE = 0.1;
const ENCODER_FILTERS = [16, 32, 64, 96] as const;
const DEEPEST_FILTERS = 96;
const RESIDUAL_BLOCKS = 3;
/** Filters inside a residual block: half the work, spent on one more block and its larger receptive field. */
const RESIDUAL_FILTERS = 48;
/** Colour of a lit room behind a window: Y, U, V at full strength. */
const ROOM_COLOR = [0.55, -0.116, 0.066] as const;
/** Weights of the narrow and the wide blur in a glow. */
const NARROW_GLOW = 0.3;
const WIDE_GLOW = 0.55;
/** Factor on the luma of a glow. */
const GLOW_LUMA = 0.7;
/** Largest shift of a glow's chroma by the network. */
const MAX_CHROMA_SHIFT = 0.12;

/**
 * The look network: a day thumbnail `[N, 144, 256, 3]` (Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range) to a look.
 * An encoder to 9 x 16 with global context gives the grid; a decoder to 72 x 128 decides which of the possible lights shine. Lights
 * appear only where the day shows evidence of one, and no layer normalises per image: otherwise brightness would pump.
 */
export function nightgrid<T>(ops: Ops<T>, day: T): LookOutputs<T> {
  const act = (x: T): T => ops.leakyRelu(x, LEAKY_SLOPE);
  const levels: T[] = []; // [N, 72, 128, 16], [N, 36, 64, 32], [N, 18, 32, 64], [N, 9, 16, 96]
  let x = day;
  ENCODER_FILTERS.forEach((filters, i) => {
    x = act(ops.conv(x, { name: `encode${i}`, filters, size: 3, stride: 2, pad: 1 }));
    levels.push(x);
  });
  for (let block = 0; block < RESIDUAL_BLOCKS; block++) {
    const inner = act(ops.conv(x, { name: `residual${block}a`, filters: RESIDUAL_FILTERS, size: 3 }));
    const change = ops.conv(inner, {
      name: `residual${block}b`,
      filters: DEEPEST_FILTERS,
      size: 3,
      init: { kind: 'normal', stddev: 0.01 },
    });
    x = ops.add(x, change); // [N, 9, 16, 96]
    if (block === 0) x = ops.add(x, globalContext(ops, x));
  }
  const correction = ops.conv(x, {
    name: 'grid/head',
    filters: GRID_BINS * AFFINE_SIZE,
    size: 1,
    init: { kind: 'normal', stddev: 0.001 },
  });
  const start = ops.parameter({
    name: START_GRID,
    shape: [GRID_HEIGHT, GRID_WIDTH, GRID_BINS * AFFINE_SIZE],
    init: { kind: 'values', values: plainGradeGrid() },
  });
  return { grid: ops.add(correction, start), lights: composeLights(ops, day, decodeLights(ops, x, levels)) };
}

/** Mixed means and maxima of all channels: `[N, 1, 1, 96]`. */
function globalContext<T>(ops: Ops<T>, x: T): T {
  const pooled = ops.concat([ops.expandSpatial(ops.globalMean(x)), ops.expandSpatial(ops.globalMax(x))]); // [N, 1, 1, 192]
  const mixed = ops.leakyRelu(ops.conv(pooled, { name: 'whole/mix', filters: DEEPEST_FILTERS, size: 1 }), LEAKY_SLOPE);
  return ops.conv(mixed, {
    name: 'whole/out',
    filters: DEEPEST_FILTERS,
    size: 1,
    init: { kind: 'normal', stddev: 0.01 },
  });
}

/** The decoder's decisions about each pixel, `[N, 72, 128, ...]`. */
interface LightDecisions<T> {
  /** Factor on the core: exp(-1) to exp(1). */
  readonly gain: T;
  /** Shift of the glow's chroma: U and V. */
  readonly chromaShift: T;
  /** Probability of a lamp. */
  readonly lamp: T;
  /** Probability of a window of a lit room. */
  readonly window: T;
  /** Factor on the glow: exp(-1) to exp(1). */
  readonly glowGain: T;
}

/** Decides at 36 x 64: the exact position of a light comes from the evidence, at twice the resolution. */
function decodeLights<T>(ops: Ops<T>, deepest: T, levels: readonly T[]): LightDecisions<T> {
  let x = deepest;
  [48, 16].forEach((filters, i) => {
    const skip = levels[ENCODER_FILTERS.length - 2 - i];
    if (skip === undefined) throw new RangeError('the decoder needs one level per step, got too few');
    // Convolves before upsampling, and each branch separately: a quarter of the work, and no concatenated copy. The skip needs only
    // 1x1, since the encoder has covered its neighbourhood.
    const up = ops.upsampleNearest(ops.conv(x, { name: `narrow${i}`, filters, size: 3 }));
    x = ops.leakyRelu(ops.add(up, ops.conv(skip, { name: `decode${i}`, filters, size: 1, bias: false })), LEAKY_SLOPE);
  });
  const raw = ops.conv(x, { name: 'lights/head', filters: 6, size: 1, init: { kind: 'normal', stddev: 0.01 } });
  const activated = ops.concat([
    ops.exp(ops.tanh(ops.sliceChannels(raw, 0, 1))),
    ops.affine(ops.tanh(ops.sliceChannels(raw, 1, 2)), MAX_CHROMA_SHIFT),
    ops.sigmoid(ops.affine(ops.sliceChannels(raw, 3, 1), 1, -1)),
    ops.sigmoid(ops.affine(ops.sliceChannels(raw, 4, 1), 1, -2)),
    ops.exp(ops.tanh(ops.sliceChannels(raw, 5, 1))),
  ]);
  const fine = ops.boxBlur(ops.upsampleNearest(activated), 3); // [N, 72, 128, 6]
  return {
    gain: ops.sliceChannels(fine, 0, 1),
    chromaShift: ops.sliceChannels(fine, 1, 2),
    lamp: ops.sliceChannels(fine, 3, 1),
    window: ops.sliceChannels(fine, 4, 1),
    glowGain: ops.sliceChannels(fine, 5, 1),
  };
}

/** The evidence of lights, gated by the decisions, with its glow: `[N, 72, 128, 4]`. */
function composeLights<T>(ops: Ops<T>, day: T, decisions: LightDecisions<T>): T {
  const { gain, chromaShift, lamp, window, glowGain } = decisions;
  const luma = ops.sliceChannels(day, 0, 1);
  const half = ops.averagePool(day, 2); // [N, 72, 128, 3]
  const halfLuma = ops.sliceChannels(half, 0, 1);
  const halfChroma = ops.sliceChannels(half, 1, 2);
  const brightest = ops.maxPool(luma, 2);

  const vivid = vividEvidence(ops, day, brightest);
  const bright = ops.clamp(ops.affine(whiteTopHat(ops, brightest, 5), 3, -0.35), 0, 1);
  const spots = ops.boxBlur(ops.dilate(ops.add(vivid, ops.affine(bright, 0.7)), 3), 3);
  const shining = ops.multiply(spots, ops.multiply(lamp, gain)); // [N, 72, 128, 1]

  const dark = ops.clamp(ops.affine(blackTopHat(ops, halfLuma, 7), 5, -0.15), 0, 1);
  const windows = ops.boxBlur(ops.add(dark, bright), 3);
  const rooms = ops.multiply(windows, window);

  const shine = ops.multiply(shining, ops.concat([ops.affine(halfLuma, GLOW_LUMA), halfChroma]));
  const narrow = ops.boxBlur(ops.boxBlur(shine, 3), 5);
  const wide = ops.boxBlur(narrow, 15);
  const glow = ops.multiply(ops.add(ops.affine(narrow, NARROW_GLOW), ops.affine(wide, WIDE_GLOW)), glowGain); // [N, 72, 128, 3]
  const glowLuma = ops.sliceChannels(glow, 0, 1);
  const chroma = ops.add(ops.sliceChannels(glow, 1, 2), ops.multiply(chromaShift, ops.add(glowLuma, rooms)));
  const halo = ops.concat([
    ops.add(glowLuma, ops.affine(rooms, ROOM_COLOR[0])),
    ops.add(ops.sliceChannels(chroma, 0, 1), ops.affine(rooms, ROOM_COLOR[1])),
    ops.add(ops.sliceChannels(chroma, 1, 1), ops.affine(rooms, ROOM_COLOR[2])),
  ]);
  // Sets invisible lights to zero: pixels without light cost the renderer half as much.
  const visible = ops.clamp(ops.affine(ops.sliceChannels(halo, 0, 1), 50, -0.6), 0, 1);
  const core = ops.multiply(shining, ops.clamp(ops.affine(shining, 16, -0.8), 0, 1));
  return ops.concat([core, ops.multiply(halo, visible)]);
}

/** Evidence of small, strongly coloured spots that are not dark: `[N, 72, 128, 1]` in [0, 1]. */
function vividEvidence<T>(ops: Ops<T>, day: T, brightest: T): T {
  const u = ops.sliceChannels(day, 1, 1);
  const v = ops.sliceChannels(day, 2, 1);
  const squared = ops.add(ops.multiply(u, u), ops.multiply(v, v));
  const saturation = ops.maxPool(ops.sqrt(ops.affine(squared, 1, 1e-6)), 2);
  const small = ops.clamp(ops.affine(whiteTopHat(ops, saturation, 5), 5, -0.12), 0, 1);
  return ops.multiply(small, ops.sigmoid(ops.affine(brightest, 20, -6)));
}

/** The image minus its opening: what is brighter than its surroundings of `size` samples. */
function whiteTopHat<T>(ops: Ops<T>, x: T, size: number): T {
  const eroded = ops.dilate(ops.affine(x, -1), size);
  return ops.subtract(x, ops.dilate(ops.affine(eroded, -1), size));
}

/** The closing minus the image: what is darker than its surroundings of `size` samples. */
function blackTopHat<T>(ops: Ops<T>, x: T, size: number): T {
  const eroded = ops.dilate(ops.affine(ops.dilate(x, size), -1), size);
  return ops.subtract(ops.affine(eroded, -1), x);
}
