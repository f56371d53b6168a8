import type { Frame } from '../../core/frame.js';
import { DAMAGED } from '../../image/decode-image.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { Scene } from '../../scene/scene.js';
import type { Item } from '../dataset.js';
import { sha256 } from '../store/local-store.js';
import type { DayImage } from './day-image.js';
import { lightMask, sceneMask, SCENE_CLASS_NAMES, storedLamps } from './gains.js';
import type { ItemRow, ItemScores, Verdict } from './item-row.js';
import { encodeNight } from './night-image.js';
import type { NightLook } from './night-maker.js';
import type { ItemNight, NightTools, UnitTools } from './night-tools.js';
import { outputPaths, SCENE_CLASSES } from './output-paths.js';

/** A night that was rendered. */
export interface RenderedNight {
  /** Taken: closed once it is encoded. */
  readonly frame: Frame;
  readonly look: NightLook;
  readonly scores: ItemScores;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Why the night of a damaged day is rejected: what is missing of it would shine in the grey that decoders fill it with. */
const DAMAGED_REASON = 'the source is incomplete or damaged';

/** Writes the files of items: nights where their verdict sends them, and what is gained with them. */
export class ItemWriter {
  readonly #tools: UnitTools;
  readonly #renderer: NightTools['renderer'];
  /** Of the generator. */
  readonly #card: ModelCard;
  #hasClasses = false;

  constructor(tools: UnitTools, { renderer, maker }: Pick<NightTools, 'renderer' | 'maker'>) {
    this.#tools = tools;
    this.#card = maker.card;
    this.#renderer = renderer;
  }

  /**
   * Starts to write a night and returns the part of its row that it decides. Takes the night's frame, borrows the rest until it returns a
   * promise, the day's bytes until that settles. The promise rejects with NocturneError.
   */
  async writeNight(
    item: Item,
    day: DayImage,
    night: ItemNight,
    rendered: RenderedNight,
    scene?: Scene,
  ): Promise<Partial<ItemRow>> {
    const { settings, output } = this.#tools;
    const made = isDamaged(day) ? { ...rendered, verdict: 'rejected' as const, reason: DAMAGED_REASON } : rendered;
    const { file } = day;
    const paths = outputPaths(settings, item, night.variant);
    const isBinned = made.verdict === 'rejected' && settings.rejects === 'bin';
    const path = isBinned ? paths.rejected : paths.night;
    // What is lent is read before the first await.
    const lamps = storedLamps(made.look.look, made.frame, file.orientation, this.#card);
    const gains: [path: string, bytes: Promise<Uint8Array>][] = [];
    if (!isBinned) {
      const { width, height } = file.orientation.stored;
      const list = { item: item.id, variant: night.variant, width, height, lamps };
      if (settings.hasLamps) gains.push([paths.lamps, Promise.resolve(Buffer.from(JSON.stringify(list) + '\n'))]);
      if (settings.hasLightMasks) {
        gains.push([paths.lightMask, lightMask(this.#renderer, day.frame, made.look, file.orientation)]);
      }
      if (settings.hasSceneMasks && scene) {
        gains.push([paths.sceneMask, sceneMask(scene.surfaces, file.orientation)]);
        gains.push(...this.#classes());
      }
    }
    const encoding = encodeNight(made.frame, file, path, night.draw.jpegQuality).finally(() => made.frame.close());
    const [encoded, ...contents] = await Promise.all([encoding, ...gains.map(([, bytes]) => bytes)]);
    // The night last: what is there without its row is whole.
    for (const [index, [gain]] of gains.entries()) await output.write(gain, contents[index] ?? new Uint8Array());
    await output.write(path, encoded.bytes);
    return {
      ...this.#written(path, encoded.bytes),
      ...{ scores: made.scores, verdict: made.verdict, reason: made.reason, lamps: lamps.length },
      losses: [...day.losses, ...encoded.losses],
    };
  }

  /**
   * Writes a source that is a night already: its own bytes, or its own pixels where its format cannot be written.
   * Borrows the frame until a promise is returned.
   */
  async writeSource(
    item: Item,
    day: DayImage,
    variant: number,
    verdict: Verdict,
    reason: string,
  ): Promise<Partial<ItemRow>> {
    const { settings, output } = this.#tools;
    const paths = outputPaths(settings, item, variant);
    const path = verdict === 'rejected' && settings.rejects === 'bin' ? paths.rejected : paths.night;
    const isSame = item.output === item.source;
    const { bytes, losses } = isSame
      ? { bytes: day.file.bytes, losses: [] }
      : await encodeNight(day.frame, day.file, path);
    await output.write(path, bytes);
    return { ...this.#written(path, bytes), verdict, reason, losses: isSame ? [] : [...day.losses, ...losses] };
  }

  #written(path: string, bytes: Uint8Array): Pick<ItemRow, 'output' | 'outputSha256' | 'outputBytes'> {
    return { output: path, outputSha256: sha256(bytes), outputBytes: bytes.length };
  }

  /** The names of a scene mask's indices, once. */
  #classes(): [string, Promise<Uint8Array>][] {
    if (this.#hasClasses) return [];
    this.#hasClasses = true;
    const classes = SCENE_CLASS_NAMES.map((name, index) => ({ index, name }));
    return [[SCENE_CLASSES, Promise.resolve(Buffer.from(JSON.stringify({ classes }, undefined, 2) + '\n'))]];
  }
}

/** Whether a part of a day is missing. */
function isDamaged({ losses }: DayImage): boolean {
  return losses.includes(DAMAGED);
}
