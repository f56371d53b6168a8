import type { SerializedError } from '../core/errors.js';
import type { LogLine } from '../core/logger.js';
import type { Micros } from '../core/time.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { GRID_SIZE, LIGHTS_SIZE, type Look } from '../look/look.js';
import type { ModelCard } from '../infer/model-card.js';
import type { OpenGeneratorOptions } from '../infer/open-generator.js';
import type { LiveFigures } from './look-thread/live-steadiness.js';
import type { MadeLook } from './look-thread/look-maker.js';

/** What a look thread is started with. */
export interface LookThreadData {
  /** Its log lines come back as messages. */
  readonly options: Omit<OpenGeneratorOptions, 'logger'>;
  /** One for each question that may be open; see {@link slotViews}. */
  readonly slots: readonly SharedArrayBuffer[];
}

/** To the look thread, which answers questions in their order. */
export type ToLookThread =
  /** A thumbnail lies on a desk and stays there until the answer. */
  | {
      readonly type: 'make';
      readonly desk: number;
      readonly pts: Micros;
      readonly discontinuity: boolean;
      readonly smoothing: number;
    }
  /** The last message: the generator is closed and the thread ends. */
  | { readonly type: 'close' };

/** What is counted and measured on the thread. */
export interface LookCounts extends LiveFigures {
  /** Looks that came from elsewhere because the network failed. */
  readonly fallbacks: number;
  /** Times the past was forgotten because the picture was cut. */
  readonly cuts: number;
}

/** From the look thread. */
export type FromLookThread =
  /** First of all, unless it failed. */
  | { readonly type: 'opened'; readonly card: ModelCard; readonly device: string }
  /** The look lies on the question's desk and stays there until that is used again. */
  | ({ readonly type: 'made'; readonly counts: LookCounts } & Omit<MadeLook, 'look'>)
  /** Opening failed, and the thread ends; or one look failed. */
  | { readonly type: 'failed'; readonly error: SerializedError; readonly counts: LookCounts }
  | ({ readonly type: 'log' } & LogLine);

const DAY_SIZE = 3 * THUMBNAIL_HEIGHT * THUMBNAIL_WIDTH;

/** What lies on a desk: one thumbnail and its look. */
export interface SlotViews {
  /** `[3, 144, 256]`, as a thumbnail's data. */
  readonly day: Float32Array;
  readonly look: Look;
}

/** A desk: memory that both threads see. Messages say whose turn it is. */
export function createSlot(): SharedArrayBuffer {
  return new SharedArrayBuffer((DAY_SIZE + GRID_SIZE + LIGHTS_SIZE) * Float32Array.BYTES_PER_ELEMENT);
}

/** What lies where on a desk. */
export function slotViews(desk: SharedArrayBuffer): SlotViews {
  const part = (start: number, length: number): Float32Array =>
    new Float32Array(desk, start * Float32Array.BYTES_PER_ELEMENT, length);
  return {
    day: part(0, DAY_SIZE),
    look: { grid: part(DAY_SIZE, GRID_SIZE), lights: part(DAY_SIZE + GRID_SIZE, LIGHTS_SIZE) },
  };
}

/** Before the first look. */
export const NO_COUNTS: LookCounts = { fallbacks: 0, cuts: 0, flicker: 0, localFlicker: 0 };
