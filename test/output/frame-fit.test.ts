import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Color } from '../../src/core/color.js';
import { Frame, type FrameFormat } from '../../src/core/frame.js';
import { fromSeconds } from '../../src/core/time.js';
import { openFileSink } from '../../src/output/av-file-sink.js';
import { areaFor, FitCounter } from '../../src/output/frame-fit.js';
import { hasFfmpeg } from '../support/ffmpeg.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const LIMITED_601: Color = { matrix: 'bt601', range: 'limited' };
const formatOf = (width: number, height: number, sampleAspect: readonly [number, number] = [1, 1]): FrameFormat => {
  return { width, height, sampleAspect, color: LIMITED_601 };
};

describe('the area of a frame', () => {
  const hd = formatOf(1280, 720);
  test.each([
    ['the whole, for another size of one aspect', formatOf(640, 360), { x: 0, y: 0, width: 1280, height: 720 }],
    ['the whole, where the aspect is all but the same', formatOf(48, 28), { x: 0, y: 0, width: 1280, height: 720 }],
    ['as high, with bars at the sides', formatOf(640, 480), { x: 160, y: 0, width: 960, height: 720 }],
    ['upright, with bars at the sides', formatOf(720, 1280), { x: 436, y: 0, width: 406, height: 720 }],
    ['as wide, with bars above and below', formatOf(2400, 1000), { x: 0, y: 92, width: 1280, height: 534 }],
    ['by its sample aspect', formatOf(720, 576, [64, 45]), { x: 0, y: 0, width: 1280, height: 720 }],
    ['never empty', formatOf(2, 4000), { x: 638, y: 0, width: 2, height: 720 }],
  ])('is %s', (_, from, area) => {
    expect(areaFor(from, hd)).toEqual(area);
  });
});

/** A frame of one code value in each plane. */
function plainFrame(format: FrameFormat, codes: readonly [number, number, number], n: number): Frame {
  const frame = Frame.allocate({
    ...format,
    pts: fromSeconds(n / 25),
    duration: fromSeconds(1 / 25),
    capturedAt: fromSeconds(0),
  });
  for (const [plane, code] of [frame.y, frame.u, frame.v].map((plane, i) => [plane, codes[i] ?? 0] as const)) {
    plane.fill(code);
  }
  return frame;
}

test('counts frames by what differs, and lists few of many sizes', () => {
  const fits = new FitCounter(formatOf(64, 36));
  const count = (format: FrameFormat, n: number): boolean => {
    using frame = plainFrame(format, [16, 128, 128], n);
    return fits.count(frame);
  };
  expect(count(formatOf(64, 36), 0)).toBe(false);
  expect(fits.notices).toEqual([]);
  expect(count({ ...formatOf(64, 36), color: { matrix: 'bt709', range: 'full' } }, 1)).toBe(true);
  expect(count(formatOf(64, 36, [4, 3]), 2)).toBe(true);
  for (const [n, width] of [32, 34, 38, 40].entries()) expect(count(formatOf(width, 36), 3 + n)).toBe(true);
  expect(fits.notices).toEqual([
    'scaled 5 frames to 64x36, the size of the first: 64x36 (sample aspect 4:3) from 0.080 s, 32x36 from 0.120 s, 34x36 from 0.160 s and 2 more sizes',
    'converted 1 frame to the colour of the first (BT.601, limited range), from 0.040 s on',
  ]);
});

/** Writes frames to a file and decodes them to I420. Returns each frame's code value at a place of luma, and of U and V there. */
async function decoded(frames: readonly Frame[], x: number, y: number): Promise<number[][]> {
  const path = join(folder, 'fitted.mkv');
  const [{ width, height }] = frames as [Frame];
  await using sink = await openFileSink({
    ...{ path, timeBase: { num: 1, den: 25 }, frameRate: 25, crf: 1, preset: 'ultrafast', overwrite: true },
  });
  for (const frame of frames) await sink.write(frame);
  expect((await sink.finish()).frames).toBe(frames.length);
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']);
  const [luma, chroma] = [width * height, (width * height) / 4];
  expect(raw.length).toBe(frames.length * (luma + 2 * chroma));
  return frames.map((_, n) => {
    const start = n * (luma + 2 * chroma);
    const inChroma = (y >> 1) * (width / 2) + (x >> 1);
    return [raw[start + y * width + x], raw[start + luma + inChroma], raw[start + luma + chroma + inChroma]].map(
      Number,
    );
  });
}

function expectNear(codes: readonly number[] | undefined, expected: readonly number[]): void {
  for (const [i, code] of expected.entries()) expect(Math.abs((codes?.[i] ?? -100) - code)).toBeLessThanOrEqual(2);
}

describe.skipIf(!hasFfmpeg)('a file', () => {
  test('shows a frame of another size in its middle, with black beside it', async () => {
    const frames = (): Frame[] => [
      plainFrame(formatOf(128, 72), [100, 90, 160], 0),
      plainFrame(formatOf(64, 64), [180, 110, 140], 1),
      plainFrame(formatOf(128, 72), [100, 90, 160], 2),
    ];
    const [middle, side] = [await decoded(frames(), 64, 36), await decoded(frames(), 4, 36)];
    expectNear(middle[1], [180, 110, 140]);
    expectNear(side[1], [16, 128, 128]);
    for (const codes of [middle[0], side[0], middle[2], side[2]]) expectNear(codes, [100, 90, 160]);
    expect(Frame.liveCount).toBe(0);
  });

  test('has one colour: other matrices and ranges are converted to that of the first frame', async () => {
    // A saturated red: R'G'B' = (0.8, 0.2, 0.2), by each matrix and range.
    const first = plainFrame(formatOf(64, 64), redOf('bt601', 'limited'), 0);
    const others = (['bt601', 'bt709', 'bt2020'] as const).flatMap((matrix) =>
      (['limited', 'full'] as const).map((range) => ({ matrix, range })),
    );
    const frames = others.map(({ matrix, range }, n) =>
      plainFrame({ ...formatOf(64, 64), color: { matrix, range } }, redOf(matrix, range), n + 1),
    );
    for (const codes of await decoded([first, ...frames], 32, 32)) expectNear(codes, redOf('bt601', 'limited'));
  });
});

/** Code values of R'G'B' (0.8, 0.2, 0.2) by ITU-R BT.601, BT.709 or BT.2020. */
function redOf(matrix: Color['matrix'], range: Color['range']): [number, number, number] {
  const [kr, kb] = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] }[matrix] as [
    number,
    number,
  ];
  const [r, g, b] = [0.8, 0.2, 0.2];
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  const [u, v] = [(b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))];
  const isFull = range === 'full';
  const [luma, chroma, black] = isFull ? [255, 255, 0] : [219, 224, 16];
  return [Math.round(black + luma * y), Math.round(128 + chroma * u), Math.round(128 + chroma * v)];
}
