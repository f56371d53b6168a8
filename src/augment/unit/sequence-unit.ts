import type { Thumbnail } from '../../image/thumbnail.js';
import { DetailSchedule } from '../../pipeline/detail-schedule.js';
import type { Item, Unit } from '../dataset.js';
import type { DayImage } from './day-image.js';
import { judgeNight, nightAmongDays, viewDay, type DayView } from './day-view.js';
import { failed, leftAsIs, started, startedRow, type ImageUnitTools, type StartedRow } from './images-unit.js';
import { settle, startedAhead, unwrap } from './in-flight.js';
import { readItem, releaseItem, type ReadItem } from './item-reader.js';
import type { ItemNight } from './night-tools.js';
import { SequenceClock, SteadyLooks } from './steady-looks.js';

/** Images decoded before their turn. */
const PREFETCHED = 1;
/** Frames, spread evenly, that decide whether a sequence is a night already. */
const NIGHT_SAMPLES = 5;

/** A variant of a sequence on its way. */
interface Track {
  readonly variant: number;
  /** Index of the last frame that is not done. */
  readonly last: number;
  readonly looks: SteadyLooks;
}

/**
 * Turns the frames of one camera into a night: one draw, one steadied look for each variant. Frames that are done pass through the steadier
 * too while later ones are not, so that a resumed sequence has the bytes of an undisturbed one. Yields as {@link imagesUnit} does.
 */
export async function* sequenceUnit(
  unit: Unit,
  isDone: (item: string, variant: number) => boolean,
  tools: ImageUnitTools,
): AsyncGenerator<StartedRow> {
  const { input, settings, signal } = tools.unit;
  const tracks = await openTracks(unit, isDone, tools);
  const last = Math.max(-1, ...tracks.map((track) => track.last));
  const items = unit.items.slice(0, last + 1);
  const left = items.length > 0 ? await nightAmongSequences(unit.items, tools) : undefined;
  const clock = new SequenceClock();
  const details = new DetailSchedule();
  const options = { start: (item: Item) => readItem(input, item), ahead: PREFETCHED, release: releaseItem };
  let index = 0;
  for await (const [item, settled] of startedAhead(items, options)) {
    const read = unwrap(settled);
    try {
      signal.throwIfAborted();
      const frame = { item, index, unit: unit.index, read, left };
      const going = tracks.filter((track) => track.last >= index);
      if ('error' in read.day) yield* failedFrame(frame, read.day.error, going, isDone, tools);
      else {
        const view = viewDay(tools.night, read.day.value.frame);
        const time = clock.next(item.timeS ?? 0, read.day.value.frame);
        // A scene mask shows its own frame.
        const isRead = details.isDue(time, settings.hasSceneMasks ? 0 : settings.smoothing);
        const { data, detail } = view.thumbnail;
        const thumbnail = { data, ...time, ...(isRead && detail && { detail }) };
        yield* frameNights({ ...frame, day: read.day.value, view, thumbnail, isRead }, going, isDone, tools);
      }
    } finally {
      releaseItem(read);
    }
    index++;
  }
}

/** One frame of a sequence. */
interface SequenceFrame {
  readonly item: Item;
  readonly index: number;
  readonly unit: number;
  readonly read: ReadItem;
  /** What becomes of it where the sequence is a night already. */
  readonly left: ReturnType<typeof nightAmongDays>;
}

interface ReadFrame extends SequenceFrame {
  readonly day: DayImage;
  readonly view: DayView;
  readonly thumbnail: Thumbnail;
  /** Whether the network reads this frame. */
  readonly isRead: boolean;
}

async function openTracks(
  unit: Unit,
  isDone: (item: string, variant: number) => boolean,
  { unit: { settings }, night }: ImageUnitTools,
): Promise<Track[]> {
  const [first] = unit.items;
  const tracks: Track[] = [];
  for (let variant = 0; first && variant < settings.variants; variant++) {
    const last = unit.items.findLastIndex(({ id }) => !isDone(id, variant));
    if (last < 0) continue;
    tracks.push({ variant, last, looks: await SteadyLooks.open(night.maker, night.nightOf(first, variant)) });
  }
  return tracks;
}

/** What becomes of a sequence that is a night already: by the median of some of its frames, so that no single frame of it stays as it is. */
async function nightAmongSequences(
  items: readonly Item[],
  { unit: { input, settings }, night }: ImageUnitTools,
): Promise<ReturnType<typeof nightAmongDays>> {
  if (settings.nights === 'translate') return undefined;
  const found: number[] = [];
  const count = Math.min(NIGHT_SAMPLES, items.length);
  for (let i = 0; i < count; i++) {
    const item = items[Math.floor(((i + 0.5) * items.length) / count)] as Item; // below the length
    const read = await readItem(input, item);
    if ('value' in read.day) found.push(viewDay(night, read.day.value.frame).alreadyNight);
    releaseItem(read);
  }
  return nightAmongDays(settings, found.sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0);
}

async function* frameNights(
  frame: ReadFrame,
  tracks: readonly Track[],
  isDone: (item: string, variant: number) => boolean,
  { unit: { settings }, night: opened, writer }: ImageUnitTools,
): AsyncGenerator<StartedRow> {
  const { item, day, view, thumbnail, left } = frame;
  for (const { variant, looks } of tracks) {
    const night = opened.nightOf(item, variant);
    const row = startedRow(item, frame.unit, night, frame.read);
    const hasRow = !isDone(item.id, variant);
    if (left) {
      if (hasRow) yield leftAsIs({ item, day, night, row, view, left, writer });
      continue;
    }
    const look = await settle(looks.next(thumbnail, settings.smoothing));
    if (!hasRow) continue;
    if ('error' in look) {
      yield failed(row, look.error);
      continue;
    }
    const rendered = day.frame.clone();
    opened.render(rendered, look.value, night, looks.scene);
    const vehicles = frame.isRead ? looks.scene?.vehicles.map(({ box }) => box) : undefined;
    const judged = judgeNight(opened, view, { frame: rendered, look: look.value, vehicles });
    yield started(
      row,
      writer.writeNight(item, day, night, { frame: rendered, look: look.value, ...judged }, looks.scene),
    );
  }
}

function* failedFrame(
  { item, unit, read }: SequenceFrame,
  error: unknown,
  tracks: readonly Track[],
  isDone: (item: string, variant: number) => boolean,
  { night }: ImageUnitTools,
): Generator<StartedRow> {
  for (const { variant } of tracks) {
    if (isDone(item.id, variant)) continue;
    const drawn: ItemNight = night.nightOf(item, variant);
    yield failed(startedRow(item, unit, drawn, read), error);
  }
}
