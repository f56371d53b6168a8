import { beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '../../../src/augment/dataset.js';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { VocXml } from '../../../src/augment/layouts/voc-xml.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { footage } from '../../support/footage.js';
import { cameraImage, isWhole, itemOf, itemsOf, maskImage, memoryStore, planOf, rolesOf } from './support.js';

let day: Buffer;

beforeAll(async () => {
  day = await cameraImage(1, { format: 'jpeg' });
});

function annotation(filename: string, more = ''): string {
  return `<?xml version="1.0"?>\r\n<annotation>\r\n\t<folder>VOC</folder><!-- day -->\r\n\t<filename>${filename}</filename>
  <path>C:\\sets\\${filename}</path>${more}
  <object><name>car</name><difficult>0</difficult><bndbox><xmin>10</xmin><ymin>20.5</ymin><xmax>50</xmax><ymax>60</ymax></bndbox></object>
  <object><name>bus</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>
</annotation>`;
}

async function rewritten(path: string, files: Record<string, Uint8Array | string>): Promise<string> {
  const { plan, layout } = await planDataset(memoryStore(files));
  const copy = plan.copies.find((candidate) => candidate.path === path)!;
  expect(copy.isRewritten).toBe(true);
  return Buffer.from(await layout.rewrite!(copy, Buffer.from(files[path]!), itemsOf(plan))).toString();
}

describe('layouts', () => {
  it('VOCdevkit: images, annotations, masks, lists', async () => {
    const root = 'VOCdevkit/VOC2012';
    const files: Record<string, Uint8Array | string> = {
      [`${root}/ImageSets/Main/train.txt`]: '2007_000032\n2007_000999\n',
    };
    for (const name of ['2007_000032', '2007_000999', '2008_000007']) {
      files[`${root}/JPEGImages/${name}.jpg`] = day;
      files[`${root}/Annotations/${name}.xml`] = annotation(`${name}.jpg`);
    }
    files[`${root}/SegmentationClass/2007_000032.png`] = await maskImage(1, { colors: true });
    const plan = await planOf(files);
    expect([plan.layout, plan.evidence]).toEqual([
      'voc',
      `${root}/Annotations/2007_000032.xml annotates ${root}/JPEGImages/2007_000032.jpg`,
    ]);
    expect(isWhole(plan, files)).toBe(true);
    expect(plan.notices).toEqual([]);
    expect(itemOf(plan, `${root}/JPEGImages/2007_000032.jpg`).labels).toEqual([
      `${root}/Annotations/2007_000032.xml`,
      `${root}/SegmentationClass/2007_000032.png`,
    ]);
    expect(rolesOf(plan)[`${root}/ImageSets/Main/train.txt`]).toBe('label');
    expect(plan.copies.filter(({ isRewritten }) => isRewritten)).toEqual([]);
  });

  it.each([
    ['images/x.jpg', 'annotations/x.xml'],
    ['x.jpg', 'x.xml'],
    ['train/x.JPG', 'train/xmls/x.xml'],
  ])('%s and %s', async (image, label) => {
    const plan = await planOf({ [image]: day, [label]: annotation('x.jpg') });
    expect([plan.layout, itemsOf(plan)[0]!.labels]).toEqual(['voc', [label]]);
  });

  it('other XML does not make a VOC set', async () => {
    expect((await planOf({ 'a.jpg': day, 'a.xml': '<svg/>' })).layout).toBe('images');
  });

  it('a broken annotation among others is copied, and harms nothing', async () => {
    const files = { 'a.jpg': day, 'b.jpg': day, 'a.xml': annotation('a.jpg'), 'b.xml': 'no XML' };
    const { plan, tree, layout } = await planDataset(memoryStore(files));
    expect([plan.layout, isWhole(plan, files)]).toEqual(['voc', true]);
    expect([...(await layout.boxes!(tree, itemsOf(plan))).keys()]).toEqual(['a.jpg']);
  });

  it('a broken annotation keeps its bytes where the others are rewritten', async () => {
    const files = {
      'a.jpg': day,
      'b.jpg': day,
      'a.xml': annotation('a.jpg', '<timeofday>day</timeofday>'),
      'b.xml': 'no XML',
    };
    expect(await rewritten('a.xml', files)).toBe(annotation('a.jpg', '<timeofday>night</timeofday>'));
    expect(await rewritten('b.xml', files)).toBe('no XML');
  });
});

it('reads boxes; difficult objects are ignored ones', async () => {
  const { plan, tree, layout } = await planDataset(memoryStore({ 'a.jpg': day, 'a.xml': annotation('a.jpg') }));
  expect((await layout.boxes!(tree, itemsOf(plan))).get('a.jpg')).toEqual([
    { category: 'car', x: 10, y: 20.5, width: 40, height: 39.5, isIgnored: false },
    { category: 'bus', x: 1, y: 2, width: 2, height: 2, isIgnored: true },
  ]);
});

describe('rewriting', () => {
  it('filename and path follow a format that changes; every other byte stays', async () => {
    const files = { 'images/a&amp; b.bmp': day, 'annotations/a&amp; b.xml': annotation('a&amp; b.bmp') };
    expect(await rewritten('annotations/a&amp; b.xml', files)).toBe(annotation('a&amp; b.png'));
  });

  it('keeps a name that is not the image’s', async () => {
    const files = { 'images/a.bmp': day, 'annotations/a.xml': annotation('frame.mp4#t=1.jpg') };
    expect(await rewritten('annotations/a.xml', files)).toBe(annotation('frame.mp4#t=1.jpg'));
  });

  it.each([
    ['<timeofday>Daytime</timeofday>', '<timeofday>Night</timeofday>'],
    ['<source>\n<time_of_day >dawn</time_of_day></source>', '<source>\n<time_of_day >night</time_of_day></source>'],
    [
      '<attributes><attribute><name>weather</name><value>day</value></attribute><attribute><name>timeofday</name><value>day</value></attribute></attributes>',
      '<attributes><attribute><name>weather</name><value>day</value></attribute><attribute><name>timeofday</name><value>night</value></attribute></attributes>',
    ],
    ['<timeofday>night</timeofday>', undefined],
  ])('%s', async (old, night) => {
    const files = { 'a.jpg': day, 'a.xml': annotation('a.jpg', old) };
    if (night === undefined) expect((await planOf(files)).copies[0]).toEqual({ path: 'a.xml', role: 'label' });
    else expect(await rewritten('a.xml', files)).toBe(annotation('a.jpg', night));
  });

  it('keeps bytes in another encoding', () => {
    const item: Item = { id: 'a.bmp', kind: 'image', source: 'a.bmp', output: 'a.png', labels: [] };
    const latin1 = Buffer.from('<annotation><filename>a.bmp</filename><owner>J\xf6rg</owner></annotation>', 'latin1');
    expect(Buffer.from(new VocXml(latin1, 'a.xml').forNight(item)).toString('latin1')).toBe(
      '<annotation><filename>a.png</filename><owner>J\xf6rg</owner></annotation>',
    );
  });
});

const real = footage('labelled/plates-voc');

it.skipIf(real === undefined)('plans the real set, whose annotations keep every byte', async () => {
  const { plan, tree, layout } = await planDataset(new LocalStore(real!));
  expect([plan.layout, itemsOf(plan).length, plan.copies.length]).toEqual(['voc', 16, 17]);
  expect(plan.notices).toEqual([]);
  expect(plan.copies.filter(({ isRewritten }) => isRewritten)).toEqual([]);
  expect(itemsOf(plan).every(({ labels }) => labels.length === 1)).toBe(true);
  const boxes = [...(await layout.boxes!(tree, itemsOf(plan))).values()].flat();
  expect(boxes.length).toBeGreaterThanOrEqual(16);
  expect(boxes.every(({ category, x, width }) => category === 'license-plate' && x >= 0 && x + width <= 1280)).toBe(
    true,
  );
  for (const { path } of plan.copies.filter((copy) => copy.path.endsWith('.xml'))) {
    const bytes = await tree.store.read(path);
    expect(Buffer.compare(new VocXml(bytes, path).forNight(undefined), bytes)).toBe(0);
  }
});
