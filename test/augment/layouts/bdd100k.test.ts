import { describe, expect, it } from 'vitest';
import { readBddListing } from '../../../src/augment/layouts/bdd100k-listing.js';
import { bdd100k } from '../../../src/augment/layouts/bdd100k.js';
import type { Item } from '../../../src/augment/dataset.js';
import type { DatasetTree } from '../../../src/augment/layouts/layout.js';
import { planDataset } from '../../../src/augment/layouts/plan-dataset.js';
import { noisyJpeg, writtenTree } from './written-tree.js';

const DAY = '0a0a0b1a-7c39d841';
const DUSK = '1b1b1c2b-8d4ae952';
const NIGHT = '2c2c2d3c-9e5bfa63';

/** As the writers of the field format it: indented by four, numbers with their zeros. */
const LIST = `[
    {
        "name": "${DAY}.jpg",
        "attributes": { "weather": "clear", "timeofday": "daytime", "scene": "city street" },
        "timestamp": 10000,
        "labels": [
            { "id": 0, "category": "car", "attributes": { "occluded": false, "timeofday": "daytime" },
              "box2d": { "x1": 10.0, "y1": 20.50, "x2": 110.0, "y2": 80.0 } },
            { "id": 1, "category": "lane", "poly2d": [] }
        ]
    },
    {
        "name": "${DUSK}.jpg",
        "attributes": {"scene": "highway", "timeofday": "dawn/dusk"},
        "labels": null
    },
    { "name": "${NIGHT}.jpg", "attributes": { "timeofday": "night" }, "labels": [] },
    { "name": "gone.jpg", "attributes": { "timeofday": "daytime" }, "labels": [] }
]
`;

/** The file of one image in the older form. */
const own = (name: string, timeOfDay: string): string =>
  `{"name":"${name}","frames":[{"timestamp":1e4,"objects":[{"category":"bus","id":1,"box2d":{"x1":1,"y1":2,"x2":3,"y2":5}}]}],` +
  `"attributes":{"weather":"overcast","scene":"tunnel","timeofday":"${timeOfDay}"}}`;

async function smallSet(): Promise<DatasetTree> {
  const mask = await noisyJpeg(9); // its name decides
  return writtenTree({
    [`images/100k/train/${DAY}.jpg`]: await noisyJpeg(1),
    [`images/100k/train/${DUSK}.jpg`]: await noisyJpeg(2),
    [`images/100k/train/${NIGHT}.jpg`]: await noisyJpeg(3),
    'images/100k/train/3d3d3e4d-af6c0b74.jpg': await noisyJpeg(4),
    [`labels/sem_seg/masks/train/${DAY}.png`]: mask,
    [`labels/100k/train/${DAY}.json`]: own(DAY, 'daytime'),
    'labels/det_20/det_train.json': LIST,
    [`videos/train/${NIGHT}.mov`]: 'a night',
    'videos/train/4e4e4f5e-b07d1c85.mov': 'a day',
  });
}

