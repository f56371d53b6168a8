import type { Item, LabelledBox } from '../dataset.js';
import { stemOf } from './dataset-path.js';
import { kittiPlace } from './kitti-cameras.js';
import type { DatasetTree } from './layout.js';
import { readLines } from './read-lines.js';

const OBJECT_LABEL = /(?:^|\/)label_[23]\/[^/]+\.txt$/;

/**
 * Boxes of the object benchmark, `label_2/000001.txt`, and of tracking, `label_02/0000.txt`, whose lines begin with frame and track. `DontCare`
 * regions are ignored ones. Source: the KITTI object and tracking development kits.
 */
export async function kittiBoxes(
  tree: DatasetTree,
  items: readonly Item[],
): Promise<ReadonlyMap<string, readonly LabelledBox[]>> {
  const boxes = new Map<string, LabelledBox[]>();
  const tracks = new Map<string, Map<number, LabelledBox[]>>();
  for (const item of items) {
    const label = item.labels.find((path) => OBJECT_LABEL.test(path));
    if (label !== undefined) {
      boxes.set(
        item.id,
        (await linesOf(tree, label)).map((fields) => boxOf(fields)),
      );
      continue;
    }
    const track = trackingLabel(item.source);
    if (track === undefined || (await tree.store.size(track)) === undefined) continue;
    if (!tracks.has(track)) tracks.set(track, byFrame(await linesOf(tree, track)));
    boxes.set(item.id, tracks.get(track)?.get(Number(stemOf(item.source))) ?? []);
  }
  return boxes;
}

function trackingLabel(source: string): string | undefined {
  const place = kittiPlace(source);
  if (!place || !/^\d+$/.test(place.inner)) return undefined;
  return `${place.site === '' ? '' : `${place.site}/`}label_0${place.camera}/${place.inner}.txt`;
}

async function linesOf(tree: DatasetTree, path: string): Promise<string[][]> {
  return (await readLines(tree, path)).map((line) => line.trim().split(/\s+/)).filter(({ length }) => length >= 8);
}

function byFrame(lines: readonly string[][]): Map<number, LabelledBox[]> {
  const frames = new Map<number, LabelledBox[]>();
  for (const [frame, , ...fields] of lines) {
    const boxes = frames.get(Number(frame)) ?? [];
    boxes.push(boxOf(fields));
    frames.set(Number(frame), boxes);
  }
  return frames;
}

/** @param fields type, truncated, occluded, alpha, left, top, right, bottom, ... */
function boxOf(fields: readonly string[]): LabelledBox {
  const [left = NaN, top = NaN, right = NaN, bottom = NaN] = fields.slice(4, 8).map(Number);
  const category = fields[0] ?? '';
  return { category, x: left, y: top, width: right - left, height: bottom - top, isIgnored: category === 'DontCare' };
}
