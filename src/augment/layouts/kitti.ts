import { extensionOf } from '../../image/image-extensions.js';
import { isImagePath } from '../../image/image-extensions.js';
import { listNames } from '../../ingest/image-list.js';
import { counted } from './counted.js';
import { folderOf } from './dataset-path.js';
import { DEFAULT_FPS, type FoundSequences } from './find-sequences.js';
import { frameTimes } from './frame-times.js';
import { kittiBoxes } from './kitti-boxes.js';
import { isKittiSequence, kittiEvidence, kittiPlace, kittiScene } from './kitti-cameras.js';
import type { DatasetTree, Layout, PlanOptions } from './layout.js';
import { groupBy } from './pair-labels.js';
import { pairKeys } from './path-words.js';
import { planLabelled } from './plan-labelled.js';
import { sortFiles } from './sort-files.js';
import { rewriteLabel } from './night-label.js';

/** Labels of a whole sequence or set: tracking, poses, tracklets. */
const SET_LABELS = /(?:^|\/)(?:label_0[23]\/[^/]+\.txt|poses\/[^/]+\.txt|tracklet_labels\.xml)$/;

/** KITTI: the object, stereo, flow and semantic benchmarks, tracking, odometry, raw data. */
export const kittiLayout: Layout = {
  name: 'kitti',
  async detect(tree) {
    return kittiEvidence(tree, (await sortFiles(tree)).images);
  },
  async plan(tree, options) {
    const { images } = await sortFiles(tree);
    const pairKey = pairKeys();
    const keys = new Set(images.map(pairKey));
    const moments = groupBy(
      images.filter((image) => !isKittiSequence(image)),
      (image) => kittiScene(image) ?? '',
    );
    return planLabelled(tree, options, {
      isLabel: (path) =>
        ['.txt', '.bin'].includes(extensionOf(path)) && (keys.has(pairKey(path)) || isObjectLabel(path)),
      isSetLabel: (path) => SET_LABELS.test(path),
      belongs,
      sequences: (all) => sequencesOf(tree, all, options),
      sceneOf: (image) => {
        const scene = kittiScene(image);
        return scene !== undefined && (moments.get(scene)?.length ?? 0) > 1 ? scene : undefined;
      },
      isLabelled: images.some((image) => !isKittiSequence(image)),
    });
  },
  rewrite: rewriteLabel,
  boxes: kittiBoxes,
};

const isObjectLabel = (path: string): boolean => /(?:^|\/)label_[23]\/[^/]+\.txt$/.test(path);

/** `label_2` labels the image of camera 2; masks, disparity and flow label the left camera's; calibration and points belong to all. */
function belongs(label: string, image: string): boolean {
  const camera = kittiPlace(image)?.camera;
  const [, labelled] = /(?:^|\/)label_0?([23])\//.exec(label) ?? [];
  if (labelled !== undefined) return camera === Number(labelled);
  return !isImagePath(label) || camera === 0 || camera === 2;
}

/** Sequences are what KITTI's folders say; pixels are not asked. */
async function sequencesOf(
  tree: DatasetTree,
  images: readonly string[],
  { fps = DEFAULT_FPS }: PlanOptions,
): Promise<FoundSequences> {
  const byFolder = groupBy(images.filter(isKittiSequence), folderOf);
  const sequences = [];
  for (const [folder, frames] of byFolder) {
    const times = await frameTimes(tree, frames);
    const scene = kittiScene(frames[0] ?? '') ?? folder;
    sequences.push({ scene, frames: frames.map((path, i) => ({ path, timeS: times?.[i] ?? i / fps })) });
  }
  const names = [...byFolder].map(([folder, frames]) => `${folder} (${frames.length})`);
  return {
    sequences,
    notices: names.length === 0 ? [] : [`${counted(names.length, 'sequence')} by folders: ${listNames(names)}`],
  };
}
