import { DIALS } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import { toSeconds, type Micros } from '../core/time.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from '../image/thumbnail.js';
import { applyLookInto } from '../look/apply-look.js';
import type { Generator } from '../infer/generator.js';
import { copyLookInto, emptyLook, type Look } from '../look/look.js';
import { DetailSchedule } from '../pipeline/detail-schedule.js';
import { LookMaker } from '../pipeline/look-thread/look-maker.js';
import { readThumbnail } from '../render/read-thumbnail.js';
import type { SyncRenderer } from '../render/renderer.js';
import { Flicker } from '../temporal/flicker.js';
import {
  FLOW_HEIGHT,
  FLOW_WIDTH,
  FORWARD_HEIGHT,
  FORWARD_WIDTH,
  openMotionEstimator,
  type MotionEstimator,
} from '../temporal/motion.js';
import { createSteadier } from '../temporal/motion-steadier.js';
import { markUntrusted, WarpingError } from '../temporal/warping-error.js';
import type { Steadiness, SteadinessValues } from './evaluation.js';
import { LampBlinks } from './lamp-blinks.js';

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
const SIZE = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };

/** Runs consecutive frames through generator and steadier and measures how steady each stage is. Closes the frames. */
export async function measureSteadiness(
  frames: AsyncIterable<Frame>,
  tools: { readonly generator: Generator; readonly renderer: SyncRenderer; readonly smoothing?: number },
): Promise<Steadiness> {
  const { generator, renderer, smoothing = DIALS.smoothing.default } = tools;
  const fresh = emptyLook();
  const steadier = await createSteadier();
  // One that reads details also tracks what it sees: the stream's looks are then other looks than those of its frames alone.
  const { wantsDetail = false } = generator;
  const maker = new LookMaker(wantsDetail ? generator : fixedLookGenerator(generator, fresh), steadier);
  const details = new DetailSchedule();
  const meter = await SteadinessMeter.open();
  const blinks = new LampBlinks();
  let last: Micros | undefined;
  for await (const frame of frames) {
    using owned = frame;
    const thumbnail = readThumbnail(renderer, owned, wantsDetail);
    copyLookInto(await generator.translate(thumbnail), fresh);
    const isDetailDue = wantsDetail && details.isDue(thumbnail, smoothing);
    const { data, pts, discontinuity } = thumbnail;
    const { look } = await maker.make(isDetailDue ? thumbnail : { data, pts, discontinuity }, smoothing);
    meter.add(thumbnail, { unsmoothed: fresh, result: look });
    blinks.add(look, steadier.motion?.backward, toSeconds((pts - (last ?? pts)) as Micros)); // a difference of two Micros is one
    last = pts;
  }
  return { ...meter.report(), cuts: steadier.cuts, lamps: blinks.counts };
}

/** A generator that always returns the given look. */
function fixedLookGenerator(generator: Generator, look: Look): Generator {
  const doNothing = (): Promise<void> => Promise.resolve();
  const { card, device } = generator;
  return { card, device, translate: () => Promise.resolve(look), close: doNothing, [Symbol.asyncDispose]: doNothing };
}

/** The frames of one variant, with their measurements. */
class Sequence {
  readonly error = new WarpingError(SIZE);
  readonly flicker = new Flicker();
  current = new Float32Array(3 * PIXELS);
  previous = new Float32Array(3 * PIXELS);

  advance(): Float32Array {
    [this.current, this.previous] = [this.previous, this.current];
    return this.current;
  }
}

