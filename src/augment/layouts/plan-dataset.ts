import { NocturneError } from '../../core/errors.js';
import type { DatasetPlan, LayoutName } from '../dataset.js';
import type { Store } from '../store/store.js';
import { ALL_LAYOUTS } from './all-layouts.js';
import { counted } from './counted.js';
import type { DatasetTree, Layout, PlanOptions } from './layout.js';
import { readTree } from './read-tree.js';
import { sortFiles } from './sort-files.js';

/** Options of {@link planDataset}. */
export interface PlanDatasetOptions extends PlanOptions {
  /** Default: detected. */
  readonly layout?: LayoutName;
}

/** A set that is read, and what will be done with it. */
export interface PlannedDataset {
  readonly plan: DatasetPlan;
  readonly tree: DatasetTree;
  readonly layout: Layout;
}

/** What a tree of each layout holds, for the refusal of a name that does not fit. */
const EXPECTED: Readonly<Record<LayoutName, string>> = {
  images: 'at least one image that is not a label image',
  videos: 'videos and no image',
  kitti: 'folders image_2, image_02 or image_0 beside label_2, calib, velodyne or times',
  coco: 'a JSON file with images, annotations and categories',
  yolo: 'labels/NAME.txt for images/NAME.jpg, NAME.txt beside NAME.jpg, or a data.yaml with names and train',
  voc: 'Annotations/NAME.xml for JPEGImages/NAME.jpg',
  bdd100k: 'JSON labels with name, attributes and labels of each image',
  masks: 'index or colour masks with the names of the images',
  nuscenes: 'tables such as sample_data.json beside samples/CAMERA folders',
  webdataset: 'tar files that hold images',
};

/**
 * Reads a data set, detects its layout or checks the named one, and plans the work. Units, items and notices are the same for the same
 * set. Rejects with NocturneError: INPUT_NOT_VIDEO where nothing can become night, INPUT_UNSUPPORTED where the named layout does not
 * fit, and as {@link Store.list} does; with RangeError for a bad `every` or `fps`.
 */
export async function planDataset(store: Store, options: PlanDatasetOptions = {}): Promise<PlannedDataset> {
  const { layout: name, every = 1, fps } = options;
  if (!Number.isInteger(every) || every < 1) throw new RangeError(`every must be a whole number from 1, got ${every}`);
  if (fps !== undefined && !(fps > 0 && fps <= 1000))
    throw new RangeError(`fps must be above 0 and at most 1000, got ${fps}`);
  const tree = await readTree(store);
  const { layout, evidence } = await chooseLayout(tree, name);
  const planned = await layout.plan(tree, options);
  if (planned.units.length === 0) throw await emptyFailure(tree);
  const plan = { layout: layout.name, evidence, ...planned, notices: [...tree.notices, ...planned.notices] };
  return { plan, tree, layout };
}

async function chooseLayout(
  tree: DatasetTree,
  name: LayoutName | undefined,
): Promise<{ layout: Layout; evidence: string }> {
  for (const layout of ALL_LAYOUTS) {
    if (name !== undefined && layout.name !== name) continue;
    const evidence = await layout.detect(tree);
    if (evidence !== undefined) return { layout, evidence };
  }
  if (name === undefined || tree.files.length === 0) throw await emptyFailure(tree);
  throw new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message: `${tree.store.label} is no ${name} set: expected ${EXPECTED[name]}.`,
    remedy: 'Leave --layout out to have it detected, or name another.',
  });
}

async function emptyFailure(tree: DatasetTree): Promise<NocturneError> {
  const { labelImages } = await sortFiles(tree);
  const found =
    labelImages.length > 0
      ? `${counted(labelImages.length, 'label image')} (masks, depth, flow), copied as they are, and no image that could become night`
      : tree.files.length > 0
        ? `${counted(tree.files.length, 'file')}, none of them an image or video`
        : 'no files';
  const left = tree.notices.length === 0 ? '' : ` (${tree.notices.join('; ')})`;
  return new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message: `${tree.store.label} holds ${found}${left}.`,
    remedy: 'Check that it is the right folder.',
  });
}
