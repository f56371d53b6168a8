import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import type { DarkDetails } from './dark-details.js';
import { type FoundLampHead, headRadius } from './find-lamp-heads.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** Probability from which a sample is sure to be sky, and the share of the frame that must be. */
const MIN_SKY = 0.8;
const MIN_SKY_SHARE = 0.02;
/** Share of the sky's luma from which what surrounds a post is sky: the network sees none between branches and posts. */
const BRIGHT = 0.8;
/** Share of the sure sky that is darker than its level. */
const DARK_SKY_SHARE = 0.3;
/** A post is darker than the sky by this. */
const MIN_CONTRAST = 0.07;
/** Clear sky on either side of a stem: from and to this distance, samples. */
const [CLEAR_FROM, CLEAR_TO] = [4, 7];
/** Least length of a stem before the sky, samples, and its largest slant, in lengths and samples. */
const MIN_STEM = 14;
const MAX_SLANT = 0.3;
/** The place of a head: beside the top of its stem and above it, in stems, at least and at most so many samples. */
const BESIDE = { stems: 1.3, least: 12, most: 44 } as const;
const ABOVE = { stems: 0.3, least: 6, most: 16 } as const;
/** Length of an arm from the middle of its stem, samples, and of the shorter one of two as a share of the longer; half the width of a lantern. */
const MIN_ARM = 5;
const MIN_ARM_SHARE = 0.35;
const MIN_LANTERN = 3;
/** A post with a lantern on top looks like many other things: its stem is longer. */
const MIN_LANTERN_STEM = 18;
/** Least height of a head above the horizon, a share of the frame's height: nearer to it the skyline is full of thin things. */
const MIN_RISE = 0.06;
/** Probability of a signal or a sign at a head from which it is none. */
const MAX_SIGNAL = 0.3;
/** Height of a lamp in heights above the horizon, for a camera at 1.4 m and a lamp at 8 m. */
const HEIGHT_SHARE = 1.2;
/** Most heads in a frame, and most stems whose tops are looked at, longest first. */
const MAX_HEADS = 32;
const MAX_STEMS = 160;

const { most: MARGIN } = BESIDE;

/** The top of a thin upright line before the sky, in samples. */
interface Stem {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Finds the heads of lamp posts that stand before the sky, in the detail's own samples: a thin upright stem with clear sky on either side,
 * that ends in an arm or in a lantern and in nothing else. What is not sure (bare poles, wires, branches, signals) is left out.
 */
export class LampPostFinder {
  readonly #mask = new Uint8Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  /** By sample: length of the stem that ends there, and where it starts. */
  readonly #lengths = new Int16Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  readonly #starts = new Int32Array(DETAIL_WIDTH * DETAIL_HEIGHT);
  readonly #busy = new Int16Array(DETAIL_WIDTH + 1);
  readonly #visited = new Set<number>();

