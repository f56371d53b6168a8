import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controls } from '../../src/core/controls.js';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { Random } from '../../src/core/random.js';
import type { Look } from '../../src/look/look.js';
import { AFFINE_SIZE, emptyLook, GRID_SIZE, identityLook, LIGHTS_WIDTH } from '../../src/look/look.js';
import type { SyncRenderer } from '../../src/render/renderer.js';
import { openRenderer } from '../../src/render/wasm-renderer.js';
import { makeFrame, randomFrame, randomLook } from './frames.js';

const PLAIN: Controls = { ...DEFAULT_CONTROLS, grain: 0 };
const LAYER = 72 * 128;

let renderer: SyncRenderer;
beforeAll(async () => {
  renderer = await openRenderer({ seed: 1 });
});
afterAll(() => renderer[Symbol.dispose]());

/** Creates a look with the same transform in every node. */
function constantLook(affine: readonly number[]): Look {
  const look = emptyLook();
  for (let i = 0; i < GRID_SIZE; i++) look.grid[i] = affine[i % AFFINE_SIZE]!;
  return look;
}

const COLORS = [
  { matrix: 'bt709', range: 'limited' },
  { matrix: 'bt709', range: 'full' },
  { matrix: 'bt601', range: 'limited' },
  { matrix: 'bt601', range: 'full' },
  { matrix: 'bt2020', range: 'limited' },
] as const;

describe('an identity look', () => {
  it.each(COLORS)('leaves every byte unchanged in $matrix, $range range', (color) => {
    using frame = randomFrame({ width: 334, height: 38, padding: [10, 3, 5], color }, new Random(2));
    using before = frame.clone();
    renderer.apply(identityLook(), PLAIN, frame);
    expect(frame.y).toEqual(before.y);
    expect(frame.u).toEqual(before.u);
    expect(frame.v).toEqual(before.v);
  });
});

describe('a constant look', () => {
  const half = constantLook([0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0]);

  it('halves luma about code 16 and chroma about 128 in limited range', () => {
    using frame = makeFrame({ width: 64, height: 36 }, (plane) => [116, 88, 200][plane]!);
    renderer.apply(half, PLAIN, frame);
    expect([frame.y[70], frame.u[70], frame.v[70]]).toEqual([66, 108, 164]); // 16 + 100 / 2, 128 - 40 / 2, 128 + 72 / 2
  });

  it('halves luma about code 0 in full range', () => {
    const color = { matrix: 'bt709', range: 'full' } as const;
    using frame = makeFrame({ width: 64, height: 36, color }, (plane) => [116, 88, 200][plane]!);
    renderer.apply(half, PLAIN, frame);
    expect([frame.y[70], frame.u[70], frame.v[70]]).toEqual([58, 108, 164]);
  });

  it('converts BT.709 coefficients to those of a BT.601 frame', () => {
    // saturated red with half the chroma: the BT.601 luma must change, although the look keeps the BT.709 luma
    const muted = constantLook([1, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0]);
    const color = { matrix: 'bt601', range: 'full' } as const;
    using frame = makeFrame({ width: 64, height: 36, color }, (plane) => [76, 85, 255][plane]!);
    renderer.apply(muted, PLAIN, frame);
    // R, G, B = 254, 0, 0 (codes): Y709 54.0, U709 -29.1, V709 127.0; halved chroma is R, G, B = 154, 27, 27,
    // in BT.601 0.299 * 154 + 0.701 * 27 = 65
    expect(Math.abs(frame.y[70]! - 65)).toBeLessThanOrEqual(1);
  });

  it('saturates at 0 and 255 and never wraps', () => {
    using white = makeFrame({ width: 64, height: 36 }, (plane) => (plane === 0 ? 235 : 250));
    using black = white.clone();
    renderer.apply(constantLook([30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30]), PLAIN, white);
    renderer.apply(constantLook([-30, -30, -30, -30, -30, -30, -30, -30, -30, -30, -30, -30]), PLAIN, black);
    expect([Math.min(...white.y), Math.min(...white.u), Math.min(...white.v)]).toEqual([255, 255, 255]);
    expect([Math.max(...black.y), Math.max(...black.u), Math.max(...black.v)]).toEqual([0, 0, 0]);
  });

  it('becomes black, not noise, when its numbers are not finite', () => {
    using frame = makeFrame({ width: 64, height: 36 }, () => 120);
    renderer.apply(constantLook(Array.from({ length: 12 }, () => Number.NaN)), PLAIN, frame);
    expect([frame.y[70], frame.u[70], frame.v[70]]).toEqual([0, 0, 0]);
  });
});

