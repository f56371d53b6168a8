import { beforeAll, describe, expect, it } from 'vitest';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import {
  cameraImage,
  depthImage,
  isWhole,
  itemOf,
  itemsOf,
  maskImage,
  memoryStore,
  planOf,
  rolesOf,
  type Files,
} from './support.js';

let day: Buffer;

beforeAll(async () => {
  day = await cameraImage(1);
});

const number = (i: number, length = 6): string => String(i).padStart(length, '0');
const CAR = 'Car 0.00 0 -1.58 587.01 173.33 614.12 200.12 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59';
const IGNORED = 'DontCare -1 -1 -10 10.0 20.0 30.5 50.5 -1 -1 -1 -1000 -1000 -1000 -10';

function objectSet(): Files {
  const files: Record<string, Uint8Array | string> = { 'readme.txt': 'x' };
  for (let i = 0; i < 20; i++) {
    for (const camera of [2, 3]) files[`training/image_${camera}/${number(i)}.png`] = day;
    files[`training/label_2/${number(i)}.txt`] = `${CAR}\n${IGNORED}\n`;
    files[`training/calib/${number(i)}.txt`] = 'P0: 1 2 3';
    files[`training/velodyne/${number(i)}.bin`] = 'x';
    files[`testing/image_2/${number(i)}.png`] = day;
    files[`testing/calib/${number(i)}.txt`] = 'P0: 1 2 3';
  }
  return files;
}

describe('object benchmark', () => {
  it('both cameras of a moment share a scene; numbered images are single; labels, calibration and points are copied', async () => {
    const files = objectSet();
    const plan = await planOf(files);
    expect([plan.layout, plan.evidence]).toEqual(['kitti', 'testing/image_2 beside testing/calib']);
    expect(isWhole(plan, files)).toBe(true);
    expect(plan.units.every(({ kind, items }) => kind === 'images' && items.length <= 16)).toBe(true);
    const [left, right] = [2, 3].map((camera) => itemOf(plan, `training/image_${camera}/000007.png`));
    expect([left!.scene, right!.scene]).toEqual(['training/000007', 'training/000007']);
    expect([left!.labels, right!.labels]).toEqual([['training/label_2/000007.txt'], []]);
    expect(itemOf(plan, 'testing/image_2/000007.png').scene).toBeUndefined();
    expect(rolesOf(plan)).toMatchObject({ 'training/label_2/000007.txt': 'label', 'readme.txt': 'other' });
    expect(plan.notices).toEqual([]);
  });

  it('lists images without label and labels without image', async () => {
    const files: Record<string, Uint8Array | string> = { ...objectSet() };
    for (const path of ['training/label_2/000003.txt', 'training/calib/000003.txt', 'training/velodyne/000003.bin']) {
      Reflect.deleteProperty(files, path);
    }
    files['training/label_2/000999.txt'] = CAR;
    const { notices } = await planOf(files);
    expect(notices).toEqual([
      '2 images without label: training/image_2/000003.png, training/image_3/000003.png',
      '1 label without image: training/label_2/000999.txt',
    ]);
  });

  it('reads boxes in pixels; DontCare is ignored', async () => {
    const { plan, tree, layout } = await planDataset(memoryStore(objectSet()));
    const boxes = await layout.boxes!(tree, itemsOf(plan));
    expect(boxes.size).toBe(20);
    const [car, region] = boxes.get('training/image_2/000001.png')!;
    expect(car).toMatchObject({ category: 'Car', x: 587.01, y: 173.33, isIgnored: false });
    expect([car!.width, car!.height].map((size) => size.toFixed(2))).toEqual(['27.11', '26.79']);
    expect(region).toEqual({ category: 'DontCare', x: 10, y: 20, width: 20.5, height: 30.5, isIgnored: true });
  });
});

