import { DEFAULT_CONTROLS, lightingOf, type Controls } from '../../core/controls.js';
import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { FallbackGenerator } from '../../infer/fallback-generator.js';
import type { Generator } from '../../infer/generator.js';
import type { ModelCard } from '../../infer/model-card.js';
import { openGenerator } from '../../infer/open-generator.js';
import type { NightStyle } from '../../lighting/night-style.js';
import type { GrainSigma } from '../../look/grain-sigma.js';
import { copyLookInto, emptyLook, type Look } from '../../look/look.js';
import type { ModelSettings } from '../../pipeline/stream-settings.js';
import type { Scene } from '../../scene/scene.js';
import type { Draw } from '../recipe/draw.js';

/** A draw, and the seed of what it leaves open: which window is lit, what colour a lamp has. The same for all items of a scene. */
export interface DrawnNight {
  readonly draw: Draw;
  readonly seed: number;
}

/** How the renderer applies the looks of one draw. */
export interface NightDials {
  readonly controls: Controls;
  /** Grain at dial 1; undefined: the renderer's own. */
  readonly grain: GrainSigma | undefined;
}

/** A look, for the renderer. The caller owns it. */
export interface NightLook extends NightDials {
  readonly look: Look;
}

/** What a {@link NightMaker} takes. */
export interface NightMakerOptions {
  readonly model: ModelSettings;
  /** The style that a draw names; throws NocturneError CONFIG_INVALID where there is none. */
  readonly styleOf: (name: string) => NightStyle;
  readonly logger: Logger;
}

/** The nights of one image. */
export interface Still {
  /** In the order of the draws. The caller owns them. */
  readonly nights: readonly NightLook[];
  /** What the image shows; undefined where the generator reads no scene. Lent until the next call of the maker. */
  readonly scene: Scene | undefined;
}

/** Makes the looks of nights: one network, read once for each frame, lights it for each draw. One call at a time. */
export class NightMaker implements AsyncDisposable {
  readonly #generator: FallbackGenerator;
  readonly #styleOf: (name: string) => NightStyle;

  private constructor(generator: FallbackGenerator, styleOf: (name: string) => NightStyle) {
    this.#generator = generator;
    this.#styleOf = styleOf;
  }

  /** Opens the generator. Rejects as {@link openGenerator} does. */
  static async open({ model, styleOf, logger }: NightMakerOptions): Promise<NightMaker> {
    const { generator, device, engine = 'auto', threads } = model; // each draw has its style
    return new NightMaker(await openGenerator({ generator, device, engine, threads, logger }), styleOf);
  }

  /** Of the generator. */
  get card(): ModelCard {
    return this.#generator.card;
  }

  /** `Generator.wantsDetail`. */
  get wantsDetail(): boolean {
    return this.#generator.wantsDetail ?? false;
  }

  /** `Generator.lightsRoad`. */
  get lightsRoad(): boolean {
    return this.#generator.lightsRoad ?? false;
  }

  /**
   * Reads an image once, twice the time for a surer reading, and lights it for each draw. Borrows the thumbnail.
   * Rejects with NocturneError CONFIG_INVALID for a style, MODEL_FAILED when the network fails: no night is made without it.
   */
  async still(thumbnail: Thumbnail, drawn: readonly DrawnNight[]): Promise<Still> {
    const nights: NightLook[] = [];
    let scene: Scene | undefined;
    for (const night of drawn) {
      const { generator, controls, grain } = await this.sequence(night);
      const look = emptyLook();
      copyLookInto(await generator.translate(thumbnail), look);
      scene = generator.scene;
      nights.push({ look, controls, grain });
    }
    return { nights, scene };
  }

  /**
   * A generator for the frames of one sequence or video in one draw: it tracks what it sees. It rejects with MODEL_FAILED where its network
   * fails. The maker closes it.
   */
  async sequence({ draw, seed }: DrawnNight): Promise<NightDials & { readonly generator: Generator }> {
    const { darkKinds } = draw;
    const style = this.#styleOf(draw.style);
    const own = await this.#generator.withNight?.({ style, seed, darkKinds });
    const generator = own ?? withoutFallback(this.#generator);
    const controls = controlsOf(draw);
    generator.setLighting?.(lightingOf(controls));
    return { generator, controls, grain: generator.grain };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#generator.close();
  }
}

/** The dials of a draw. Noise of a sensor replaces the grain. */
export function controlsOf({ dials, noise }: Draw): Controls {
  return { ...DEFAULT_CONTROLS, ...dials, ...(noise && { grain: 0 }) };
}

/** A look network whose failures are failures: a set holds no nights that another generator made. */
function withoutFallback(generator: FallbackGenerator): Generator {
  const { card, device, wantsDetail = false, lightsRoad = false, grain } = generator;
  return {
    card,
    device,
    wantsDetail,
    lightsRoad,
    grain,
    async translate(thumbnail, signal) {
      const before = generator.fallbacks;
      const look = await generator.translate(thumbnail, signal);
      if (generator.fallbacks === before) return look;
      throw new NocturneError({ code: 'MODEL_FAILED', stage: 'infer', message: `${card.name} failed on an image.` });
    },
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
