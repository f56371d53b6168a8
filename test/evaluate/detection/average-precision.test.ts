import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { averagePrecision, foundOf, joinMatches, wrongOf } from '../../../src/evaluate/detection/average-precision.js';
import { meanPrecision } from '../../../src/evaluate/detection/class-scores.js';
import type { Detection, PixelBox, TrueBox } from '../../../src/evaluate/detection/detection.js';
import { AREAS, matchDetections, OVERLAPS, type AreaName } from '../../../src/evaluate/detection/match-detections.js';
import { matchSet } from '../../../src/evaluate/detection/set-matches.js';

const truth = (x: number, side = 10, isIgnored = false): TrueBox => ({ x, y: 0, width: side, height: side, isIgnored });
const at = (x: number, score: number, side = 10): Detection => ({
  x,
  y: 0,
  width: side,
  height: side,
  score,
  classIndex: 0,
});

/** The class of a set of images, each with its detections (most certain first) and true boxes. */
function joined(
  ...images: readonly (readonly [readonly Detection[], readonly TrueBox[]])[]
): ReturnType<typeof joinMatches> {
  return joinMatches(
    images.map(([detections, truths]) => ({
      scores: detections.map(({ score }) => score),
      matches: matchDetections(detections, truths),
    })),
  );
}

describe('average precision', () => {
  it('is 1 where everything is found first, and 0 where nothing is', () => {
    expect(averagePrecision(joined([[at(0, 0.9), at(50, 0.1)], [truth(0)]]), 0)).toBeCloseTo(1, 9);
    expect(averagePrecision(joined([[at(50, 0.9)], [truth(0)]]), 0)).toBe(0);
    expect(averagePrecision(joined([[], [truth(0)]]), 0)).toBe(0);
    expect(averagePrecision(joined([[at(0, 1)], []]), 0)).toBeNaN();
  });

  it('averages the precision over 101 recalls: worked out by hand', () => {
    // Right, wrong, right, of three: recalls 1/3 at precision 1, 2/3 at 2/3. Points 0 to 0.33 are 34, 0.34 to 0.66 are 33.
    const matches = joined([
      [at(0, 0.9), at(500, 0.8), at(20, 0.7)],
      [truth(0), truth(20), truth(40)],
    ]);
    expect(averagePrecision(matches, 0)).toBeCloseTo((34 + 33 * (2 / 3)) / 101, 9);
    expect([foundOf(matches, 0.85), foundOf(matches, 0.7), wrongOf(matches, 0.7)]).toEqual([1, 2, 1]);
  });

  it('counts a second detection of one object as wrong, and one over an ignored region not at all', () => {
    const twice = joined([
      [at(0, 0.9), at(0, 0.8), at(20, 0.7)],
      [truth(0), truth(20)],
    ]);
    expect(averagePrecision(twice, 0)).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 9);
    const ignored = joined([
      [at(0, 0.9), at(33, 0.8, 4), at(35, 0.75, 4), at(20, 0.7)],
      [truth(0), truth(20), truth(30, 10, true)],
    ]);
    expect(averagePrecision(ignored, 0)).toBeCloseTo(1, 9);
  });

  it('falls with the overlap that is asked for', () => {
    // 10x10 beside 10x10, 2 apart: 80 of 120 shared, an overlap of 2/3.
    const matches = joined([[at(2, 0.9)], [truth(0)]]);
    expect(OVERLAPS.map((_, level) => averagePrecision(matches, level))).toEqual([
      ...[1, 1, 1, 1].map((value) => expect.closeTo(value, 9) as number),
      ...[0, 0, 0, 0, 0, 0],
    ]);
    expect(meanPrecision(matches)).toBeCloseTo(0.4, 9);
  });

  it('of drawn images is that of the same images repeated', () => {
    const images = randomImages(3, 12, 1e6).map(
      ({ detections, truths }) => [detections[0] ?? [], truths[0] ?? []] as const,
    );
    const weights = [2, 0, 1, 3, 0, 0, 1, 1, 2, 0, 1, 1];
    const repeated = images.flatMap((image, i) => new Array<typeof image>(weights[i] ?? 0).fill(image));
    for (const level of [0, 5]) {
      expect(averagePrecision(joined(...images), level, weights)).toBeCloseTo(
        averagePrecision(joined(...repeated), level),
        3,
      );
    }
  });
});

interface RandomImage {
  readonly detections: readonly (readonly Detection[])[];
  readonly truths: readonly (readonly TrueBox[])[];
}

const CLASSES = 3;

