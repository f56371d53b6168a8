import { basename } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { spreadIndices } from '../evaluate/contact-sheet.js';
import type { LabelledSet } from '../evaluate/detection/labelled-set.js';
import { readImage } from '../ingest/read-image.js';
import type { Item } from './dataset.js';
import { planDataset } from './layouts/plan-dataset.js';
import { LocalStore } from './store/local-store.js';

/**
 * Opens a data set of any layout, or a folder of images, for an evaluation: images evenly spread over it, with their boxes. Of a set
 * that labels its images one by one, those without labels are left out.
 * @param maxImages maximum number of them. Rejects with NocturneError where there is no image, or the set is of videos or shards.
 */
export async function openLabelledSet(path: string, maxImages: number): Promise<LabelledSet> {
  const store = new LocalStore(path);
  const { plan, tree, layout } = await planDataset(store);
  const all = plan.units.filter(({ kind }) => kind !== 'shard').flatMap(({ items }) => items);
  const images = all.filter(({ kind }) => kind === 'image');
  if (images.length === 0) throw withoutImages(path, plan.layout);
  const isLabelledSingly = images.some(({ labels }) => labels.length > 0);
  const usable = isLabelledSingly ? images.filter(({ labels }) => labels.length > 0) : images;
  const items = spreadIndices(usable.length, maxImages).flatMap((index) => usable[index] ?? []);
  const boxes = await layout.boxes?.(tree, items);
  const hasBoxes = boxes !== undefined && boxes.size > 0;
  // Labels that list all images at once leave out those with nothing in them.
  const boxesOf = ({ id }: Item): LabelledSet['images'][number]['boxes'] =>
    hasBoxes ? (boxes.get(id) ?? (isLabelledSingly ? undefined : [])) : undefined;
  const known = items.filter((item) => !hasBoxes || boxesOf(item) !== undefined);
  const left = images.length - usable.length + items.length - known.length;
  return {
    name: basename(path.replace(/[\\/]+$/, '')) || path,
    path,
    layout: plan.layout,
    images: known.map((item) => ({
      id: item.id,
      boxes: boxesOf(item),
      read: (signal) => store.withLocalFile(item.source, async (file) => (await readImage(file, signal)).image),
    })),
    notices: left > 0 ? [`${left} of ${images.length} images of ${path} have no labels: left out`] : [],
  };
}

function withoutImages(path: string, layout: string): NocturneError {
  const isShards = layout === 'webdataset';
  return new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message: `${path} holds ${isShards ? 'shards' : 'videos'}; an evaluation of a detector reads images.`,
    remedy: isShards
      ? 'Unpack them: `tar -xf SHARD.tar -C FOLDER`.'
      : 'Extract frames: `ffmpeg -i IN -vf fps=1 FOLDER/%05d.png`.',
  });
}
