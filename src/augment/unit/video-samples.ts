import type { Frame } from '../../core/frame.js';
import { toSeconds } from '../../core/time.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import { openSource } from '../../ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../ingest/source-options.js';
import { viewDay } from './day-view.js';
import type { NightTools, UnitTools } from './night-tools.js';

/** Frames, spread evenly, that decide whether a video is a night already. */
const NIGHT_SAMPLES = 5;

/** What is known of a video before it is rendered. */
export interface VideoView {
  readonly info: SourceInfo;
  /** How surely it is a night already, 0 to 1: the median of some of its frames. */
  readonly alreadyNight: number;
}

/** Looks at some frames of a video. Rejects with NocturneError where it cannot be opened. @param from a path of this machine. */
export async function viewVideo(from: string, unit: UnitTools, night: NightTools): Promise<VideoView> {
  const info = await infoOf(from, unit);
  const durationS = info.duration === undefined ? 0 : toSeconds(info.duration);
  const found: number[] = [];
  for (let i = 0; i < (durationS > 0 ? NIGHT_SAMPLES : 1); i++) {
    const startS = ((i + 0.5) * durationS) / NIGHT_SAMPLES;
    const value = await withFrameAt(from, startS, unit, (frame) => viewDay(night, frame).alreadyNight);
    if (value !== undefined) found.push(value);
  }
  return { info, alreadyNight: found.sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0 };
}

async function infoOf(from: string, { logger, signal }: UnitTools): Promise<SourceInfo> {
  await using source = await openSource(from, { ...DEFAULT_SOURCE_OPTIONS, live: false, logger }, signal);
  return source.info;
}

/** Lends the first frame from a time on to `use`; undefined where there is none. */
async function withFrameAt<T>(
  from: string,
  startS: number,
  { logger, signal }: UnitTools,
  use: (frame: Frame) => T,
): Promise<T | undefined> {
  try {
    await using source = await openSource(from, { ...DEFAULT_SOURCE_OPTIONS, live: false, logger, startS }, signal);
    for await (using frame of source.frames(signal)) return use(frame);
  } catch (error) {
    signal.throwIfAborted();
    logger.debug({ startS, reason: String(error) }, 'a video has no frame at this time'); // rendering says what is wrong with it
  }
  return undefined;
}