describe('bdd100k', () => {
  it('copies nights by their labels, translates the rest, and says how many', async () => {
    const tree = await smallSet();
    expect(await bdd100k.detect(tree)).toMatch(/timeofday as BDD100K does/);
    expect((await planDataset(tree.store)).layout.name).toBe('bdd100k');
    const { units, copies, notices } = await bdd100k.plan(tree, {});
    expect(units.map(({ kind, items }) => [kind, items.map(({ id }) => id)])).toEqual([
      ['video', ['videos/train/4e4e4f5e-b07d1c85.mov']],
      [
        'images',
        [`images/100k/train/${DAY}.jpg`, `images/100k/train/${DUSK}.jpg`, 'images/100k/train/3d3d3e4d-af6c0b74.jpg'],
      ],
    ]);
    expect(units[1]?.items[0]?.labels).toEqual([
      `labels/100k/train/${DAY}.json`,
      `labels/sem_seg/masks/train/${DAY}.png`,
    ]);
    expect(Object.fromEntries(copies.map(({ path, role, isRewritten }) => [path, [role, isRewritten]]))).toEqual({
      [`images/100k/train/${NIGHT}.jpg`]: ['other', undefined],
      [`videos/train/${NIGHT}.mov`]: ['other', undefined],
      [`labels/sem_seg/masks/train/${DAY}.png`]: ['labelImage', undefined],
      [`labels/100k/train/${DAY}.json`]: ['label', true],
      'labels/det_20/det_train.json': ['label', true],
    });
    expect(notices).toEqual([
      `1 image is night by its label and copied as it is: images/100k/train/${NIGHT}.jpg`,
      `1 video is night by its label and copied as it is: videos/train/${NIGHT}.mov`,
      '1 image without label, which becomes night too: images/100k/train/3d3d3e4d-af6c0b74.jpg',
      '1 label without image: gone',
    ]);
  });

  it('makes the time of day of translated images night, and leaves every other byte', async () => {
    const tree = await smallSet();
    const { units, copies } = await bdd100k.plan(tree, {});
    const items = units.flatMap((unit) => unit.items);
    const rewritten = async (path: string): Promise<string> => {
      const copy = copies.find((one) => one.path === path);
      if (!copy || !bdd100k.rewrite) throw new Error(`${path} is not copied`);
      return Buffer.from(await bdd100k.rewrite(copy, await tree.store.read(path), items)).toString();
    };
    const expected = LIST.replace('"clear", "timeofday": "daytime"', '"clear", "timeofday": "night"').replace(
      'dawn/dusk',
      'night',
    );
    expect(await rewritten('labels/det_20/det_train.json')).toBe(expected);
    expect(await rewritten(`labels/100k/train/${DAY}.json`)).toBe(own(DAY, 'night'));
  });

  it('keeps the names of images in labels beside videos of the same names, and follows a format that changes', async () => {
    const tree = await writtenTree({
      [`videos/train/${DAY}.mov`]: 'a day',
      [`images/100k/train/${DUSK}.bmp`]: 'a dusk',
      'labels/det_20/det_train.json': LIST.replace(`${DUSK}.jpg`, `${DUSK}.bmp`),
    });
    const { units, copies } = await bdd100k.plan(tree, {});
    const items = units.flatMap((unit) => unit.items);
    const copy = copies.find(({ path }) => path.endsWith('.json'));
    const night = copy && (await bdd100k.rewrite?.(copy, await tree.store.read(copy.path), items));
    const expected = LIST.replace('"clear", "timeofday": "daytime"', '"clear", "timeofday": "night"')
      .replace('dawn/dusk', 'night')
      .replace(`${DUSK}.jpg`, `${DUSK}.png`);
    expect(Buffer.from(night ?? []).toString()).toBe(expected);
  });

  it('reads small label files at once and large ones alone', async () => {
    const tree = await smallSet();
    const files = Array.from({ length: 40 }, (_, i) => ({ path: `labels/${i}.json`, bytes: i < 35 ? 1000 : 4e8 }));
    const bytesOf = new Map(files.map(({ path, bytes }) => [path, bytes]));
    let [held, most, count] = [0, 0, 0];
    const read = async (path: string): Promise<Uint8Array> => {
      held += bytesOf.get(path) ?? 0;
      most = Math.max(most, held);
      count++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      held -= bytesOf.get(path) ?? 0;
      return Buffer.from('[]');
    };
    await readBddListing({ ...tree, files, store: { ...tree.store, read } });
    expect([count, most]).toEqual([40, 4e8]);
  });

  it('reads boxes of both forms, by corners', async () => {
    const tree = await smallSet();
    const { units } = await bdd100k.plan(tree, {});
    const boxes = await bdd100k.boxes?.(
      tree,
      units.flatMap(({ items }) => items),
    );
    // The file of one image comes first in the tree.
    expect(boxes?.get(`images/100k/train/${DAY}.jpg`)).toEqual([
      { category: 'bus', x: 1, y: 2, width: 2, height: 3, isIgnored: false },
    ]);
    const without = { ...tree, files: tree.files.filter(({ path }) => !path.startsWith('labels/100k')) };
    const fromList = await bdd100k.boxes?.(
      without,
      units.flatMap(({ items }) => items),
    );
    expect(fromList?.get(`images/100k/train/${DAY}.jpg`)).toEqual([
      { category: 'car', x: 10, y: 20.5, width: 100, height: 59.5, isIgnored: false },
    ]);
  });

  it('keeps tracking frames in order, five a second, with the time of day of their video', async () => {
    const frames = await Promise.all(
      [DAY, NIGHT].flatMap((video) =>
        [1, 2, 3].map(
          async (n) => [`images/track/train/${video}/${video}-000000${n}.jpg`, await noisyJpeg(n)] as const,
        ),
      ),
    );
    const record = (video: string, n: number) => ({
      name: `${video}-000000${n}.jpg`,
      videoName: video,
      frameIndex: n - 1,
      labels: [],
    });
    const tree = await writtenTree({
      ...Object.fromEntries(frames),
      'labels/det_20/det_train.json': LIST,
      [`labels/box_track_20/train/${DAY}.json`]: JSON.stringify([1, 2, 3].map((n) => record(DAY, n))),
    });
    const { units, copies } = await bdd100k.plan(tree, {});
    expect(units).toHaveLength(1);
    const [{ kind, items } = { kind: undefined, items: [] as Item[] }] = units;
    expect(kind).toBe('sequence');
    expect(items.map(({ id, timeS }) => [id.slice(-5), timeS])).toEqual([
      ['1.jpg', 0],
      ['2.jpg', 0.2],
      ['3.jpg', 0.4],
    ]);
    expect(copies.filter(({ path }) => path.includes(NIGHT))).toHaveLength(3);
    const some = await bdd100k.plan(tree, { every: 2 });
    expect(some.units[0]?.items.map(({ id }) => id.slice(-5))).toEqual(['1.jpg', '3.jpg']);
  });

  it('is not found where nothing names a time of day', async () => {
    const tree = await writtenTree({ 'a.jpg': await noisyJpeg(1), 'a.json': '[{"name":"a.jpg","labels":[]}]' });
    expect(await bdd100k.detect(tree)).toBeUndefined();
  });
});
