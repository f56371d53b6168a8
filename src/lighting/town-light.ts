import { Random } from '../core/random.js';
import { FOCAL, type GroundPlane } from './ground-plane.js';
import type { NightStyle } from './night-style.js';
import { addLight, ALL_SKY, COLUMNS, type LightPlanes, type LinearColor, mixColors, SAMPLES } from './samples.js';
import { lampColor } from './street-lamps.js';

/** Steps of the tables over the logarithm of distance, and the distances that they span, in metres. */
const STEPS = 255;
const [NEAR_M, FAR_M] = [2, 160];
/** Distance at which the air and the dark have taken most of a lamp, in metres. */
const REACH_M = 60;

/** Half width of a lamp's pool along the street, metres: on the ground, and on what stands, whose distance is less sure. */
const GROUND_POOL_M = 7;
const STANDING_POOL_M = 22;

/** Light by step of the logarithm of distance. */
type LightTable = LightPlanes;

/** The lamps of one side of the street: their light on the ground and on what stands. */
interface SideLamps {
  readonly ground: LightTable;
  readonly standing: LightTable;
}

/**
 * The light that falls everywhere: a little skylight, the glow of the town, and the pools of lamps that stand out of the frame on
 * either side of the street. All of it is low, near and soon black.
 */
export class TownLight {
  readonly #style: NightStyle;
  #left!: SideLamps;
  #right!: SideLamps;
  readonly #color: LinearColor;

  constructor(style: NightStyle, color: LinearColor, seed: number) {
    this.#style = style;
    this.#color = color;
    this.reseed(seed);
  }

  /** Draws the lamps again. */
  reseed(seed: number): void {
    const random = new Random(seed ^ 0x70776e);
    this.#left = this.#poolsOf(random, 0.25);
    this.#right = this.#poolsOf(random, 0.75);
  }

  /** @param urban how much of a town the frame shows, 0 to 1. @param amount share of the lamps that are on. */
  addTo(light: LightPlanes, plane: GroundPlane, urban: number, amount: number): void {
    const { skylight, glow, unseenLamps } = this.#style.town;
    const { red: leftR, green: leftG, blue: leftB } = this.#left.ground;
    const { red: rightR, green: rightG, blue: rightB } = this.#right.ground;
    const { red: wideLeftR, green: wideLeftG, blue: wideLeftB } = this.#left.standing;
    const { red: wideRightR, green: wideRightG, blue: wideRightB } = this.#right.standing;
    const [skyR, skyG, skyB] = skylight;
    const nearest = Math.log(NEAR_M);
    const scale = STEPS / (Math.log(FAR_M) - nearest);
    const { red, green, blue } = light;
    const { distance: distances, logDistance: logs, height: heights } = plane;
    const [townR, townG, townB] = this.#color;
    const strength = urban * amount;
    const { sky, ground } = plane;
    for (let i = 0; i < SAMPLES; i++) {
      if ((sky[i] ?? 0) > ALL_SKY) continue;
      const distance = distances[i] ?? 1;
      const height = heights[i] ?? 0;
      const step = Math.min(STEPS, Math.max(0, ((logs[i] ?? 0) - nearest) * scale)) | 0;
      const side = (((i % COLUMNS) - COLUMNS / 2 + 0.5) * distance) / FOCAL;
      const toRight = 0.5 + (0.5 * side) / (6 + Math.abs(side));
      const low = 1 / (1 + 0.04 * height * height);
      const reach = 1 / (1 + (distance * distance) / (REACH_M * REACH_M));
      const here = strength * glow * reach * (0.3 + 0.7 * low);
      const onRight = strength * unseenLamps * low * toRight;
      const onLeft = strength * unseenLamps * low - onRight;
      const share = ground[i] ?? 0;
      const groundL = onLeft * share;
      const groundR = onRight * share;
      const wideL = onLeft - groundL;
      const wideR = onRight - groundR;
      const onGroundR = groundL * (leftR[step] ?? 0) + groundR * (rightR[step] ?? 0);
      const onGroundG = groundL * (leftG[step] ?? 0) + groundR * (rightG[step] ?? 0);
      const onGroundB = groundL * (leftB[step] ?? 0) + groundR * (rightB[step] ?? 0);
      const standingR = wideL * (wideLeftR[step] ?? 0) + wideR * (wideRightR[step] ?? 0);
      const standingG = wideL * (wideLeftG[step] ?? 0) + wideR * (wideRightG[step] ?? 0);
      const standingB = wideL * (wideLeftB[step] ?? 0) + wideR * (wideRightB[step] ?? 0);
      red[i] = (red[i] ?? 0) + skyR + here * townR + onGroundR + standingR;
      green[i] = (green[i] ?? 0) + skyG + here * townG + onGroundG + standingG;
      blue[i] = (blue[i] ?? 0) + skyB + here * townB + onGroundB + standingB;
    }
  }

  /** Light of one side's lamps. @param offset of the first lamp, in spacings. */
  #poolsOf(random: Random, offset: number): SideLamps {
    const { spacingM } = this.#style.town;
    const createTable = (): Float32Array => new Float32Array(STEPS + 1);
    const createLight = (): LightTable => ({ red: createTable(), green: createTable(), blue: createTable() });
    const pools: SideLamps = { ground: createLight(), standing: createLight() };
    for (let at = spacingM * offset; at < FAR_M; at += spacingM) {
      const distance = at + random.between(-0.12, 0.12) * spacingM;
      const strength = random.between(0.5, 1.3);
      const color = mixColors(this.#color, lampColor(this.#style, random.next()), 0.85);
      for (let step = 0; step <= STEPS; step++) {
        const here = NEAR_M * (FAR_M / NEAR_M) ** (step / STEPS);
        const fall = strength / (1 + (here / 60) ** 2);
        const [near, wide] = [(here - distance) / GROUND_POOL_M, (here - distance) / STANDING_POOL_M];
        addLight(pools.ground, step, fall / (1 + near * near) ** 2, color);
        // A wider pool holds the same light.
        addLight(pools.standing, step, ((GROUND_POOL_M / STANDING_POOL_M) * fall) / (1 + wide * wide) ** 2, color);
      }
    }
    return pools;
  }
}
