import { DIALS } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from '../image/thumbnail.js';
import { applyLookInto } from '../look/apply-look.js';
import type { Generator } from '../infer/generator.js';
import { copyLookInto, emptyLook, type Look } from '../look/look.js';
import { LookMaker } from '../pipeline/look-thread/look-maker.js';
import type { Renderer } from '../render/renderer.js';
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
import type { Steadiness, SteadyRow } from './evaluation.js';

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
const SIZE = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };

/** Takes consecutive frames through generator and steadier, and measures how steady each is. Closes the frames. */
export async function measureSteadiness(
  frames: AsyncIterable<Frame>,
  tools: { readonly generator: Generator; readonly renderer: Renderer; readonly smoothing?: number },
): Promise<Steadiness> {
  const { generator, renderer, smoothing = DIALS.smoothing.default } = tools;
  const fresh = emptyLook();
  const steadier = await createSteadier();
  const maker = new LookMaker(givenLook(generator, fresh), steadier);
  const meter = await SteadinessMeter.open();
  for await (const frame of frames) {
    using owned = frame;
    const thumbnail = renderer.thumbnail(owned);
    copyLookInto(await generator.translate(thumbnail), fresh);
    const { look } = await maker.make(thumbnail, smoothing);
    meter.add(thumbnail, { unsmoothed: fresh, result: look });
  }
  return { ...meter.report(), cuts: steadier.cuts };
}

/** A generator that has its look already. */
function givenLook(generator: Generator, look: Look): Generator {
  const nothing = (): Promise<void> => Promise.resolve();
  const { card, device } = generator;
  return { card, device, translate: () => Promise.resolve(look), close: nothing, [Symbol.asyncDispose]: nothing };
}

/** One sequence of pictures beside the others. */
class Sequence {
  readonly error = new WarpingError(SIZE);
  readonly flicker = new Flicker();
  now = new Float32Array(3 * PIXELS);
  before = new Float32Array(3 * PIXELS);

  next(): Float32Array {
    [this.now, this.before] = [this.before, this.now];
    return this.now;
  }
}

/** Compares neighbouring pictures of the day and of its nights along the day's own motion. */
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

  /** The next picture of the sequence. Borrows all. */
  add({ data, discontinuity }: Thumbnail, looks: Readonly<Record<'unsmoothed' | 'result', Look>>): void {
    if (discontinuity) this.#motion.reset();
    const { day, unsmoothed, result, held } = this.#sequences;
    day.next().set(data);
    showInto(looks.unsmoothed, data, unsmoothed.next());
    showInto(looks.result, data, result.next());
    const motion = this.#motion.next(data);
    const isContinued = motion !== undefined && !motion.isCut;
    if (!isContinued) this.#held.grid.set(looks.unsmoothed.grid); // its lights stay out
    showInto(this.#held, data, held.next());
    if (isContinued) {
      enlargeFlow(motion.backward, [FLOW_WIDTH, FLOW_HEIGHT], this.#backward);
      enlargeFlow(motion.forward, [FORWARD_WIDTH, FORWARD_HEIGHT], this.#forward);
      markUntrusted({ backward: this.#backward, forward: this.#forward }, SIZE, this.#untrusted);
      this.#compared++;
    }
    const lumaOfDay = meanOf(day.now);
    for (const sequence of Object.values(this.#sequences)) {
      if (isContinued) sequence.error.add(sequence.now, sequence.before, this.#backward, this.#untrusted);
      else sequence.flicker.reset();
      sequence.flicker.add(lumaOfDay, meanOf(sequence.now));
    }
  }

  report(): Omit<Steadiness, 'cuts'> {
    const { day, unsmoothed, result, held } = this.#sequences;
    const row = ({ error, flicker }: Sequence): SteadyRow => ({
      warpingError: error.value,
      squaredError: error.squared,
      flicker: flicker.night,
    });
    return {
      pairs: this.#compared,
      day: { ...row(day), flicker: day.flicker.day },
      unsmoothed: row(unsmoothed),
      result: row(result),
      held: row(held),
    };
  }
}

/** A night with the luma that a display clamps it to. */
function showInto(look: Look, day: Float32Array, night: Float32Array): void {
  applyLookInto(look, day, night);
  for (let i = 0; i < PIXELS; i++) night[i] = Math.min(1, Math.max(0, night[i] ?? 0));
}

/** Of the luma. */
function meanOf(picture: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) sum += picture[i] ?? 0;
  return sum / PIXELS;
}

/** `[2, height, width]` to `[2, 144, 256]`, bilinearly: samples stand at cell centres, edges are clamped. */
function enlargeFlow(flow: Float32Array, [width, height]: readonly [number, number], out: Float32Array): void {
  const at = (position: number, most: number): [number, number] => {
    const clamped = Math.min(most, Math.max(0, position));
    const first = Math.min(most - 1, Math.floor(clamped));
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
