import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openLabelledSet } from '../../../src/augment/labelled-set.js';
import { Frame } from '../../../src/core/frame.js';
import { Random } from '../../../src/core/random.js';
import type { DetectorEvaluation } from '../../../src/evaluate/detection/detector-evaluation.js';
import { evaluateDetector, type EvaluateDetectorOptions } from '../../../src/evaluate/detection/evaluate-detector.js';
import { readRgb, writeImage } from '../../../src/image/image-file.js';
import { nocturne } from '../../support/command.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { cellDetector } from './cell-detector.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

/** Each run of the command loads code for a second on an idle machine. */
vi.setConfig({ testTimeout: 300_000 });

const [WIDTH, HEIGHT] = [256, 128];
/** Blocks of the images: the detector's cells, in pixels of the image. */
const BLOCK = 16;
const IMAGES = 6;

/** Options of {@link writeSet}. */
interface SetOptions {
  /** Brightness of the blocks, 0 to 1. */
  readonly brightness?: number;
  /** Names of the classes of red and green blocks; null: no labels. */
  readonly names?: readonly [string, string] | null;
}

/** Writes a YOLO data set: red and green blocks on grey, each on a cell of the detector. */
async function writeSet(
  name: string,
  { brightness = 1, names = ['car', 'pedestrian'] }: SetOptions = {},
): Promise<string> {
  const random = new Random(5);
  mkdirSync(at(`${name}/images`), { recursive: true });
  if (names) {
    mkdirSync(at(`${name}/labels`));
    writeFileSync(at(`${name}/classes.txt`), names.join('\n'));
  }
  for (let i = 0; i < IMAGES; i++) {
    const data = new Uint8Array(3 * WIDTH * HEIGHT).fill(114);
    const cells = new Set(Array.from({ length: 5 }, () => random.below((WIDTH / BLOCK) * (HEIGHT / BLOCK))));
    const lines = [...cells].map((cell, k) => {
      const [column, row, kind] = [cell % (WIDTH / BLOCK), Math.floor(cell / (WIDTH / BLOCK)), k % 2];
      for (let y = row * BLOCK; y < (row + 1) * BLOCK; y++) {
        for (let x = column * BLOCK; x < (column + 1) * BLOCK; x++) {
          const value = 255 * brightness;
          data.set(kind === 0 ? [value, 0, 0] : [0, value, 0], 3 * (y * WIDTH + x));
        }
      }
      const centre = [((column + 0.5) * BLOCK) / WIDTH, ((row + 0.5) * BLOCK) / HEIGHT];
      return [kind, ...centre, BLOCK / WIDTH, BLOCK / HEIGHT].join(' ');
    });
    await writeImage(at(`${name}/images/${i}.png`), { width: WIDTH, height: HEIGHT, data });
    if (names) writeFileSync(at(`${name}/labels/${i}.txt`), `${lines.join('\n')}\n`);
  }
  return at(name);
}

beforeAll(async () => {
  writeFileSync(at('cells.onnx'), cellDetector({ format: 'yolov8' }));
  await writeSet('day');
  await writeSet('dim', { brightness: 0.2 });
  await writeSet('plates', { names: ['plate', 'sticker'] });
  await writeSet('bare', { names: null });
});

async function evaluated(
  input: string,
  references: readonly string[] = [],
  change: Partial<EvaluateDetectorOptions> = {},
): Promise<DetectorEvaluation> {
  return await evaluateDetector({
    detector: at('cells.onnx'),
    detectorScore: 0.25,
    input: await openLabelledSet(at(input), 100),
    references: await Promise.all(references.map((name) => openLabelledSet(at(name), 100))),
    generator: 'grade',
    seed: 1,
    signal: new AbortController().signal,
    ...change,
  });
}

