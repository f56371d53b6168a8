import { SURFACE_HEIGHT, SURFACE_WIDTH, type Box, type Place } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** Width from which ground and road beside a vehicle differ clearly, a share of the image's width. */
const MIN_KERB_WIDTH = 0.025;
/** Where the kerb is looked for: beside the outer side, in widths of the vehicle; and around the foot, in its heights. */
const BESIDE = { from: 0.06, to: 0.35 } as const;
const FOOT = { from: 0.9, to: 1.02 } as const;

/**
 * How surely a vehicle stands at the kerb, 0 to 1: pavement or grass instead of road beside its outer side, at its foot. Undefined
 * where that is too small or outside the image. @param surfaces `[13, 72, 128]`.
 */
export function kerbBeside(surfaces: Float32Array, box: Box): number | undefined {
  if (box.width < MIN_KERB_WIDTH) return undefined;
  const [near, far] = [besideAt(box, BESIDE.from), besideAt(box, BESIDE.to)];
  const left = Math.max(0, Math.floor(Math.min(near, far) * SURFACE_WIDTH));
  const right = Math.min(SURFACE_WIDTH, Math.ceil(Math.max(near, far) * SURFACE_WIDTH));
  const top = Math.max(0, Math.floor((box.y + FOOT.from * box.height) * SURFACE_HEIGHT));
  const bottom = Math.min(SURFACE_HEIGHT, Math.ceil((box.y + FOOT.to * box.height) * SURFACE_HEIGHT));
  const road = surfacePlane(surfaces, 'road');
  const ground = surfacePlane(surfaces, 'ground');
  let [roadSum, groundSum, count] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      roadSum += road[y * SURFACE_WIDTH + x] ?? 0;
      groundSum += ground[y * SURFACE_WIDTH + x] ?? 0;
      count++;
    }
  }
  if (count === 0 || roadSum + groundSum < 0.25 * count) return undefined;
  return groundSum / (roadSum + groundSum);
}

/** The place beside a vehicle's outer side, at its foot, where what stands nearer at the kerb may hide the kerb. */
export function placeBeside(box: Box): Place {
  return { x: besideAt(box, 0.5 * (BESIDE.from + BESIDE.to)), y: box.y + FOOT.from * box.height };
}

/** Column beside the outer side: the one away from the image's middle. @param distance in widths of the vehicle. */
function besideAt({ x, width }: Box, distance: number): number {
  return x + width / 2 < 0.5 ? x - distance * width : x + (1 + distance) * width;
}
