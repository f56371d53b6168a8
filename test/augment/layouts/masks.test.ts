import { beforeAll, describe, expect, it } from 'vitest';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { footage } from '../../support/footage.js';
import { cameraImage, isWhole, itemOf, itemsOf, maskImage, planOf, rolesOf } from './support.js';

let days: Buffer[];
let colors: Buffer;
let index: Buffer;

beforeAll(async () => {
  days = await Promise.all(Array.from({ length: 4 }, (_, i) => cameraImage(i + 1)));
  colors = await maskImage(1, { colors: true });
  index = await maskImage(2);
});

describe('CamVid', () => {
  it.each([
    ['images and masks of one name', 'images/NAME.png', 'masks/NAME.png'],
    ['its first release', '701_StillsRaw_full/NAME.png', 'LabeledApproved_full/NAME_L.png'],
    ['SegNet’s', 'train/NAME.png', 'trainannot/NAME.png'],
    ['train and train_labels', 'train/NAME.png', 'train_labels/NAME_L.png'],
    ['one folder', 'NAME.png', 'NAME_L.png'],
  ])('%s', async (_, image, label) => {
    const names = ['0001TP_006690', '0006R0_f00930', 'Seq05VD_f00000'];
    const files: Record<string, Uint8Array | string> = { 'label_colors.txt': '64 128 64 Animal' };
    for (const [i, name] of names.entries()) {
      files[image.replace('NAME', name)] = days[i]!;
      files[label.replace('NAME', name)] = i === 0 ? colors : index;
    }
    const plan = await planOf(files);
    expect(plan.layout).toBe('masks');
    expect(isWhole(plan, files)).toBe(true);
    expect(itemsOf(plan).map(({ source, labels }) => [source, labels])).toEqual(
      names.map((name) => [image.replace('NAME', name), [label.replace('NAME', name)]]),
    );
    expect(Object.values(rolesOf(plan)).toSorted()).toEqual(['labelImage', 'labelImage', 'labelImage', 'other']);
  });
});

describe('Cityscapes', () => {
  const name = (sequence: number, frame: number): string =>
    `aachen_${String(sequence).padStart(6, '0')}_${String(frame).padStart(6, '0')}`;

  it('pairs ids, colours and polygons of gtFine; both cameras share a scene', async () => {
    const files: Record<string, Uint8Array | string> = { 'license.txt': 'x' };
    for (let i = 0; i < 4; i++) {
      const base = name(i, 19);
      for (const side of ['left', 'right']) files[`${side}Img8bit/train/aachen/${base}_${side}Img8bit.png`] = days[i]!;
      for (const kind of ['labelIds', 'instanceIds']) files[`gtFine/train/aachen/${base}_gtFine_${kind}.png`] = index;
      files[`gtFine/train/aachen/${base}_gtFine_color.png`] = colors;
      files[`gtFine/train/aachen/${base}_gtFine_polygons.json`] = '{}';
      files[`disparity/train/aachen/${base}_disparity.png`] = index;
      files[`camera/train/aachen/${base}_camera.json`] = '{}';
    }
    const plan = await planOf(files);
    expect(plan.layout).toBe('masks');
    expect(isWhole(plan, files)).toBe(true);
    expect(plan.notices).toEqual([]);
    const item = itemOf(plan, `leftImg8bit/train/aachen/${name(2, 19)}_leftImg8bit.png`);
    expect(item.scene).toBe(itemOf(plan, `rightImg8bit/train/aachen/${name(2, 19)}_rightImg8bit.png`).scene);
    expect(item.scene).not.toBe(itemOf(plan, `leftImg8bit/train/aachen/${name(1, 19)}_leftImg8bit.png`).scene);
    expect(rolesOf(plan)).toMatchObject({
      [`gtFine/train/aachen/${name(1, 19)}_gtFine_color.png`]: 'labelImage',
      [`gtFine/train/aachen/${name(1, 19)}_gtFine_polygons.json`]: 'label',
    });
  });

  it('labels follow the one camera that they are of, and the frames of leftImg8bit_sequence are sequences', async () => {
    const files: Record<string, Uint8Array | string> = {};
    for (let i = 0; i < 6; i++) {
      files[`leftImg8bit_sequence/val/a/${name(3, i)}_leftImg8bit.png`] = await cameraImage(9, { shift: i });
    }
    files[`gtFine/val/a/${name(3, 4)}_gtFine_labelIds.png`] = index;
    const plan = await planOf(files, { layout: 'masks', every: 2 });
    expect(plan.units.map(({ kind, items }) => [kind, items.length])).toEqual([['sequence', 3]]);
    expect(itemOf(plan, `leftImg8bit_sequence/val/a/${name(3, 4)}_leftImg8bit.png`).labels).toEqual([
      `gtFine/val/a/${name(3, 4)}_gtFine_labelIds.png`,
    ]);
  });
});

it('lists images without mask and masks without image', async () => {
  const files = {
    'images/a.png': days[0]!,
    'images/b.png': days[1]!,
    'images/e.png': days[1]!,
    'masks/a.png': index,
    'masks/b.png': index,
    'masks/d.png': index,
  };
  const plan = await planOf(files);
  expect(plan.notices).toEqual(['1 image without label: images/e.png', '1 label without image: masks/d.png']);
  expect(isWhole(plan, files)).toBe(true);
});

const real = footage('labelled/camvid-masks');

it.skipIf(real === undefined)('plans the real set: 38 single images, each with its mask', async () => {
  const { plan } = await planDataset(new LocalStore(real!));
  expect([plan.layout, plan.units.map(({ kind }) => kind)]).toEqual(['masks', ['images', 'images', 'images']]);
  expect(itemsOf(plan)).toHaveLength(38);
  expect(itemsOf(plan).every(({ source, labels }) => labels[0] === source.replace('images/', 'masks/'))).toBe(true);
});
