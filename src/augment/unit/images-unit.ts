import type { Box, Scene } from '../../scene/scene.js';
import type { Item, Unit } from '../dataset.js';
import type { DayImage } from './day-image.js';
import { judgeNight, nightAmongDays, viewDay, type DayView } from './day-view.js';
import { settle, startedAhead, unwrap } from './in-flight.js';
import { readItem, releaseItem, type ReadItem } from './item-reader.js';
import type { ItemRow } from './item-row.js';
import { failureReason, rowOf, rowStart, type RowStart } from './item-rows.js';
import type { ItemWriter } from './item-writer.js';
import { boxesInShares, LabelledObjects } from './labelled-objects.js';
import type { NightLook } from './night-maker.js';
import type { ItemNight, NightTools, UnitTools } from './night-tools.js';

/** Images decoded before their turn. */
const PREFETCHED = 1;

/** What units of images and sequences work with. */
export interface ImageUnitTools {
  readonly unit: UnitTools;
  readonly night: NightTools;
  readonly writer: ItemWriter;
}

/** A row on its way. */
export interface StartedRow {
  readonly work: Promise<ItemRow>;
}

/**
 * Turns single images into nights: reads the next one and writes the one before while this one is lit. Yields a row on its way for each
 * variant that is not done.
 */
export async function* imagesUnit(
  unit: Unit,
  isDone: (item: string, variant: number) => boolean,
  tools: ImageUnitTools,
): AsyncGenerator<StartedRow> {
  const { input, settings, signal } = tools.unit;
  const variantsOf = ({ id }: Item): number[] =>
    Array.from({ length: settings.variants }, (_, variant) => variant).filter((variant) => !isDone(id, variant));
  const items = unit.items.filter((item) => variantsOf(item).length > 0);
  const labelled = new LabelledObjects(input, settings.layout);
  const options = { start: (item: Item) => readItem(input, item), ahead: PREFETCHED, release: releaseItem };
  for await (const [item, settled] of startedAhead(items, options)) {
    const read = unwrap(settled);
    try {
      signal.throwIfAborted();
      const starts = variantsOf(item).map((variant) => {
        const night = tools.night.nightOf(item, variant);
        return { night, row: startedRow(item, unit.index, night, read) };
      });
      yield* nightsOf(item, read, starts, { ...tools, labelled });
    } finally {
      releaseItem(read);
    }
  }
}

interface StartedNight {
  readonly night: ItemNight;
  readonly row: RowStart;
}

async function* nightsOf(
  item: Item,
  read: ReadItem,
  starts: readonly StartedNight[],
  tools: ImageUnitTools & { readonly labelled: LabelledObjects },
): AsyncGenerator<StartedRow> {
  const { night: opened, writer, unit, labelled } = tools;
  if ('error' in read.day) {
    for (const { row } of starts) yield failed(row, read.day.error);
    return;
  }
  const day = read.day.value;
  const view = viewDay(opened, day.frame);
  const left = nightAmongDays(unit.settings, view.alreadyNight);
  if (left) {
    for (const { night, row } of starts) yield leftAsIs({ item, day, night, row, view, left, writer });
    return;
  }
  const drawn = starts.map(({ night }) => night);
  const still = await settle(opened.maker.still(view.thumbnail, drawn));
  if ('error' in still) {
    for (const { row } of starts) yield failed(row, still.error);
    return;
  }
  const { nights, scene } = still.value;
  const vehicles = scene?.vehicles.map(({ box }) => box);
  for (const [index, { night, row }] of starts.entries()) {
    const look = nights[index] as NightLook; // one for each
    const own = day.frame.clone();
    if (night.draw.background) {
      const objects = await labelledObjects(labelled, item, day);
      const around = await settle(opened.renderAround(own, { look, night, scene }, objects ?? vehicles ?? []));
      if ('error' in around) {
        yield failed(row, around.error);
        continue;
      }
      yield nightAround(around.value, { item, day, night, row, view, look, scene }, tools);
      continue;
    }
    opened.render(own, look, night, scene);
    const judged = judgeNight(opened, view, { frame: own, look, vehicles });
    yield started(row, writer.writeNight(item, day, night, { frame: own, look, ...judged }, scene));
  }
}

/** The labelled boxes of an item in shares of its image; undefined: the set has none. */
async function labelledObjects(
  labelled: LabelledObjects,
  item: Item,
  day: DayImage,
): Promise<readonly Box[] | undefined> {
  const boxes = (await labelled.boxesOf([item])).get(item.id);
  return boxes && boxesInShares(boxes, day.frame);
}

/** A night with or without a background that was made. Structure and lamps of the day say nothing about one that was: they are not scored. */
function nightAround(
  { frame, made }: Awaited<ReturnType<NightTools['renderAround']>>,
  rest: StartedNight & {
    readonly item: Item;
    readonly day: DayImage;
    readonly view: DayView;
    readonly look: NightLook;
    readonly scene: Scene | undefined;
  },
  { night: opened, writer }: ImageUnitTools,
): StartedRow {
  const { item, day, night, row, view, look, scene } = rest;
  const vehicles = scene?.vehicles.map(({ box }) => box);
  const judged = judgeNight(opened, view, { frame, look, vehicles, isMade: made !== undefined });
  const written = writer.writeNight(item, day, night, { frame, look, ...judged }, scene);
  const { background, ...draw } = night.draw;
  if (!background || !made) return started({ ...row, draw }, written);
  return started(
    row,
    written.then((outcome) => ({ ...outcome, losses: [...(outcome.losses ?? []), made.note] })),
  );
}

/** A night among the days that stays what it is. */
export function leftAsIs(options: {
  readonly item: Item;
  readonly day: DayImage;
  readonly night: ItemNight;
  readonly row: RowStart;
  readonly view: { readonly alreadyNight: number };
  readonly left: NonNullable<ReturnType<typeof nightAmongDays>>;
  readonly writer: ItemWriter;
}): StartedRow {
  const { item, day, night, row, view, left, writer } = options;
  const scored = { ...row, scores: { alreadyNight: view.alreadyNight } };
  return started(scored, writer.writeSource(item, day, night.variant, left.verdict, left.reason));
}

/** The start of an item's row, with what reading it gave. */
export function startedRow(item: Item, unit: number, night: ItemNight, read: ReadItem): RowStart {
  const start = { ...rowStart(item, unit, night, read.startedMs), sourceSha256: read.sourceSha256 };
  if ('error' in read.day) return start;
  return { ...start, ...read.day.value.file.orientation.stored };
}

/** A row that has what its work gives, or why that failed. */
export function started(row: RowStart, work: Promise<Partial<ItemRow>>): StartedRow {
  return {
    work: work.then(
      (outcome) => rowOf(row, outcome),
      (error: unknown) => rowOf(row, { reason: failureReason(error) }),
    ),
  };
}

/** A row of an item that failed. Throws what is not the item's own fault. */
export function failed(row: RowStart, error: unknown): StartedRow {
  return { work: Promise.resolve(rowOf(row, { reason: failureReason(error) })) };
}
