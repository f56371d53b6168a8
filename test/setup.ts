import { afterAll, expect } from 'vitest';
import { Frame } from '../src/core/frame.js';

afterAll(() => {
  expect(Frame.liveCount, 'frames left open in this thread').toBe(0);
});
