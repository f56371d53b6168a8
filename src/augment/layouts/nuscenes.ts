import { posix } from 'node:path';
import { isImagePath } from '../../image/image-extensions.js';
import type { FileCopy, Item } from '../dataset.js';
import { assemblePlan, type Draft } from './assemble-plan.js';
import { countedNotice } from './counted.js';
import { nameOf } from './dataset-path.js';
import type { FrameSequence } from './find-sequences.js';
import { JsonText, type JsonEdit } from './json-text.js';
import type { DatasetTree, Layout, PlanOptions } from './layout.js';
import { saysNight } from './night-word.js';
import { IMAGE_TABLE, readTables, sceneName, tableFolders, tableRows, type NuScenesFrame } from './nuscenes-tables.js';
import { groupBy } from './pair-labels.js';

/** How nuScenes marks nights: its descriptions begin so, and users select nights by this word. */
const NIGHT_PREFIX = 'Night, ';

/**
 * nuScenes and what is like it: `samples/CAM_FRONT/*.jpg`, `sweeps/CAM_FRONT/*.jpg` and tables in `v1.0-mini/*.json`. The frames of a scene
 * and camera, keyframes and sweeps by their times, are a sequence; all cameras of a scene share its draw. Scenes whose description says
 * night are copied as they are; the descriptions of the others begin with `Night, ` afterwards. The log keeps its fields.
 */
export const nuscenes: Layout = { name: 'nuscenes', detect, plan, rewrite };

function detect(tree: DatasetTree): Promise<string | undefined> {
  const [folder] = tableFolders(tree);
  return Promise.resolve(folder === undefined ? undefined : `${posix.join(folder, IMAGE_TABLE)} beside sample.json`);
}

async function plan(tree: DatasetTree, { every = 1 }: PlanOptions): ReturnType<Layout['plan']> {
  const { frames, nightScenes, missing } = await readTables(tree, isImagePath);
  const [nights, days] = [true, false].map((isNight) =>
    [...frames.values()].filter(({ scene }) => nightScenes.has(scene) === isNight),
  );
  const sequences = sequencesOf(days ?? [], every);
  const kept = new Set(sequences.flatMap((sequence) => sequence.frames.map(({ path }) => path)));
  const left = new Set((days ?? []).map(({ path }) => path).filter((path) => !kept.has(path)));
  const paths = tree.files.map(({ path }) => path).filter((path) => !left.has(path));
  const unlisted = paths.filter((path) => isCameraImage(path) && !frames.has(path));
  const isTranslated = new Set([...kept, ...unlisted]);
  const copied = paths.filter((path) => !isTranslated.has(path));
  const isLabel = (path: string): boolean =>
    posix.extname(path) === '.json' || (isImagePath(path) && !isCameraImage(path));
  const keptSweeps = `for one in ${every} is kept; keyframes stay, and ${IMAGE_TABLE} lists all`;
  const draft: Draft = {
    images: paths.filter((path) => isTranslated.has(path)),
    ...{ videos: [], labels: [], setLabels: copied.filter(isLabel), others: copied.filter((path) => !isLabel(path)) },
    sequences,
    rewritten: (renamed) => {
      const names = ['scene.json', ...(renamed.size > 0 ? [IMAGE_TABLE] : [])];
      return new Set(copied.filter((path) => names.includes(nameOf(path))));
    },
    notices: [
      ...countedNotice(
        (nights ?? []).map(({ path }) => path),
        'image is night by the description of its scene and copied as it is',
        'images are night by the descriptions of their scenes and copied as they are',
      ),
      ...countedNotice(
        unlisted,
        'camera image that no table lists, which becomes night too',
        'camera images that no table lists, which become night too',
      ),
      ...countedNotice(missing, 'listed image is not in the set', 'listed images are not in the set'),
      ...countedNotice([...left], `sweep is left out, ${keptSweeps}`, `sweeps are left out, ${keptSweeps}`),
    ],
  };
  return assemblePlan(draft, {}); // the sweeps are chosen above
}

/** Frames by scene and camera, in order of time. Keyframes, which have the labels, stay; of the sweeps every so many. */
function sequencesOf(frames: readonly NuScenesFrame[], every: number): FrameSequence[] {
  const bySensor = groupBy(frames, ({ scene, channel }) => `${scene}\n${channel}`);
  return [...bySensor.values()].map((unordered) => {
    const ordered = unordered.sort((a, b) => a.timestampUs - b.timestampUs);
    const [first] = ordered;
    const kept = ordered.filter(({ isKeyFrame }, n) => isKeyFrame || n % every === 0);
    const start = first?.timestampUs ?? 0;
    return {
      scene: first?.scene ?? '',
      frames: kept.map(({ path, timestampUs }) => ({ path, timeS: (timestampUs - start) / 1e6 })),
    };
  });
}

/** Whether a file is an image of a camera; maps and other images are not. */
function isCameraImage(path: string): boolean {
  return isImagePath(path) && /(?:^|\/)(?:samples|sweeps)\//.test(path);
}

/** Marks the scenes that became night in their descriptions, and gives images whose format changed their new name. */
function rewrite({ path }: FileCopy, bytes: Uint8Array, items: readonly Item[]): Promise<Uint8Array> {
  const text = new JsonText(bytes, path);
  const edits = nameOf(path) === IMAGE_TABLE ? nameEdits(text, items) : sceneEdits(text, items);
  return Promise.resolve(text.edited(edits));
}

function sceneEdits(text: JsonText, items: readonly Item[]): JsonEdit[] {
  const scenes = new Set(items.map(({ scene }) => scene));
  return [...tableRows(text)].flatMap(({ row, span }) => {
    const { description } = row;
    const place = text.member(span, 'description');
    if (typeof description !== 'string' || !place || saysNight(description) || !scenes.has(sceneName(row))) return [];
    // Only the prefix is new: the description keeps its own escapes.
    return [{ start: place.start + 1, end: place.start + 1, text: NIGHT_PREFIX }];
  });
}

function nameEdits(text: JsonText, items: readonly Item[]): JsonEdit[] {
  const renamed = new Map(
    items.filter(({ source, output }) => source !== output).map((item) => [item.source, item.output]),
  );
  const edits: JsonEdit[] = [];
  for (const { row, span } of tableRows(text)) {
    const output = renamed.get(String(row['filename']));
    if (output === undefined) continue;
    for (const { key, value } of text.members(span)) {
      if (key === 'filename') edits.push({ ...value, text: JSON.stringify(output) });
      if (key === 'fileformat') edits.push({ ...value, text: JSON.stringify(posix.extname(output).slice(1)) });
    }
  }
  return edits;
}
