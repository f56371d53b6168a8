import { Random } from '../core/random.js';
import type { GroundPlane } from './ground-plane.js';
import type { NightStyle } from './night-style.js';
import { addLight, COLUMNS, type LightPlanes, type LinearColor, ROWS } from './samples.js';

/** Steps of the tables over the logarithm of distance, and the distances that they span, in metres. */
const STEPS = 255;
const [NEAR_M, FAR_M] = [2, 160];
/** Distance at which the air and the dark have taken most of a lamp, in metres. */
const REACH_M = 38;

/**
 * The light that falls everywhere: a little skylight, the glow of the town, and the pools of lamps that stand out of the frame on
 * either side of the street. All of it is low, near and soon black.
 */
export class TownLight {
  readonly #style: NightStyle;
  readonly #pools: readonly [left: Float32Array, right: Float32Array];
  readonly #color: LinearColor;

  constructor(style: NightStyle, color: LinearColor, seed: number) {
    this.#style = style;
    this.#color = color;
    const random = new Random(seed ^ 0x70776e);
    this.#pools = [this.#poolsOf(random, 0.25), this.#poolsOf(random, 0.75)];
  }

  /** @param urban how much of a town the frame shows, 0 to 1. @param amount share of the lamps that are on. */
  addTo(light: LightPlanes, plane: GroundPlane, urban: number, amount: number): void {
    const { skylight, glow, unseenLamps } = this.#style.town;
    const [red, green, blue] = skylight;
    const [left, right] = this.#pools;
    const scale = STEPS / Math.log(FAR_M / NEAR_M);
    for (let row = 0, i = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++, i++) {
        const distance = plane.distance[i] ?? 1;
        const height = plane.height[i] ?? 0;
        light.red[i] = (light.red[i] ?? 0) + red;
        light.green[i] = (light.green[i] ?? 0) + green;
        light.blue[i] = (light.blue[i] ?? 0) + blue;
        const step = Math.min(STEPS, Math.max(0, Math.round(Math.log(distance / NEAR_M) * scale)));
        const side = plane.sideOf(column, distance);
        const toRight = 0.5 + (0.5 * side) / (6 + Math.abs(side));
        const pools = (1 - toRight) * (left[step] ?? 0) + toRight * (right[step] ?? 0);
        const low = 1 / (1 + (height / 5) ** 2);
        const reach = 1 / (1 + (distance / REACH_M) ** 2);
        const town = glow * reach * (0.3 + 0.7 * low);
        addLight(light, i, urban * amount * (town + unseenLamps * pools * low), this.#color);
      }
    }
  }

  /** Light of one side's lamps over the logarithm of distance. @param offset of the first lamp, in spacings. */
  #poolsOf(random: Random, offset: number): Float32Array {
    const { spacingM } = this.#style.town;
    const pools = new Float32Array(STEPS + 1);
    for (let at = spacingM * offset; at < FAR_M; at += spacingM) {
      const distance = at + random.between(-0.12, 0.12) * spacingM;
      const strength = random.between(0.5, 1.3);
      for (let step = 0; step <= STEPS; step++) {
        const here = NEAR_M * (FAR_M / NEAR_M) ** (step / STEPS);
        const away = (here - distance) / 7;
        pools[step] = (pools[step] ?? 0) + strength / (1 + away * away) ** 2 / (1 + (here / 60) ** 2);
      }
    }
    return pools;
  }
}
