import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetPlan } from '../../../src/augment/dataset.js';
import { findFrameRuns } from '../../../src/augment/layouts/frame-runs.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { footage } from '../../support/footage.js';
import { cameraImage, isWhole, itemOf, itemsOf, planOf, type Files } from './support.js';

/** A camera that moves one pixel a frame, under the given names. */
async function drive(names: readonly string[], seed = 1): Promise<Record<string, Uint8Array>> {
  const frames = names.map(async (name, i) => [name, await cameraImage(seed, { shift: i, format: 'jpeg' })] as const);
  return Object.fromEntries(await Promise.all(frames));
}

/** Another place in each image, under the given names. */
async function places(names: readonly string[]): Promise<Record<string, Uint8Array>> {
  const images = names.map(async (name, i) => [name, await cameraImage(100 + i, { format: 'jpeg' })] as const);
  return Object.fromEntries(await Promise.all(images));
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const padded = (i: number, length = 6): string => String(i).padStart(length, '0');
const sequencesOf = ({ units }: DatasetPlan): string[][] =>
  units.filter(({ kind }) => kind === 'sequence').map(({ items }) => items.map(({ source }) => source));
const timesOf = (plan: DatasetPlan): (number | undefined)[] => itemsOf(plan).map(({ timeS }) => timeS);

describe('by names', () => {
  it.each([
    ['numbers', range(5).map((i) => `a/frame_${padded(i + 120)}.jpg`)],
    ['numbers without zeros', range(12).map((i) => `img${i}.jpg`)],
    ['every fifth number', range(6).map((i) => `${padded(i * 5)}.png`)],
    [
      'microseconds',
      range(4).map((i) => `n015__CAM_FRONT__${1_531_883_530_412_470 + i * 83_000 + (i % 2) * 9000}.jpg`),
    ],
    ['a word after the number', range(4).map((i) => `aachen_000000_${padded(i)}_leftImg8bit.png`)],
  ])('%s are a run in order', (_, paths) => {
    expect(findFrameRuns([...paths].reverse()).map(({ frames }) => frames.map(({ path }) => path))).toEqual([paths]);
  });

  it.each([
    ['a random sample', ['000001.jpg', '000004.jpg', '000005.jpg', '000011.jpg', '000019.jpg', '000020.jpg']],
    ['ids', ['000000000139.jpg', '000000000285.jpg', '000000000632.jpg', '000000000724.jpg']],
    ['two images', ['a1.jpg', 'a2.jpg']],
    ['times minutes apart', range(5).map((i) => `${1_531_883_530 + i * 600}.jpg`)],
    ['one number in two formats', ['1.jpg', '1.png', '2.jpg', '2.png']],
  ])('%s are none', (_, paths) => {
    expect(findFrameRuns(paths)).toEqual([]);
  });

  it('a long gap begins another run, a short one is a frame that is missing', () => {
    const paths = [...range(8).filter((i) => i !== 3), ...range(8).map((i) => i + 500)].map((i) => `${padded(i)}.jpg`);
    const runs = findFrameRuns(paths);
    expect(runs.map(({ frames }) => frames.length)).toEqual([7, 8]);
    expect(runs[0]!.frames.map(({ position }) => position)).toEqual([0, 1, 2, 4, 5, 6, 7]);
  });
});

describe('by content', () => {
  it('frames of a drive are a sequence, other places under such names are single images, and both are said', async () => {
    const files = {
      ...(await drive(range(20).map((i) => `drive/frame_${padded(i)}.jpg`))),
      ...(await places(range(20).map((i) => `places/frame_${padded(i)}.jpg`))),
    };
    const plan = await planOf(files);
    expect(sequencesOf(plan)).toEqual([Object.keys(files).slice(0, 20)]);
    expect(plan.units.filter(({ kind }) => kind === 'images').map(({ items }) => items.length)).toEqual([16, 4]);
    expect(plan.notices).toEqual([
      '1 sequence by numbered names and neighbours that look alike: drive/frame_* (20)',
      'single images, though numbered as a sequence is, for neighbours do not look alike: places/frame_* (20)',
    ]);
    expect(isWhole(plan, files)).toBe(true);
    expect(
      new Set(
        itemsOf(plan)
          .slice(0, 20)
          .map(({ scene }) => scene),
      ).size,
    ).toBe(1);
    expect(itemOf(plan, 'places/frame_000000.jpg').scene).toBeUndefined();
  });

  it('two drives in one folder are two sequences and scenes; two cameras of a rig are two sequences of one scene', async () => {
    const files = {
      ...(await drive(range(4).map((i) => `a_${i}.jpg`))),
      ...(await drive(
        range(4).map((i) => `b_${i}.jpg`),
        2,
      )),
      ...(await drive(
        range(4).map((i) => `rig/left/${padded(i)}.jpg`),
        3,
      )),
      ...(await drive(
        range(4).map((i) => `rig/right/${padded(i)}.jpg`),
        4,
      )),
    };
    const plan = await planOf(files);
    const scenes = plan.units.map(({ items }) => items[0]!.scene);
    expect(plan.units.map(({ kind }) => kind)).toEqual(['sequence', 'sequence', 'sequence', 'sequence']);
    expect(new Set(scenes).size).toBe(3);
    expect(scenes[2]).toBe(scenes[3]);
  });
});

describe('time', () => {
  it('comes from the frame rate: 10 unless named', async () => {
    const files = await drive(range(4).map((i) => `${padded(i + 7)}.jpg`));
    expect(timesOf(await planOf(files))).toEqual([0, 0.1, 0.2, 0.3]);
    expect(timesOf(await planOf(files, { fps: 4 }))).toEqual([0, 0.25, 0.5, 0.75]);
  });

  it('comes from epoch names and from timestamps.txt', async () => {
    const epochs = await drive([0, 80_000, 170_000].map((add) => `sweeps/CAM__${1_531_883_530_412_470 + add}.jpg`));
    expect(timesOf(await planOf(epochs)).map((time) => time?.toFixed(3))).toEqual(['0.000', '0.080', '0.170']);
    const frames = await drive(range(3).map((i) => `cam/${padded(i)}.jpg`));
    const dates = ['02.9', '03.1', '03.25'].map((seconds) => `2011-09-26 13:02:${seconds}00000000`).join('\n');
    const plan = await planOf({ ...frames, 'cam/timestamps.txt': dates });
    expect(timesOf(plan).map((time) => time?.toFixed(3))).toEqual(['0.000', '0.200', '0.350']);
  });
});

describe('every', () => {
  it('keeps every third frame at its time; the others and their labels are neither items nor copies, and listed', async () => {
    const frames = await drive(range(7).map((i) => `cam/${padded(i)}.jpg`));
    const labels = Object.fromEntries(range(7).map((i) => [`cam/${padded(i)}.json`, '{}']));
    const single = await places(['a.jpg', 'b.jpg']);
    const plan = await planOf({ ...frames, ...labels, ...single, LICENSE: 'x' }, { every: 3 });
    expect(sequencesOf(plan)).toEqual([[0, 3, 6].map((i) => `cam/${padded(i)}.jpg`)]);
    expect(
      timesOf(plan)
        .slice(0, 3)
        .map((time) => time?.toFixed(1)),
    ).toEqual(['0.0', '0.3', '0.6']);
    expect(itemsOf(plan)).toHaveLength(5);
    expect(plan.copies.map(({ path }) => path)).toEqual([...[0, 3, 6].map((i) => `cam/${padded(i)}.json`), 'LICENSE']);
    expect(plan.notices.join('\n')).toContain(
      'left out 4 frames and 4 labels of theirs, for one frame in 3 is kept: cam/000001.jpg, cam/000002.jpg, cam/000004.jpg',
    );
  });

  it('is refused where it is no whole number from 1', async () => {
    await expect(planOf({}, { every: 0 })).rejects.toThrow('every must be a whole number from 1, got 0');
    await expect(planOf({}, { fps: 0 })).rejects.toThrow('fps must be above 0 and at most 1000, got 0');
  });
});

const clip = footage('clips/freeway-dashcam-540p25.mp4');
const town = footage('clips/city-dashcam-360p30.mp4');
const labelled = footage('labelled');

function framesOfClip(path: string, rate: number): Files {
  const folder = mkdtempSync(join(tmpdir(), 'nocturne-'));
  try {
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-t',
      '8',
      '-i',
      path,
      '-vf',
      `fps=${rate},scale=320:-2`,
      join(folder, '%06d.jpg'),
    ]);
    return Object.fromEntries(readdirSync(folder).map((name) => [`clip/${name}`, readFileSync(join(folder, name))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.skipIf(clip === undefined || town === undefined)(
  'finds the frames of real drives at 5 a second and more',
  async () => {
    for (const [path, rate] of [
      [clip!, 25],
      [clip!, 5],
      [town!, 30],
      [town!, 10],
    ] as const) {
      expect(sequencesOf(await planOf(framesOfClip(path, rate))), `${path} at ${rate}`).toHaveLength(1);
    }
  },
);

it.skipIf(labelled === undefined)(
  'real CamVid images, six seconds apart, and real images renumbered are single',
  async () => {
    const store = new LocalStore(labelled!);
    const { files } = await store.list();
    const images = files.filter(({ path }) => /(?:camvid-masks|vehicles-yolo)\/images\//.test(path));
    const renumbered = await Promise.all(
      images.map(
        async ({ path }, i) =>
          [`${path.split('-')[0]!}/${padded(i)}.${path.slice(-3)}`, await store.read(path)] as const,
      ),
    );
    const plan = await planOf(Object.fromEntries(renumbered));
    expect(sequencesOf(plan)).toEqual([]);
    expect(plan.notices.join('\n')).toContain('camvid/* (38), vehicles/* (48)');
  },
);
