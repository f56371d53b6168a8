import type { Pane, Scene } from '../scene/scene.js';
import { linearOf } from './day-samples.js';
import type { LampList } from './lamp-list.js';
import type { NightStyle } from './night-style.js';
import { addSoftLight, COLUMNS, type LightPlanes, type LinearColor, redraw, ROWS, smoothStep } from './samples.js';

/** What lamps add their light to. */
export interface NightLights {
  /** Light that falls on things. */
  readonly light: LightPlanes;
  readonly lamps: LampList;
}

const TUNGSTEN: LinearColor = [1, 0.6, 0.25];
const NEUTRAL: LinearColor = [1, 0.8, 0.53];
const COOL: LinearColor = [0.78, 0.93, 1];
/** How much larger than its box a large window is drawn, whose own pixels by day show where its glass ends, and a small one. */
const SIZES = { large: 1.12, small: 0.84 } as const;
/** Width and height, shares of the frame's, of a large window; in a small one frame and bars would flicker. Between 0.8 and 1.2 of these it is both. */
const LARGE = { width: 0.013, height: 0.024 } as const;
/** Luma by day that nothing exceeds: a small window shines all over. */
const EVERYWHERE = 1.2;
/** Share of the windows with a blind, and what it lets through. */
const BLIND_SHARE = 0.35;
const BLIND = 0.45;

/** The windows: each pane inside a sure facade is lit or dark as a whole, by its draw, and lights the wall around it a little. */
export class Windows {
  readonly #style: NightStyle;

  constructor(style: NightStyle) {
    this.#style = style;
  }

  /** @param amount times the style's share of lit windows. */
  addTo({ light, lamps }: NightLights, scene: Scene, amount: number): void {
    const { litShare, luma, spill } = this.#style.windows;
    const lit = litShare * amount;
    if (lit <= 0) return;
    for (const pane of scene.panes) {
      if (pane.draw >= lit) continue;
      const own = pane.fade * pane.facade * (0.3 + 0.7 * redraw(pane.draw, 11) ** 2); // most are dim: a blind, a lamp in the depth of the room
      if (own <= 0) continue;
      const color = this.#colorOf(pane.draw);
      addPane(lamps, pane, luma * own, color);
      if (spill > 0) addSpill(light, pane, spill * own * linearOf(luma), color);
    }
  }

  #colorOf(draw: number): LinearColor {
    const { warmShare, coolShare } = this.#style.windows;
    const at = redraw(draw, 12);
    if (at < warmShare) return TUNGSTEN;
    return at < warmShare + coolShare ? COOL : NEUTRAL;
  }
}

/** Adds a window as a box of light that its frame and bars hide; one with a blind is dimmer in its upper part. */
function addPane(lamps: LampList, pane: Pane, luma: number, color: LinearColor): void {
  const { box, id, draw } = pane;
  const isLarge = smoothStep(0.8, 1.2, Math.min(box.width / LARGE.width, box.height / LARGE.height));
  const glass = pane.dayBelow > 0 ? isLarge : 0;
  const dayBelow = EVERYWHERE + glass * (pane.dayBelow - EVERYWHERE);
  const size = SIZES.small + glass * (SIZES.large - SIZES.small);
  const blind = redraw(draw, 13) < BLIND_SHARE ? 0.25 + 0.5 * redraw(draw, 14) : 0;
  const add = (top: number, bottom: number, share: number): void => {
    lamps.add({
      kind: 'window',
      id,
      x: box.x + box.width / 2,
      y: box.y + (0.5 + size * ((top + bottom) / 2 - 0.5)) * box.height,
      radiusX: (size * box.width) / 2,
      radiusY: (size * (bottom - top) * box.height * 9) / 32,
      luma: share * luma,
      color,
      hardness: 3.4,
      glare: 0.04,
      dayBelow,
    });
  };
  add(blind, 1, 1); // the brighter part first: it stays the same lamp while the other one appears
  if (blind > 0) add(0, blind, BLIND);
}

/** Light of a pane on the wall around it. */
function addSpill(light: LightPlanes, { box }: Pane, strength: number, color: LinearColor): void {
  const around = {
    x: (box.x + 0.5 * box.width) * COLUMNS - 0.5,
    y: (box.y + 0.5 * box.height) * ROWS - 0.5,
    radiusX: 1.2 + box.width * COLUMNS,
    radiusY: 1.2 + box.height * ROWS,
  };
  addSoftLight(light, around, 0.4 * strength, color);
}
