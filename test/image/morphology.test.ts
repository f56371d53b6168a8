import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoxBlur } from '../../src/image/blur.js';
import { Morphology } from '../../src/image/morphology.js';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { TopHat } from '../../src/image/top-hat.js';

const kernel = await PlaneKernel.open();

/** Small planes of any size with a radius; samples in [0, 1]. */
const planes = fc
  .record({
    width: fc.integer({ min: 1, max: 23 }),
    height: fc.integer({ min: 1, max: 17 }),
    radius: fc.integer({ min: 0, max: 5 }),
  })
  .chain((size) =>
    fc
      .array(fc.float({ min: 0, max: 1, noNaN: true }), {
        minLength: size.width * size.height,
        maxLength: size.width * size.height,
      })
      .map((samples) => ({ ...size, samples: Float32Array.from(samples) })),
  );

/** Reference: the samples in the window around one, inside the plane. */
function window(
  plane: { width: number; height: number; samples: Float32Array },
  at: number,
  rx: number,
  ry: number,
): number[] {
  const [cx, cy] = [at % plane.width, Math.floor(at / plane.width)];
  const values: number[] = [];
  for (let y = Math.max(0, cy - ry); y <= Math.min(plane.height - 1, cy + ry); y++) {
    for (let x = Math.max(0, cx - rx); x <= Math.min(plane.width - 1, cx + rx); x++)
      values.push(plane.samples[y * plane.width + x]!);
  }
  return values;
}

describe('Morphology', () => {
  it('dilates and erodes by definition, at any size and radius', () => {
    fc.assert(
      fc.property(planes, (plane) => {
        const morphology = new Morphology(kernel, plane.width, plane.height);
        const [high, low] = [new Float32Array(plane.samples.length), new Float32Array(plane.samples.length)];
        morphology.dilateInto(plane.samples, plane.radius, high);
        morphology.erodeInto(plane.samples, plane.radius, low);
        for (let i = 0; i < plane.samples.length; i++) {
          const around = window(plane, i, plane.radius, plane.radius);
          expect(high[i]).toBe(Math.max(...around));
          expect(low[i]).toBe(Math.min(...around));
        }
      }),
    );
  });

  it('works in place', () => {
    const samples = Float32Array.from([0, 1, 0, 0, 0, 0]);
    new Morphology(kernel, 6, 1).dilateInto(samples, 1, samples);
    expect([...samples]).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it('dilates a point to a round disc', () => {
    const [point, disc] = [new Float32Array(25), new Float32Array(25)];
    point[12] = 1;
    new Morphology(kernel, 5, 5).dilateDiscInto(point, disc);
    expect([disc[12], disc[11], disc[7]]).toEqual([1, 1, 1]);
    expect(disc[6]).toBeCloseTo(0.55);
    expect([disc[2], disc[10]]).toEqual([0, 0]);
  });
});

describe('TopHat', () => {
  it('keeps small bright details, whatever the brightness around them', () => {
    const plane = Float32Array.from({ length: 400 }, (_, i) => (i % 20) / 40);
    plane[210] = plane[210]! + 0.4;
    const out = new Float32Array(400);
    new TopHat(kernel, 20, 20, 2).whiteInto(plane, out);
    expect(out[210]).toBeGreaterThan(0.3);
    expect(out[50]).toBeLessThan(0.01);
  });

  it('keeps small dark details in its black form', () => {
    const plane = new Float32Array(400).fill(0.8);
    plane[105] = 0.3;
    const out = new Float32Array(400);
    new TopHat(kernel, 20, 20, 1).blackInto(plane, out);
    expect(out[105]).toBeCloseTo(0.5);
    expect(out.filter((value) => value !== 0)).toHaveLength(1);
  });

  it('is never negative, and 0 for areas larger than its square', () => {
    fc.assert(
      fc.property(planes, (plane) => {
        const out = new Float32Array(plane.samples.length);
        new TopHat(kernel, plane.width, plane.height, plane.radius).whiteInto(plane.samples, out);
        expect(Math.min(...out)).toBeGreaterThanOrEqual(0);
        new TopHat(kernel, plane.width, plane.height, plane.radius).whiteInto(
          new Float32Array(out.length).fill(0.7),
          out,
        );
        expect(Math.max(...out)).toBe(0);
      }),
    );
  });
});

describe('BoxBlur', () => {
  it('returns the mean of the window by definition, at any size and radius', () => {
    fc.assert(
      fc.property(planes, fc.integer({ min: 0, max: 4 }), (plane, radiusY) => {
        const out = new Float32Array(plane.samples.length);
        const blur = new BoxBlur(kernel, plane.width, plane.height);
        const size = (2 * plane.radius + 1) * (2 * radiusY + 1);
        for (const edges of ['zero', 'inside'] as const) {
          blur.blurInto(plane.samples, [plane.radius, radiusY], edges, out);
          for (let i = 0; i < out.length; i++) {
            const around = window(plane, i, plane.radius, radiusY);
            const sum = around.reduce((a, b) => a + b, 0);
            expect(out[i]).toBeCloseTo(sum / (edges === 'zero' ? size : around.length), 5);
          }
        }
      }),
    );
  });

  it('works in place', () => {
    const samples = Float32Array.from([0, 3, 0, 0]);
    new BoxBlur(kernel, 4, 1).blurInto(samples, [1, 0], 'zero', samples);
    expect([...samples]).toEqual([1, 1, 1, 0]);
  });
});
