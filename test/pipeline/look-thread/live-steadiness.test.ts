import { describe, expect, it } from 'vitest';
import { fromSeconds } from '../../../src/core/time.js';
import { GRID_SIZE, identityLook, LIGHTS_WIDTH, type Look } from '../../../src/look/look.js';
import { LiveSteadiness } from '../../../src/pipeline/look-thread/live-steadiness.js';
import type { SteadinessStats } from '../../../src/pipeline/look-thread-messages.js';
import { openMotionEstimator } from '../../../src/temporal/motion.js';
import { asThumbnail } from '../../infer/synthetic-thumbnails.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';

const day = streetThumbnail();

/** A look that multiplies luma everywhere. */
function gainOf(gain: number): Look {
  const look = identityLook();
  for (let i = 0; i < GRID_SIZE; i += 12) look.grid[i] = gain;
  return look;
}

/** Measures two seconds at 30 frames a second. */
async function measure(
  dayOf: (frame: number) => Float32Array,
  look: (frame: number) => Look,
): Promise<SteadinessStats> {
  const motion = await openMotionEstimator();
  const meter = new LiveSteadiness();
  for (let frame = 0; frame < 60; frame++) {
    const data = dayOf(frame);
    meter.add(asThumbnail(data, fromSeconds(frame / 30)), look(frame), motion.next(data));
  }
  return meter.stats;
}

const still = (): Float32Array => day;

describe('LiveSteadiness', () => {
  it('is 0 before two frames, and for a constant look', async () => {
    expect(new LiveSteadiness().stats).toEqual({ flicker: 0, localFlicker: 0 });
    const { flicker, localFlicker } = await measure(still, () => gainOf(0.3));
    expect(flicker).toBe(0);
    expect(localFlicker).toBeLessThan(1e-6);
  });

  it('measures the relative change from frame to frame of a flickering look', async () => {
    const { flicker, localFlicker } = await measure(still, (frame) => gainOf(frame % 2 ? 0.4 : 0.44));
    expect(flicker).toBeGreaterThan(0.085); // ln 1.1 is 0.095, less the offset for black
    expect(flicker).toBeLessThan(0.096);
    expect(localFlicker).toBeGreaterThan(0.075);
    expect(localFlicker).toBeLessThan(0.096);
  });

  it('ignores the flicker of the day itself', async () => {
    const flashing = (frame: number): Float32Array => day.map((value) => value * (frame % 2 ? 0.7 : 0.8));
    const { flicker } = await measure(flashing, () => gainOf(0.5));
    expect(flicker).toBeLessThan(0.01);
  });

  it('measures a blinking lamp while the whole frame hardly changes', async () => {
    const lamp = (frame: number): Look => {
      const look = gainOf(0.3);
      for (let y = 30; y < 34; y++) look.lights.fill(frame % 2 ? 1 : 0, y * LIGHTS_WIDTH + 60, y * LIGHTS_WIDTH + 64);
      return look;
    };
    const { flicker, localFlicker } = await measure(still, lamp);
    expect(flicker).toBeLessThan(0.02);
    expect(localFlicker).toBeGreaterThan(3 * flicker);
  });

  it('measures a small lamp at any position', async () => {
    for (const [column, row] of [
      [63, 31],
      [60, 30],
      [61, 33],
    ] as const) {
      const { localFlicker } = await measure(still, (frame) => {
        const look = gainOf(0.3);
        for (let y = row; y < row + 2; y++) {
          look.lights.fill(frame % 2, y * LIGHTS_WIDTH + column, y * LIGHTS_WIDTH + column + 2);
        }
        return look;
      });
      expect(localFlicker).toBeGreaterThan(0.005);
    }
  });

  it('averages over the last seconds', async () => {
    const calm = await measure(still, (frame) => gainOf(frame < 20 && frame % 2 ? 0.4 : 0.44));
    const wild = await measure(still, (frame) => gainOf(frame > 40 && frame % 2 ? 0.4 : 0.44));
    expect(calm.flicker).toBeLessThan(0.75 * wild.flicker);
  });
});
