import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NocturneError } from '../../src/core/errors.js';
import { AFFINE_SIZE, GRID_BINS, LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../../src/look/look.js';
import { openLookGenerator } from '../../src/infer/look-generator.js';
import { SHIPPED_LOOK_MODEL } from '../../src/infer/open-generator.js';
import { asThumbnail, paint, rampThumbnail } from './synthetic-thumbnails.js';
import { GRID_BIAS, GRID_SLOPE, LIGHTS_FLOOR, LIGHTS_SLOPE, writeTinyModel } from './tiny-model.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-ort-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The error a promise rejects with. */
async function failureOf(promise: Promise<unknown>): Promise<NocturneError> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as NocturneError, // the assertions on it prove what it is
  );
}

describe('openLookGenerator', () => {
  it('gives the look that the network computes, in the look’s own order', async () => {
    await using generator = await openLookGenerator({ model: writeTinyModel(folder) });
    const day = rampThumbnail();
    const { grid, lights } = await generator.translate(asThumbnail(day));
    const cell = 5 * 16 + 11;
    let mean = 0;
    for (let k = 0; k < 256; k++) mean += day[(5 * 16 + (k >> 4)) * 256 + 11 * 16 + (k & 15)]! / 256;
    for (let k = 0; k < GRID_BINS * AFFINE_SIZE; k++) {
      expect(grid[cell * GRID_BINS * AFFINE_SIZE + k]).toBeCloseTo(GRID_BIAS(k) + GRID_SLOPE(k) * mean, 5);
    }
    const at = 40 * LIGHTS_WIDTH + 99;
    const luma = (day[80 * 256 + 198]! + day[80 * 256 + 199]! + day[81 * 256 + 198]! + day[81 * 256 + 199]!) / 4;
    for (let c = 0; c < 4; c++) {
      const expected = LIGHTS_SLOPE * (c + 1) * (luma - LIGHTS_FLOOR);
      expect(lights[c * LIGHTS_HEIGHT * LIGHTS_WIDTH + at]).toBeCloseTo(expected, 5);
    }
    expect(generator.device).toBe('cpu');
    expect(generator.card.name).toBe('tiny');
  });

  it('opens by the path of the card too', async () => {
    const model = writeTinyModel(folder, 'card');
    await using byCard = await openLookGenerator({ model: model.replace('.onnx', '.json') });
    expect(byCard.card.name).toBe('card');
  });

  it.each([
    ['no model', 'MODEL_NOT_FOUND', () => join(folder, 'missing.onnx')],
    [
      'no card',
      'MODEL_NOT_FOUND',
      () => {
        const path = writeTinyModel(folder, 'cardless');
        rmSync(path.replace('.onnx', '.json'));
        return path;
      },
    ],
    [
      'a card that is no JSON',
      'MODEL_INVALID',
      () => {
        const path = writeTinyModel(folder, 'broken');
        writeFileSync(path.replace('.onnx', '.json'), '{');
        return path;
      },
    ],
    [
      'another checksum',
      'MODEL_INVALID',
      () => writeTinyModel(folder, 'sum', {}, (card) => (card['sha256'] = '0'.repeat(64))),
    ],
    [
      'a card without a licence',
      'MODEL_INVALID',
      () => writeTinyModel(folder, 'free', {}, (card) => delete card['licence']),
    ],
    ['lights of another size', 'MODEL_INVALID', () => writeTinyModel(folder, 'small', { lightsHeight: 36 })],
    [
      'an output that is not there',
      'MODEL_INVALID',
      () =>
        writeTinyModel(folder, 'named', {}, (card) => {
          card['outputs'] = {
            grid: { name: 'gird', shape: [1, 96, 9, 16], layout: 'B34HW' },
            lights: { name: 'lights', shape: [1, 4, 72, 128] },
          };
        }),
    ],
  ] as const)('refuses %s with one line', async (_, code, make) => {
    const error = await failureOf(openLookGenerator({ model: make() }));
    expect(error).toMatchObject({ name: 'NocturneError', code, stage: 'infer' });
    expect(error.toLine()).not.toContain('\n');
  });

  it('refuses a file that is no ONNX although its checksum fits', async () => {
    const noise = Buffer.from('this is not a network');
    const sha256 = createHash('sha256').update(noise).digest('hex');
    const path = writeTinyModel(folder, 'noise', {}, (card) => (card['sha256'] = sha256));
    writeFileSync(path, noise);
    const error = await failureOf(openLookGenerator({ model: path }));
    expect(error).toMatchObject({ code: 'MODEL_INVALID' });
    expect(error.message).toContain('not a model');
  });

  it('fails on a frame whose look is not finite, and goes on with the next', async () => {
    await using generator = await openLookGenerator({ model: writeTinyModel(folder, 'root', { hasSqrtLights: true }) });
    const dark = asThumbnail(paint(() => [0.1, 0, 0]));
    const error = await failureOf(generator.translate(dark));
    expect(error).toMatchObject({ code: 'MODEL_FAILED', fatal: false });
    const { lights } = await generator.translate(asThumbnail(paint(() => [0.5, 0, 0])));
    expect(lights[0]).toBeCloseTo(Math.sqrt(LIGHTS_SLOPE * (0.5 - LIGHTS_FLOOR)), 5);
  });

  it('refuses threads that are no count', async () => {
    await expect(openLookGenerator({ model: SHIPPED_LOOK_MODEL, threads: 0 })).rejects.toThrow(RangeError);
  });

  it('takes no frame after it is closed', async () => {
    const generator = await openLookGenerator({ model: writeTinyModel(folder, 'closed') });
    await generator.close();
    await generator.close();
    await expect(generator.translate(asThumbnail(rampThumbnail()))).rejects.toThrow(TypeError);
  });
});

const vulkan = process.env['NOCTURNE_TEST_WEBGPU'];
if (!vulkan)
  console.warn('skipped: WebGPU tests; set NOCTURNE_TEST_WEBGPU=1 (and VK_DRIVER_FILES for a software driver)');

describe.skipIf(!vulkan)('openLookGenerator on WebGPU', () => {
  it('agrees with the processor, two sessions at once', async () => {
    expect(existsSync(process.env['VK_DRIVER_FILES'] ?? '/')).toBe(true);
    const model = writeTinyModel(folder, 'gpu');
    await using cpu = await openLookGenerator({ model, device: 'cpu' });
    await using first = await openLookGenerator({ model, device: 'webgpu' });
    await using second = await openLookGenerator({ model, device: 'webgpu' });
    const day = asThumbnail(rampThumbnail());
    const expected = await cpu.translate(day);
    for (const look of await Promise.all([first.translate(day), second.translate(day)])) {
      expect(Math.max(...look.grid.map((value, i) => Math.abs(value - expected.grid[i]!)))).toBeLessThan(1e-4);
      expect(Math.max(...look.lights.map((value, i) => Math.abs(value - expected.lights[i]!)))).toBeLessThan(1e-4);
    }
    expect(first.device).toBe('webgpu');
  });
});
