import { AFFINE_SIZE, GRID_BINS, GRID_HEIGHT, GRID_WIDTH } from '../../look/look.js';
import { plainGradeGrid } from '../../infer/grade/plain-grade.js';
import type { Ops } from './ops.js';

/** Outputs of {@link nightgrid}: a look. */
export type LookOutputs<T> = {
  /** `[N, 9, 16, 96]`: row, column, then luma bin, output channel and input channel; per picture as `Look.grid`. */
  readonly grid: T;
  /** `[N, 72, 128, 4]`: core, haloY, haloU, haloV. */
  readonly lights: T;
};

/** The name of the grid that every picture's correction is added to; it learns more slowly than the rest. */
export const START_GRID = 'grid/start';

const SLOPE = 0.1;
const WIDTHS = [16, 32, 64, 96] as const;
const DEEPEST = 96;
const RESIDUAL_BLOCKS = 3;
/** Filters inside a residual block: half the work, and one more block for it sees further. */
const INNER = 48;
/** Colour of a lit room behind a pane: Y, U, V at full strength. */
const ROOM = [0.55, -0.116, 0.066] as const;
/** The glow beside what shines: shares of the tight blur and the wide one, and the luma's part of it. */
const TIGHT = 0.3;
const WIDE = 0.55;
const GLOW_LUMA = 0.7;
/** How far the network may turn a glow's chroma. */
const CHROMA_SHIFT = 0.12;

/**
 * The look network: a day thumbnail `[N, 144, 256, 3]` (Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range) to a look.
 * An encoder to 9 x 16 with a view of the whole picture writes the grid; a decoder to 72 x 128 decides which of the things
 * that could shine do. Light is only put where the day shows something that could be one, and no layer normalises by
 * picture: both would make brightness pump.
 */
