import type { Scene, SignalColor } from '../scene/scene.js';
import type { LampList } from './lamp-list.js';
import type { NightStyle } from './night-style.js';
import type { LinearColor } from './samples.js';

const COLORS: Readonly<Record<SignalColor, LinearColor>> = {
  red: [1, 0.045, 0.02],
  amber: [1, 0.42, 0.02],
  green: [0.1, 1, 0.55],
};
/** Luma of a lens by colour, relative: green and amber look brighter than red. */
const LUMAS: Readonly<Record<SignalColor, number>> = { red: 0.6, amber: 0.9, green: 0.95 };

/** The lit lenses of traffic signals. They keep the state that the day shows, and shine at any hour. */
export function addSignals(style: NightStyle, lamps: LampList, scene: Scene, amount: number): void {
  if (amount <= 0) return;
  for (const { id, fade, place, radius, color } of scene.signals) {
    const lamp = { kind: 'signal' as const, id, ...place, color: COLORS[color] };
    const luma = style.signals.luma * LUMAS[color] * fade * amount;
    lamps.add({ ...lamp, radiusX: radius, radiusY: radius, luma, hardness: 2, glare: style.signals.glare });
    const hot: LinearColor = [1, 0.6 + 0.4 * COLORS[color][1], 0.5 + 0.4 * COLORS[color][2]];
    const core = { radiusX: 0.45 * radius, radiusY: 0.45 * radius, luma: 0.45 * luma, hardness: 1.2, glare: 0 };
    lamps.add({ ...lamp, ...core, color: color === 'green' ? [0.6, 1, 0.85] : hot });
  }
}
