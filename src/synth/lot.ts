import { Random } from '../core/random.js';
import type { Material } from './canvas.js';
import type { Camera } from './camera.js';
import type { House } from './city.js';
import type { Pen } from './pen.js';
import { FACADE_X, hash, KERB_HEIGHT, VIEW_DISTANCE } from './street-plan.js';
import type { Crown } from './tree-sprite.js';
import { dim, fromRgb } from './yuv.js';

const WALLS = [0x9c8f80, 0xb9b2a6, 0x8d5342, 0x77736d, 0xc9c2b4, 0x6b6258, 0xa06a4c];
const FENCES = [0x6a5440, 0x3d4347, 0x8c9094, 0xd8d6cf, 0x2f4a3a];
const BARK: Material = { color: fromRgb(0x4b4037), surface: 'vegetation' };
const KINDS = ['wall', 'fence', 'hedge', 'open'] as const;
/** Length of the pieces of a wall, metres: haze varies along it. */
const PIECE_LENGTH = 7;

/** Draws a lot where a house could stand: trees behind a wall, a fence, a hedge or nothing. */
export function drawLot(pen: Pen, camera: Camera, { id, side, z0, z1 }: House, crowns: readonly Crown[]): void {
  const random = new Random(hash(id, 91));
  const kind = random.pick(KINDS);
  const place = { x: side * FACADE_X, z: (z0 + z1) / 2, movedZ: 0 };
  pen.canvas.beginObject({ id, surface: 'vegetation', ...place });
  drawTrees(pen, camera, { side, z0, z1 }, random, crowns);
  const height = random.between(0.9, 2.7);
  if (kind === 'open') return;
  if (kind === 'hedge') {
    const step = height * 0.45;
    for (let z = z1; z > Math.max(z0, camera.z + 2); z -= step) {
      const crown = crowns[random.below(crowns.length)];
      if (crown && z < camera.z + VIEW_DISTANCE / 2)
        pen.canvas.drawCrown(crown, { x: place.x, y: KERB_HEIGHT + height * 0.45, z, size: height * 1.15 });
    }
    return;
  }
  pen.canvas.beginObject({ id, surface: 'wall', ...place });
  const color = dim(fromRgb(random.pick(kind === 'wall' ? WALLS : FENCES)), side < 0 ? 0.7 : 0.95);
  for (let z = z1; z > z0 + 0.01; z -= PIECE_LENGTH) {
    const from = Math.max(z0, z - PIECE_LENGTH);
    if (z < camera.z + 0.5 || from > camera.z + VIEW_DISTANCE) continue;
    if (kind === 'wall') pen.fillSideRect({ x: place.x, y: [KERB_HEIGHT, height], z: [from, z] }, { color });
    else drawFence(pen, place.x, height, [from, z], { color });
  }
  const end = { x: [place.x, place.x + side * 9], y: [KERB_HEIGHT, height], z: z0 } as const;
  if (kind === 'wall' && z0 > camera.z + 0.5) pen.fillUprightRect(end, { color: dim(color, 0.85) });
}

/** Draws two rails and their posts. */
function drawFence(
  pen: Pen,
  x: number,
  height: number,
  [from, to]: readonly [number, number],
  material: Material,
): void {
  for (const share of [0.35, 0.9])
    pen.fillSideRect({ x, y: [height * share, height * share + 0.14], z: [from, to] }, material);
  for (let z = from; z < to; z += 1.75)
    pen.fillSideRect({ x, y: [KERB_HEIGHT, height], z: [z, Math.min(to, z + 0.12)] }, material);
}

function drawTrees(
  pen: Pen,
  camera: Camera,
  { side, z0, z1 }: Pick<House, 'side' | 'z0' | 'z1'>,
  random: Random,
  crowns: readonly Crown[],
): void {
  const count = random.below(6);
  const trees = Array.from({ length: count }, () => ({
    z: random.between(z0, z1),
    x: side * (FACADE_X + random.between(2.5, 14)),
    size: random.between(3.5, 8),
    crown: random.below(crowns.length),
  })).sort((a, b) => b.z - a.z);
  for (const { x, z, size, crown } of trees) {
    const sprite = crowns[crown];
    if (!sprite || z < camera.z + 3 || z > camera.z + VIEW_DISTANCE) continue;
    const trunk = { bottom: [x - 0.2, x + 0.2], top: [x - 0.12, x + 0.12], y: [KERB_HEIGHT, size * 0.6], z } as const;
    pen.fillTrapezoid(trunk, BARK);
    pen.canvas.drawCrown(sprite, { x, y: size * 0.62 + 0.6, z: z - 0.02, size });
  }
}
