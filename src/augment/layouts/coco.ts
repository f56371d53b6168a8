import type { FileCopy, Item, LabelledBox } from '../dataset.js';
import { assemblePlan, type Draft } from './assemble-plan.js';
import { CocoFile } from './coco-file.js';
import { imageFinderOf, jsonPaths, readCocoFile, readCocoListing, type CocoListing } from './coco-listing.js';
import { countedNotice } from './counted.js';
import { DEFAULT_FPS, findSequences, type FrameSequence } from './find-sequences.js';
import { ImageFinder } from './image-finder.js';
import { JsonText, type JsonEdit } from './json-text.js';
import type { DatasetTree, Layout, PlanOptions } from './layout.js';
import { newName } from './name-list.js';
import { timeOfDayEdits } from './night-json.js';
import { groupBy } from './pair-labels.js';
import { sortFiles, spread } from './sort-files.js';

/** JSON files whose contents are read to detect the layout. */
const MAX_DETECTED_FILES = 16;

/**
 * COCO: JSON files that list images and their annotations (instances, keypoints, captions, panoptic), and images anywhere. Images that list
 * a `video_id` and `frame_id` are sequences.
 */
export const coco: Layout = { name: 'coco', detect, plan, rewrite, boxes };

async function detect(tree: DatasetTree): Promise<string | undefined> {
  const finder = imageFinderOf(tree);
  for (const path of spread(jsonPaths(tree), MAX_DETECTED_FILES)) {
    const file = await readCocoFile(tree, path).catch(() => undefined); // what is no JSON is none of COCO
    for (const { fileName } of file?.images() ?? []) {
      if (finder.find(fileName, path) !== undefined) return `${path} lists images as COCO does`;
    }
  }
  return undefined;
}

async function plan(tree: DatasetTree, options: PlanOptions): ReturnType<Layout['plan']> {
  const listing = await readCocoListing(tree);
  const sorted = await sortFiles(tree);
  const labelImages = new Set([...sorted.labelImages.filter((path) => !listing.images.has(path)), ...listing.masks]);
  const isImage = new Set([...sorted.images, ...listing.images].filter((path) => !labelImages.has(path)));
  const images = tree.files.map(({ path }) => path).filter((path) => isImage.has(path));
  const single = images.filter((path) => !listing.frames.has(path));
  const byName = await findSequences(tree, single, options);
  const unlisted = images.filter((path) => !listing.images.has(path));
  const draft: Draft = {
    images,
    videos: sorted.videos,
    labels: [],
    setLabels: [...listing.labels, ...labelImages],
    others: sorted.others.filter((path) => !listing.labels.has(path)),
    sequences: [...sequencesOf(images, listing, options), ...byName.sequences],
    rewritten: (renamed) => (renamed.size === 0 ? listing.timed : listing.labels),
    notices: [
      ...[...sorted.notices, ...listing.notices, ...byName.notices],
      ...countedNotice(listing.missing, 'listed image is not in the set', 'listed images are not in the set'),
      ...countedNotice(
        unlisted,
        'image that no file lists, which becomes night too',
        'images that no file lists, which become night too',
      ),
    ],
  };
  return assemblePlan(draft, options);
}

/** The frames of each video, in order. */
function sequencesOf(
  images: readonly string[],
  { frames }: CocoListing,
  { fps = DEFAULT_FPS }: PlanOptions,
): FrameSequence[] {
  const placed = images.flatMap((path) => {
    const place = frames.get(path);
    return place ? [{ path, ...place }] : [];
  });
  return [...groupBy(placed, ({ video }) => video)].map(([scene, unordered]) => {
    const ordered = unordered.sort((a, b) => a.frame - b.frame);
    const first = ordered[0]?.frame ?? 0;
    return { scene, frames: ordered.map(({ path, frame }) => ({ path, timeS: (frame - first) / fps })) };
  });
}

/** Makes the time of day of images that became night `night`, and gives names of images whose format changed their new extension. */
function rewrite({ path }: FileCopy, bytes: Uint8Array, items: readonly Item[]): Promise<Uint8Array> {
  const file = CocoFile.of(new JsonText(bytes, path));
  if (!file) return Promise.resolve(bytes);
  const bySource = new Map(items.map((item) => [item.source, item]));
  const finder = new ImageFinder(bySource.keys());
  const edits: JsonEdit[] = [];
  for (const { fileName, fileNameSpan, span, namesDay } of file.images()) {
    const item = bySource.get(finder.find(fileName, path) ?? '');
    if (!item) continue;
    const name = newName(fileName, item);
    const own = [
      ...(name === fileName ? [] : [{ ...fileNameSpan, text: JSON.stringify(name) }]),
      ...(namesDay ? timeOfDayEdits(file.text, span) : []),
    ];
    edits.push(...own.sort((a, b) => a.start - b.start));
  }
  return Promise.resolve(file.text.edited(edits));
}

/** The boxes of instances and keypoints; crowds are ignored. */
async function boxes(tree: DatasetTree, items: readonly Item[]): Promise<ReadonlyMap<string, readonly LabelledBox[]>> {
  const finder = imageFinderOf(tree);
  const wanted = new Set(items.map(({ id }) => id));
  const all = new Map<string, LabelledBox[]>();
  for (const path of jsonPaths(tree)) {
    const file = await readCocoFile(tree, path).catch(() => undefined); // the plan names what is no JSON
    if (!file) continue;
    const imageOf = new Map<unknown, string>();
    for (const { id, fileName } of file.images()) {
      const image = finder.find(fileName, path);
      // Instances and keypoints list the same objects: the first file with boxes of an image counts.
      if (image !== undefined && wanted.has(image) && !all.has(image)) imageOf.set(id, image);
    }
    for (const { imageId, ...box } of file.boxes()) {
      const image = imageOf.get(imageId);
      if (image === undefined) continue;
      const known = all.get(image);
      if (known) known.push(box);
      else all.set(image, [box]);
    }
  }
  return all;
}
