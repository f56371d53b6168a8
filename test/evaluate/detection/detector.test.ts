import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recogniseBoxLists } from '../../../src/evaluate/detection/box-list-output.js';
import type { DetectorInput } from '../../../src/evaluate/detection/detector-input.js';
import type { OutputTensor } from '../../../src/evaluate/detection/detector-output.js';
import { openOrtDetector } from '../../../src/evaluate/detection/ort-detector.js';
import { recogniseYolo } from '../../../src/evaluate/detection/yolo-output.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { tinyModel } from '../../infer/tiny-model.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { cellDetector, OBJECTNESS, SHARE, type CellDetectorOptions } from './cell-detector.js';

const folder = temporaryFolder();

function write(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

function model(name: string, options: CellDetectorOptions): string {
  return write(`${name}.onnx`, cellDetector(options));
}

const RED = [255, 0, 0] as const;
const GREEN = [0, 255, 0] as const;

/** An image of 256x128 grey pixels with plain rectangles. */
function image(
  ...blocks: readonly (readonly [x: number, y: number, side: number, color: readonly number[]])[]
): RgbImage {
  const [width, height] = [256, 128];
  const data = new Uint8Array(3 * width * height).fill(114);
  for (const [x, y, side, color] of blocks) {
    for (let row = y; row < y + side; row++) {
      for (let column = x; column < x + side; column++) data.set(color, 3 * (row * width + column));
    }
  }
  return { width, height, data };
}

describe('a detector', () => {
  // Letterboxed, two pixels are one of the input, and the image lies 32 of them from the top: cells of 8 are 16 pixels.
  it.each([
    ['yolov8', 'YOLOv8, [1, 6, 256]', 1, 1],
    ['yolov5', 'YOLOv5 or v7, [1, 256, 7]', OBJECTNESS, 1],
    ['yolox', 'YOLOX, [1, 336, 7]', OBJECTNESS, SHARE],
  ] as const)(
    'of the layout of %s is recognised and finds what is there, in pixels of the image',
    async (format, title, score, share) => {
      await using detector = await openOrtDetector(model(format, { format }));
      expect(detector.title).toBe(title);
      expect(detector.classes).toEqual(['car', 'person']);
      // YOLOX puts images in the corner: the same cells are others, so the blocks fit both.
      const found = await detector.detect(image([64, 32, 16, RED], [160, 96, 16, GREEN]));
      const sure = found.filter((one) => one.score > 0.5).sort((a, b) => a.x - b.x);
      const inset = (16 - 16 * share) / 2;
      const box = (x: number, y: number): object => ({
        x: expect.closeTo(x + inset, 3) as number,
        y: expect.closeTo(y + inset, 3) as number,
        width: expect.closeTo(16 * share, 3) as number,
        height: expect.closeTo(16 * share, 3) as number,
      });
      expect(sure).toEqual([
        { ...box(64, 32), classIndex: 0, score: expect.closeTo(score, 3) as number },
        { ...box(160, 96), classIndex: 1, score: expect.closeTo(score, 3) as number },
      ]);
    },
  );

  it('that thins out its own boxes is believed', async () => {
    await using detector = await openOrtDetector(model('finished', { format: 'endToEnd' }));
    expect(detector.title).toBe('YOLO, end to end, [1, 16, 6]');
    const found = await detector.detect(image([64, 0, 64, RED]));
    const [best] = found;
    expect(best).toMatchObject({
      x: 64,
      y: 0,
      width: 64,
      height: 64,
      classIndex: 0,
      score: expect.closeTo(1, 2) as number,
    });
  });

  it('gives one of boxes that overlap, the most certain', async () => {
    await using detector = await openOrtDetector(model('yolox-twice', { format: 'yolox' }));
    // All four cells of 8 and the one of 16 see red: four small boxes and a large one, which overlap too little; the whole stays.
    const found = await detector.detect(image([64, 32, 32, RED]));
    expect(
      found
        .filter(({ score }) => score > 0.5)
        .map(({ width }) => Math.round(width / SHARE))
        .sort((a, b) => a - b),
    ).toEqual([16, 16, 16, 16, 32]);
  });

  it('has the names of its classes from a file, a list of COCO, its card or its metadata', async () => {
    const unnamed = model('unnamed', { format: 'yolov8', metadata: {} });
    await expect(openOrtDetector(unnamed)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: `${unnamed} does not state the names of its 2 classes.`,
      remedy: expect.stringContaining('--detector-classes') as string,
    });
    const names = write('names.txt', '\ufeffLorry\r\nTram line\r\n\r\n');
    await using named = await openOrtDetector(unnamed, { classes: names });
    expect(named.classes).toEqual(['Lorry', 'Tram line']);
    await expect(openOrtDetector(unnamed, { classes: 'coco' })).rejects.toThrow(
      'has 2 classes, and 80 names were given',
    );
    await expect(openOrtDetector(unnamed, { classes: join(folder, 'gone.txt') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    const carded = model('carded', { format: 'yolov8', metadata: {} });
    write('carded.json', JSON.stringify({ detector: { classes: ['a', 'b'], colors: 'bgr' } }));
    await using card = await openOrtDetector(carded);
    expect(card.classes).toEqual(['a', 'b']);
    expect(card.input).toMatchObject({ width: 128, height: 128, colors: 'bgr', fit: 'letterbox', values: 'unit' });
    write('carded.json', JSON.stringify({ detector: { colors: 'yuv' } }));
    await expect(openOrtDetector(carded)).rejects.toThrow('detector.colors must be one of rgb, bgr, got "yuv"');
  });

  it('that is none is refused with what was seen and what is read', async () => {
    const failureOf = async (path: string): Promise<{ code?: string; message: string; remedy?: string }> =>
      openOrtDetector(path).then(
        () => ({ message: 'none' }),
        (error: unknown) => error as { code: string; message: string; remedy: string },
      );
    expect(await failureOf(join(folder, 'gone.onnx'))).toMatchObject({ code: 'MODEL_NOT_FOUND' });
    expect(await failureOf(write('text.onnx', 'no model'))).toMatchObject({ code: 'MODEL_INVALID' });
    const look = await failureOf(write('look.onnx', tinyModel()));
    expect(look).toMatchObject({ code: 'MODEL_INVALID', remedy: expect.stringContaining('YOLOv5') as string });
    expect(look.message).toContain('no detections that are read here: grid float32 [1, 96, 9, 16], lights float32');
  });
});

/** An output with its numbers. */
function output(name: string, dims: readonly number[], data: readonly number[], type = 'float32'): OutputTensor {
  return { name, type, dims, data };
}

const NCHW: DetectorInput = {
  name: 'x',
  type: 'float32',
  layout: 'NCHW',
  hasBatch: true,
  size: { width: 200, height: 100 },
};
const SIZE = { width: 200, height: 100 };

describe('outputs', () => {
  it('of TensorFlow have rows first, in shares, and class numbers', () => {
    const outputs = [
      output('detection_classes', [1, 2], [3, 1]),
      output('num_detections', [1], [2]),
      output('detection_boxes', [1, 2, 4], [0.1, 0.2, 0.3, 0.6, 0, 0, 1, 1]),
      output('detection_scores', [1, 2], [0.9, 0]),
    ];
    const format = recogniseBoxLists(outputs, { ...NCHW, layout: 'NHWC', type: 'uint8', size: undefined }, undefined);
    expect(format?.preprocessing.fit).toBe('own');
    const [found, ...none] = format?.decode(outputs, SIZE) ?? [];
    expect(none).toEqual([]);
    expect(found).toMatchObject({ x: 40, y: 10, classIndex: 3, score: 0.9 });
    expect(found?.width).toBeCloseTo(80, 9);
    expect(found?.height).toBeCloseTo(20, 9);
  });

  it('of torchvision are recognised without a single box, and count pixels', () => {
    const none = [output('boxes', [0, 4], []), output('17', [0], [], 'int64'), output('23', [0], [])];
    const format = recogniseBoxLists(none, { ...NCHW, hasBatch: false, size: undefined }, undefined);
    const some = [output('boxes', [1, 4], [10, 20, 60, 90]), output('17', [1], [3], 'int64'), output('23', [1], [0.7])];
    expect(format?.decode(none, SIZE)).toEqual([]);
    expect(format?.decode(some, SIZE)).toEqual([{ x: 10, y: 20, width: 50, height: 70, classIndex: 3, score: 0.7 }]);
  });

  it('of SSD have a score for each class', () => {
    const outputs = [
      output('scores', [1, 2, 3], [0, 0.8, 0.1, 0.0005, 0, 0.5]),
      output('boxes', [1, 2, 1, 4], [0.1, 0.2, 0.3, 0.6, 0, 0, 0.5, 0.5]),
    ];
    const format = recogniseBoxLists(outputs, NCHW, undefined);
    expect(format).toMatchObject({ classCount: 3, needsSuppression: true });
    expect(format?.decode(outputs, SIZE).map(({ classIndex, score }) => [classIndex, score])).toEqual([
      [1, 0.8],
      [2, 0.1],
      [2, 0.5],
    ]);
  });

  it('of DETR are middles, sizes and logits', () => {
    const boxes = output('pred_boxes', [1, 2, 4], [0.5, 0.5, 0.2, 0.4, 0.1, 0.1, 0.02, 0.02]);
    const sigmoid = [output('logits', [1, 2, 2], [0, -20, -20, -20]), boxes];
    const rtdetr = recogniseBoxLists(sigmoid, NCHW, 2);
    expect(rtdetr).toMatchObject({ classCount: 2, needsSuppression: false, preprocessing: { values: 'unit' } });
    const [found, ...rest] = rtdetr?.decode(sigmoid, SIZE) ?? [];
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ x: 80, y: 30, width: 40, height: 40, classIndex: 0, score: 0.5 });
    // One column more than classes: softmax, and the last one is none of them.
    const softmax = [output('logits', [1, 2, 3], [2, -20, 2, -20, -20, 5]), boxes];
    const detr = recogniseBoxLists(softmax, NCHW, 2);
    expect(detr).toMatchObject({ classCount: 2, preprocessing: { values: 'imagenet' } });
    expect(detr?.decode(softmax, SIZE)[0]?.score).toBeCloseTo(0.5, 6);
  });

  it('of YOLO that TensorFlow exports are shares of the input', () => {
    const rows = [
      [0.1, 0.9, 0.25],
      [0.5, 0.5, 0.5],
      [0.1, 0.1, 0.1],
      [0.2, 0.2, 0.2],
      [0.3, 0, 0.6],
      ...Array.from({ length: 79 }, () => [0, 0, 0]),
    ];
    // 84 rows of 100 boxes: the first three count.
    const wide = rows.map((row) => [...row, ...new Array<number>(97).fill(0)]);
    const format = recogniseYolo([output('output0', [1, 84, 100], wide.flat())], SIZE, 80);
    const found = format?.decode([output('output0', [1, 84, 100], wide.flat())], SIZE) ?? [];
    expect(found.map(({ x, width, score }) => [Math.round(x), Math.round(width), score])).toEqual([
      [10, 20, 0.3],
      [40, 20, 0.6],
    ]);
  });

  it('with masks after the classes are read up to them', () => {
    const data = new Array<number>((4 + 2 + 32) * 100).fill(0);
    data[0] = 150; // the middle of the first box
    data[4 * 100] = 0.9;
    data[6 * 100] = 5; // a coefficient of its mask
    const outputs = [output('output0', [1, 38, 100], data), output('output1', [1, 32, 160, 160], [])];
    const format = recogniseYolo(outputs, SIZE, 2);
    expect(format?.classCount).toBe(2);
    expect(format?.decode(outputs, SIZE)).toHaveLength(1);
  });
});