/** Images with true boxes of all sizes, some ignored, and detections near and beside them. @param scoreLevels few: scores repeat. */
function randomImages(seed: number, count: number, scoreLevels = 50): RandomImage[] {
  const random = new Random(seed);
  const each = <T>(make: () => T): T[] => Array.from({ length: CLASSES }, make);
  return Array.from({ length: count }, () => {
    const truths = each(() =>
      Array.from({ length: random.below(6) }, () => ({
        x: random.between(0, 400),
        y: random.between(0, 300),
        width: random.between(5, 180),
        height: random.between(5, 180),
        isIgnored: random.next() < 0.15,
      })),
    );
    const detections = truths.map((boxes) => {
      const near = boxes.flatMap((box) =>
        Array.from({ length: random.below(3) }, () => ({
          x: box.x + random.normal() * 0.1 * box.width,
          y: box.y + random.normal() * 0.1 * box.height,
          width: box.width * random.between(0.8, 1.25),
          height: box.height * random.between(0.8, 1.25),
        })),
      );
      const beside = Array.from({ length: random.below(4) }, () => ({
        x: random.between(0, 400),
        y: random.between(0, 300),
        width: random.between(5, 150),
        height: random.between(5, 150),
      }));
      return [...near, ...beside]
        .map((box) => ({ ...box, score: (1 + random.below(scoreLevels)) / (scoreLevels + 1), classIndex: 0 }))
        .sort((a, b) => b.score - a.score);
    });
    return { detections, truths };
  });
}

/** AP by class of pycocotools for each area, with the mean over overlaps and at 0.5. */
const PYCOCOTOOLS = `
import sys, json, contextlib, io
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
data = json.load(sys.stdin)
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(); truth.dataset = data['truth']; truth.createIndex()
    e = COCOeval(truth, truth.loadRes(data['found']), 'bbox')
    e.evaluate(); e.accumulate()
p = e.eval['precision'][:, :, :, :, 2]
mean = lambda a: float(a.mean()) if (a > -1).all() else None
print(json.dumps({area: [[mean(p[:, :, k, a]), mean(p[0, :, k, a])] for k in range(p.shape[2])] for a, area in enumerate(['all', 'small', 'medium', 'large'])}))
`;

/** What pycocotools 2.0.11 gives for {@link comparedImages}: by area and class the mean over overlaps, and AP at 0.5. */
const GOLDEN: Readonly<Record<AreaName, readonly (readonly [ap: number, ap50: number])[]>> = {
  all: [
    [0.1338727, 0.3595926],
    [0.163049, 0.4229909],
    [0.1115079, 0.3363709],
  ],
  small: [
    [0.0787187, 0.1918074],
    [0.2493678, 0.667749],
    [0.103868, 0.2684543],
  ],
  medium: [
    [0.1206334, 0.3329512],
    [0.141155, 0.331152],
    [0.1144761, 0.3254573],
  ],
  large: [
    [0.2042216, 0.4971604],
    [0.1869015, 0.4953924],
    [0.1303514, 0.4391077],
  ],
};

/** The images that pycocotools was given. */
const comparedImages = randomImages(7, 60);

describe('average precision beside pycocotools', () => {
  it('is the same for every class, overlap and size', () => {
    expectPrecisions(GOLDEN, 6);
  });

  const hasPycocotools = spawnSync('python3', ['-c', 'import pycocotools.cocoeval']).status === 0;
  if (!hasPycocotools) console.warn('skipped: python3 cannot import pycocotools; its recorded values are compared');

  it.skipIf(!hasPycocotools)('is what pycocotools on this machine gives', () => {
    const input = JSON.stringify(cocoFiles(comparedImages));
    const { stdout, stderr, status } = spawnSync('python3', ['-c', PYCOCOTOOLS], { input });
    expect(status, stderr.toString()).toBe(0);
    expectPrecisions(JSON.parse(stdout.toString()) as typeof GOLDEN, 9);
  });
});

/** @param digits of the decimals that must agree. */
function expectPrecisions(expected: typeof GOLDEN, digits: number): void {
  const [detections, truths] = [
    comparedImages.map((image) => image.detections),
    comparedImages.map((image) => image.truths),
  ];
  for (const area of Object.keys(AREAS) as AreaName[]) {
    for (const [k, one] of matchSet(detections, truths, CLASSES, area).entries()) {
      const [ap, ap50] = expected[area][k] ?? [Number.NaN, Number.NaN];
      expect(meanPrecision(one), `${area}, class ${k}`).toBeCloseTo(ap, digits);
      expect(averagePrecision(one, 0), `${area}, class ${k}, at 0.5`).toBeCloseTo(ap50, digits);
    }
  }
}

/** Images as a COCO data set and its results. */
function cocoFiles(images: readonly RandomImage[]): object {
  const rows = images.flatMap(({ detections, truths }, i) =>
    truths.flatMap((boxes, k) => {
      const place = { image_id: i + 1, category_id: k + 1 };
      const bbox = ({ x, y, width, height }: PixelBox): number[] => [x, y, width, height];
      return [
        ...boxes.map((box) => ({
          ...place,
          bbox: bbox(box),
          area: box.width * box.height,
          iscrowd: Number(box.isIgnored),
        })),
        ...(detections[k] ?? []).map((box) => ({ ...place, bbox: bbox(box), score: box.score })),
      ];
    }),
  );
  const annotations = rows.filter((row) => !('score' in row)).map((row, i) => ({ id: i + 1, ...row }));
  const truth = {
    info: {},
    images: images.map((_, i) => ({ id: i + 1 })),
    categories: Array.from({ length: CLASSES }, (_, k) => ({ id: k + 1, name: `class ${k}` })),
    annotations,
  };
  return { truth, found: rows.filter((row) => 'score' in row) };
}