/** Compares consecutive frames of the day and of its nights along the motion of the day. */
export class SteadinessMeter {
  readonly #motion: MotionEstimator;
  readonly #sequences = {
    day: new Sequence(),
    unsmoothed: new Sequence(),
    result: new Sequence(),
    held: new Sequence(),
  } as const;
  readonly #held = emptyLook();
  readonly #backward = new Float32Array(2 * PIXELS);
  readonly #forward = new Float32Array(2 * PIXELS);
  readonly #untrusted = new Uint8Array(PIXELS);
  #compared = 0;

  private constructor(motion: MotionEstimator) {
    this.#motion = motion;
  }

  static async open(): Promise<SteadinessMeter> {
    return new SteadinessMeter(await openMotionEstimator());
  }

  /** Adds the next frame. Borrows all arguments. */
  add({ data, discontinuity }: Thumbnail, looks: Readonly<Record<'unsmoothed' | 'result', Look>>): void {
    if (discontinuity) this.#motion.reset();
    const { day, unsmoothed, result, held } = this.#sequences;
    day.advance().set(data);
    displayInto(looks.unsmoothed, data, unsmoothed.advance());
    displayInto(looks.result, data, result.advance());
    const motion = this.#motion.next(data);
    const hasMotion = motion !== undefined && !motion.isCut;
    if (!hasMotion) this.#held.grid.set(looks.unsmoothed.grid); // without its lights
    displayInto(this.#held, data, held.advance());
    if (hasMotion) {
      upsampleFlow(motion.backward, [FLOW_WIDTH, FLOW_HEIGHT], this.#backward);
      upsampleFlow(motion.forward, [FORWARD_WIDTH, FORWARD_HEIGHT], this.#forward);
      markUntrusted({ backward: this.#backward, forward: this.#forward }, SIZE, this.#untrusted);
      this.#compared++;
    }
    const dayLuma = meanLumaOf(day.current);
    for (const sequence of Object.values(this.#sequences)) {
      if (hasMotion) sequence.error.add(sequence.current, sequence.previous, this.#backward, this.#untrusted);
      else sequence.flicker.reset();
      sequence.flicker.add(dayLuma, meanLumaOf(sequence.current));
    }
  }

  report(): Omit<Steadiness, 'cuts' | 'lamps'> {
    const { day, unsmoothed, result, held } = this.#sequences;
    const valuesOf = ({ error, flicker }: Sequence): SteadinessValues => ({
      warpingError: error.value,
      squaredError: error.squared,
      flicker: flicker.night,
    });
    return {
      pairs: this.#compared,
      day: { ...valuesOf(day), flicker: day.flicker.day },
      unsmoothed: valuesOf(unsmoothed),
      result: valuesOf(result),
      held: valuesOf(held),
    };
  }
}

/** Applies a look, with luma clamped as a display clamps it. */
function displayInto(look: Look, day: Float32Array, night: Float32Array): void {
  applyLookInto(look, day, night);
  for (let i = 0; i < PIXELS; i++) night[i] = Math.min(1, Math.max(0, night[i] ?? 0));
}

function meanLumaOf(image: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) sum += image[i] ?? 0;
  return sum / PIXELS;
}

/** Upsamples `[2, height, width]` to `[2, 144, 256]` bilinearly: samples at cell centres, clamped edges. */
function upsampleFlow(flow: Float32Array, [width, height]: readonly [number, number], out: Float32Array): void {
  const at = (position: number, last: number): [number, number] => {
    const clamped = Math.min(last, Math.max(0, position));
    const first = Math.min(last - 1, Math.floor(clamped));
    return [first, clamped - first];
  };
  for (let y = 0; y < THUMBNAIL_HEIGHT; y++) {
    const [row, fy] = at(((y + 0.5) * height) / THUMBNAIL_HEIGHT - 0.5, height - 1);
    for (let x = 0; x < THUMBNAIL_WIDTH; x++) {
      const [column, fx] = at(((x + 0.5) * width) / THUMBNAIL_WIDTH - 0.5, width - 1);
      for (let c = 0; c < 2; c++) {
        const i = (c * height + row) * width + column;
        const upper = (flow[i] ?? 0) * (1 - fx) + (flow[i + 1] ?? 0) * fx;
        const lower = (flow[i + width] ?? 0) * (1 - fx) + (flow[i + width + 1] ?? 0) * fx;
        out[c * PIXELS + y * THUMBNAIL_WIDTH + x] = upper * (1 - fy) + lower * fy;
      }
    }
  }
}
