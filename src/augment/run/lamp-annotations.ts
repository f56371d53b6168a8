import { open } from 'node:fs/promises';
import { LAMP_KINDS } from '../../look/look.js';
import type { LampRecord } from '../../pipeline/worker/lamp-record.js';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';

/** Path of the annotations in the output. */
export const LAMP_ANNOTATIONS = 'nocturne/lamps.coco.json';

/** Characters that wait in memory. */
const MAX_PENDING = 262_144;
/** A lamp's box is where it is bright: its spot, two radii wide and high. */
const DECIMALS = 100;

/**
 * Writes the lamps of all nights as COCO annotations: a category for each kind of lamp, an image for each night, in the order of the rows; holds one
 * image's lamps in memory. Boxes are clipped to the image. Rejects with NocturneError.
 *
 * @param lampsOf the lamps of a night; undefined: it has no list.
 */
export async function writeLampAnnotations(
  output: Store,
  rows: AsyncIterable<ItemRow>,
  lampsOf: (row: ItemRow) => Promise<readonly LampRecord[] | undefined>,
): Promise<void> {
  await output.writeFile(LAMP_ANNOTATIONS, async (path) => {
    await using file = await open(path, 'w');
    let pending = '';
    let images = 0;
    let annotations = 0;
    const write = async (text: string): Promise<void> => {
      pending += text;
      if (pending.length < MAX_PENDING) return;
      await file.appendFile(pending);
      pending = '';
    };
    const categories = LAMP_KINDS.map((name, index) => ({ id: index + 1, name, supercategory: 'lamp' }));
    await write(`{"info":{"description":"lamps that nocturne lit"},"categories":${JSON.stringify(categories)},`);
    const listed: string[] = [];
    await write('"annotations":[');
    for await (const row of rows) {
      const lamps = row.output === '' ? undefined : await lampsOf(row);
      if (!lamps) continue;
      const imageId = ++images;
      listed.push(JSON.stringify({ id: imageId, file_name: row.output, width: row.width, height: row.height }));
      for (const lamp of lamps) {
        const annotation = annotationOf(lamp, row);
        if (!annotation) continue;
        const id = ++annotations;
        await write(`${id === 1 ? '' : ',\n'}${JSON.stringify({ id, image_id: imageId, ...annotation })}`);
      }
    }
    await write('],"images":[');
    for (const [index, image] of listed.entries()) await write(`${index === 0 ? '' : ',\n'}${image}`);
    await file.appendFile(`${pending}]}\n`);
  });
}

/** Undefined for a lamp outside the image. */
function annotationOf(lamp: LampRecord, { width, height }: ItemRow): object | undefined {
  const left = Math.max(0, lamp.x - lamp.radiusX);
  const top = Math.max(0, lamp.y - lamp.radiusY);
  const boxWidth = rounded(Math.min(width, lamp.x + lamp.radiusX) - left);
  const boxHeight = rounded(Math.min(height, lamp.y + lamp.radiusY) - top);
  if (boxWidth <= 0 || boxHeight <= 0) return undefined;
  return {
    category_id: LAMP_KINDS.indexOf(lamp.kind) + 1,
    bbox: [rounded(left), rounded(top), boxWidth, boxHeight],
    area: rounded(boxWidth * boxHeight),
    iscrowd: 0,
    attributes: { color: lamp.color, luma: lamp.luma, reason: lamp.reason },
  };
}

function rounded(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}
