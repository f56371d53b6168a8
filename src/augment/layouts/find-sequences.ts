import { listNames } from '../../ingest/image-list.js';
import { counted } from './counted.js';
import { folderOf, nameOf } from './dataset-path.js';
import { findFrameRuns, type FrameRun } from './frame-runs.js';
import type { DatasetTree, PlanOptions } from './layout.js';
import { likenessOf } from './neighbour-likeness.js';
import { frameTimes } from './frame-times.js';
import { spread } from './sort-files.js';

/** Frames of one camera in order of time. */
export interface FrameSequence {
  /** Cameras of one rig have the same: they share a draw. */
  readonly scene: string;
  readonly frames: readonly SequenceFrame[];
}

/** A frame of a sequence. */
export interface SequenceFrame {
  readonly path: string;
  /** Seconds from the sequence's first frame. */
  readonly timeS: number;
}

/** Frames a second of sequences that state no time. */
export const DEFAULT_FPS = 10;

/** Median likeness of neighbours from which images with numbered names are a sequence: see {@link likenessOf}. */
const MIN_LIKENESS = 0.5;
/** Pairs of neighbours that are read to judge a run. */
const PAIRS = 7;
/** Runs that are judged of many; when nearly all of these agree, the rest is as they are. */
const JUDGED_RUNS = 100;
const MIN_AGREEMENT = 0.95;

/** Sequences of a set, and what was decided about images with numbered names, one line each. */
export interface FoundSequences {
  readonly sequences: readonly FrameSequence[];
  readonly notices: readonly string[];
}

/** Finds sequences: images whose names count or state times regularly, and whose neighbours look alike. The rest are single images. */
export async function findSequences(
  tree: DatasetTree,
  images: readonly string[],
  options: PlanOptions,
): Promise<FoundSequences> {
  const runs = findFrameRuns(images);
  const { alike, different } = await judgeRuns(tree, runs);
  const sequences: FrameSequence[] = [];
  for (const run of alike) sequences.push(await toSequence(tree, run, options));
  const labelsOf = (some: readonly FrameRun[]): string =>
    listNames(some.map(({ label, frames }) => `${label} (${frames.length})`));
  return {
    sequences,
    notices: [
      ...(alike.length === 0
        ? []
        : [
            `${counted(alike.length, 'sequence')} by numbered names and neighbours that look alike: ${labelsOf(alike)}`,
          ]),
      ...(different.length === 0
        ? []
        : [
            `single images, though numbered as a sequence is, for neighbours do not look alike: ${labelsOf(different)}`,
          ]),
    ],
  };
}

async function judgeRuns(
  tree: DatasetTree,
  runs: readonly FrameRun[],
): Promise<{ alike: FrameRun[]; different: FrameRun[] }> {
  const verdicts = new Map<FrameRun, boolean>();
  for (const run of spread(runs, JUDGED_RUNS))
    verdicts.set(run, await isAlike(tree, run, runs.length > 20 ? 3 : PAIRS));
  const yes = [...verdicts.values()].filter(Boolean).length;
  const isUnanimous = yes >= verdicts.size * MIN_AGREEMENT || yes <= verdicts.size * (1 - MIN_AGREEMENT);
  for (const run of runs) {
    if (!verdicts.has(run)) verdicts.set(run, isUnanimous ? yes > verdicts.size / 2 : await isAlike(tree, run, 1));
  }
  return { alike: runs.filter((run) => verdicts.get(run)), different: runs.filter((run) => !verdicts.get(run)) };
}

async function isAlike(tree: DatasetTree, { frames }: FrameRun, pairs: number): Promise<boolean> {
  const likenesses: number[] = [];
  for (const [i, frame] of spread([...frames.slice(1).entries()], pairs)) {
    const likeness = await likenessOf(tree.store, frames[i]?.path ?? '', frame.path);
    if (likeness !== undefined) likenesses.push(likeness);
  }
  return (likenesses.sort((a, b) => a - b)[likenesses.length >> 1] ?? 0) >= MIN_LIKENESS;
}

async function toSequence(
  tree: DatasetTree,
  run: FrameRun,
  { fps = DEFAULT_FPS }: PlanOptions,
): Promise<FrameSequence> {
  const first = run.frames[0];
  const paths = run.frames.map(({ path }) => path);
  const stated = run.isTimed ? undefined : await frameTimes(tree, paths);
  const timeOf = run.isTimed
    ? (i: number) => (run.frames[i]?.number ?? 0) - (first?.number ?? 0)
    : (i: number) => stated?.[i] ?? (run.frames[i]?.position ?? 0) / fps;
  return { scene: sceneOf(run), frames: paths.map((path, i) => ({ path, timeS: timeOf(i) })) };
}

/** Names of cameras in folders: cameras of one rig differ in them alone. */
const CAMERA =
  /^(?:image_?\d+|cam(?:era)?[_-]?\d+|CAM_[A-Z_]+|left|right|front|rear|back|(?:front|back|rear)[_-](?:left|right))$/i;

/** The run's place without the folder of its camera, and its first frame where a camera's name is in no folder. */
function sceneOf({ label, frames }: FrameRun): string {
  const folders = folderOf(label).split('/');
  const rig = folders.filter((folder) => !CAMERA.test(folder));
  const start = frames[0]?.path ?? '';
  return rig.length === folders.length ? start : `${[...rig, nameOf(label)].join('/')}@${nameOf(start)}`;
}
