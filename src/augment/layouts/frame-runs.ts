import { folderOf } from './dataset-path.js';
import { groupBy } from './pair-labels.js';
import { bareStem } from './path-words.js';

/** Images whose names look like consecutive frames of one camera. */
export interface FrameRun {
  /** Folder and name with `*` for the number: `drive/frame_*`. */
  readonly label: string;
  /** In order of their numbers; at least {@link MIN_FRAMES}. */
  readonly frames: readonly NumberedFrame[];
  /** True where the numbers are times since 1970: then they are regular within a factor of three, else evenly spaced. */
  readonly isTimed: boolean;
}

/** An image and the last number of its name. */
export interface NumberedFrame {
  readonly path: string;
  /** Of timed runs seconds since 1970, else the number itself. */
  readonly number: number;
  /** Frames of the run's spacing from its first; whole where none is missing. */
  readonly position: number;
}

/** Fewer images than these are no sequence. */
const MIN_FRAMES = 3;
/** Share of steps between neighbours that must be regular: fewer, and the images are a random sample. */
const MIN_REGULAR = 0.8;
/** A step longer than this many regular ones starts a new run. */
const MAX_GAP = 4;
/** Longest regular step of timed frames, seconds. */
const MAX_STEP_S = 2;
/** Times since 1970 by their digits, from 2001 to 2100: seconds, milliseconds, microseconds, nanoseconds. */
const EPOCH_UNITS: Readonly<Record<number, number>> = { 10: 1, 13: 1e3, 16: 1e6, 19: 1e9 };
const EPOCH_RANGE_S = [1e9, 4.1e9] as const;

/** Finds images whose names count or state times regularly, by folder and by the rest of their names. */
export function findFrameRuns(paths: readonly string[]): FrameRun[] {
  const named = paths.flatMap((path) => {
    const [, before, digits] = /^(.*?)(\d+)\D*$/s.exec(bareStem(path)) ?? [];
    if (before === undefined || digits === undefined) return [];
    const folder = folderOf(path);
    return [{ path, digits, label: `${folder === '' ? '' : `${folder}/`}${before}*` }];
  });
  return [...groupBy(named, ({ label }) => label)].flatMap(([label, images]) => {
    if (images.length < MIN_FRAMES) return [];
    const unit = epochUnit(images.map(({ digits }) => digits));
    const numbers = images.map(({ path, digits }) => ({ path, number: Number(digits) / unit }));
    return runsOf(
      label,
      numbers.sort((a, b) => a.number - b.number),
      unit > 1 || isEpochSeconds(images[0]?.digits),
    );
  });
}

function isEpochSeconds(digits: string | undefined): boolean {
  return digits?.length === 10 && isEpoch(Number(digits));
}

function isEpoch(seconds: number): boolean {
  return seconds >= EPOCH_RANGE_S[0] && seconds < EPOCH_RANGE_S[1];
}

/** What the numbers are divided by to get seconds, or 1. */
function epochUnit(numbers: readonly string[]): number {
  const unit = EPOCH_UNITS[numbers[0]?.length ?? 0] ?? 1;
  const isTimed = numbers.every((digits) => digits.length === numbers[0]?.length && isEpoch(Number(digits) / unit));
  return isTimed ? unit : 1;
}

function runsOf(label: string, images: readonly { path: string; number: number }[], isTimed: boolean): FrameRun[] {
  const steps = images.slice(1).map(({ number }, i) => number - (images[i]?.number ?? 0));
  const step = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
  const isRegular = (value: number): boolean => (isTimed ? value > step / 3 && value < step * 3 : value === step);
  const tooLong = isTimed && step > MAX_STEP_S;
  if (step === 0 || tooLong || steps.filter(isRegular).length < steps.length * MIN_REGULAR) return [];
  const runs: { path: string; number: number }[][] = [[]];
  for (const [i, image] of images.entries()) {
    if (i > 0 && (steps[i - 1] ?? 0) > step * MAX_GAP) runs.push([]);
    runs.at(-1)?.push(image);
  }
  return runs
    .filter(({ length }) => length >= MIN_FRAMES)
    .map((run) => ({
      label,
      isTimed,
      frames: run.map(({ path, number }) => ({ path, number, position: (number - (run[0]?.number ?? 0)) / step })),
    }));
}
