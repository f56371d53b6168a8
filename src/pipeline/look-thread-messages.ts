import type { LightingControls } from '../core/controls.js';
import type { SerializedError } from '../core/errors.js';
import type { LogLine } from '../core/logger.js';
import type { Micros } from '../core/time.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { ModelCard } from '../infer/model-card.js';
import type { Placement } from '../infer/network-session.js';
import type { OpenLiveGeneratorOptions } from '../infer/open-live-generator.js';
import type { RunTimes, ShareOptions } from '../infer/shared/share-messages.js';
import { GRID_SIZE, LAMPS_SIZE, LIGHTS_SIZE, type Look } from '../look/look.js';
import type { GrainSigma } from '../look/grain-sigma.js';

/** A steady look and what it cost. */
export interface LookResult {
  /** Lent until the next look is made. */
  readonly look: Look;
  /** Milliseconds in the generator; undefined when the look was only propagated. */
  readonly lookMs: number | undefined;
  /** Milliseconds in the steadier and the flicker meter. */
  readonly steadyMs: number;
  /** Runs of networks in the generator process since the last look; absent: none. */
  readonly runs?: readonly RunTimes[];
}

/** How steady a night is, as shares of its luma: 0.01 is a change of one per cent a frame, about where people see it. */
export interface SteadinessStats {
  /** Of the whole frame: root mean square of the relative change of its mean luma, beyond the day's own. */
  readonly flicker: number;
  /** The same for each block along its motion: where the night pumps, crawls or lags. */
  readonly localFlicker: number;
}

/** Counts and measurements of the look thread. */
export interface LookCounts extends SteadinessStats {
  /** Looks that the fallback made because the network failed. */
  readonly fallbacks: number;
  /** Scene cuts, at which the steadier forgot the past. */
  readonly cuts: number;
  /** Age of the generator's looks when frames are rendered with them: p95, milliseconds of the video. */
  readonly lookAgeMs: number;
  /** One sentence for people while another generator makes the looks, because this one cannot; else empty. */
  readonly degraded: string;
}

/** Before the first look. */
export const NO_COUNTS: LookCounts = {
  fallbacks: 0,
  cuts: 0,
  lookAgeMs: 0,
  degraded: '',
  flicker: 0,
  localFlicker: 0,
};

/** What a look thread opens: plain data. */
export type LookThreadOptions = Omit<OpenLiveGeneratorOptions, 'logger' | 'share'> & {
  /** The generator process that runs the network; undefined: the thread does. */
  readonly share?: Omit<ShareOptions, 'onRun'> | undefined;
  /** Whether looks may come later than their frames, and from another generator when this one fails; default false: the same frames, the same looks. */
  readonly isLive?: boolean;
};

/** What a look thread says of its generator. */
export interface GeneratorDescription {
  readonly card: ModelCard;
  readonly placement: Placement | undefined;
  readonly wantsDetail: boolean;
  readonly lightsRoad: boolean;
  readonly grain: GrainSigma | undefined;
}

/** The `workerData` of a look thread. */
export interface LookThreadData {
  readonly options: LookThreadOptions;
  /** Shared memory, one slot for each request that may be open; see {@link slotViews}. */
  readonly slots: readonly SharedArrayBuffer[];
}

/** Worker to look thread, which answers requests in order. */
export type ToLookThread =
  /** The slot holds a thumbnail until the answer, and a detail where the message says so. */
  | {
      readonly type: 'make';
      readonly slot: number;
      readonly pts: Micros;
      readonly discontinuity: boolean;
      readonly hasDetail: boolean;
      readonly smoothing: number;
      readonly lighting: LightingControls;
    }
  /** Changes to another generator once it is open; answered by `changed`. */
  | { readonly type: 'change'; readonly options: LookThreadOptions }
  /** The last message: the generator is closed and the thread ends. */
  | { readonly type: 'close' };

/** Look thread to worker. */
export type FromLookThread =
  /** The first message, unless opening failed. */
  | ({ readonly type: 'opened' } & GeneratorDescription)
  /** Another generator makes the looks from now on: it was changed, or the ladder goes up or down. */
  | ({ readonly type: 'described' } & GeneratorDescription)
  /** Answers `change`. @param error why the generator before is still in place. */
  | { readonly type: 'changed'; readonly error: SerializedError | undefined }
  /** The request's slot holds the look until that slot is used again. */
  | ({
      readonly type: 'made';
      readonly counts: LookCounts;
      /** Runs in the generator process since the last answer. */
      readonly runs: readonly RunTimes[];
    } & Omit<LookResult, 'look' | 'runs'>)
  /** Opening failed, and the thread ends; or one look failed. */
  | { readonly type: 'failed'; readonly error: SerializedError; readonly counts: LookCounts }
  | ({ readonly type: 'log' } & LogLine);

const THUMBNAIL_SIZE = 3 * THUMBNAIL_HEIGHT * THUMBNAIL_WIDTH;
const DETAIL_SIZE = 3 * DETAIL_HEIGHT * DETAIL_WIDTH;

/** Views of one slot: a thumbnail and its look. */
export interface SlotViews {
  /** `[3, 144, 256]`: {@link Thumbnail.data}. */
  readonly thumbnail: Float32Array;
  readonly look: Look;
  /** `[3, 256, 448]`: {@link Thumbnail.detail}; memory that a generator without details never touches. */
  readonly detail: Float32Array;
}

/** Memory that worker and look thread share for one request. Messages say whose turn it is. */
export function createSlot(): SharedArrayBuffer {
  const numbers = THUMBNAIL_SIZE + GRID_SIZE + LIGHTS_SIZE + LAMPS_SIZE + DETAIL_SIZE;
  return new SharedArrayBuffer(numbers * Float32Array.BYTES_PER_ELEMENT);
}

/** The layout of a slot: thumbnail, grid, lights layer, lamps, detail. */
export function slotViews(slot: SharedArrayBuffer): SlotViews {
  const part = (start: number, length: number): Float32Array =>
    new Float32Array(slot, start * Float32Array.BYTES_PER_ELEMENT, length);
  return {
    thumbnail: part(0, THUMBNAIL_SIZE),
    look: {
      grid: part(THUMBNAIL_SIZE, GRID_SIZE),
      lights: part(THUMBNAIL_SIZE + GRID_SIZE, LIGHTS_SIZE),
      lamps: part(THUMBNAIL_SIZE + GRID_SIZE + LIGHTS_SIZE, LAMPS_SIZE),
    },
    detail: part(THUMBNAIL_SIZE + GRID_SIZE + LIGHTS_SIZE + LAMPS_SIZE, DETAIL_SIZE),
  };
}
