import { fromSeconds, type Micros } from '../../core/time.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import { copyLookInto, emptyLook } from '../../look/look.js';
import { LookMaker } from '../../pipeline/look-thread/look-maker.js';
import type { Scene } from '../../scene/scene.js';
import { createSteadier } from '../../temporal/motion-steadier.js';
import type { DrawnNight, NightDials, NightLook, NightMaker } from './night-maker.js';
import type { PixelSize } from './orientation.js';
import type { Generator } from '../../infer/generator.js';

/** Seconds between two frames beyond which the later one does not continue the earlier one. */
const MAX_GAP_SECONDS = 2;

/** A place in a sequence: decides whether a frame continues the one before. */
export class SequenceClock {
  #last: (PixelSize & { readonly pts: Micros }) | undefined;

  /** The frame's time, and whether the sequence starts again with it: the first one, one of another size, a jump in time. */
  next(timeS: number, { width, height }: PixelSize): Pick<Thumbnail, 'pts' | 'discontinuity'> {
    const pts = fromSeconds(timeS);
    const last = this.#last;
    const isContinued =
      last?.width === width &&
      last.height === height &&
      pts > last.pts &&
      pts - last.pts <= fromSeconds(MAX_GAP_SECONDS);
    this.#last = { width, height, pts };
    return { pts, discontinuity: !isContinued };
  }
}

/** The looks of one draw along a sequence, steadied. */
export class SteadyLooks {
  readonly #maker: LookMaker;
  readonly #generator: Generator;
  readonly #dials: NightDials;

  private constructor(maker: LookMaker, generator: Generator, dials: NightDials) {
    this.#maker = maker;
    this.#generator = generator;
    this.#dials = dials;
  }

  /** Rejects as {@link NightMaker.sequence} does. Borrows the maker. */
  static async open(maker: NightMaker, night: DrawnNight): Promise<SteadyLooks> {
    const { generator, ...dials } = await maker.sequence(night);
    return new SteadyLooks(new LookMaker(generator, await createSteadier()), generator, dials);
  }

  /** What the frame shows that was read last; undefined where the generator reads no scene. Lent until the next call. */
  get scene(): Scene | undefined {
    return this.#generator.scene;
  }

  /** The look of the next frame. The caller owns it. Rejects with NocturneError MODEL_FAILED. @param smoothing 0 to 1. */
  async next(thumbnail: Thumbnail, smoothing: number): Promise<NightLook> {
    const look = emptyLook();
    copyLookInto((await this.#maker.make(thumbnail, smoothing)).look, look);
    return { look, ...this.#dials };
  }
}