  /** @param surfaces `[13, 72, 128]`. @param detail `[3, 256, 448]`. @param horizon share of the image's height. */
  find(surfaces: Float32Array, dark: DarkDetails, detail: Float32Array, horizon: number): FoundLampHead[] {
    const rows = Math.min(dark.rows, Math.floor(horizon * DETAIL_HEIGHT));
    const sky = skyLuma(surfaces, detail);
    if (sky === undefined || rows < MIN_STEM) return [];
    const heads: FoundLampHead[] = [];
    const taken: Stem[] = [];
    for (const stem of this.#stems(dark.around, detail, rows, BRIGHT * sky)) {
      if (taken.some((other) => isBeside(stem, other))) continue;
      taken.push(stem);
      heads.push(...this.#headsOf(stem, surfaces, horizon));
      if (taken.length >= MAX_STEMS || heads.length >= MAX_HEADS) break;
    }
    return heads;
  }

  /** The stems, longest first. @param bright luma of the sky. */
  #stems(around: Float32Array, detail: Float32Array, rows: number, bright: number): Stem[] {
    const [mask, lengths, starts, busy] = [this.#mask, this.#lengths, this.#starts, this.#busy];
    const ends = new Map<number, number>();
    for (let y = 0; y < rows; y++) {
      const row = y * DETAIL_WIDTH;
      for (let x = 0; x < DETAIL_WIDTH; x++) {
        const sky = around[row + x] ?? 0;
        const isDark = sky > bright && sky - (detail[row + x] ?? 0) > MIN_CONTRAST;
        mask[row + x] = isDark ? 1 : 0;
        lengths[row + x] = 0;
        busy[x + 1] = (busy[x] ?? 0) + (isDark || sky <= bright ? 1 : 0);
      }
      for (let x = CLEAR_TO; x < DETAIL_WIDTH - CLEAR_TO; x++) {
        const i = row + x;
        if (mask[i] === 0 || !isClear(busy, x)) continue;
        const from = this.#longestAbove(i, y);
        lengths[i] = from < 0 ? 1 : (lengths[from] ?? 0) + Math.round((i - from) / DETAIL_WIDTH);
        const start = from < 0 ? i : (starts[from] ?? i);
        starts[i] = start;
        if ((lengths[i] ?? 0) >= MIN_STEM && (lengths[i] ?? 0) > (lengths[ends.get(start) ?? -1] ?? 0))
          ends.set(start, i);
      }
    }
    const stems = [...ends].map(([start, end]) => ({
      x: start % DETAIL_WIDTH,
      top: Math.floor(start / DETAIL_WIDTH),
      bottom: Math.floor(end / DETAIL_WIDTH),
      slant: Math.abs((end % DETAIL_WIDTH) - (start % DETAIL_WIDTH)),
    }));
    return stems
      .filter(({ top, bottom, slant }) => slant <= MAX_SLANT * (bottom - top) + 1)
      .sort((a, b) => b.bottom - b.top - (a.bottom - a.top));
  }

  /** The sample of the longest stem that a sample continues, one or two rows above it; -1 where it starts one. */
  #longestAbove(i: number, y: number): number {
    let best = -1;
    for (let up = 1; up <= Math.min(2, y); up++) {
      for (const side of [0, -1, 1]) {
        const j = i - up * DETAIL_WIDTH + side;
        const length = this.#lengths[j] ?? 0;
        if (length > 0 && length + up > (best < 0 ? 0 : (this.#lengths[best] ?? 0) + 1)) best = j;
      }
    }
    return best;
  }

  /** The heads of a post: at the ends of its arms, or on top. None where its top is anything else. */
  #headsOf(stem: Stem, surfaces: Float32Array, horizon: number): FoundLampHead[] {
    const area = this.#topOf(stem);
    if (!area) return [];
    const { left, right, top, samples } = area;
    const longer = Math.max(stem.x - left, right - stem.x);
    const places: [x: number, y: number][] = [];
    if (longer >= MIN_ARM) {
      for (const end of [left, right]) {
        const length = Math.abs(end - stem.x);
        if (length < Math.max(MIN_ARM, MIN_ARM_SHARE * longer)) continue;
        const rows = samples
          .filter((i) => Math.abs((i % DETAIL_WIDTH) - end) <= 2)
          .map((i) => Math.floor(i / DETAIL_WIDTH));
        const y = rows.reduce((sum, row) => sum + row, 0) / rows.length;
        places.push([end + (end === left ? 1 : -1), y]);
      }
    } else if (longer >= MIN_LANTERN && stem.bottom - stem.top >= MIN_LANTERN_STEM) {
      places.push([(left + right) / 2, top + 1]);
    }
    return places.flatMap(([x, y]) => {
      const place = { x: (x + 0.5) / DETAIL_WIDTH, y: (y + 0.5) / DETAIL_HEIGHT };
      const rise = horizon - place.y;
      if (rise < MIN_RISE || signalAt(surfaces, place.x, place.y) > MAX_SIGNAL) return [];
      const height = HEIGHT_SHARE * rise;
      return [{ place, radius: headRadius(height), height }];
    });
  }

  /** What is connected with the top of a stem, beside it and above it; undefined where that goes on: no head of a lamp does. */
  #topOf({ x, top, bottom }: Stem): { left: number; right: number; top: number; samples: number[] } | undefined {
    const length = bottom - top + 1;
    const beside = Math.round(Math.min(BESIDE.most, Math.max(BESIDE.least, BESIDE.stems * length)));
    const above = Math.round(Math.min(ABOVE.most, Math.max(ABOVE.least, ABOVE.stems * length)));
    const bounds = { left: x - beside, right: x + beside, top: top - above, bottom: top + 1 };
    const samples = [top * DETAIL_WIDTH + x];
    const visited = this.#visited;
    visited.clear();
    visited.add(samples[0] ?? 0);
    const area = { left: x, right: x, top };
    for (const i of samples) {
      const column = i % DETAIL_WIDTH;
      const row = Math.floor(i / DETAIL_WIDTH);
      if (column <= Math.max(0, bounds.left) || column >= Math.min(DETAIL_WIDTH - 1, bounds.right)) return undefined;
      if (row <= Math.max(0, bounds.top)) return undefined;
      area.left = Math.min(area.left, column);
      area.right = Math.max(area.right, column);
      area.top = Math.min(area.top, row);
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const j = i + dy * DETAIL_WIDTH + dx;
          if (row + dy > bounds.bottom || this.#mask[j] !== 1 || visited.has(j)) continue;
          visited.add(j);
          samples.push(j);
        }
      }
    }
    return { ...area, samples };
  }
}

/** The luma of the sky, from that of its darker part; undefined without enough of it. */
function skyLuma(surfaces: Float32Array, detail: Float32Array): number | undefined {
  const sky = surfacePlane(surfaces, 'sky');
  const lumas: number[] = [];
  for (let i = 0; i < sky.length; i += 2) {
    if ((sky[i] ?? 0) < MIN_SKY) continue;
    const row = Math.floor((((i / SURFACE_WIDTH) | 0) * DETAIL_HEIGHT + DETAIL_HEIGHT / 2) / SURFACE_HEIGHT);
    const column = Math.floor(((i % SURFACE_WIDTH) * DETAIL_WIDTH + DETAIL_WIDTH / 2) / SURFACE_WIDTH);
    lumas.push(detail[row * DETAIL_WIDTH + column] ?? 0);
  }
  if (lumas.length < (MIN_SKY_SHARE * sky.length) / 2) return undefined;
  return lumas.sort((a, b) => a - b)[Math.floor(DARK_SKY_SHARE * lumas.length)];
}

/** Whether the sky is clear on both sides of a column. @param busy how many samples of the row to its left are not. */
function isClear(busy: Int16Array, x: number): boolean {
  const count = (from: number, to: number): number => (busy[to + 1] ?? 0) - (busy[from] ?? 0);
  return count(x - CLEAR_TO, x - CLEAR_FROM) === 0 && count(x + CLEAR_FROM, x + CLEAR_TO) === 0;
}

/** Whether two stems are one, or one above the other. */
function isBeside(a: Stem, b: Stem): boolean {
  return Math.abs(a.x - b.x) <= CLEAR_FROM && a.top <= b.bottom + MARGIN && b.top <= a.bottom + MARGIN;
}

/** Largest probability of a signal or a sign around a place. */
function signalAt(surfaces: Float32Array, x: number, y: number): number {
  const [signal, sign] = [surfacePlane(surfaces, 'signal'), surfacePlane(surfaces, 'sign')];
  const [column, row] = [Math.floor(x * SURFACE_WIDTH), Math.floor(y * SURFACE_HEIGHT)];
  let most = 0;
  for (let r = Math.max(0, row - 2); r <= Math.min(SURFACE_HEIGHT - 1, row + 2); r++) {
    for (let c = Math.max(0, column - 2); c <= Math.min(SURFACE_WIDTH - 1, column + 2); c++) {
      most = Math.max(most, (signal[r * SURFACE_WIDTH + c] ?? 0) + (sign[r * SURFACE_WIDTH + c] ?? 0));
    }
  }
  return most;
}
