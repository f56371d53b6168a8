import { posix } from 'node:path';
import { isImagePath } from '../../image/image-extensions.js';
import type { FileCopy, Item, LabelledBox } from '../dataset.js';
import { assemblePlan, type Draft } from './assemble-plan.js';
import { BddFile } from './bdd100k-file.js';
import { bddName, bddVideo, readBddFile, readBddListing, type BddListing } from './bdd100k-listing.js';
import { jsonPaths } from './coco-listing.js';
import { countedNotice } from './counted.js';
import { folderOf } from './dataset-path.js';
import type { FrameSequence } from './find-sequences.js';
import { JsonText, type JsonEdit } from './json-text.js';
import type { DatasetTree, Layout, PlanOptions } from './layout.js';
import { newName } from './name-list.js';
import { groupBy, type LabelPairs } from './pair-labels.js';
import { sortFiles, spread } from './sort-files.js';

/** JSON files whose contents are read to detect the layout. */
const MAX_DETECTED_FILES = 16;
/** Frames a second of BDD100K's tracking sets. */
const TRACK_FPS = 5;

/**
 * BDD100K: `images/100k/train/*.jpg`, tracking frames `images/track/train/VIDEO/VIDEO-0000001.jpg`, `videos/train/*.mov`, labels in JSON as
 * lists or one file an image, masks. The labels name the time of day: nights are copied as they are, every other image becomes night, and
 * so does its `timeofday`.
 */
export const bdd100k: Layout = { name: 'bdd100k', detect, plan, rewrite, boxes };

async function detect(tree: DatasetTree): Promise<string | undefined> {
  const images = new Set(
    tree.files
      .map(({ path }) => path)
      .filter(isImagePath)
      .map(bddName),
  );
  for (const path of spread(jsonPaths(tree), MAX_DETECTED_FILES)) {
    const file = await readBddFile(tree, path).catch(() => undefined); // what is no JSON is none of BDD100K
    for (const { name, timeOfDay } of file?.records() ?? []) {
      if (timeOfDay !== undefined && images.has(bddName(name)))
        return `${path} lists images with their timeofday as BDD100K does`;
    }
  }
  return undefined;
}

async function plan(tree: DatasetTree, options: PlanOptions): ReturnType<Layout['plan']> {
  const listing = await readBddListing(tree);
  const sorted = await sortFiles(tree);
  const [nightImages, images] = split(sorted.images, (path) => isNight(path, listing));
  const [nightVideos, videos] = split(sorted.videos, (path) => isNight(path, listing));
  const own = [...listing.own, ...sorted.labelImages];
  const setLabels = [...listing.labels.keys()].filter((path) => !listing.own.has(path));
  const present = new Set([...sorted.images, ...sorted.videos].flatMap(namesOf));
  const frames = images.filter((path) => bddVideo(bddName(path)) !== undefined);
  const draft: Draft = {
    ...{ images, videos, labels: own, setLabels },
    others: [...sorted.others.filter((path) => !listing.labels.has(path)), ...nightImages, ...nightVideos],
    pairs: pairByName(images, own),
    sequences: sequencesOf(frames, options),
    rewritten: (renamed) => {
      const changed = [...listing.labels].filter(([, { hasTimeOfDay }]) => hasTimeOfDay || renamed.size > 0);
      return new Set(changed.map(([path]) => path));
    },
    notices: [
      ...[...sorted.notices, ...listing.notices],
      ...['image', 'video'].flatMap((kind) =>
        countedNotice(
          kind === 'image' ? nightImages : nightVideos,
          `${kind} is night by its label and copied as it is`,
          `${kind}s are night by their labels and copied as they are`,
        ),
      ),
      ...countedNotice(
        images.filter((path) => !isListed(path, listing)),
        'image without label, which becomes night too',
        'images without label, which become night too',
      ),
      ...countedNotice(
        [...listing.listed].filter((name) => !present.has(name)),
        'label without image',
        'labels without image',
      ),
    ],
  };
  return assemblePlan(draft, options);
}

