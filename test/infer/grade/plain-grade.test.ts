import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PlaneKernel } from '../../../src/image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../../src/image/thumbnail.js';
import { applyGridInto, applyLookInto } from '../../../src/look/apply-look.js';
import { AFFINE_SIZE, GRID_BINS, GRID_HEIGHT, GRID_WIDTH, emptyLook, identityLook } from '../../../src/look/look.js';
import { plainGrade, plainGradeGrid, plainGradeLights } from '../../../src/infer/grade/plain-grade.js';
import { PIXELS, noiseThumbnail, rampThumbnail, spotsThumbnail } from '../synthetic-thumbnails.js';

/** Results of an independent computation (PyTorch, float32) of the same formulas on the same thumbnails. */
interface Golden {
  readonly grid: Record<'contrast' | 'deep', readonly (readonly number[])[]>;
  readonly thumbnails: Record<
    'noise' | 'ramp' | 'spots',
    { readonly samples: readonly number[]; readonly deepSamples: readonly number[]; readonly blocks: readonly number[] }
  >;
}
const golden = JSON.parse(readFileSync(new URL('golden/plain-grade.json', import.meta.url), 'utf8')) as Golden; // our own file
const kernel = await PlaneKernel.open();

/** Indices of the coefficients of an affine transform that the formulas set; the others are 0. */
const SET_COEFFICIENTS = [0, 3, 5, 7, 10, 11];

/** The night of the formulas with lights at full thumbnail size, before they are halved. */
function fullSizeNight(day: Float32Array, deep: boolean): Float32Array {
  const night = new Float32Array(day.length);
  applyGridInto(plainGradeGrid({ deep }), day, night);
  const lights = plainGradeLights(kernel, day);
  for (let i = 0; i < PIXELS; i++) {
    for (let c = 0; c < 3; c++) {
      const at = c * PIXELS + i;
      night[at]! += lights[i]! * (c === 0 ? 0.9 : 1.4) * day[at]! + lights[(c + 1) * PIXELS + i]!;
    }
  }
  return night;
}

describe('plainGrade', () => {
  it.each(['contrast', 'deep'] as const)('matches the %s grid of the independent computation', (name) => {
    const grid = plainGradeGrid({ deep: name === 'deep' });
    let worst = 0;
    for (let cell = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
      for (let bin = 0; bin < GRID_BINS; bin++) {
        const row = Math.floor(cell / GRID_WIDTH);
        const expected = golden.grid[name][row * GRID_BINS + bin]!;
        for (let k = 0; k < AFFINE_SIZE; k++) {
          const slot = SET_COEFFICIENTS.indexOf(k);
          const wanted = slot < 0 ? 0 : expected[slot]!;
          worst = Math.max(worst, Math.abs(grid[(cell * GRID_BINS + bin) * AFFINE_SIZE + k]! - wanted));
        }
      }
    }
    expect(worst).toBeLessThan(1e-6);
  });

  it.each([
    ['noise', noiseThumbnail()],
    ['ramp', rampThumbnail()],
    ['spots', spotsThumbnail()],
  ] as const)('matches the night of the independent computation for the %s thumbnail', (name, day) => {
    const expected = golden.thumbnails[name];
    for (const deep of [false, true]) {
      const night = fullSizeNight(day, deep);
      let worst = 0;
      for (let i = 0; i < 96; i++) {
        const at = ((29 * i) % THUMBNAIL_HEIGHT) * THUMBNAIL_WIDTH + ((37 * i) % THUMBNAIL_WIDTH);
        if (deep) worst = Math.max(worst, Math.abs(night[at]! - expected.deepSamples[i]!));
        else
          for (let c = 0; c < 3; c++)
            worst = Math.max(worst, Math.abs(night[c * PIXELS + at]! - expected.samples[3 * i + c]!));
      }
      expect(worst).toBeLessThan(5e-6);
      if (!deep) expect(worstBlock(night, expected.blocks)).toBeLessThan(5e-6);
    }
  });

  it('keeps the sum of the lights when it halves them to a lights layer', () => {
    const day = spotsThumbnail();
    const fine = plainGradeLights(kernel, day);
    const { lights } = plainGrade(kernel, day);
    for (let c = 0; c < 4; c++) {
      const sum = (plane: Float32Array): number => plane.reduce((a, b) => a + b, 0);
      const [whole, halved] = [
        sum(fine.subarray(c * PIXELS, (c + 1) * PIXELS)),
        sum(lights.subarray((c * PIXELS) / 4, ((c + 1) * PIXELS) / 4)),
      ];
      expect(halved * 4).toBeCloseTo(whole, 2);
    }
    expect(lights.some((value) => value > 0.5)).toBe(true);
  });
});

describe('applyLookInto', () => {
  it('leaves a thumbnail unchanged with the identity look', () => {
    const day = noiseThumbnail();
    const out = new Float32Array(day.length);
    applyLookInto(identityLook(), day, out);
    expect(Math.max(...out.map((value, i) => Math.abs(value - day[i]!)))).toBeLessThan(1e-6);
  });

  it('adds core times the pixel, and the halo unchanged', () => {
    const day = rampThumbnail();
    const look = emptyLook();
    look.lights.fill(0.5, 0, 128 * 72);
    look.lights.fill(0.25, 128 * 72, 2 * 128 * 72);
    const out = new Float32Array(day.length);
    applyLookInto(look, day, out);
    const at = 70 * THUMBNAIL_WIDTH + 200;
    expect(out[at]).toBeCloseTo(0.5 * 0.9 * day[at]! + 0.25, 6);
    expect(out[PIXELS + at]).toBeCloseTo(0.5 * 1.4 * day[PIXELS + at]!, 6);
  });
});

function worstBlock(night: Float32Array, blocks: readonly number[]): number {
  let worst = 0;
  for (let c = 0, block = 0; c < 3; c++) {
    for (let by = 0; by < THUMBNAIL_HEIGHT; by += 16) {
      for (let bx = 0; bx < THUMBNAIL_WIDTH; bx += 16, block++) {
        let sum = 0;
        for (let k = 0; k < 256; k++) sum += night[c * PIXELS + (by + (k >> 4)) * THUMBNAIL_WIDTH + bx + (k & 15)]!;
        worst = Math.max(worst, Math.abs(sum / 256 - blocks[block]!));
      }
    }
  }
  return worst;
}
