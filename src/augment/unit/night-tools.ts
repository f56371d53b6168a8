import type { Logger } from '../../core/logger.js';
import type { Frame } from '../../core/frame.js';
import type { SyncRenderer } from '../../render/renderer.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import { openCamera, type Camera } from '../camera/camera.js';
import { NightJudge } from '../proof/night-judge.js';
import { drawVariant, itemSeed } from '../recipe/draw-variant.js';
import { parseRecipe, styleOfDraw, type Recipe } from '../recipe/recipe.js';
import type { Item } from '../dataset.js';
import type { Scene } from '../../scene/scene.js';
import type { Store } from '../store/store.js';
import { NightMaker, type DrawnNight, type NightLook } from './night-maker.js';
import type { UnitSettings } from './unit-settings.js';

/** What a unit works with: what `openUnitRunner` takes. */
export interface UnitTools {
  readonly input: Store;
  readonly output: Store;
  readonly settings: UnitSettings;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How surely a camera drives, from which it does. */
const MIN_DRIVING = 0.5;

/** Which item, in which variant. */
export interface ItemNight extends DrawnNight {
  readonly variant: number;
  /** Of the item itself: its grain and noise. */
  readonly itemSeed: number;
}

/** All that a process opens once for its units: network, kernels, judge. One unit at a time. */
export class NightTools implements AsyncDisposable {
  readonly maker: NightMaker;
  readonly renderer: SyncRenderer;
  readonly judge: NightJudge;
  readonly #camera: Camera;
  readonly #recipe: Recipe;
  readonly #settings: UnitSettings;

  private constructor(opened: Opened, settings: UnitSettings) {
    this.maker = opened.maker;
    this.renderer = opened.renderer;
    this.judge = opened.judge;
    this.#camera = opened.camera;
    this.#recipe = opened.recipe;
    this.#settings = settings;
  }

  /** Rejects with NocturneError CONFIG_INVALID for recipe or range, and as the generator does. */
  static async open({ settings, logger }: Pick<UnitTools, 'settings' | 'logger'>): Promise<NightTools> {
    const recipe = parseRecipe(settings.recipe, 'the recipe');
    const styleOf = (name: string): ReturnType<typeof styleOfDraw> => styleOfDraw(recipe, name);
    const judge = await NightJudge.open(settings.nightRange);
    const camera = await openCamera();
    const maker = await NightMaker.open({ model: settings.model, styleOf, logger });
    const renderer = await openRenderer({ hasBeam: !maker.lightsRoad });
    return new NightTools({ maker, renderer, judge, camera, recipe }, settings);
  }

  /** What an item looks like in a variant. */
  nightOf({ id, scene = id }: Pick<Item, 'id' | 'scene'>, variant: number): ItemNight {
    const { seed, model } = this.#settings;
    return {
      variant,
      draw: drawVariant(this.#recipe, { seed, scene, variant, style: model.style }),
      seed: itemSeed(seed, scene, variant),
      itemSeed: itemSeed(seed, id, variant),
    };
  }

  /**
   * Turns a day into its night, in place: look, grain, and what the draw's camera does. Borrows all.
   * @param scene what the day shows, if it was read: where the camera drives, its own motion blurs towards the middle of the horizon.
   */
  render(frame: Frame, { look, controls, grain }: NightLook, { draw, itemSeed: seed }: ItemNight, scene?: Scene): void {
    this.renderer.apply(look, controls, frame, { seed, sigma: grain });
    const vanishing = scene && scene.driving >= MIN_DRIVING ? { x: 0.5, y: scene.horizon } : undefined;
    this.#camera.apply(frame, draw, { seed, look, vanishing });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.renderer[Symbol.dispose]();
    await this.maker[Symbol.asyncDispose]();
  }
}

interface Opened {
  readonly maker: NightMaker;
  readonly renderer: SyncRenderer;
  readonly judge: NightJudge;
  readonly camera: Camera;
  readonly recipe: Recipe;
}
