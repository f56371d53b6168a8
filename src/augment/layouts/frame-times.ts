import { folderOf, stemOf } from './dataset-path.js';
import type { DatasetTree } from './layout.js';
import { readLines } from './read-lines.js';

/** Files that state the time of each frame: one line a frame, seconds or a date. */
const TIME_FILES = ['timestamps.txt', 'times.txt'];

/**
 * Seconds of each frame from the first, from a `timestamps.txt` or `times.txt` beside the frames or one folder above (KITTI). Its lines
 * count from frame 0 where the frames' numbers reach no further, else from the first frame. Undefined where there is none that fits.
 */
export async function frameTimes(tree: DatasetTree, frames: readonly string[]): Promise<readonly number[] | undefined> {
  const folder = folderOf(frames[0] ?? '');
  for (const at of [folder, folderOf(folder)]) {
    for (const name of TIME_FILES) {
      const path = at === '' ? name : `${at}/${name}`;
      if ((await tree.store.size(path)) === undefined) continue;
      const lines = (await readLines(tree, path)).filter((line) => line.trim() !== '');
      const times = timesOf(lines.map(secondsOf), frames);
      if (times) return times;
    }
  }
  return undefined;
}

function timesOf(lines: readonly number[], frames: readonly string[]): readonly number[] | undefined {
  const numbers = frames.map((frame) => Number(/(\d+)\D*$/.exec(stemOf(frame))?.[1]));
  const byNumber = numbers.map((number) => lines[number] ?? NaN);
  const times = byNumber.every(Number.isFinite) ? byNumber : lines.length === frames.length ? lines : [];
  const first = times[0];
  if (first === undefined || !times.every((time, i) => Number.isFinite(time) && time >= (times[i - 1] ?? time)))
    return undefined;
  return times.map((time) => time - first);
}

/** A line of seconds (`4.1e+00`), or of a date (`2011-09-26 13:02:25.964389445`), as seconds; NaN for another. */
function secondsOf(line: string): number {
  const text = line.trim();
  const [, date, fraction = '0'] = /^(\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2})(\.\d+)?$/.exec(text) ?? [];
  return date === undefined ? Number(text) : Date.parse(`${date.replace(' ', 'T')}Z`) / 1000 + Number(fraction);
}
