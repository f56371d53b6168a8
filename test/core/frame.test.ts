import { expect, it } from 'vitest';
import { assumedColor } from '../../src/core/color.js';
import { Frame } from '../../src/core/frame.js';
import { micros } from '../../src/core/time.js';

const options = {
  width: 64,
  height: 36,
  pts: micros(5),
  duration: micros(1),
  color: assumedColor(36),
  capturedAt: micros(0),
};

it('counts live frames and releases memory once', () => {
  let released = 0;
  const before = Frame.liveCount;
  const frame = new Frame({
    ...options,
    y: new Uint8Array(64 * 36),
    u: new Uint8Array(32 * 18),
    v: new Uint8Array(32 * 18),
    strides: [64, 32, 32],
    release: () => released++,
  });
  expect(Frame.liveCount).toBe(before + 1);
  frame.close();
  frame.close();
  expect(released).toBe(1);
  expect(Frame.liveCount).toBe(before);
});

it('clones pixels and times into separate memory', () => {
  using frame = Frame.allocate(options);
  frame.y[0] = 7;
  using copy = frame.clone();
  frame.y[0] = 9;
  expect(copy.y[0]).toBe(7);
  expect(copy.pts).toBe(5);
});

it('rejects odd sizes and cloning a closed frame', () => {
  expect(() => Frame.allocate({ ...options, width: 63 })).toThrow(/even .* got 63x36/);
  const frame = Frame.allocate(options);
  frame.close();
  expect(() => frame.clone()).toThrow(/closed/);
});
