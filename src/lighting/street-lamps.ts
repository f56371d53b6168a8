import type { LampHead, Scene } from '../scene/scene.js';
import { FOCAL, type GroundPlane } from './ground-plane.js';
import type { Lamp, LampList } from './lamp-list.js';
import type { NightStyle } from './night-style.js';
import { addLight, COLUMNS, type LightPlanes, type LinearColor, redraw, ROWS } from './samples.js';

/** Radius below which a head is listed as a far lamp, a share of the frame's width. */
const FAR_RADIUS = 0.0014;
/** Most street lamps whose light falls on things; farther ones only shine. */
const MAX_POOLS = 24;
/** Largest half width of a shining head, a share of the frame's width: a near head is a bulb in a large housing. */
const MAX_RADIUS = 0.0048;
/** Share of a lamp's light on what stands: how far that is, is less sure than of the ground. */
const STANDING_SHARE = 0.18;
/** Added to the squared distance of what stands, square metres: no tree or wall glows because it is thought to touch a lamp. */
const UNSURE_SQUARE_M = 24;

/** The street lamps that the frame shows: their heads, and their light on the ground and on what stands near. */
export class StreetLamps {
  readonly #style: NightStyle;

  constructor(style: NightStyle) {
    this.#style = style;
  }

  /** @param amount share of their strength, 0 to 2. */
  addTo(light: LightPlanes, lamps: LampList, plane: GroundPlane, scene: Scene, amount: number): void {
    if (amount <= 0) return;
    const { luma, glare } = this.#style.streetLamps;
    const { streak } = this.#style.lens;
    for (const [index, head] of scene.lampHeads.entries()) {
      const color = lampColor(this.#style, head.draw);
      const isFar = isFarHead(head);
      const radius = Math.min(MAX_RADIUS, 1.4 * head.radius);
      const lamp: Lamp = {
        kind: isFar ? 'farLamp' : 'streetLamp',
        id: head.id,
        ...head.place,
        radiusX: radius,
        radiusY: 0.7 * radius,
        luma: luma * amount * head.fade * (0.8 + 0.4 * redraw(head.draw, 2)),
        color,
        hardness: 1.3,
        glare,
      };
      lamps.add(lamp);
      lamps.addStreak(lamp, streak);
      if (index < MAX_POOLS) this.#addPool(light, plane, head, amount * head.fade, color);
    }
  }

  /** Light of one lamp: from a point `poleM` above the ground, falling with the square of the distance. */
  #addPool(light: LightPlanes, plane: GroundPlane, head: LampHead, amount: number, color: LinearColor): void {
    const { poleM, strength } = this.#style.streetLamps;
    const distance = Math.min(120, (FOCAL * poleM) / Math.max(1.5, head.height * ROWS));
    const side = plane.sideOf(head.place.x * COLUMNS - 0.5, distance);
    const reach = 3.2 * poleM;
    const halfWidth = (FOCAL * reach) / Math.max(4, distance - 0.6 * reach);
    const [left, right] = [head.place.x * COLUMNS - halfWidth, head.place.x * COLUMNS + halfWidth];
    for (let row = 0; row < ROWS; row++) {
      for (let column = Math.max(0, Math.floor(left)); column < Math.min(COLUMNS, right); column++) {
        const i = row * COLUMNS + column;
        const there = plane.distance[i] ?? 1;
        const ahead = there - distance;
        if (Math.abs(ahead) > reach) continue;
        const across = plane.sideOf(column, there) - side;
        const up = poleM - (plane.height[i] ?? 0);
        const square = across * across + ahead * ahead + up * up;
        const soft = Math.max(0, 1 - square / (reach * reach + poleM * poleM));
        const downwards = up > 0 ? up / Math.sqrt(square + 1) : 0;
        const falls = STANDING_SHARE + (1 - STANDING_SHARE) * (plane.ground[i] ?? 0);
        const amountHere =
          (strength * amount * falls * poleM * poleM * downwards * soft) /
          (square + 2 + UNSURE_SQUARE_M * (1 - (plane.ground[i] ?? 0)));
        if (amountHere > 1e-4) addLight(light, i, amountHere, color);
      }
    }
  }
}

/** Whether a head is listed as a far lamp. */
export function isFarHead({ radius }: Pick<LampHead, 'radius'>): boolean {
  return radius < FAR_RADIUS;
}

/** Colour of a street lamp by its draw and the town's mix. */
export function lampColor({ lampColors, lampMix }: NightStyle, draw: number): LinearColor {
  const at = draw * (lampMix.sodium + lampMix.warm + lampMix.led);
  if (at < lampMix.sodium) return lampColors.sodium;
  return at < lampMix.sodium + lampMix.warm ? lampColors.warm : lampColors.led;
}

/** Mean colour of a town's lamps. */
export function townColor({
  lampColors: { sodium, warm, led },
  lampMix,
}: Pick<NightStyle, 'lampColors' | 'lampMix'>): LinearColor {
  const total = lampMix.sodium + lampMix.warm + lampMix.led;
  const mean = (channel: 0 | 1 | 2): number =>
    (lampMix.sodium * sodium[channel] + lampMix.warm * warm[channel] + lampMix.led * led[channel]) / total;
  return [mean(0), mean(1), mean(2)];
}
