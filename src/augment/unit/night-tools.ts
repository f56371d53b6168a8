import type { Logger } from '../../core/logger.js';
import type { Frame } from '../../core/frame.js';
import type { SyncRenderer } from '../../render/renderer.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import { openCamera, type Camera } from '../camera/camera.js';
import { NightJudge } from '../proof/night-judge.js';
import { drawOf, itemSeed } from '../recipe/draw-variant.js';
import { parseRecipe, styleOfDraw, type Recipe } from '../recipe/recipe.js';
import type { Item } from '../dataset.js';
import type { Box, Scene } from '../../scene/scene.js';
import type { Store } from '../store/store.js';
import { BackgroundMaker, type MadeBackground } from './made-background.js';
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
  /** Where the recipe makes backgrounds. */
  readonly backgrounds: BackgroundMaker | undefined;
  readonly #camera: Camera;
  readonly #recipe: Recipe;
  readonly #settings: UnitSettings;

  private constructor(opened: Opened, settings: UnitSettings) {
    this.maker = opened.maker;
    this.renderer = opened.renderer;
    this.judge = opened.judge;
    this.backgrounds = opened.backgrounds;
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
    const backgrounds = recipe.background && (await BackgroundMaker.open(recipe.background.model));
    return new NightTools({ maker, renderer, judge, backgrounds, camera, recipe }, settings);
  }

  /** What an item looks like in a variant. */
  nightOf(item: Pick<Item, 'id' | 'scene' | 'kind' | 'timeS'>, variant: number): ItemNight {
    const { id, scene = id } = item;
    const { seed, model } = this.#settings;
    return {
      variant,
      draw: drawOf(this.#recipe, { seed, scene, variant, style: model.style }, item),
      seed: itemSeed(seed, scene, variant),
      itemSeed: itemSeed(seed, id, variant),
    };
  }

  /**
   * Turns a day into its night, in place: look, grain, and what the draw's camera does. Borrows all.
   * @param scene what the day shows, if it was read: where the camera drives, its own motion blurs towards the middle of the horizon.
   */
  render(frame: Frame, look: NightLook, night: ItemNight, scene?: Scene): void {
    this.#light(frame, look, night);
    this.#film(frame, look, night, scene);
  }

  /**
   * The same for a draw whose background is made, which happens between the light and the camera. Borrows all but the frame, which it takes.
   * @param objects in shares of the image; undefined in the result: none of a size to start from, and the night is the day's own.
   */
  async renderAround(
    day: Frame,
    { look, night, scene }: { readonly look: NightLook; readonly night: ItemNight; readonly scene: Scene | undefined },
    objects: readonly Box[],
  ): Promise<{ readonly frame: Frame; readonly made: MadeBackground | undefined }> {
    let made: MadeBackground | undefined;
    try {
      this.#light(day, look, night);
      made = await this.backgrounds?.make(day, objects, night.itemSeed);
    } catch (error) {
      day.close();
      throw error;
    }
    if (made) day.close();
    const frame = made?.frame ?? day;
    this.#film(frame, look, night, scene);
    return { frame, made };
  }

  #light(frame: Frame, { look, controls, grain }: NightLook, { itemSeed: seed }: ItemNight): void {
    this.renderer.apply(look, controls, frame, { seed, sigma: grain });
  }

  #film(frame: Frame, { look }: NightLook, { draw, itemSeed: seed }: ItemNight, scene: Scene | undefined): void {
    const vanishing = scene && scene.driving >= MIN_DRIVING ? { x: 0.5, y: scene.horizon } : undefined;
    this.#camera.apply(frame, draw, { seed, look, vanishing });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backgrounds?.[Symbol.asyncDispose]();
    this.renderer[Symbol.dispose]();
    await this.maker[Symbol.asyncDispose]();
  }
}

interface Opened {
  readonly maker: NightMaker;
  readonly renderer: SyncRenderer;
  readonly judge: NightJudge;
  readonly backgrounds: BackgroundMaker | undefined;
  readonly camera: Camera;
  readonly recipe: Recipe;
}
