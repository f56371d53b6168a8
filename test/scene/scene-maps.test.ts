import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { SURFACE_SIZE, SURFACE_WIDTH, SURFACES } from '../../src/scene/scene.js';
import { SurfaceResampler, surfacePlane } from '../../src/scene/scene-maps.js';

const [WIDTH, HEIGHT] = [112, 64];
const resample = async (logits: Float32Array, width = WIDTH, height = HEIGHT): Promise<Float32Array> => {
  const out = new Float32Array(SURFACES.length * SURFACE_SIZE);
  new SurfaceResampler(await PlaneKernel.open(), width, height).resampleInto(logits, out);
  return out;
};

describe('SurfaceResampler', () => {
  it('writes probabilities that add up to 1, also of large logits', async () => {
    const random = new Random(3);
    const logits = Float32Array.from({ length: SURFACES.length * WIDTH * HEIGHT }, () => 300 * random.normal());
    const out = await resample(logits);
    for (let i = 0; i < SURFACE_SIZE; i += 37) {
      let sum = 0;
      for (let plane = 0; plane < SURFACES.length; plane++) {
        const value = out[plane * SURFACE_SIZE + i]!;
        expect(value).toBeGreaterThanOrEqual(0);
        sum += value;
      }
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it.each([
    [112, 64],
    [128, 72],
    [224, 128],
    [4, 1],
  ])('keeps constant maps constant from %i x %i', async (width, height) => {
    const count = width * height;
    const logits = new Float32Array(SURFACES.length * count);
    for (let plane = 0; plane < SURFACES.length; plane++) logits.fill(plane / 5, plane * count, (plane + 1) * count);
    const out = await resample(logits, width, height);
    const sum = SURFACES.reduce((total, _, plane) => total + Math.exp(plane / 5), 0);
    for (const [plane, surface] of SURFACES.entries()) {
      const values = surfacePlane(out, surface);
      const expected = Math.exp(plane / 5) / sum;
      expect(Math.max(...values.map((value) => Math.abs(value - expected)))).toBeLessThan(5e-6);
    }
  });

  it('keeps edges where they are', async () => {
    const logits = new Float32Array(SURFACES.length * WIDTH * HEIGHT);
    const road = SURFACES.indexOf('road') * WIDTH * HEIGHT;
    for (let i = 0; i < WIDTH * HEIGHT; i++) logits[road + i] = i % WIDTH >= WIDTH / 2 ? 20 : -20;
    const plane = surfacePlane(await resample(logits), 'road');
    expect(plane[30 * SURFACE_WIDTH + SURFACE_WIDTH / 2 - 3]).toBeLessThan(0.01);
    expect(plane[30 * SURFACE_WIDTH + SURFACE_WIDTH / 2 + 2]).toBeGreaterThan(0.99);
  });
});
