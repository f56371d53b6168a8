import type { Pane, Scene } from '../scene/scene.js';
import { linearOf } from './day-samples.js';
import type { LampList } from './lamp-list.js';
import type { NightStyle } from './night-style.js';
import { addSoftLight, COLUMNS, type LightPlanes, type LinearColor, redraw, ROWS } from './samples.js';

/** What lamps add their light to. */
export interface NightLights {
  /** Light that falls on things. */
  readonly light: LightPlanes;
  readonly lamps: LampList;
}

const TUNGSTEN: LinearColor = [1, 0.6, 0.25];
const NEUTRAL: LinearColor = [1, 0.8, 0.53];
const COOL: LinearColor = [0.78, 0.93, 1];
/** Usual size of a pane's part, shares of the frame's width and height, and most parts along one side. */
const PART_WIDTH = 0.011;
const PART_HEIGHT = 0.022;
const MAX_PARTS = 3;
/** Share of a part that shines; the rest is its frame. */
const PART_FILL = 0.84;

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

/** Adds a pane as hard lamps side by side: a large one has bars between its parts, and a blind over the upper ones. */
function addPane(lamps: LampList, { box, id, draw }: Pane, luma: number, color: LinearColor): void {
  const across = Math.min(MAX_PARTS, Math.max(1, Math.round(box.width / PART_WIDTH)));
  const down = Math.min(MAX_PARTS, Math.max(1, Math.round(box.height / PART_HEIGHT)));
  const blind = 0.6 * redraw(draw, 13);
  for (let row = 0; row < down; row++) {
    const isBehindBlind = (row + 0.5) / down < blind;
    for (let column = 0; column < across; column++) {
      lamps.add({
        kind: 'window',
        id,
        x: box.x + ((column + 0.5) / across) * box.width,
        y: box.y + ((row + 0.5) / down) * box.height,
        radiusX: (PART_FILL * box.width) / (2 * across),
        radiusY: (PART_FILL * box.height * 9) / (32 * down),
        luma: luma * (isBehindBlind ? 0.6 : 1),
        color,
        hardness: 2.6,
        glare: 0.04,
      });
    }
  }
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