it('stereo, flow and semantics: measured and labelled images are copied, both moments of a pair share a scene', async () => {
  const files: Record<string, Uint8Array> = {};
  for (const moment of ['000000_10', '000000_11', '000001_10', '000001_11'])
    files[`training/image_2/${moment}.png`] = day;
  files['training/disp_occ_0/000000_10.png'] = await depthImage({ sparse: true });
  files['training/flow_occ/000000_10.png'] = day;
  files['training/semantic/000000_10.png'] = await maskImage(1);
  const plan = await planOf(files);
  expect(plan.layout).toBe('kitti');
  expect(plan.copies.map(({ path, role }) => [path, role])).toEqual(
    ['training/disp_occ_0/000000_10.png', 'training/flow_occ/000000_10.png', 'training/semantic/000000_10.png'].map(
      (path) => [path, 'labelImage'],
    ),
  );
  expect(itemsOf(plan).map(({ scene }) => scene)).toEqual([
    ...Array<string>(2).fill('training/000000'),
    ...Array<string>(2).fill('training/000001'),
  ]);
});

describe('sequences', () => {
  it('raw data: a sequence a camera, one scene a drive, times from timestamps.txt', async () => {
    const drive = '2011_09_26/2011_09_26_drive_0001_sync';
    const files: Record<string, Uint8Array | string> = { '2011_09_26/calib_cam_to_cam.txt': 'x' };
    for (const camera of ['image_02', 'image_03']) {
      const seconds = [25.9, 26, 26.2].map((s) => `2011-09-26 13:02:${s.toFixed(9)}`).join('\n');
      files[`${drive}/${camera}/timestamps.txt`] = `${seconds}\n`;
      for (let i = 0; i < 3; i++) files[`${drive}/${camera}/data/${number(i, 10)}.png`] = day;
    }
    for (let i = 0; i < 3; i++) {
      files[`${drive}/oxts/data/${number(i, 10)}.txt`] = 'x';
      files[`${drive}/velodyne_points/data/${number(i, 10)}.bin`] = 'x';
    }
    const plan = await planOf(files);
    expect(plan.layout).toBe('kitti');
    expect(isWhole(plan, files)).toBe(true);
    expect(plan.units.map(({ kind, items }) => [kind, items.length, items[0]!.scene])).toEqual([
      ['sequence', 3, drive],
      ['sequence', 3, drive],
    ]);
    expect(plan.units[1]!.items.map(({ timeS }) => timeS!.toFixed(3))).toEqual(['0.000', '0.100', '0.300']);
    const half = await planOf(files, { every: 2 });
    expect(itemsOf(half).map(({ source }) => source.slice(-6))).toEqual(['00.png', '02.png', '00.png', '02.png']);
    expect(half.copies.map(({ path }) => path).filter((path) => path.includes('0000000001'))).toEqual([]);
    expect(half.copies.map(({ path }) => path)).toContain(`${drive}/image_02/timestamps.txt`);
  });

  it('tracking: a sequence a folder, boxes of label_02 by frame', async () => {
    const files: Record<string, Uint8Array | string> = {
      'training/label_02/0001.txt': `0 -1 ${IGNORED}\n1 3 ${CAR}\n`,
    };
    for (let i = 0; i < 3; i++) files[`training/image_02/0001/${number(i)}.png`] = day;
    const { plan, tree, layout } = await planDataset(memoryStore(files), { fps: 5 });
    expect([layout.name, plan.evidence]).toEqual(['kitti', 'training/image_02/0001 beside training/label_02']);
    expect(itemsOf(plan).map(({ scene, timeS }) => [scene, timeS])).toEqual(
      [0, 0.2, 0.4].map((time) => ['training/0001', time]),
    );
    const boxes = await layout.boxes!(tree, itemsOf(plan));
    expect(
      [0, 1, 2].map((i) => boxes.get(`training/image_02/0001/${number(i)}.png`)!.map(({ category }) => category)),
    ).toEqual([['DontCare'], ['Car'], []]);
  });

  it('odometry: times from times.txt', async () => {
    const files: Record<string, Uint8Array | string> = {
      'sequences/00/times.txt': '0.0e+00\n1.04e-01\n2.07e-01\n',
      'poses/00.txt': 'x',
    };
    for (let i = 0; i < 3; i++) files[`sequences/00/image_2/${number(i)}.png`] = day;
    const plan = await planOf(files);
    expect(plan.units.map(({ kind }) => kind)).toEqual(['sequence']);
    expect(itemsOf(plan).map(({ timeS }) => timeS)).toEqual([0, 0.104, 0.207]);
    expect(rolesOf(plan)).toEqual({ 'sequences/00/times.txt': 'other', 'poses/00.txt': 'label' });
  });
});
