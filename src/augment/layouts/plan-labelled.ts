import { isImagePath } from '../../image/image-extensions.js';
import type { DatasetPlan } from '../dataset.js';
import { assemblePlan, type Draft } from './assemble-plan.js';
import { countedNotice } from './counted.js';
import { folderOf } from './dataset-path.js';
import { findSequences, type FoundSequences } from './find-sequences.js';
import type { DatasetTree, PlanOptions } from './layout.js';
import { isNameList, isNamingLabel } from './name-list.js';
import { labelsOfDays } from './night-label.js';
import { pairLabels, type LabelPairs } from './pair-labels.js';
import { pairFolders } from './path-words.js';
import { sortFiles } from './sort-files.js';

/** How one layout names its labels. */
export interface LabelRules {
  /** Whether a file that is neither image nor video is the label of one image. */
  isLabel(path: string): boolean;
  /** Whether such a file, or label image, is a label of the whole set. Asked first. */
  isSetLabel?(path: string): boolean;
  /** Refuses a pair whose names fit: see {@link pairLabels}. */
  belongs?(label: string, image: string): boolean;
  /** Finds the sequences; default: by names and content. */
  sequences?(images: readonly string[]): Promise<FoundSequences>;
  readonly sceneOf?: Draft['sceneOf'];
  /** Labels to rewrite beside those that name images whose format changes, and JSON and YAML that name a time of day. Default: none. */
  readonly rewritten?: readonly string[];
  /** Whether images without label and labels without image get a notice. */
  readonly isLabelled: boolean;
}

/** Plans a set whose labels are files beside its images: sorts the files, pairs labels with images, finds sequences. */
export async function planLabelled(
  tree: DatasetTree,
  options: PlanOptions,
  rules: LabelRules,
): Promise<Omit<DatasetPlan, 'layout' | 'evidence'>> {
  const sorted = await sortFiles(tree);
  const { images, videos } = sorted;
  const isSetLabel = (path: string): boolean => rules.isSetLabel?.(path) ?? false;
  const rest = [...sorted.others, ...sorted.labelImages];
  const setLabels = rest.filter(isSetLabel);
  const labels = rest.filter((path) => !isSetLabel(path) && (isImagePath(path) || rules.isLabel(path)));
  const others = sorted.others.filter((path) => !isSetLabel(path) && !rules.isLabel(path));
  const pairs = pairLabels([...images, ...videos], labels, (label, image) => rules.belongs?.(label, image) ?? true);
  const { sequences, notices } = await (rules.sequences?.(images) ?? findSequences(tree, images, options));
  const timed = [...(await labelsOfDays(tree, labels)), ...(await labelsOfDays(tree, [...setLabels, ...others]))];
  const draft: Draft = {
    ...{ images, videos, labels, setLabels, others, pairs, sequences },
    ...(rules.sceneOf ? { sceneOf: rules.sceneOf } : {}),
    rewritten: (renamed) => {
      const lists = renamed.size === 0 ? [] : [...setLabels, ...others].filter(isNameList);
      const own = [...renamed.keys()].flatMap((image) => pairs.labelsOf.get(image) ?? []).filter(isNamingLabel);
      return new Set([...lists, ...own, ...timed, ...(rules.rewritten ?? [])]);
    },
    notices: [...sorted.notices, ...notices, ...(rules.isLabelled ? pairNotices(images, labels, pairs) : [])],
  };
  return assemblePlan(draft, options);
}

/** Images of a part of the set that has labels, but not theirs; parts without any label; labels without image. */
function pairNotices(
  images: readonly string[],
  labels: readonly string[],
  { labelsOf, imagesOf }: LabelPairs,
): string[] {
  const partOf = (path: string): string => pairFolders(folderOf(path))[0] ?? '';
  const labelledParts = new Set([...labelsOf.keys()].map(partOf));
  const without = images.filter((image) => !labelsOf.has(image));
  return [
    ...countedNotice(
      without.filter((image) => labelledParts.has(partOf(image))),
      'image without label',
      'images without label',
    ),
    ...countedNotice(
      without.filter((image) => !labelledParts.has(partOf(image))),
      'image in a part of the set that has no labels',
      'images in parts of the set that have no labels',
    ),
    ...countedNotice(
      labels.filter((label) => imagesOf.get(label)?.length === 0),
      'label without image',
      'labels without image',
    ),
    ...countedNotice(
      labels.filter((label) => areDuplicates(imagesOf.get(label) ?? [])),
      'label belongs to several images of one name',
      'labels belong to several images of one name',
    ),
  ];
}

/** Images of one folder whose names differ in the extension alone. */
function areDuplicates(images: readonly string[]): boolean {
  return images.length > 1 && new Set(images.map(folderOf)).size < images.length;
}
