import { EdgeMask } from '../../evaluate/edge-mask.js';
import { lampHonesty, type DayPlanes } from '../../evaluate/lamp-honesty.js';
import { structureOf } from '../../evaluate/structure.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { LAMP_KINDS, type Look } from '../../look/look.js';
import type { Box } from '../../scene/scene.js';
import type { ItemScores } from '../unit/item-row.js';
import { NightEvidence } from './night-evidence.js';
import { distanceFrom, readNightRange, type NightRange } from './night-range.js';
import { GROUPS, NightStatisticsMeter } from './night-statistics.js';
import { dayWords, furthestWords } from './night-words.js';
import { signalsKept } from './signals-kept.js';
import { withoutBars } from './without-bars.js';
import { verdictOf, type NightVerdict } from './verdict.js';

/** A day and the night made of it. All borrowed. */
export interface NightPair {
  /** `[3, 144, 256]`: the day as a thumbnail, BT.709 full range. */
  readonly day: Float32Array;
  /** The night as it is written, of the same size. */
  readonly night: Float32Array;
  /** The look that made it: gives the lamps. */
  readonly look?: Look;
  /** Boxes of the day's vehicles in shares: without them the lamps of vehicles are not judged. */
  readonly vehicles?: readonly Box[];
  /** What {@link NightJudge.alreadyNight} says of the day, where it was asked before; default: it is asked. */
  readonly alreadyNight?: number;
  /** Day and night larger than a thumbnail, of one size: signals and lamps are small. Default: the thumbnails. */
  readonly detail?: { readonly day: DayPlanes; readonly night: DayPlanes };
}

/** Judges nights, one by one: whether each is believable and keeps what its day shows. */
export class NightJudge {
  readonly #range: NightRange;
  readonly #evidence: NightEvidence;
  readonly #mask: EdgeMask;
  readonly #meter = new NightStatisticsMeter();

  private constructor(range: NightRange, evidence: NightEvidence, mask: EdgeMask) {
    this.#range = range;
    this.#evidence = evidence;
    this.#mask = mask;
  }

  /**
   * @param rangeJson a range of real nights, as `fitNightRange` gives it; default: the package's.
   * Rejects with NocturneError CONFIG_INVALID, KERNEL_UNAVAILABLE.
   */
  static async open(rangeJson?: string): Promise<NightJudge> {
    return new NightJudge(await readNightRange(rangeJson), await NightEvidence.open(), await EdgeMask.open());
  }

  /** How surely an image `[3, 144, 256]` was taken at night, 0 to 1; from `ALREADY_NIGHT` up it counts as one. An underexposed day is none. Borrows it. */
  alreadyNight(day: Float32Array): number {
    return this.#evidence.answer('alreadyNight', this.#meter.measure(withoutBars(day)));
  }

  /** Measures a night. Scores that need a look are undefined without one. */
  score({ day, night, look, vehicles, detail, alreadyNight }: NightPair): ItemScores {
    const { correlation } = structureOf(day, night, this.#mask.of(day, look));
    const statistics = this.#meter.measure(night);
    return {
      ...(Number.isNaN(correlation) ? {} : { structure: correlation }),
      ...distanceFrom(this.#range, statistics),
      night: this.#evidence.answer('night', statistics),
      alreadyNight: alreadyNight ?? this.alreadyNight(day),
      ...(look && lampScores(detail ?? { day: asPlanes(day), night: asPlanes(night) }, look, vehicles)),
    };
  }

  /** Decides from scores. @param night the night that was scored: the reason then says what of it is unlike real nights. Borrowed. */
  verdict(scores: ItemScores, night?: Float32Array): NightVerdict {
    const found = verdictOf(scores);
    if (!night || found.verdict === 'accepted') return found;
    const statistics = this.#meter.measure(night);
    return verdictOf(scores, {
      day: dayWords(this.#range, statistics),
      ...Object.fromEntries(GROUPS.map((group) => [group, furthestWords(this.#range, statistics, group)])),
    });
  }
}

function lampScores(
  { day, night }: { readonly day: DayPlanes; readonly night: DayPlanes },
  look: Look,
  vehicles: readonly Box[] | undefined,
): Pick<ItemScores, 'signals' | 'signalsChanged' | 'unfoundedLamps'> {
  const { signals, changed } = signalsKept(day, night, look);
  const { kinds } = lampHonesty(day, look, vehicles);
  const unfoundedLamps = LAMP_KINDS.reduce((sum, kind) => sum + kinds[kind].unfounded, 0);
  return { signals, signalsChanged: changed, unfoundedLamps };
}

function asPlanes(data: Float32Array): DayPlanes {
  return { data, width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
}
