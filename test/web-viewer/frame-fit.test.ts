import { describe, expect, it } from 'vitest';
import { containFrame, displaySize } from '../../web-viewer/frame-fit.js';

describe('containedIn', () => {
  it('centres the frame with bars at two sides', () => {
    const box = { left: 0, top: 0, width: 1000, height: 500 };
    expect(containFrame(box, 500, 500)).toEqual({ left: 250, top: 0, width: 500, height: 500 });
    expect(containFrame(box, 4000, 1000)).toEqual({ left: 0, top: 125, width: 1000, height: 250 });
  });

  it('is empty for a frame without a size', () => {
    expect(containFrame({ left: 0, top: 0, width: 10, height: 10 }, 0, 0)).toMatchObject({ width: 0, height: 0 });
  });
});

describe('displaySize', () => {
  it('stretches the short side of non-square samples', () => {
    expect(displaySize(720, 576, [16, 15])).toEqual({ width: 768, height: 576 });
    expect(displaySize(1440, 1080, [4, 3])).toEqual({ width: 1920, height: 1080 });
    expect(displaySize(640, 480, [1, 2])).toEqual({ width: 640, height: 960 });
  });

  it('assumes square samples for an unknown aspect', () => {
    expect(displaySize(640, 480, [0, 1])).toEqual({ width: 640, height: 480 });
  });
});
