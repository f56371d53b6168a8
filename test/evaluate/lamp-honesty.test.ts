import { describe, expect, it } from 'vitest';
import { lampHonesty } from '../../src/evaluate/lamp-honesty.js';
import { summarizeLamps } from '../../src/evaluate/summarize.js';
import type { Lamp } from '../../src/look/lamp-list.js';
import type { LampKind } from '../../src/look/look.js';
import { lookOfLamps } from '../support/lamps.js';

type Yuv = readonly [number, number, number];
const [WIDTH, HEIGHT] = [320, 180] as const;
const WALL: Yuv = [0.5, 0, 0];
const RED: Yuv = [0.35, -0.06, 0.2];
const GREEN: Yuv = [0.5, -0.04, -0.2];

/** A grey wall with boxes of another colour, in samples. */
function wallWith(...boxes: readonly (readonly [left: number, top: number, side: number, color: Yuv])[]): Float32Array {
  const data = new Float32Array(3 * WIDTH * HEIGHT);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    const box = boxes.find(([left, top, side]) => x >= left && x < left + side && y >= top && y < top + side);
    const color = box?.[3] ?? WALL;
    for (let c = 0; c < 3; c++) data[c * WIDTH * HEIGHT + i] = color[c]!;
  }
  return data;
}

/** Judges lamps at places in samples. */
function judge(
  data: Float32Array,
  lamps: readonly (Partial<Lamp> & { readonly at: readonly [number, number] })[],
  vehicles?: Parameters<typeof lampHonesty>[2],
): ReturnType<typeof lampHonesty> {
  const placed = lamps.map(({ at: [x, y], ...lamp }) => ({ ...lamp, x: (x + 0.5) / WIDTH, y: (y + 0.5) / HEIGHT }));
  return lampHonesty({ data, width: WIDTH, height: HEIGHT }, lookOfLamps(placed), vehicles);
}

const red = { kind: 'signal', u: -0.15, v: 0.6 } as const;
const green = { kind: 'signal', u: -0.1, v: -0.5 } as const;

describe('a signal', () => {
  it('is honest on a vivid spot of its own hue', () => {
    const day = wallWith([100, 60, 4, RED], [100, 80, 4, GREEN]);
    const { kinds, wrongSignals } = judge(day, [
      { ...red, at: [101, 61] },
      { ...green, at: [103, 82] },
    ]);
    expect(kinds.signal).toEqual({ lamps: 2, unfounded: 0, unjudged: 0 });
    expect(wrongSignals).toBe(0);
  });

  it('has the wrong colour where the day shows another one', () => {
    const { kinds, wrongSignals } = judge(wallWith([100, 60, 4, RED]), [{ ...green, at: [101, 61] }]);
    expect(wrongSignals).toBe(1);
    expect(kinds.signal.unfounded).toBe(0);
  });

  it('is unfounded on a bare wall, on a red wall and beside its spot', () => {
    const surface = wallWith([0, 0, WIDTH, RED]);
    expect(judge(surface, [{ ...red, at: [100, 100] }]).kinds.signal.unfounded).toBe(1);
    const day = wallWith([100, 60, 4, RED]);
    const { kinds, wrongSignals } = judge(day, [
      { ...red, at: [200, 60] },
      { ...red, at: [116, 61] },
    ]);
    expect(kinds.signal).toMatchObject({ lamps: 2, unfounded: 2 });
    expect(wrongSignals).toBe(0);
  });
});

describe('a lamp that only small things have', () => {
  const kinds: readonly LampKind[] = ['streetLamp', 'window', 'sign', 'shop', 'farLamp'];

  it('is honest on a dark pane, a pale lamp head or a coloured sign', () => {
    const day = wallWith([40, 40, 6, [0.35, 0, 0]], [100, 40, 3, [0.58, 0, 0]], [160, 40, 6, [0.5, 0.08, -0.02]]);
    for (const kind of kinds) {
      const found = judge(day, [
        { kind, at: [43, 43] },
        { kind, at: [101, 41] },
        { kind, at: [162, 43] },
      ]);
      expect(found.kinds[kind], kind).toEqual({ lamps: 3, unfounded: 0, unjudged: 0 });
    }
  });

  it('is unfounded on a plain wall, on its edge and on noise', () => {
    const day = wallWith([160, 0, WIDTH, [0.8, 0, 0]]);
    for (let i = 0; i < WIDTH * HEIGHT; i++) day[i]! += ((i * 7919) % 5) * 0.004;
    for (const kind of kinds) {
      const found = judge(day, [
        { kind, at: [60, 60] },
        { kind, at: [160, 60] },
      ]);
      expect(found.kinds[kind], kind).toMatchObject({ lamps: 2, unfounded: 2 });
    }
  });
});

describe('a vehicle’s lamp', () => {
  const car = { x: 0.25, y: 0.5, width: 0.25, height: 0.25 };
  const lamps = [
    { kind: 'tailLamp', at: [100, 110] },
    { kind: 'headLamp', at: [10, 110] },
    { kind: 'plate', at: [120, 170] },
  ] as const;

  it('is honest inside the box of a vehicle alone', () => {
    const { kinds } = judge(wallWith(), lamps, [car]);
    expect(kinds.tailLamp).toEqual({ lamps: 1, unfounded: 0, unjudged: 0 });
    expect(kinds.headLamp).toEqual({ lamps: 1, unfounded: 1, unjudged: 0 });
    expect(kinds.plate).toEqual({ lamps: 1, unfounded: 1, unjudged: 0 });
    expect(judge(wallWith(), lamps, []).kinds.tailLamp.unfounded).toBe(1);
  });

  it('is not judged where the vehicles are not known', () => {
    expect(judge(wallWith(), lamps).kinds.tailLamp).toEqual({ lamps: 1, unfounded: 0, unjudged: 1 });
  });
});

it('leaves out lamps outside the picture, and finds nothing in an empty list', () => {
  const { kinds } = judge(wallWith(), [{ at: [-30, 60] }, { at: [40, 200] }]);
  expect(kinds.streetLamp.lamps).toBe(0);
  expect(judge(wallWith(), []).wrongSignals).toBe(0);
});

it('is summed per hundred images', () => {
  const day = wallWith([100, 60, 4, RED]);
  const two = judge(day, [
    { ...green, at: [101, 61] },
    { kind: 'window', at: [200, 60] },
  ]);
  const { kinds, wrongSignals } = summarizeLamps([two, judge(day, [{ kind: 'window', at: [101, 61] }])]);
  expect(wrongSignals).toBe(50);
  expect(kinds.window).toEqual({ lamps: 100, unfounded: 50, unjudged: 0 });
  expect(kinds.signal).toEqual({ lamps: 50, unfounded: 0, unjudged: 0 });
});
