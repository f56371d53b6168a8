import { describe, expect, it } from 'vitest';
import { micros } from '../../src/core/time.js';
import type { Thumbnail } from '../../src/image/thumbnail.js';
import { emptyLook, LIGHTS_HEIGHT, LIGHTS_WIDTH, type Look } from '../../src/look/look.js';
import { createSteadier } from '../../src/temporal/motion-steadier.js';

/** A textured day whose content moves to the right by `shift` pixels of the thumbnail. */
function day(shift: number, frame: number, gain = 1): Thumbnail {
  const data = new Float32Array(3 * 144 * 256);
  for (let y = 0, i = 0; y < 144; y++) {
    for (let x = 0; x < 256; x++, i++) {
      const at = x - shift;
      const texture = Math.sin(at / 5) * Math.cos(y / 7) + Math.sin((at + 2 * y) / 11) + Math.sin((3 * at - y) / 17);
      data[i] = gain * (0.4 + 0.09 * texture);
    }
  }
  return { data, pts: micros(frame * 40_000), discontinuity: false };
}

/** A look with a light and a lamp at a column of the thumbnail. */
function lookAt(column: number): Look {
  const look = emptyLook();
  for (let y = 0; y < LIGHTS_HEIGHT; y++) {
    for (let x = 0; x < LIGHTS_WIDTH; x++) {
      look.lights[y * LIGHTS_WIDTH + x] = Math.exp(-((x + 0.5 - column / 2) ** 2 + (y - 36) ** 2) / 10);
    }
  }
  look.lamps.set([column / 256, 0.5, 0.01, 0.01, 1, 0, 0, 1, 0, 0, 0, 7, 0]);
  return look;
}

function columnOf({ lights }: Look): number {
  let [sum, moment] = [0, 0];
  for (let i = 0; i < LIGHTS_WIDTH * LIGHTS_HEIGHT; i++) {
    sum += lights[i] ?? 0;
    moment += (lights[i] ?? 0) * ((i % LIGHTS_WIDTH) + 0.5) * 2;
  }
  return moment / sum;
}

describe('a look that comes some frames late', () => {
  it('is moved along the motion since its frame', async () => {
    using steadier = await createSteadier();
    steadier.propagate(day(0, 0));
    steadier.mark();
    const step = 2.5;
    const frames = 9;
    for (let frame = 1; frame <= frames; frame++) steadier.propagate(day(step * frame, frame));
    steadier.blendMarked(lookAt(100), 0.6);
    expect(Math.abs(columnOf(steadier.look) - (100 + step * frames))).toBeLessThan(1.5);
    expect(Math.abs(256 * (steadier.look.lamps[0] ?? 0) - (100 + step * frames))).toBeLessThan(1.5);
    steadier.propagate(day(step * (frames + 1), frames + 1)); // the estimator's own motion is as it was
    expect(Math.abs(columnOf(steadier.look) - (100 + step * (frames + 1)))).toBeLessThan(1.5);
  });

  it('follows the exposure that has changed since', async () => {
    using steadier = await createSteadier();
    const look = emptyLook();
    for (let i = 0; i < look.grid.length; i += 12) look.grid[i + 3] = 0.2; // Y' is 0.2 whatever the day
    steadier.propagate(day(0, 0));
    steadier.mark();
    for (let frame = 1; frame <= 3; frame++) steadier.propagate(day(0, frame, 1.06 ** frame));
    steadier.blendMarked(look, 0.6);
    const middle = steadier.look.grid[(4 * 16 + 8) * 96 + 2 * 12 + 3] ?? 0;
    expect(middle / 0.2).toBeGreaterThan(1.1);
    expect(middle / 0.2).toBeLessThan(1.06 ** 3 + 0.02);
  });

  it('is of no use after a cut, a seek, or without a mark', async () => {
    using steadier = await createSteadier();
    expect(steadier.isMarked).toBe(false);
    expect(() => steadier.blendMarked(lookAt(100), 0.6)).toThrow(TypeError);
    steadier.propagate(day(0, 0));
    steadier.mark();
    expect(steadier.isMarked).toBe(true);
    steadier.propagate({ ...day(0, 1), discontinuity: true });
    expect(steadier.isMarked).toBe(false);
    steadier.mark();
    const other = day(0, 2).data.map((_, i) => (i < 36864 ? ((i * 7919) % 251) / 251 : 0));
    steadier.propagate({ data: other, pts: micros(80_000), discontinuity: false });
    expect(steadier.cuts).toBe(1);
    expect(steadier.isMarked).toBe(false);
  });
});
