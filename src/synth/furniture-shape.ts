import type { Tree } from './city.js';
import type { Pen } from './pen.js';
import { CROWN_SIZE, type Crown } from './tree-sprite.js';
import { FURNITURE_X, KERB_HEIGHT, LANE_CENTER, ROAD_HALF_WIDTH } from './street-plan.js';
import type { Material } from './canvas.js';
import type { SignalState } from './traffic.js';
import { fromRgb } from './yuv.js';

const BARK: Material = { color: fromRgb(0x5d5044) };
const BARK_SHADE: Material = { color: fromRgb(0x41382f) };
const SOIL: Material = { color: fromRgb(0x54473a) };
export const STEEL: Material = { color: fromRgb(0x4a5054) };
const BACKPLATE: Material = { color: fromRgb(0x2c302e) };
/** From top to bottom. */
const LENSES = ['red', 'amber', 'green'] as const;
const LENS_OFF: Record<SignalState, Material> = {
  red: { color: fromRgb(0x3d1413) },
  amber: { color: fromRgb(0x3d2f12) },
  green: { color: fromRgb(0x12382a) },
};
const LENS_ON: Record<SignalState, Material> = {
  red: { color: fromRgb(0xff3b30), nightColor: fromRgb(0xff3b30), isLitByDay: true },
  amber: { color: fromRgb(0xffb52e), nightColor: fromRgb(0xffb52e), isLitByDay: true },
  green: { color: fromRgb(0x2fe08d), nightColor: fromRgb(0x2fe08d), isLitByDay: true },
};

/** Draws a tree: pit, trunk and crown. */
export function drawTree(pen: Pen, tree: Tree, crown: Crown): void {
  const x = tree.side * FURNITURE_X;
  const size = CROWN_SIZE * tree.scale;
  const middle = 3.1 + size / 2.6;
  pen.fillGroundRect({ x: [x - 0.55, x + 0.55], y: KERB_HEIGHT, z: [tree.z - 0.55, tree.z + 0.55] }, SOIL, {
    isDecal: true,
  });
  const lean = 0.05 * ((tree.crown % 3) - 1);
  pen.fillTrapezoid(
    {
      bottom: [x - 0.17, x + 0.17],
      top: [x - 0.09 + lean, x + 0.11 + lean],
      y: [KERB_HEIGHT, middle - size * 0.12],
      z: tree.z,
    },
    BARK,
  );
  pen.fillTrapezoid(
    {
      bottom: [x + 0.04, x + 0.17],
      top: [x + 0.02 + lean, x + 0.11 + lean],
      y: [KERB_HEIGHT, middle - size * 0.12],
      z: tree.z - 0.01,
    },
    BARK_SHADE,
  );
  pen.canvas.drawCrown(crown, { x, y: middle, z: tree.z - 0.02, size });
}

/** Returns the positions of a signal's heads: on a pole at the kerb and on an arm over the lane. */
export function signalHeads(): readonly { readonly x: number; readonly y: number }[] {
  return [
    { x: ROAD_HALF_WIDTH + 0.55, y: 2.7 },
    { x: LANE_CENTER + 0.35, y: 5.3 },
  ];
}

/** Draws the pole and arm of a signal. */
export function drawSignalPole(pen: Pen, z: number): void {
  const x = ROAD_HALF_WIDTH + 0.55;
  pen.fillTrapezoid({ bottom: [x - 0.1, x + 0.1], top: [x - 0.07, x + 0.07], y: [KERB_HEIGHT, 6.2], z }, STEEL);
  pen.fillTrapezoid({ bottom: [LANE_CENTER, x], top: [LANE_CENTER, x], y: [6.02, 6.14], z }, STEEL);
  pen.fillUprightRect({ x: [LANE_CENTER + 0.31, LANE_CENTER + 0.39], y: [5.7, 6.05], z }, STEEL);
}

/** Radius of a signal's lens, metres. */
export const LENS_RADIUS = 0.165;

/** Returns the height of a lens of the signal head whose middle is at `y`, metres. */
export function lensHeight(y: number, state: SignalState): number {
  return y + 0.4 - 0.4 * LENSES.indexOf(state);
}

/** Draws one head of a signal. @param housing its colour. */
export function drawSignalHead(
  pen: Pen,
  { x, y, z, state }: { readonly x: number; readonly y: number; readonly z: number; readonly state: SignalState },
  housing: number,
): void {
  pen.fillUprightRect({ x: [x - 0.3, x + 0.3], y: [y - 0.72, y + 0.72], z: z - 0.05 }, BACKPLATE);
  pen.fillUprightRect({ x: [x - 0.2, x + 0.2], y: [y - 0.62, y + 0.62], z: z - 0.08 }, { color: fromRgb(housing) });
  for (const color of LENSES) {
    const isOn = color === state;
    const lensY = lensHeight(y, color);
    pen.fillDisc({ x, y: lensY, z: z - 0.1, radius: LENS_RADIUS }, isOn ? LENS_ON[color] : LENS_OFF[color]);
    if (isOn) pen.canvas.drawHalo({ x, y: lensY, z: z - 0.1, radius: 1.1, color: LENS_ON[color].color, strength: 62 });
  }
}
