import { SURFACES, SURFACE_SIZE, type Scene } from '../scene/scene.js';
import { FOCAL, type GroundPlane } from './ground-plane.js';
import type { NightStyle } from './night-style.js';
import { ALL_SKY, COLUMNS, type LightPlanes, ROWS, smoothStep } from './samples.js';

const SIGN = SURFACES.indexOf('sign') * SURFACE_SIZE;
/** Height of the own head lamps above the ground, in metres. */
const LAMP_M = 0.65;
/** Share of the beam that leaks above its cut-off. */
const LEAK = 0.07;
/** Distance beyond which the beam lights nothing. */
const REACH_M = 150;
/** Softness of the cut-off, a slope. */
const SOFTNESS = 0.009;

/** The own vehicle's dipped headlights: a wide and a narrow cone below a cut-off that rises to the right; signs send them back. */
export class LowBeam {
  readonly #style: NightStyle;
  /** By column: the beam, its signs, and the rise of its cut-off. */
  readonly #beam = new Float32Array(COLUMNS);
  readonly #signs = new Float32Array(COLUMNS);
  readonly #rise = new Float32Array(COLUMNS);

  constructor(style: NightStyle) {
    this.#style = style;
    for (let column = 0; column < COLUMNS; column++) {
      const angle = (column - COLUMNS / 2 + 0.5) / FOCAL;
      this.#beam[column] = 0.33 * Math.exp(-((angle / 0.42) ** 2)) + 0.95 * Math.exp(-(((angle - 0.02) / 0.18) ** 2));
      this.#signs[column] = Math.exp(-((angle / 0.42) ** 2));
      this.#rise[column] = 0.012 * Math.min(1, Math.max(0, 6 * angle));
    }
  }

  /** @param amount 0 without, 1 with headlights. */
  addTo(light: LightPlanes, plane: GroundPlane, { surfaces }: Scene, amount: number): void {
    if (amount <= 0) return;
    const { strength, color, cutOff, signs } = this.#style.beam;
    const [beams, signBeams, rises] = [this.#beam, this.#signs, this.#rise];
    const { distance: distances, height: heights } = plane;
    const { red, green, blue } = light;
    const { sky } = plane;
    const [colorR, colorG, colorB] = color;
    for (let row = 0, i = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++, i++) {
        const distance = distances[i] ?? 1;
        if (distance > REACH_M || (sky[i] ?? 0) > ALL_SKY) continue;
        const above = (((heights[i] ?? 0) - LAMP_M) / distance - cutOff - (rises[column] ?? 0)) / SOFTNESS;
        const cut = LEAK + 0.5 - (0.5 * above) / Math.sqrt(1 + above * above);
        const square = distance * distance;
        const reach = (330 * smoothStep(1.5, 9, distance)) / (square + 110 + (square * distance) / 45);
        let shine = Math.min(2.4, strength * (beams[column] ?? 0) * cut * reach);
        const sign = 1.4 * (surfaces[SIGN + i] ?? 0) - 0.25;
        if (sign > 0) shine += (sign * signs * (signBeams[column] ?? 0)) / (1 + square / 2000);
        shine *= amount;
        red[i] = (red[i] ?? 0) + shine * colorR;
        green[i] = (green[i] ?? 0) + shine * colorG;
        blue[i] = (blue[i] ?? 0) + shine * colorB;
      }
    }
  }
}