describe('a detector by day and at night', () => {
  it('is measured against the labels, and what the night keeps is the ratio', async () => {
    const found = await evaluated('day', ['dim']);
    expect(found.input).toMatchObject({ layout: 'yolo', images: IMAGES });
    expect(found.classes).toEqual(['car', 'pedestrian']);
    const day = found.day.labelled;
    expect(day?.ap.mean).toBeCloseTo(1, 9);
    expect(day?.found.mean).toBe(1);
    expect(day?.boxes).toBe(found.pairs.reduce((sum, { objects }) => sum + objects, 0));
    expect(day?.areas.small).toEqual({ boxes: day?.boxes, ap: expect.closeTo(1, 9) as number });
    expect(day?.areas.large).toEqual({ boxes: 0, ap: Number.NaN });

    // A grade darkens: scores are differences of colours, so that fewer are sure enough, and their order stays.
    const { labelled: night, retention } = found.night;
    expect(night?.found.mean).toBeLessThan(0.9);
    expect(retention?.found.mean).toBeCloseTo(night?.found.mean ?? Number.NaN, 9);
    expect(retention?.ap50.mean).toBeCloseTo((night?.ap50.mean ?? 0) / (day?.ap50.mean ?? 1), 9);
    expect(retention?.classes['car']?.found.ci[0]).toBeLessThanOrEqual(retention?.classes['car']?.found.mean ?? 0);
    expect(found.luma.lost.night).toBeLessThan(found.luma.lost.day);

    // The same detections with the day's as truth.
    expect(found.labelFree.boxes).toBe(day?.boxes);
    expect(found.labelFree.found.mean).toBeCloseTo(night?.found.mean ?? Number.NaN, 9);

    // Blocks of a fifth of the brightness have scores of a fifth: all in order, none sure enough.
    const dim = found.references['dim'];
    expect(dim?.labelled?.ap50.mean).toBeCloseTo(1, 2);
    expect(dim?.labelled?.found.mean).toBe(0);
    expect(dim?.retention?.found.mean).toBe(0);
    expect(JSON.parse(JSON.stringify(found.references))).toMatchObject({ dim: { images: IMAGES, perImage: {} } });
    expect(Frame.liveCount).toBe(0);
  });

  it('is compared without labels where there are none, or none of its classes', async () => {
    const bare = await evaluated('bare', ['plates']);
    expect(bare.input.layout).toBe('images');
    expect(bare.day.labelled).toBeNull();
    expect(bare.night.retention).toBeNull();
    expect(bare.unmatched.labels).toEqual(['plate', 'sticker']);
    expect(bare.notices).toEqual([expect.stringContaining("none of the labels' classes (plate, sticker)")]);
    const labelled = await evaluated('day');
    expect(bare.labelFree.found).toEqual(labelled.labelFree.found);
    expect(bare.labelFree.boxes).toBe(labelled.labelFree.boxes);
    expect(bare.references['plates']?.perImage['car']).toBeGreaterThan(1);
    // Real nights with labels of other classes say nothing about these.
    const mixed = await evaluated('day', ['plates']);
    expect(mixed.references['plates']).toMatchObject({ labelled: null, retention: null });
    expect(mixed.unmatched.labels).toEqual(['plate', 'sticker']);
  });

  it('has the same results for the same seed, and other intervals for another', async () => {
    const [one, again, other] = [
      await evaluated('day'),
      await evaluated('day'),
      await evaluated('day', [], { seed: 2 }),
    ];
    expect(again).toEqual(one);
    expect(other.day.labelled?.boxes).toBe(one.day.labelled?.boxes);
    expect(other.night.labelled?.found.ci).not.toEqual(one.night.labelled?.found.ci);
  });

  it('skips images that cannot be read, and names them', async () => {
    await writeSet('broken');
    writeFileSync(at('broken/images/2.png'), readFileSync(at('broken/images/2.png')).subarray(0, 200));
    const found = await evaluated('broken');
    expect(found.input.images).toBe(IMAGES - 1);
    expect(found.notices).toEqual([expect.stringContaining('2.png')]);
  });

  it('is abandoned when the signal aborts', async () => {
    const controller = new AbortController();
    const stopped = evaluated('day', [], { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(Frame.liveCount).toBe(0);
  });

  it('leaves images without labels out of a set that labels them one by one', async () => {
    await writeSet('partly');
    rmSync(at('partly/labels/3.txt'));
    const set = await openLabelledSet(at('partly'), 100);
    expect(set.images).toHaveLength(IMAGES - 1);
    expect(set.notices).toEqual([expect.stringContaining('1 of 6 images')]);
  });
});

describe('nocturne eval --detector', () => {
  const args = ['eval', '--input', 'day', '--detector', 'cells.onnx', '--generator', 'grade'];

  it('prints a table, or the same as JSON, and writes a sheet with boxes', async () => {
    const table = await nocturne([...args, '--reference', 'dim', '--sheet', 'sheet.png'], { cwd: folder });
    expect(table.exitCode, table.stderr).toBe(0);
    for (const text of [
      'against the labels',
      'made night',
      'kept',
      'AP50 by class',
      'pedestrian',
      'without labels',
      'YOLOv8',
    ]) {
      expect(table.stdout).toContain(text);
    }
    const json = await nocturne([...args, '--reference', 'dim', '--json'], { cwd: folder });
    const { night, score } = JSON.parse(json.stdout) as DetectorEvaluation; // written by formatJson
    expect(score).toBe(0.25);
    expect(table.stdout).toContain(`${(100 * (night.retention?.found.mean ?? 0)).toFixed(0)} % (`);
    const { data } = await readRgb(at('sheet.png'));
    const count = (color: readonly number[]): number => {
      let pixels = 0;
      for (let i = 0; i < data.length; i += 3) if (color.every((value, k) => data[i + k] === value)) pixels++;
      return pixels;
    };
    expect(count([70, 230, 90])).toBeGreaterThan(1000); // found
    expect(count([255, 60, 60])).toBeGreaterThan(500); // lost, beyond the legend
  });

  it('fails with one line for a missing detector, a set of videos, and neither detector nor nights', async () => {
    const failureOf = async (...rest: string[]): Promise<string> => {
      const { stderr, exitCode } = await nocturne(rest, { cwd: folder });
      expect(exitCode, stderr).not.toBe(0);
      const lines = stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
      expect(lines, stderr).toHaveLength(1);
      return lines[0] ?? '';
    };
    expect(await failureOf('eval', '--input', 'day', '--detector', 'gone.onnx')).toContain('[MODEL_NOT_FOUND]');
    expect(await failureOf('eval', '--input', 'gone', '--detector', 'cells.onnx')).toContain('[INPUT_NOT_FOUND]');
    expect(await failureOf('eval', '--input', 'day')).toContain("required option '--reference <folder>' not specified");
    mkdirSync(at('clips'), { recursive: true });
    writeFileSync(at('clips/a.mp4'), 'no video');
    expect(await failureOf('eval', '--input', 'clips', '--detector', 'cells.onnx')).toMatch(
      /holds videos.*\[INPUT_UNSUPPORTED\]/,
    );
  });
});
