import type { Frame } from '../../core/frame.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, type Thumbnail } from '../../image/thumbnail.js';
import { readThumbnail } from '../../render/read-thumbnail.js';
import type { Box } from '../../scene/scene.js';
import { ALREADY_NIGHT } from '../proof/verdict.js';
import type { ItemScores } from './item-row.js';
import type { NightLook } from './night-maker.js';
import type { NightTools } from './night-tools.js';
import type { UnitSettings } from './unit-settings.js';
import type { RenderedNight } from './item-writer.js';

/** What networks and judge see of one day. Owns its memory. */
export interface DayView {
  /** With detail where the generator wants one. */
  readonly thumbnail: Thumbnail;
  /** `[3, 256, 448]`. */
  readonly detail: Float32Array;
  /** How surely it is a night already, 0 to 1. */
  readonly alreadyNight: number;
}

/** Reads a day. Borrows the frame. */
export function viewDay({ renderer, maker, judge }: NightTools, frame: Frame): DayView {
  const { data, pts, discontinuity } = readThumbnail(renderer, frame);
  const detail = renderer.detail(frame).slice();
  const thumbnail = { data: data.slice(), pts, discontinuity, ...(maker.wantsDetail && { detail }) };
  return { thumbnail, detail, alreadyNight: judge.alreadyNight(thumbnail.data) };
}

/** What becomes of a day that is a night already: a verdict without a night, or undefined where it is translated as any other. */
export function nightAmongDays(
  { nights }: Pick<UnitSettings, 'nights'>,
  alreadyNight: number,
): Pick<RenderedNight, 'verdict' | 'reason'> | undefined {
  if (nights === 'translate' || alreadyNight < ALREADY_NIGHT) return undefined;
  if (nights === 'copy') return { verdict: 'alreadyNight', reason: '' };
  return { verdict: 'rejected', reason: `the source is a night already: ${alreadyNight.toFixed(2)}` };
}

/** What is judged of a night. */
export interface JudgedNight {
  readonly frame: Frame;
  readonly look: NightLook;
  /** Boxes of the vehicles in the day; undefined: not read. */
  readonly vehicles: readonly Box[] | undefined;
  /** Whether its background is made: then neither structure nor lamps of the day are in it; default false. */
  readonly isMade?: boolean;
}

/** Scores a night and decides. Borrows all. */
export function judgeNight(
  { renderer, judge }: NightTools,
  view: DayView,
  { frame, look, vehicles, isMade = false }: JudgedNight,
): Pick<RenderedNight, 'scores' | 'verdict' | 'reason'> {
  const planes = (data: Float32Array) => ({ data, width: DETAIL_WIDTH, height: DETAIL_HEIGHT });
  const night = renderer.thumbnail(frame).data;
  const scores: ItemScores = judge.score({
    ...{ day: view.thumbnail.data, night, alreadyNight: view.alreadyNight, look: look.look },
    ...(vehicles && { vehicles }),
    detail: { day: planes(view.detail), night: planes(renderer.detail(frame)) },
  });
  const judged = isMade ? withoutDay(scores) : scores;
  return { scores: judged, ...judge.verdict(judged, night) };
}

/** The scores that do not compare a night with its day. */
function withoutDay({ layout, texture, lights, night, alreadyNight }: ItemScores): ItemScores {
  const kept = { layout, texture, lights, night, alreadyNight };
  return Object.fromEntries(Object.entries(kept).filter(([, score]) => score !== undefined));
}
