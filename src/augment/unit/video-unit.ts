import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { NocturneError } from '../../core/errors.js';
import { withPath } from '../../output/atomic-image.js';
import type { Item, Unit } from '../dataset.js';
import { nightAmongDays } from './day-view.js';
import { hashOfFile } from './file-hash.js';
import type { ItemRow } from './item-row.js';
import { failureReason, rowOf, rowStart } from './item-rows.js';
import type { ItemNight, NightTools, UnitTools } from './night-tools.js';
import { outputPaths } from './output-paths.js';
import { meanScores } from './score-mean.js';
import { makeVideoNight, type VideoNight } from './video-night.js';
import { viewVideo } from './video-samples.js';

/** What units of videos work with. */
export interface VideoUnitTools {
  readonly unit: UnitTools;
  readonly night: NightTools;
}

/**
 * Turns a video into nights, one variant after the other. Yields a row for each that is not done, once it is stored. Rejects as
 * `UnitRunner.run` does.
 */
export async function* videoUnit(
  unit: Unit,
  isDone: (item: string, variant: number) => boolean,
  tools: VideoUnitTools,
): AsyncGenerator<ItemRow> {
  const { settings, signal } = tools.unit;
  for (const item of unit.items) {
    for (let variant = 0; variant < settings.variants; variant++) {
      if (isDone(item.id, variant)) continue;
      signal.throwIfAborted();
      const night = tools.night.nightOf(item, variant);
      const start = rowStart(item, unit.index, night, performance.now());
      yield await makeRow(item, night, tools).then(
        (outcome) => rowOf(start, outcome),
        (error: unknown) => rowOf(start, { reason: failureReason(error) }),
      );
    }
  }
}

/** Makes one variant of a video. Resolves with what the row says of it. */
function makeRow(item: Item, night: ItemNight, tools: VideoUnitTools): Promise<Partial<ItemRow>> {
  const { input, settings } = tools.unit;
  return input.withLocalFile(item.source, async (from) => {
    try {
      const { alreadyNight, info } = await viewVideo(from, tools.unit, tools.night);
      const { sha256: sourceSha256 } = await hashOfFile(from);
      const left = nightAmongDays(settings, alreadyNight);
      const day = { item, from, night, tools, size: { width: info.width, height: info.height } };
      const made = left ? await writeSource(day, left) : await writeNight(day);
      return { ...made, sourceSha256, scores: { ...made.scores, alreadyNight } };
    } catch (error) {
      // A copy's path does not say which video it is.
      throw error instanceof NocturneError && error.code.startsWith('INPUT_')
        ? withPath(error, item.source, from)
        : error;
    }
  });
}

/** A video whose night is to be made. */
interface DayVideo {
  readonly item: Item;
  /** A path of this machine. */
  readonly from: string;
  readonly night: ItemNight;
  readonly tools: VideoUnitTools;
  readonly size: { readonly width: number; readonly height: number };
}

async function writeNight(day: DayVideo): Promise<Partial<ItemRow>> {
  const { item, night, tools } = day;
  const { output, settings } = tools.unit;
  const paths = outputPaths(settings, item, night.variant);
  const lampPath = settings.hasLamps ? `${paths.lamps}l` : undefined; // a line a frame: `.jsonl`
  const stored = await writeVideo(paths.night, day, { night, lampPath });
  const scores = meanScores(stored.scores);
  const judged = tools.night.judge.verdict(scores);
  const row = { ...stored, ...judged, scores, output: paths.night };
  if (judged.verdict === 'accepted' || settings.rejects === 'keep') return row;
  // Its scores are known when it is whole.
  await output.withLocalFile(paths.night, (whole) => copyTo(tools.unit, whole, paths.rejected));
  await output.remove(paths.night);
  if (lampPath !== undefined) await output.remove(lampPath);
  return { ...row, output: paths.rejected };
}

/** Writes a video that is a night already: its own bytes, or its own frames where its container cannot be written. */
async function writeSource(
  day: DayVideo,
  left: NonNullable<ReturnType<typeof nightAmongDays>>,
): Promise<Partial<ItemRow>> {
  const { item, from, night, tools, size } = day;
  const paths = outputPaths(tools.unit.settings, item, night.variant);
  const path = left.verdict === 'rejected' && tools.unit.settings.rejects === 'bin' ? paths.rejected : paths.night;
  if (item.output !== item.source) {
    const stored = await writeVideo(path, day, { night: undefined });
    return { ...stored, ...left, scores: {}, output: path };
  }
  await copyTo(tools.unit, from, path);
  const { sha256, bytes } = await hashOfFile(from);
  return { ...left, ...size, output: path, outputSha256: sha256, outputBytes: bytes };
}

type Stored = VideoNight & Pick<ItemRow, 'outputSha256' | 'outputBytes'>;

/** Makes a video and stores it, with its lamps where a path is given for them. */
async function writeVideo(
  path: string,
  { from, tools }: DayVideo,
  { night, lampPath }: { readonly night: ItemNight | undefined; readonly lampPath?: string | undefined },
): Promise<Stored> {
  const { output } = tools.unit;
  let stored: Stored | undefined;
  const make = async (to: string, lamps?: string): Promise<void> => {
    try {
      const made = await makeVideoNight({
        ...{ from, to, night, unit: tools.unit, tools: tools.night },
        ...(lamps === undefined ? {} : { lamps }),
      });
      const { sha256, bytes } = await hashOfFile(to);
      stored = { ...made, outputSha256: sha256, outputBytes: bytes };
    } catch (error) {
      throw error instanceof NocturneError ? withPath(error, path, to) : error;
    }
  };
  if (lampPath === undefined) await output.writeFile(path, (to) => make(to));
  else await output.writeFile(lampPath, (lamps) => output.writeFile(path, (to) => make(to, lamps)));
  if (!stored) throw new TypeError('writeFile calls its work');
  return stored;
}

function copyTo({ output }: UnitTools, from: string, path: string): Promise<void> {
  return output.writeFile(path, (to) => copyFile(from, to, constants.COPYFILE_FICLONE));
}
