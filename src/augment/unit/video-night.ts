import type { Frame } from '../../core/frame.js';
import { toSeconds } from '../../core/time.js';
import type { FrameSource } from '../../ingest/frame-source.js';
import { openSource } from '../../ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../ingest/source-options.js';
import { lampsOf } from '../../look/lamp-list.js';
import { openFileSink } from '../../output/av-file-sink.js';
import type { FileSink } from '../../output/file-options.js';
import { DetailSchedule } from '../../pipeline/detail-schedule.js';
import { LampFile } from '../../pipeline/worker/lamp-file.js';
import { readThumbnail } from '../../render/read-thumbnail.js';
import { judgeNight, viewDay } from './day-view.js';
import type { ItemScores } from './item-row.js';
import type { ItemNight, NightTools, UnitTools } from './night-tools.js';
import { SteadyLooks } from './steady-looks.js';

/** Frames that are judged, spread evenly over a video, at most. */
const JUDGED_FRAMES = 8;
/** Least time between two of them, and the time between them where a video does not say how long it is; seconds. */
const MIN_JUDGED_S = 0.5;

/** What {@link makeVideoNight} takes. */
export interface VideoNightOptions {
  /** The day's video: a path of this machine. */
  readonly from: string;
  /** Where to write the night: a path whose extension selects the container. */
  readonly to: string;
  /** Where to list the lamps of each frame (`.jsonl`); undefined: nowhere. */
  readonly lamps?: string;
  /** Undefined: the frames stay as they are. */
  readonly night: ItemNight | undefined;
  readonly unit: UnitTools;
  readonly tools: NightTools;
}

/** What was written. */
export interface VideoNight {
  readonly width: number;
  readonly height: number;
  /** Of some frames. */
  readonly scores: readonly ItemScores[];
  /** What the night does not have of its day, one clause each. */
  readonly losses: readonly string[];
  /** Lamps of a frame, on average. */
  readonly lamps: number;
}

/**
 * Renders a video as night: its frames at their times and size, one draw and one steadied look, grain and camera new for each frame; sound,
 * subtitles and chapters are copied. The same video gives the same bytes. Rejects with NocturneError; no file is left then.
 */
export async function makeVideoNight(options: VideoNightOptions): Promise<VideoNight> {
  const { from, to, lamps, night, unit } = options;
  const { signal, logger } = unit;
  await using source = await openSource(from, { ...DEFAULT_SOURCE_OPTIONS, live: false, logger }, signal);
  const { timeBase, frameRate } = source.info;
  const crf = night?.draw.crf;
  const sink = await openFileSink({
    ...{ path: to, overwrite: true, copyFrom: from, timeBase, frameRate, signal, isReproducible: true },
    ...(crf === undefined ? {} : { crf }),
  });
  await using lampFile = await LampFile.open({
    ...(lamps === undefined ? {} : { lamps }),
    input: from,
    overwrite: true,
  });
  if (lampFile) lampFile.card = options.tools.maker.card;
  try {
    const painter = night && (await FramePainter.open({ ...options, night }, source));
    const frames = await writeFrames(source, signal, sink, async (frame) => painter?.paint(frame, sink, lampFile));
    await lampFile?.finish();
    const { notices } = await sink.finish();
    await lampFile?.commit();
    const { width, height } = source.info;
    const { corrupt, faults } = source.stats;
    const skipped = corrupt === 0 ? [] : [`${corrupt} damaged video packets were skipped`];
    return {
      ...{ width, height, scores: painter?.scores ?? [] },
      losses: [...source.info.notices, ...notices, ...skipped, ...faults],
      lamps: Math.round((painter?.lamps ?? 0) / Math.max(1, frames)),
    };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** Passes each frame to `paint`, then to the sink, which encodes it while the next one is painted. Returns their number. */
async function writeFrames(
  source: FrameSource,
  signal: AbortSignal,
  sink: FileSink,
  paint: (frame: Frame) => Promise<void>,
): Promise<number> {
  let writing: Promise<void> = Promise.resolve();
  let frames = 0;
  try {
    for await (const frame of source.frames(signal)) {
      try {
        await paint(frame);
        await writing;
      } catch (error) {
        frame.close();
        throw error;
      }
      writing = sink.write(frame);
      writing.catch(() => undefined); // awaited with the next frame or below
      frames++;
    }
  } catch (error) {
    await writing.catch(() => undefined); // the first failure is the one reported
    throw error;
  }
  await writing;
  signal.throwIfAborted();
  return frames;
}

/** Turns the frames of one video into night, in order, and judges some of them. */
class FramePainter {
  readonly scores: ItemScores[] = [];
  /** Of all frames. */
  lamps = 0;
  readonly #options: VideoNightOptions & { readonly night: ItemNight };
  readonly #looks: SteadyLooks;
  readonly #details = new DetailSchedule();
  /** Seconds from one judged frame to the next. */
  readonly #judgedS: number;
  #nextJudgedS = 0;

  private constructor(options: VideoNightOptions & { readonly night: ItemNight }, looks: SteadyLooks, judgedS: number) {
    this.#options = options;
    this.#looks = looks;
    this.#judgedS = judgedS;
  }

  static async open(
    options: VideoNightOptions & { readonly night: ItemNight },
    { info }: FrameSource,
  ): Promise<FramePainter> {
    const durationS = info.duration === undefined ? 0 : toSeconds(info.duration);
    const looks = await SteadyLooks.open(options.tools.maker, options.night);
    return new FramePainter(options, looks, Math.max(MIN_JUDGED_S, durationS / JUDGED_FRAMES));
  }

  /** Turns a frame into night, in place. Borrows all. */
  async paint(frame: Frame, sink: FileSink, lampFile: LampFile | undefined): Promise<void> {
    const { tools, unit, night } = this.#options;
    const { smoothing } = unit.settings;
    const isRead = this.#details.isDue(frame, smoothing);
    const isJudged = isRead && toSeconds(frame.pts) >= this.#nextJudgedS;
    const view = isJudged ? viewDay(tools, frame) : undefined;
    const thumbnail = view?.thumbnail ?? readThumbnail(tools.renderer, frame, isRead && tools.maker.wantsDetail);
    const look = await this.#looks.next(thumbnail, smoothing);
    tools.render(frame, look, night, this.#looks.scene);
    this.lamps += lampsOf(look.look).length;
    await lampFile?.addFrame(frame, look.look, sink.placeOf(frame));
    if (!view) return;
    this.#nextJudgedS = toSeconds(frame.pts) + this.#judgedS;
    const vehicles = this.#looks.scene?.vehicles.map(({ box }) => box);
    this.scores.push(judgeNight(tools, view, { frame, look, vehicles }).scores);
  }
}
