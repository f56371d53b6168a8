import sharp from 'sharp';
import { isReadAsRgb } from '../../image/image-extensions.js';
import { readImage } from '../../ingest/read-image.js';
import type { Item, LabelledBox } from '../dataset.js';
import type { DatasetTree } from './layout.js';
import { readLines } from './read-lines.js';
import { readClassList, readYoloYaml } from './yolo-config.js';

/** Values of a label's line: class, then numbers from 0 to 1. Undefined where the line is none. */
export function yoloValues(line: string): readonly number[] | undefined {
  const [category, ...places] = line.trim().split(/\s+/);
  if (!/^\d{1,6}$/.test(category ?? '') || places.length < 4) return undefined;
  const values = places.map(Number);
  // Labels of boxes at an edge reach a little outside; the third value of a key point is 0, 1 or 2.
  return values.every((value) => value >= -0.5 && value <= 2) ? [Number(category), ...values] : undefined;
}

/**
 * Boxes of YOLO labels in pixels of the upright image: boxes (class, centre, size, perhaps confidence), boxes with key points, and polygons
 * (class, then corners), as the box around them. Class names from the yaml or class list; without: the index.
 */
export async function yoloBoxes(
  tree: DatasetTree,
  items: readonly Item[],
): Promise<ReadonlyMap<string, readonly LabelledBox[]>> {
  const config = (await readYoloYaml(tree)) ?? (await readClassList(tree));
  const boxes = new Map<string, readonly LabelledBox[]>();
  for (const { id, source, labels } of items) {
    const label = labels.find((path) => /\.txt$/i.test(path));
    if (label === undefined) continue;
    const values = (await readLines(tree, label)).map(yoloValues).filter((line) => line !== undefined);
    const [width, height] = values.length === 0 ? [0, 0] : await sizeOf(tree, source);
    boxes.set(
      id,
      values.map(([category = 0, ...places]) => {
        const { x, y, w, h } = boxOf(places, config?.keypoints !== undefined);
        const name = config?.names.get(category) ?? String(category);
        return { category: name, x: x * width, y: y * height, width: w * width, height: h * height, isIgnored: false };
      }),
    );
  }
  return boxes;
}

function boxOf(places: readonly number[], hasKeypoints: boolean): { x: number; y: number; w: number; h: number } {
  if (places.length < 6 || hasKeypoints) {
    const [centreX = 0, centreY = 0, w = 0, h = 0] = places;
    return { x: centreX - w / 2, y: centreY - h / 2, w, h };
  }
  const [xs, ys] = [0, 1].map((axis) => places.filter((_, i) => i % 2 === axis));
  const [x, y] = [Math.min(...(xs ?? [])), Math.min(...(ys ?? []))];
  return { x, y, w: Math.max(...(xs ?? [])) - x, h: Math.max(...(ys ?? [])) - y };
}

/** Width and height of the upright image, from its header where sharp reads the format. */
function sizeOf(tree: DatasetTree, path: string): Promise<readonly [number, number]> {
  return tree.store.withLocalFile(path, async (localPath) => {
    if (!isReadAsRgb(path)) {
      const { image } = await readImage(localPath);
      return [image.width, image.height];
    }
    const { autoOrient } = await sharp(localPath).metadata();
    return [autoOrient.width, autoOrient.height];
  });
}
