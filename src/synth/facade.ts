import { Random } from '../core/random.js';
import { hash } from './street-plan.js';
import { dim, fromRgb, mix, type Yuv } from './yuv.js';

/** Texels per metre of a facade. */
export const FACADE_TEXELS_PER_METRE = 32;
/** Different facades of one street. */
export const FACADE_COUNT = 10;
/** Bays (columns of windows) of a facade's texture; a house uses as many as fit its width. */
export const FACADE_BAYS = 5;
/** Floors above the ground floor in a facade's texture; a house uses as many as fit its height. */
export const FACADE_FLOORS = 7;

/** Shape of the windows: `band` is a ribbon window, `pair` two narrow ones. */
export type WindowShape = 'tall' | 'wide' | 'pair' | 'band';

/** The front of a house: its measures and colours. */
export interface Facade {
  readonly index: number;
  /** Metres. */
  readonly bayWidth: number;
  readonly groundHeight: number;
  readonly floorHeight: number;
  readonly wall: Yuv;
  readonly trim: Yuv;
  readonly shop: Yuv;
  readonly window: WindowShape;
  readonly isBrick: boolean;
  readonly hasBalconies: boolean;
}

/** Sunlit plaster, brick and stone of European and American inner cities. */
const WALL_COLORS = [
  0xe3cfa8, 0xb5644a, 0xdcd5c8, 0xc98f62, 0x9aa7a6, 0xe7dcc6, 0x8d5342, 0xd9b38c, 0xb8b0a2, 0xcfa9a0, 0x7f8c97,
  0xc7b78f,
];
/** Shop fronts. */
export const SHOP_COLORS = [0x2f4a43, 0x7a2e2a, 0x26405e, 0x3c3a38, 0x8a6a2f, 0x54335a, 0x1f5a5c, 0x9a4b27];
const WINDOW_SHAPES: readonly WindowShape[] = ['tall', 'wide', 'pair', 'tall', 'band'];

/** Returns the facades of a street. */
export function createFacades(seed: number): Facade[] {
  const random = new Random(hash(seed, 11));
  const start = random.below(WALL_COLORS.length);
  return Array.from({ length: FACADE_COUNT }, (_, index) => {
    const wall = fromRgb(WALL_COLORS[(start + index * 5) % WALL_COLORS.length] ?? 0);
    const window = WINDOW_SHAPES[(index + start) % WINDOW_SHAPES.length] ?? 'tall';
    return {
      index,
      bayWidth: window === 'tall' ? random.between(2.5, 2.9) : random.between(3.1, 3.7),
      groundHeight: random.between(3.9, 4.6),
      floorHeight: random.between(3, 3.4),
      wall,
      trim: random.next() < 0.6 ? mix(wall, fromRgb(0xffffff), 0.55) : dim(wall, 0.72),
      shop: fromRgb(random.pick(SHOP_COLORS)),
      window,
      isBrick: wall.v > 140,
      hasBalconies: window === 'tall' && random.next() < 0.6,
    };
  });
}

/** Returns the height in metres of a house with `floors` floors above the ground floor, without its cornice. */
export function facadeHeight(facade: Facade, floors: number): number {
  return facade.groundHeight + floors * facade.floorHeight;
}
