import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Frame } from '../../src/core/frame.js';
import { evaluate, type EvaluateOptions } from '../../src/evaluate/evaluate.js';
import type { Evaluation } from '../../src/evaluate/evaluation.js';
import { openEvaluationInput } from '../../src/evaluate/evaluation-input.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { readRgb, writeImage } from '../../src/image/image-file.js';
import { tinyFeatureModel } from '../infer/tiny-model.js';
import { writeSceneModel } from '../support/scene-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { paintedImages } from './painted-images.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const SETS = [
  ['day', 'day', 8, 1],
  ['night', 'night', 6, 2],
  ['more/night', 'night', 5, 3],
] as const;

/** The work takes seconds on an idle machine. */
const SLOW_MACHINE_MS = 300_000;
vi.setConfig({ testTimeout: SLOW_MACHINE_MS });

beforeAll(async () => {
  for (const [name, kind, count, seed] of SETS) {
    mkdirSync(at(name), { recursive: true });
    for (const [i, image] of paintedImages(kind, count, seed).entries()) {
      await writeImage(join(at(name), `${i}.png`), image);
    }
  }
  writeFileSync(at('features.onnx'), tinyFeatureModel());
});

function options(change: Partial<EvaluateOptions> = {}): EvaluateOptions {
  const signal = new AbortController().signal;
  return {
    input: at('day'),
    references: [at('night')],
    generator: 'grade',
    maxImages: 100,
    seed: 1,
    signal,
    ...change,
  };
}

function contains({ mean, ci }: { mean: number; ci: readonly [number, number] }): boolean {
  return ci[0] <= mean && mean <= ci[1];
}

describe('an evaluation', () => {
  let found: Evaluation;
  beforeAll(async () => {
    const references = [at('night'), at('more/night')];
    found = await evaluate(options({ references, features: at('features.onnx'), sheet: at('sheet.png') }));
  }, SLOW_MACHINE_MS);

  it('has the distances of every set to every reference, with intervals', () => {
    expect(Object.keys(found.references)).toEqual([at('night'), at('more/night')]); // both folders are called night
    expect(found.layout).toEqual(found.references[at('night')]!.layout);
    for (const { layout, swd, lights, images } of Object.values(found.references)) {
      expect([5, 6]).toContain(images);
      for (const comparison of [layout, swd]) {
        for (const row of ['day', 'grade', 'curve', 'result', 'floor'] as const) {
          expect(contains(comparison[row])).toBe(true);
        }
        expect(comparison.floor.mean).toBeLessThan(comparison.curve.mean);
        expect(comparison.curve.mean).toBeLessThan(comparison.day.mean);
        expect(comparison.result).toEqual(comparison.grade);
      }
      for (const row of ['day', 'grade', 'curve', 'result', 'floor'] as const) expect(contains(lights[row])).toBe(true);
      expect(Object.keys(lights.day.byNumber!)).toHaveLength(8);
      expect(lights.floor.mean).toBeLessThan(lights.day.mean);
      expect(swd.day.levels).toHaveLength(3);
      expect(layout.floor.of).toContain(' against ');
    }
  });

  it('measures structure and invented lights, at which the day is perfect', () => {
    expect(found.structure.day.mean).toBeCloseTo(1, 9);
    expect(found.structure.result.mean).toBeLessThan(1);
    expect(found.structure.curve.mean).toBeGreaterThan(0.8);
    expect(found.inventedLights.day).toMatchObject({ mean: 0, overInput: 0 });
    expect(found.inventedLights.day.blobs.total).toBeGreaterThan(0);
    expect(found.lamps.result.kinds.signal).toEqual({ lamps: 0, unfounded: 0, unjudged: 0 }); // a grade lists none
    expect(found.tones.day.mean.mean).toBeGreaterThan(found.tones.result.mean.mean);
    expect(found.tones.real).toEqual(found.references[at('night')]!.tones);
  });

  it('has feature distances with a network, costs, and survives JSON', () => {
    const { fid, kid } = found.references[at('night')]!.features!;
    expect(fid.floor).toBeLessThan(fid.day);
    expect(kid.floor).toBeLessThan(kid.day);
    expect(found.cost).toMatchObject({ frames: 3, width: 256, height: 144 });
    expect(found.cost.stages.look.p50).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(found.references))).toEqual(found.references);
    expect(Frame.liveCount).toBe(0);
  });

  it('judges a generator that reads details by the details of the files', async () => {
    const generator = await writeSceneModel(folder);
    const days = await openEvaluationInput(at('day'));
    const signal = new AbortController().signal;
    const { images, details } = await days.read({ maxImages: 3, wantsDetails: true, signal, onImage: () => undefined });
    const detail = details?.at(1) ?? new Float32Array();
    const [small, large] = [images[1] ?? detail, detail].map((data) => {
      const luma = data.subarray(0, data.length / 3);
      return luma.reduce((sum, value) => sum + value, 0) / luma.length;
    });
    expect(detail).toHaveLength(3 * DETAIL_WIDTH * DETAIL_HEIGHT);
    expect(large).toBeCloseTo(small ?? 0, 2);
    const evaluation = await evaluate(options({ generator, maxImages: 3 }));
    expect(evaluation.generator.name).toBe('lit');
    expect(await evaluate(options({ generator, maxImages: 3 }))).toMatchObject({ layout: evaluation.layout });
  });

  it('writes a sheet of scenes and real nights', async () => {
    const { width, height, data } = await readRgb(at('sheet.png'));
    expect([width, height]).toEqual([1580, 760]);
    const meanOf = (left: number, top: number): number => {
      let sum = 0;
      for (let y = top; y < top + 144; y++) {
        for (let x = left; x < left + 256; x++) sum += data[3 * (y * width + x) + 1]! / (256 * 144);
      }
      return sum;
    };
    expect(meanOf(4, 4)).toBeGreaterThan(meanOf(264, 4)); // day, grade
    expect(meanOf(264, 4)).toBeCloseTo(meanOf(524, 4), 5); // grade, result
    expect(meanOf(4, 612)).toBeLessThan(meanOf(4, 4)); // a real night
  });
});

describe('the input of an evaluation', () => {
  it('can be a clip, whose frames are evenly spread', async () => {
    const clip = 'street:duration=2,size=256x144,rate=10,seed=3';
    const found = await evaluate(options({ input: clip, maxImages: 8 }));
    expect(found.input.images).toBeGreaterThanOrEqual(4);
    expect(found.input.images).toBeLessThanOrEqual(8);
    expect(found.layout.floor.of).toBe('halves of night');
    expect(found.cost.frames).toBe(15);
    expect(Frame.liveCount).toBe(0);
  });

  it('gives the same results for the same seed', async () => {
    const [one, again] = [await evaluate(options({ maxImages: 4 })), await evaluate(options({ maxImages: 4 }))];
    expect(again.references).toEqual(one.references);
    expect(one.input.images).toBe(4);
  });

  it('can contain unreadable images, which are skipped and named', async () => {
    mkdirSync(at('broken'));
    for (const [i, image] of paintedImages('day', 2, 5).entries()) {
      await writeImage(at(`broken/${i}.png`), image);
    }
    writeFileSync(at('broken/no.jpg'), 'no image');
    const found = await evaluate(options({ input: at('broken') }));
    expect(found.input.images).toBe(2);
    expect(found.notices).toEqual([expect.stringContaining('no.jpg')]);
  });

  it('is abandoned when the signal aborts', async () => {
    const controller = new AbortController();
    const stopped = evaluate(options({ signal: controller.signal, onProgress: () => controller.abort() }));
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(Frame.liveCount).toBe(0);
  });
});
