import { createFacades, type Facade } from './facade.js';
import { paintFacade } from './facade-painter.js';
import { paintAsphalt, paintPaving } from './ground-texture.js';
import type { Planes } from './planes.js';
import type { Ripmap } from './ripmap.js';
import { paintSky } from './sky.js';
import { CROWN_COUNT, paintCrown, type Crown } from './tree-sprite.js';
import type { Camera } from './camera.js';
import type { WallKind, WallTexture } from './wall-canvas.js';

/** The textures of a street, painted on first use. About 25 MB by day, and the same amount by night. */
export class TextureSet {
  readonly seed: number;
  readonly facades: readonly Facade[];
  readonly #walls = new Map<string, WallTexture>();
  readonly #skies = new Map<boolean, Planes>();
  #asphalt: Ripmap | undefined;
  #paving: Ripmap | undefined;
  #crowns: readonly Crown[] | undefined;

  constructor(seed: number) {
    this.seed = seed;
    this.facades = createFacades(seed);
  }

  get asphalt(): Ripmap {
    return (this.#asphalt ??= paintAsphalt(this.seed));
  }

  get paving(): Ripmap {
    return (this.#paving ??= paintPaving(this.seed));
  }

  get crowns(): readonly Crown[] {
    return (this.#crowns ??= Array.from({ length: CROWN_COUNT }, (_, index) => paintCrown(this.seed, index)));
  }

  wall(facade: Facade, kind: WallKind): WallTexture {
    const key = `${kind}${facade.index}`;
    let wall = this.#walls.get(key);
    if (!wall) this.#walls.set(key, (wall = paintFacade(facade, this.seed, kind)));
    return wall;
  }

  /** Returns the sky for the camera's frame size; its position does not matter. */
  sky(camera: Camera, isNight: boolean): Planes {
    let sky = this.#skies.get(isNight);
    if (!sky) this.#skies.set(isNight, (sky = paintSky(this.seed, camera, isNight)));
    return sky;
  }
}
