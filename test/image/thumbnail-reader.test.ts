import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Color } from '../../src/core/color.js';
import { Frame } from '../../src/core/frame.js';
import { Random } from '../../src/core/random.js';
import { micros } from '../../src/core/time.js';
import { resamplingTaps } from '../../src/image/resampling-taps.js';
import { rangeCodes, rgbToYuv, yuvToRgb } from '../../src/image/color-matrix.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { ThumbnailReader } from '../../src/image/thumbnail-reader.js';

let reader: ThumbnailReader;
let detailReader: ThumbnailReader;
beforeAll(async () => {
  reader = await ThumbnailReader.open();
  detailReader = await ThumbnailReader.open('detail');
});

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly padding: readonly [number, number, number];
  readonly color: Color;
}

const HD: Color = { matrix: 'bt709', range: 'limited' };

function painted(shape: Shape, paint: (plane: number, x: number, y: number) => number): Frame {
  const widths = [shape.width, shape.width / 2, shape.width / 2] as const;
  const strides = [widths[0] + shape.padding[0], widths[1] + shape.padding[1], widths[2] + shape.padding[2]] as const;
  const [y, u, v] = strides.map((stride, plane) => {
    const rows = plane === 0 ? shape.height : shape.height / 2;
    const bytes = new Uint8Array(stride * rows).fill(99);
    for (let row = 0; row < rows; row++) {
      for (let x = 0; x < widths[plane]!; x++) bytes[row * stride + x] = paint(plane, x, row);
    }
    return bytes;
  });
  const time = micros(7);
  return new Frame({
    ...{ width: shape.width, height: shape.height, y: y!, u: u!, v: v!, strides, color: shape.color },
    ...{ pts: time, duration: time, capturedAt: time, discontinuity: true },
  });
}

/** Reference weights: the mean over the area of one output sample, by brute force; bilinear where the source is smaller. */
function weightsOf(i: number, from: number, to: number): [number, number][] {
  if (from < to) {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    return [
      [low, 1 - (at - low)],
      [Math.min(from - 1, low + 1), at - low],
    ];
  }
  const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
  const weights: [number, number][] = [];
  for (let k = 0; k < from; k++) {
    const inside = Math.min(end, k + 1) - Math.max(start, k);
    if (inside > 0) weights.push([k, inside / (end - start)]);
  }
  return weights;
}

/** Reference thumbnail or detail, `[3, height, width]` in float64. */
function referencePlanes(frame: Frame, width = THUMBNAIL_WIDTH, height = THUMBNAIL_HEIGHT): Float64Array {
  const size = width * height;
  const codes = rangeCodes(frame.color.range);
  const means = [frame.y, frame.u, frame.v].map((plane, p) => {
    const [w, h] = p === 0 ? [frame.width, frame.height] : [frame.width / 2, frame.height / 2];
    const columns = Array.from({ length: width }, (_, i) => weightsOf(i, w, width));
    const rows = Array.from({ length: height }, (_, i) => weightsOf(i, h, height));
    return rows.flatMap((row) =>
      columns.map((column) => {
        let sum = 0;
        for (const [y, a] of row) for (const [x, b] of column) sum += a * b * plane[y * frame.strides[p]! + x]!;
        return sum;
      }),
    );
  });
  const out = new Float64Array(3 * size);
  const rgb = yuvToRgb(frame.color.matrix);
  const yuv = rgbToYuv('bt709');
  for (let i = 0; i < size; i++) {
    const day = [
      (means[0]![i]! - codes.black) / codes.luma,
      (means[1]![i]! - 128) / codes.chroma,
      (means[2]![i]! - 128) / codes.chroma,
    ];
    const light = [0, 3, 6].map((r) => rgb[r]! * day[0]! + rgb[r + 1]! * day[1]! + rgb[r + 2]! * day[2]!);
    [0, 3, 6].forEach((r, c) => {
      out[c * size + i] = yuv[r]! * light[0]! + yuv[r + 1]! * light[1]! + yuv[r + 2]! * light[2]!;
    });
  }
  return out;
}

function largestDifference(reference: Float64Array, data: Float32Array): number {
  return reference.reduce((largest, value, i) => Math.max(largest, Math.abs(value - data[i]!)), 0);
}

function largestError(frame: Frame): number {
  return largestDifference(referencePlanes(frame), reader.read(frame).data);
}

const even = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min / 2, max: max / 2 }).map((half) => half * 2);
const padding = fc.integer({ min: 0, max: 90 });