export function nightgrid<T>(ops: Ops<T>, day: T): LookOutputs<T> {
  const act = (x: T): T => ops.leakyRelu(x, SLOPE);
  const levels: T[] = []; // [N, 72, 128, 16], [N, 36, 64, 32], [N, 18, 32, 64], [N, 9, 16, 96]
  let x = day;
  WIDTHS.forEach((filters, i) => {
    x = act(ops.conv(x, { name: `encode${i}`, filters, size: 3, stride: 2, pad: 1 }));
    levels.push(x);
  });
  for (let block = 0; block < RESIDUAL_BLOCKS; block++) {
    const inner = act(ops.conv(x, { name: `residual${block}a`, filters: INNER, size: 3 }));
    const change = ops.conv(inner, {
      name: `residual${block}b`,
      filters: DEEPEST,
      size: 3,
      init: { kind: 'normal', stddev: 0.01 },
    });
    x = ops.add(x, change); // [N, 9, 16, 96]
    if (block === 0) x = ops.add(x, wholePicture(ops, x));
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
  return { grid: ops.add(correction, start), lights: writeLights(ops, day, decide(ops, x, levels)) };
}

/** Means and maxima of all channels, mixed: `[N, 1, 1, 96]`. */
function wholePicture<T>(ops: Ops<T>, x: T): T {
  const pooled = ops.concat([ops.toCells(ops.globalMean(x)), ops.toCells(ops.globalMax(x))]); // [N, 1, 1, 192]
  const mixed = ops.leakyRelu(ops.conv(pooled, { name: 'whole/mix', filters: DEEPEST, size: 1 }), SLOPE);
  return ops.conv(mixed, { name: 'whole/out', filters: DEEPEST, size: 1, init: { kind: 'normal', stddev: 0.01 } });
}

/** What is decided about each place, upsampled to `[N, 72, 128, ..]`. */
interface Decisions<T> {
  /** Factor on a core: exp(-1) to exp(1). */
  readonly gain: T;
  /** What a glow's chroma is turned by: U and V. */
  readonly turn: T;
  /** Whether it is a lamp, 0 to 1. */
  readonly lamp: T;
  /** Whether it is a pane of a lit room, 0 to 1. */
  readonly pane: T;
  /** Factor on a glow: exp(-1) to exp(1). */
  readonly reach: T;
}

/** Decided at `[N, 36, 64]`: where exactly something shines is the evidence's, which is twice as fine. */
function decide<T>(ops: Ops<T>, deepest: T, levels: readonly T[]): Decisions<T> {
  let x = deepest;
  [48, 16].forEach((filters, i) => {
    const skip = levels[WIDTHS.length - 2 - i];
    if (skip === undefined) throw new RangeError('the decoder needs a level for each step, got too few');
    // Convolved before it grows, and each part on its own: a quarter of the work, and no joined copy. The level has seen
    // its surroundings already.
    const up = ops.upsampleNearest(ops.conv(x, { name: `narrow${i}`, filters, size: 3 }));
    x = ops.leakyRelu(ops.add(up, ops.conv(skip, { name: `decode${i}`, filters, size: 1, bias: false })), SLOPE);
  });
  const raw = ops.conv(x, { name: 'lights/head', filters: 6, size: 1, init: { kind: 'normal', stddev: 0.01 } });
  const bent = ops.concat([
    ops.exp(ops.tanh(ops.channels(raw, 0, 1))),
    ops.affine(ops.tanh(ops.channels(raw, 1, 2)), CHROMA_SHIFT),
    ops.sigmoid(ops.affine(ops.channels(raw, 3, 1), 1, -1)),
    ops.sigmoid(ops.affine(ops.channels(raw, 4, 1), 1, -2)),
    ops.exp(ops.tanh(ops.channels(raw, 5, 1))),
  ]);
  const fine = ops.boxBlur(ops.upsampleNearest(bent), 3); // [N, 72, 128, 6]
  return {
    gain: ops.channels(fine, 0, 1),
    turn: ops.channels(fine, 1, 2),
    lamp: ops.channels(fine, 3, 1),
    pane: ops.channels(fine, 4, 1),
    reach: ops.channels(fine, 5, 1),
  };
}

/** What could shine, gated, with its glow: `[N, 72, 128, 4]`. */
function writeLights<T>(ops: Ops<T>, day: T, decisions: Decisions<T>): T {
  const { gain, turn, lamp, pane, reach } = decisions;
  const luma = ops.channels(day, 0, 1);
  const half = ops.averagePool(day, 2); // [N, 72, 128, 3]
  const halfLuma = ops.channels(half, 0, 1);
  const halfChroma = ops.channels(half, 1, 2);
  const brightest = ops.maxPool(luma, 2);

  const vivid = vividEvidence(ops, day, brightest);
  const bright = ops.clamp(ops.affine(whiteTopHat(ops, brightest, 5), 3, -0.35), 0, 1);
  const spots = ops.boxBlur(ops.dilate(ops.add(vivid, ops.affine(bright, 0.7)), 3), 3);
  const shining = ops.multiply(spots, ops.multiply(lamp, gain)); // [N, 72, 128, 1]

  const dark = ops.clamp(ops.affine(blackTopHat(ops, halfLuma, 7), 5, -0.15), 0, 1);
  const panes = ops.boxBlur(ops.add(dark, bright), 3);
  const rooms = ops.multiply(panes, pane);

  const shine = ops.multiply(shining, ops.concat([ops.affine(halfLuma, GLOW_LUMA), halfChroma]));
  const tight = ops.boxBlur(ops.boxBlur(shine, 3), 5);
  const wide = ops.boxBlur(tight, 15);
  const glow = ops.multiply(ops.add(ops.affine(tight, TIGHT), ops.affine(wide, WIDE)), reach); // [N, 72, 128, 3]
  const glowLuma = ops.channels(glow, 0, 1);
  const chroma = ops.add(ops.channels(glow, 1, 2), ops.multiply(turn, ops.add(glowLuma, rooms)));
  const halo = ops.concat([
    ops.add(glowLuma, ops.affine(rooms, ROOM[0])),
    ops.add(ops.channels(chroma, 0, 1), ops.affine(rooms, ROOM[1])),
    ops.add(ops.channels(chroma, 1, 1), ops.affine(rooms, ROOM[2])),
  ]);
  // What nobody sees is none at all: places without light cost the renderer half as much.
  const seen = ops.clamp(ops.affine(ops.channels(halo, 0, 1), 50, -0.6), 0, 1);
  const core = ops.multiply(shining, ops.clamp(ops.affine(shining, 16, -0.8), 0, 1));
  return ops.concat([core, ops.multiply(halo, seen)]);
}

/** Small spots of strong colour that are not dark: `[N, 72, 128, 1]` in [0, 1]. */
function vividEvidence<T>(ops: Ops<T>, day: T, brightest: T): T {
  const u = ops.channels(day, 1, 1);
  const v = ops.channels(day, 2, 1);
  const squared = ops.add(ops.multiply(u, u), ops.multiply(v, v));
  const saturation = ops.maxPool(ops.sqrt(ops.affine(squared, 1, 1e-6)), 2);
  const small = ops.clamp(ops.affine(whiteTopHat(ops, saturation, 5), 5, -0.12), 0, 1);
  return ops.multiply(small, ops.sigmoid(ops.affine(brightest, 20, -6)));
}

/** What is brighter than everything of `size` samples around it: the picture minus its opening. */
function whiteTopHat<T>(ops: Ops<T>, x: T, size: number): T {
  const eroded = ops.dilate(ops.affine(x, -1), size);
  return ops.subtract(x, ops.dilate(ops.affine(eroded, -1), size));
}

/** What is darker than everything of `size` samples around it: the closing minus the picture. */
function blackTopHat<T>(ops: Ops<T>, x: T, size: number): T {
  const eroded = ops.dilate(ops.affine(ops.dilate(x, size), -1), size);
  return ops.subtract(ops.affine(eroded, -1), x);
}
