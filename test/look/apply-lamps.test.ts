import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { applyLookInto } from '../../src/look/apply-look.js';
import { identityLook } from '../../src/look/look.js';
import { lampList, randomLamps, TINTS } from '../render/lamps.js';
import { referenceLamps } from '../render/reference-lamps.js';

const SIZE = [96, 54] as const;
const COUNT = SIZE[0] * SIZE[1];
const FULL = { matrix: 'bt709', range: 'full' } as const;

describe('applyLookInto', () => {
  it("draws lamps with the luma of a frame's", () => {
    const lamps = lampList(96, randomLamps(new Random(4), 40, 6));
    const out = new Float32Array(3 * COUNT);
    const day = new Float32Array(3 * COUNT).fill(0.1, 0, COUNT).fill(0.12, 2 * COUNT);
    applyLookInto({ ...identityLook(), lamps }, day, out, SIZE);
    const codes = { day: () => 25.5, dayV: () => 128 + 0.12 * 255 };
    const reference = referenceLamps(lamps, { width: 96, height: 54, color: FULL, dial: 1, ...codes });
    for (let i = 0; i < COUNT; i++) {
      const expected = reference.luma(i % 96, Math.floor(i / 96), 25.5) / 255;
      expect(Math.abs(out[i]! - expected)).toBeLessThan(0.004); // a code value
    }
  });

  it('colours the rim of a lamp and keeps its core white', () => {
    const lamps = lampList(96, [{ x: 0.5, y: 0.5, radius: 4, luma: 4, tint: TINTS.sodium }]);
    const out = new Float32Array(3 * COUNT);
    applyLookInto({ ...identityLook(), lamps }, new Float32Array(3 * COUNT), out, SIZE);
    const center = 27 * 96 + 48;
    expect([out[center], out[COUNT + center], out[2 * COUNT + center]]).toEqual([1, 0, 0]);
    expect(Math.min(...out.subarray(COUNT, 2 * COUNT))).toBeLessThan(-0.15);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});