describe('the guide', () => {
  /** Creates a look that keeps luma, and keeps chroma only from luma 0.5. */
  function brightColors(): Look {
    const look = identityLook();
    for (let i = 0; i < GRID_SIZE; i += AFFINE_SIZE) {
      const bin = (i / AFFINE_SIZE) % 8;
      const keep = bin >= 4 ? 1 : 0;
      look.grid[i + 5] = keep;
      look.grid[i + 10] = keep;
    }
    return look;
  }

  it('of a chroma sample is the mean of the four lumas it covers', () => {
    // lumas 16 and 235 in a checkerboard: mean 0.5, halfway between bin 3 and bin 4
    using frame = makeFrame({ width: 64, height: 36 }, (plane, x, y) =>
      plane > 0 ? 168 : (x + y) % 2 === 0 ? 16 : 235,
    );
    renderer.apply(brightColors(), PLAIN, frame);
    expect(frame.u[100]).toBe(148); // 128 + 40 / 2
    expect(frame.v[100]).toBe(148);
  });

  it('of luma is the pixel itself, linear between two bins', () => {
    const look = emptyLook();
    for (let i = 0; i < GRID_SIZE; i += AFFINE_SIZE) look.grid[i + 3] = ((i / AFFINE_SIZE) % 8) / 7; // offset = bin / 7
    using frame = makeFrame({ width: 256, height: 4 }, (plane, x) => (plane === 0 ? x : 128));
    renderer.apply(look, PLAIN, frame);
    const clamped = Array.from({ length: 256 }, (_, x) => Math.min(235, Math.max(16, x)));
    expect([...frame.y.subarray(0, 256)]).toEqual(clamped);
  });
});

describe('lights', () => {
  it('add light around their sample and nowhere else', () => {
    const look = identityLook();
    look.lights[LAYER + 10 * LIGHTS_WIDTH + 20] = 0.2; // haloY of row 10, column 20
    using frame = makeFrame({ width: 1280, height: 720 }, (plane) => (plane === 0 ? 50 : 128));
    renderer.apply(look, PLAIN, frame);
    // the cell's centre lies between pixels 204 and 205 of both axes: 0.95^2 of 0.2 * 219 on each
    expect(frame.y[104 * 1280 + 204]).toBe(90);
    const lit = frame.y.reduce((n, value) => n + (value !== 50 ? 1 : 0), 0);
    expect(lit).toBeLessThanOrEqual(400); // two cells wide and high
    expect(lit).toBeGreaterThan(300);
  });

  it('multiply the day by 0.9 core in luma and 1.4 core in chroma', () => {
    const look = emptyLook();
    look.lights.fill(0.5, 0, LAYER);
    using frame = makeFrame({ width: 128, height: 72 }, (plane) => [116, 108, 138][plane]!);
    renderer.apply(look, PLAIN, frame);
    // black's codes come from the transform: 16 + 0.45 * 100, 128 - 0.7 * 20, 128 + 0.7 * 10
    expect([frame.y[500], frame.u[500], frame.v[500]]).toEqual([61, 114, 135]);
  });

  it('appear alone on black in the lights view, without grain, at any strength', () => {
    const look = randomLook(new Random(4), 0.3, 0);
    look.lights.fill(0.5, 0, LAYER / 2); // the upper half
    using frame = makeFrame({ width: 256, height: 144 }, (plane) => [116, 108, 138][plane]!);
    renderer.apply(look, { ...DEFAULT_CONTROLS, strength: 0.2, view: 'lights' }, frame);
    expect([frame.y[20 * 256 + 7], frame.u[10 * 128 + 7]]).toEqual([61, 114]);
    expect([frame.y[120 * 256 + 7], frame.u[60 * 128 + 7]]).toEqual([16, 128]);
  });
});
