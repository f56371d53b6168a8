import { BoxGrowth } from './box-growth.js';
import { FacingVotes } from './facing-votes.js';
import { kerbBeside, placeBeside } from './kerb.js';
import { newShare } from './moving-average.js';
import { ParkedVotes } from './parked-votes.js';
import type { Box, Facing, Place, TailGlass, Vehicle, VehicleLamp } from './scene.js';
import { FADE_SECONDS, OUT_SECONDS } from './thing-tracker.js';
import type { FoundVehicle } from './vehicle-peaks.js';

/** What is known of the camera when a vehicle is read. */
export interface VehicleSurroundings {
  /** `[13, 72, 128]`. */
  readonly surfaces: Float32Array;
  readonly horizon: number;
  readonly driving: number;
  /** Whether the camera moves ahead now. */
  readonly isMovingAhead: boolean;
  /** Whether the camera has surely stood for a while. */
  readonly isSettled: boolean;
  /** Whether a parked vehicle that stands nearer is seen at a place. */
  readonly isParkedAt: (place: Place) => boolean;
}

/** Glass of a lamp in the box of its vehicle, and how often it is seen, 0 to 1. */
interface GlassInBox extends TailGlass {
  readonly seen: number;
}

/** A lamp in the box of its vehicle. */
interface LampInBox extends Place {
  readonly glass?: GlassInBox;
}

type LampPair = readonly [LampInBox, LampInBox];

/** How often glass must be seen for a lamp to have one. */
const MIN_GLASS_SEEN = 0.5;

/** Seconds in which the lamps' places in the box are averaged. */
const LAMP_SECONDS = 0.4;
/** Share of votes below which a facing is not sure, and from which it is sure again. */
const UNSURE = { at: 0.6, below: 0.57, from: 0.63 } as const;
/** Share of votes from which a facing is sure before motion shows it. */
const SURE_FACING = 0.78;
/** Seconds for which another decision must hold before it shows. */
const DECIDE_SECONDS = 0.3;
/** Seconds in which the confidence in the facing is averaged that is shown: it sets how bright the lamps are. */
const SURE_SECONDS = 0.5;
/** Growth of the box in 1/s: how fast it must grow or shrink, for how long, to show which side is seen. */
const FIXED_GROWTH = 0.08;
const DRIVING_GROWTH = 0.8;
const GROWTH_SECONDS = 0.4;
/** Share of votes for the side above which growth says nothing: a vehicle that turns changes its width. */
const MAX_SIDE = 0.4;
/** Height of its foot below the horizon from which its approach shows, share of the image's height. */
const MIN_BELOW = 0.03;
/** Distance from the image's edges within which a box is cut off, share of the width. */
const EDGE = 0.012;
/** Growth from which a vehicle moves before a fixed camera, and up to which it moves along with a driving one; 1/s. */
const MOVING_GROWTH = 0.1;
/** What a box's jitter adds to the first: for each width of the image, 1/s. */
const JITTER = 0.004;
const ALONG_GROWTH = 0.05;
/** Width from which a box's growth says so, share of the image's: a farther vehicle's is small in any case. */
const MIN_ALONG_WIDTH = 0.03;
/** Seconds in which a standing vehicle's place is averaged, and how far from it a moving one is: a share of its width, and of the image's. */
const PLACE_SECONDS = 1;
const MOVED = { width: 0.1, image: 0.004 } as const;
/** Horizon below which a camera stands high: there the kerb says nothing. */
const HIGH_HORIZON = 0.25;
/** What a parked vehicle that hides the kerb counts as. */
const ROW_KERB = 0.8;

/** What is decided about one vehicle along its track. */
export class VehicleHistory {
  readonly #facing = new FacingVotes();
  readonly #parked = new ParkedVotes();
  readonly #growth = new BoxGrowth();
  /** How fast its foot moves away from the horizon: before a fixed camera, the same as growth, and steadier. */
  readonly #approach = new BoxGrowth();
  #score = 0;
  #grows = 0;
  #growthSeconds = 0;
  #place: Place | undefined;
  #offsets: LampPair | undefined;
  #offsetsFacing: Facing | undefined;
  #isUnsure = false;
  #shownFacing: Facing = 'side';
  #shownDark = true;
  /** Confidence in the facing that is shown. */
  #shownScore = 0;
  /** Seconds for which another decision than the shown one holds, and since the lamps went out. */
  #otherSeconds = 0;
  #darkSeconds = OUT_SECONDS;
  #lit = 1;
  #isFirst = true;
  /** Whether it was first seen at the image's edge: what comes in there while the camera moves ahead overtakes it, and never shows its front. */
  #cameFromEdge = false;
  #secondsSinceSeen = 0;

  /** Growth of its box, 1/s. */
  get growth(): number {
    return this.#growth.rate;
  }