/** Whether an image, or the video it is from, is night by its labels. */
function isNight(path: string, { nights }: BddListing): boolean {
  return namesOf(path).some((name) => nights.has(name));
}

function isListed(path: string, { listed }: BddListing): boolean {
  return namesOf(path).some((name) => listed.has(name));
}

function namesOf(path: string): string[] {
  const name = bddName(path);
  const video = bddVideo(name)?.video;
  return video === undefined ? [name] : [name, video];
}

/** Labels of one image alone: its JSON, its masks (`NAME.png`, `NAME_train_id.png`). */
function pairByName(images: readonly string[], labels: readonly string[]): LabelPairs {
  const byName = groupBy(images, bddName);
  const imagesNamed = (name: string): readonly string[] =>
    byName.get(name) ?? byName.get(name.replace(/_.*$/, '')) ?? [];
  const imagesOf = new Map(labels.map((label) => [label, imagesNamed(bddName(label))]));
  const pairs = [...imagesOf].flatMap(([label, own]) => own.map((image) => ({ label, image })));
  const labelsOf = [...groupBy(pairs, ({ image }) => image)].map(([image, own]) => {
    return [image, own.map(({ label }) => label)] as const;
  });
  return { imagesOf, labelsOf: new Map(labelsOf) };
}

/** The frames of each tracking video, in order, by the number at the end of their names. */
function sequencesOf(paths: readonly string[], { fps = TRACK_FPS }: PlanOptions): FrameSequence[] {
  const placed = paths.flatMap((path) => {
    const place = bddVideo(bddName(path));
    return place ? [{ path, scene: posix.join(folderOf(path), place.video), frame: place.frame }] : [];
  });
  return [...groupBy(placed, ({ scene }) => scene)].map(([scene, unordered]) => {
    const ordered = unordered.sort((a, b) => a.frame - b.frame);
    const first = ordered[0]?.frame ?? 0;
    return { scene, frames: ordered.map(({ path, frame }) => ({ path, timeS: (frame - first) / fps })) };
  });
}

/** Makes the `timeofday` of images that became night `night`, and gives names of images whose format changed their extension. */
function rewrite({ path }: FileCopy, bytes: Uint8Array, items: readonly Item[]): Promise<Uint8Array> {
  const file = BddFile.of(new JsonText(bytes, path));
  if (!file) return Promise.resolve(bytes);
  const byName = itemsByName(items);
  const edits: JsonEdit[] = [];
  for (const record of file.records()) {
    const own = byName.get(bddName(record.name));
    if (!own) continue;
    // A video and its frame may have one name: only that of the record's own extension renames it.
    const renamed = own.map((item) => newName(record.name, item)).find((name) => name !== record.name) ?? record.name;
    const both = [file.nightEdit(record), file.renameEdit(record, renamed)];
    edits.push(...both.filter((edit) => edit !== undefined).sort((a, b) => a.start - b.start));
  }
  return Promise.resolve(file.text.edited(edits));
}

/** A set of one JSON file an image asks for the same names as often as it has images. */
const namesByItems = new WeakMap<readonly Item[], ReadonlyMap<string, readonly Item[]>>();

function itemsByName(items: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const known = namesByItems.get(items) ?? groupBy(items, ({ id }) => bddName(id));
  namesByItems.set(items, known);
  return known;
}

async function boxes(tree: DatasetTree, items: readonly Item[]): Promise<ReadonlyMap<string, readonly LabelledBox[]>> {
  const byName = groupBy(items, ({ id }) => bddName(id));
  const all = new Map<string, readonly LabelledBox[]>();
  for (const path of jsonPaths(tree)) {
    const file = await readBddFile(tree, path).catch(() => undefined); // the plan names what is no JSON
    for (const record of file?.records() ?? []) {
      if (record.boxes.length === 0) continue;
      for (const { id } of byName.get(bddName(record.name)) ?? []) if (!all.has(id)) all.set(id, record.boxes);
    }
  }
  return all;
}

function split<T>(values: readonly T[], isFirst: (value: T) => boolean): [T[], T[]] {
  return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}
