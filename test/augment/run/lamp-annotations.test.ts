import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LAMP_ANNOTATIONS, writeLampAnnotations } from '../../../src/augment/run/lamp-annotations.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import { LAMP_KINDS } from '../../../src/look/look.js';
import type { LampRecord } from '../../../src/pipeline/worker/lamp-record.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { asyncOf, row } from './rows.js';

const folder = temporaryFolder();

function lamp(kind: LampRecord['kind'], x: number, y: number, radius: number): LampRecord {
  return { kind, x, y, radiusX: radius, radiusY: radius, color: '#ffffff', luma: 1, reason: 'why', id: 0 };
}

/** What the file holds, as COCO defines it. */
interface Coco {
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly images: readonly { readonly id: number; readonly file_name: string; readonly width: number }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: readonly number[];
    readonly area: number;
  }[];
}

it('writes boxes of lamps in COCO, clipped to their images', async () => {
  const lists: Record<string, LampRecord[] | undefined> = {
    'a.jpg': [lamp('headLamp', 10, 20, 2.5), lamp('plate', 1, 35, 3), lamp('window', 90, 10, 4)],
    'b.jpg': undefined,
    'c.jpg': [],
    'd.jpg': [lamp('signal', 32, 18, 1)],
  };
  const rows = [...Object.keys(lists).map((item) => row(item)), row('failed.jpg', 0, { output: '' })];
  await writeLampAnnotations(new LocalStore(folder), asyncOf(rows), ({ item }) => Promise.resolve(lists[item]));
  const coco = JSON.parse(readFileSync(join(folder, LAMP_ANNOTATIONS), 'utf8')) as Coco;
  expect(coco.categories.map(({ name }) => name)).toEqual([...LAMP_KINDS]);
  expect(coco.images.map(({ id, file_name }) => [id, file_name])).toEqual([
    [1, 'a.jpg'],
    [2, 'c.jpg'],
    [3, 'd.jpg'],
  ]);
  const kindOf = (id: number): string | undefined => coco.categories.find((category) => category.id === id)?.name;
  expect(coco.annotations.map((each) => [each.id, each.image_id, kindOf(each.category_id), each.bbox])).toEqual([
    [1, 1, 'headLamp', [7.5, 17.5, 5, 5]],
    [2, 1, 'plate', [0, 32, 4, 4]], // the image is 64 x 36
    [3, 3, 'signal', [31, 17, 2, 2]],
  ]);
  expect(coco.annotations[0]?.area).toBe(25);
});