  /** Whether it is parked, however surely its facing is known. */
  get isParked(): boolean {
    return this.#parked.isParked;
  }

  /**
   * Fades its lamps: a new decision that holds shows when they are dark, and they stay dark for a while.
   * @param isSeen whether the vehicle itself is shown.
   */
  advance(seconds: number, isSeen: boolean): void {
    this.#secondsSinceSeen += seconds;
    this.#darkSeconds += seconds;
    const facing = this.#facing.facing;
    const isSame = this.#shownDark === this.#isDark && (this.#shownDark || this.#shownFacing === facing);
    this.#otherSeconds = isSame ? 0 : this.#otherSeconds + seconds;
    const isLit = !this.#shownDark && this.#shownFacing !== 'side';
    const willBeLit = !this.#isDark && facing !== 'side';
    const isDue = this.#otherSeconds >= DECIDE_SECONDS && (isLit || !willBeLit || this.#darkSeconds >= OUT_SECONDS);
    const step = seconds / FADE_SECONDS;
    this.#lit = isDue && isLit ? Math.max(0, this.#lit - step) : Math.min(1, this.#lit + step);
    if (isSeen && (!isDue || (isLit && this.#lit > 0))) return;
    if (isSeen && isLit) this.#darkSeconds = 0;
    if (isSeen && isLit && willBeLit) this.#shownDark = true;
    else this.#show();
  }

  /** Takes a sighting. @param box as tracked. */
  update(found: FoundVehicle, box: Box, around: VehicleSurroundings): void {
    const seconds = this.#isFirst ? 0 : this.#secondsSinceSeen;
    this.#secondsSinceSeen = 0;
    this.#score += (this.#isFirst ? 1 : 0.4) * (found.score - this.#score);
    const isCut = found.box.x < EDGE || found.box.x + found.box.width > 1 - EDGE;
    if (isCut) this.#growth.reset();
    else this.#growth.add(found.box.width, seconds);
    if (this.#isFirst) this.#cameFromEdge = isCut;
    const below = box.y + box.height - around.horizon;
    if (below < MIN_BELOW || around.driving >= 0.5) this.#approach.reset();
    else this.#approach.add(below, seconds);
    const byGrowth = this.#facingByGrowth(box, around, seconds);
    if (byGrowth === 'front' || (!isCut && this.#growth.rate > ALONG_GROWTH)) this.#cameFromEdge = false;
    // A vehicle without a closer look says nothing of its facing.
    const isOvertaking = this.#cameFromEdge && around.driving >= 0.5 && around.isMovingAhead;
    if (found.facingScore > 0 && !(isOvertaking && found.facing === 'front'))
      this.#facing.add(found.facing, found.facingScore, byGrowth, seconds);
    this.#shownScore += newShare(seconds, SURE_SECONDS) * (this.#facing.shareOf(this.#shownFacing) - this.#shownScore);
    const { score } = this.#facing;
    if (this.#isFirst) this.#isUnsure = score < UNSURE.at;
    else if (byGrowth !== undefined && byGrowth !== this.#facing.facing) this.#isUnsure = true;
    else if (score < UNSURE.below) this.#isUnsure = true;
    else if (score > UNSURE.from) this.#isUnsure = false;
    const signs = {
      kerb: kerbOf(box, around),
      isMoving: this.#isFirst ? undefined : this.#isMoving(box, seconds, around),
      isSide: this.#facing.facing === 'side',
      isFixed: around.driving < 0.5,
      isSettled: around.isSettled,
      isShown: byGrowth === this.#facing.facing || (byGrowth === undefined && score >= SURE_FACING),
    };
    this.#parked.add(signs, seconds);
    this.#addLamps(found, seconds);
    if (this.#isFirst) this.#show();
    this.#isFirst = false;
  }

  /** What the scene shows of it. @param fade of the thing. */
  vehicleOf({ id, draw, fade }: { id: number; draw: number; fade: number }, box: Box): Vehicle {
    const lamps: LampPair = this.#offsets ?? [
      { x: 0.15, y: 0.6 },
      { x: 0.85, y: 0.6 },
    ];
    const inImage = ({ x, y, glass }: LampInBox): VehicleLamp => ({
      x: box.x + x * box.width,
      y: box.y + y * box.height,
      ...(glass &&
        glass.seen >= MIN_GLASS_SEEN && {
          glass: { width: glass.width * box.width, height: glass.height * box.height, red: glass.red },
        }),
    });
    return {
      id,
      draw,
      fade: this.#shownDark ? fade : Math.min(fade, this.#lit),
      box,
      score: this.#score,
      facing: this.#shownFacing,
      facingScore: this.#shownScore,
      lamps: [inImage(lamps[0]), inImage(lamps[1])],
      isParked: this.#shownDark,
    };
  }

  get #isDark(): boolean {
    return this.#parked.isParked || this.#isUnsure;
  }

  #show(): void {
    if (this.#shownDark && !this.#isDark && !this.#isFirst) this.#lit = 0;
    this.#shownFacing = this.#facing.facing;
    this.#shownDark = this.#isDark;
    this.#shownScore = this.#facing.score;
    this.#otherSeconds = 0;
  }

  /** The side that is seen, by how the box grows; undefined where that is not clear. */
  #facingByGrowth(
    { width }: Box,
    { driving, isMovingAhead }: VehicleSurroundings,
    seconds: number,
  ): Facing | undefined {
    const isDriving = driving >= 0.5;
    const approach = isDriving ? 0 : this.#approach.rate;
    const rate = approach === 0 ? this.#growth.rate : (this.#growth.rate + approach) / 2;
    // What does not grow before a camera that moves ahead moves along: neither what comes towards it nor what stands does that.
    const isAlong = isDriving && isMovingAhead && width >= MIN_ALONG_WIDTH && rate !== 0 && rate < ALONG_GROWTH;
    const isShrinking = isAlong || rate < -FIXED_GROWTH;
    const grows = rate > (isDriving ? DRIVING_GROWTH : FIXED_GROWTH) ? 1 : isShrinking ? -1 : 0;
    this.#growthSeconds = grows === this.#grows ? this.#growthSeconds + seconds : 0;
    this.#grows = grows;
    if (grows === 0 || this.#growthSeconds < GROWTH_SECONDS) return undefined;
    if (this.#facing.shareOf('side') > MAX_SIDE) return undefined;
    return grows > 0 ? 'front' : 'rear';
  }

  /** Whether it moves over the ground; undefined where that cannot be seen. */
  #isMoving(box: Box, seconds: number, { driving, isMovingAhead }: VehicleSurroundings): boolean | undefined {
    const now = { x: box.x + box.width / 2, y: box.y + box.height };
    const before = this.#place ?? now;
    const share = newShare(seconds, PLACE_SECONDS);
    this.#place = { x: before.x + share * (now.x - before.x), y: before.y + share * (now.y - before.y) };
    const rate = this.#growth.rate;
    if (driving >= 0.5) {
      // What stands grows when the camera moves ahead; what does not grow moves along.
      if (!isMovingAhead || rate === 0 || box.width < MIN_ALONG_WIDTH) return undefined;
      return rate < ALONG_GROWTH;
    }
    const away = Math.hypot(now.x - this.#place.x, ((now.y - this.#place.y) * 9) / 16);
    return away > MOVED.width * box.width + MOVED.image || Math.abs(rate) > MOVING_GROWTH + JITTER / box.width;
  }

  /** Averages the lamps' places in the box, over sightings of the side that is decided on. */
  #addLamps({ facing, box, lamps }: FoundVehicle, seconds: number): void {
    const decided = this.#facing.facing;
    if (this.#offsets && facing !== decided) return;
    const inBox = ({ x, y, glass }: VehicleLamp): LampInBox => ({
      x: (x - box.x) / box.width,
      y: (y - box.y) / box.height,
      ...(glass && {
        glass: { width: glass.width / box.width, height: glass.height / box.height, red: glass.red, seen: 1 },
      }),
    });
    const now: LampPair = [inBox(lamps[0]), inBox(lamps[1])];
    const before = this.#offsetsFacing === decided ? this.#offsets : undefined;
    const share = before ? newShare(seconds, LAMP_SECONDS) : 1;
    const mix = (a: LampInBox, b: LampInBox): LampInBox => {
      const glass = mixGlass(a.glass, b.glass, share);
      return { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y), ...(glass && { glass }) };
    };
    this.#offsets = before ? [mix(before[0], now[0]), mix(before[1], now[1])] : now;
    this.#offsetsFacing = facing;
  }
}

/** Averages the glass that is seen; where none is, it stays and is seen less. */
function mixGlass(before: GlassInBox | undefined, now: GlassInBox | undefined, share: number): GlassInBox | undefined {
  if (!before || !now) {
    const glass = before ?? now;
    return glass && { ...glass, seen: before ? (1 - share) * before.seen : share };
  }
  const mix = (a: number, b: number): number => a + share * (b - a);
  return {
    width: mix(before.width, now.width),
    height: mix(before.height, now.height),
    red: mix(before.red, now.red),
    seen: mix(before.seen, 1),
  };
}

/** How surely it stands at the kerb, 0 to 1: what stands behind a parked vehicle, on its outer side, is in the same row. */
function kerbOf(box: Box, { driving, horizon, surfaces, isParkedAt }: VehicleSurroundings): number | undefined {
  if (driving <= 0.5 && horizon <= HIGH_HORIZON) return undefined;
  return kerbBeside(surfaces, box) ?? (isParkedAt(placeBeside(box)) ? ROW_KERB : undefined);
}