describe('a thumbnail', () => {
  it('matches float64 arithmetic on random frames, sizes, strides and colours', () => {
    const shapes = fc.record({
      width: even(2, 1100),
      height: even(2, 500),
      padding: fc.tuple(padding, padding, padding),
      color: fc.record({
        matrix: fc.constantFrom('bt601' as const, 'bt709' as const, 'bt2020' as const),
        range: fc.constantFrom('limited' as const, 'full' as const),
      }),
    });
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, seed) => {
        const random = new Random(seed);
        using frame = painted(shape, () => random.below(256));
        expect(largestError(frame)).toBeLessThan(1e-4);
      }),
      { numRuns: 25, seed: 4 },
    );
  });

  it.each([
    [1280, 720],
    [1920, 1080],
    [3840, 2160],
    [64, 36],
    [256, 144],
  ])('matches float64 arithmetic at %i x %i', (width, height) => {
    const random = new Random(width);
    using frame = painted({ width, height, padding: [0, 0, 0], color: HD }, () => random.below(256));
    expect(largestError(frame)).toBeLessThan(1e-4);
  });

  it('of white and black is 1 and 0, with neutral chroma', () => {
    for (const [code, luma] of [
      [235, 1],
      [16, 0],
    ] as const) {
      using frame = painted({ width: 640, height: 360, padding: [0, 0, 0], color: HD }, (p) => (p === 0 ? code : 128));
      const { data } = reader.read(frame);
      const size = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
      expect(data.subarray(0, size).every((value) => Math.abs(value - luma) < 1e-6)).toBe(true);
      expect(data.subarray(size).every((value) => Math.abs(value) < 1e-6)).toBe(true);
    }
  });

  it('holds the mean of the 5x5 pixels that a sample covers at 720p', () => {
    const black = { width: 1280, height: 720, padding: [0, 0, 0], color: HD } as const;
    using frame = painted(black, (p, x, y) => (p === 0 ? (x >= 500 && x < 503 && y === 400 ? 235 : 16) : 128));
    const { data } = reader.read(frame);
    expect(data[80 * THUMBNAIL_WIDTH + 100]).toBeCloseTo(3 / 25, 6);
    expect(data[80 * THUMBNAIL_WIDTH + 101]).toBeCloseTo(0, 6);
    expect(data[79 * THUMBNAIL_WIDTH + 100]).toBeCloseTo(0, 6);
  });

  it('carries the time and the discontinuity of its frame', () => {
    using frame = painted({ width: 64, height: 36, padding: [0, 0, 0], color: HD }, () => 100);
    expect(reader.read(frame)).toMatchObject({ pts: 7, discontinuity: true });
  });
});

describe('a detail', () => {
  it.each([
    [1280, 720],
    [1920, 1080],
    [130, 500],
    [448, 256],
  ])('matches float64 arithmetic at %i x %i', (width, height) => {
    const random = new Random(width);
    using frame = painted({ width, height, padding: [0, 9, 40], color: HD }, () => random.below(256));
    const data = detailReader.readPlanes(frame);
    expect(data).toHaveLength(3 * DETAIL_WIDTH * DETAIL_HEIGHT);
    expect(largestDifference(referencePlanes(frame, DETAIL_WIDTH, DETAIL_HEIGHT), data)).toBeLessThan(1e-4);
  });

  it('is lent until the call after the next one', () => {
    const [dark, grey, white] = [40, 120, 235].map((code) =>
      painted({ width: 64, height: 36, padding: [0, 0, 0], color: HD }, (p) => (p === 0 ? code : 128)),
    );
    const first = detailReader.readPlanes(dark!);
    const luma = first[0];
    expect(detailReader.readPlanes(grey!)).not.toBe(first);
    expect(first[0]).toBe(luma);
    expect(detailReader.readPlanes(white!)).toBe(first);
    for (const frame of [dark, grey, white]) frame!.close();
  });
});

describe('resampling taps', () => {
  it('have weights that sum to 1 and cover the source once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), (from, to) => {
        const covered = new Float64Array(from);
        for (const tap of resamplingTaps(from, to)) {
          const between = Math.max(0, tap.last - tap.first - 1);
          expect(tap.firstWeight + tap.lastWeight + between * tap.innerWeight).toBeCloseTo(1, 9);
          expect(tap.first >= 0 && tap.last < from && tap.first <= tap.last).toBe(true);
          covered[tap.first]! += tap.firstWeight;
          if (tap.last > tap.first) covered[tap.last]! += tap.lastWeight;
          for (let k = tap.first + 1; k < tap.last; k++) covered[k]! += tap.innerWeight;
        }
        if (from >= to) for (const weight of covered) expect(weight).toBeCloseTo(to / from, 6);
      }),
      { numRuns: 60, seed: 9 },
    );
  });
});
