import { Random } from '../core/random.js';
import { hash } from './street-plan.js';
import { WallCanvas, type WallKind, type WallTexture } from './wall-canvas.js';
import { dim, fromRgb, mix, type Yuv } from './yuv.js';

/** Texels per metre of a facade. */
export const FACADE_TEXELS_PER_METRE = 32;
/** Facades made for one street. */
export const FACADE_COUNT = 10;
/** Bays (columns of windows) of a facade's texture; a house uses as many as it is wide. */
export const FACADE_BAYS = 5;
/** Floors above the ground floor in a facade's texture; a house uses as many as it is high. */
export const FACADE_FLOORS = 7;

type WindowShape = 'tall' | 'wide' | 'pair' | 'band';

/** How a house looks from the street. */
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

// Plaster, brick and stone of European and American inner cities, sunlit.
const WALLS = [
  0xe3cfa8, 0xb5644a, 0xdcd5c8, 0xc98f62, 0x9aa7a6, 0xe7dcc6, 0x8d5342, 0xd9b38c, 0xb8b0a2, 0xcfa9a0, 0x7f8c97,
  0xc7b78f,
];
const SHOPS = [0x2f4a43, 0x7a2e2a, 0x26405e, 0x3c3a38, 0x8a6a2f, 0x54335a, 0x1f5a5c, 0x9a4b27];
const WINDOWS: readonly WindowShape[] = ['tall', 'wide', 'pair', 'tall', 'band'];
const LIT = [0xffd08a, 0xffdca6, 0xffc477, 0xffe9cb, 0xffd596, 0xdfe8ff];
const SHOP_LIT = [0xffe3b5, 0xfff0d8, 0xffd9a0, 0xf2f6ff];
const SIGNS = [0xff5a4a, 0x58c8ff, 0xffd24a, 0x7dff9a, 0xff7ad0];

/** The facades of a street. */
export function facades(seed: number): Facade[] {
  const random = new Random(hash(seed, 11));
  const start = random.below(WALLS.length);
  return Array.from({ length: FACADE_COUNT }, (_, index) => {
    const wall = fromRgb(WALLS[(start + index * 5) % WALLS.length] ?? 0);
    const window = WINDOWS[(index + start) % WINDOWS.length] ?? 'tall';
    return {
      index,
      bayWidth: window === 'tall' ? random.between(2.5, 2.9) : random.between(3.1, 3.7),
      groundHeight: random.between(3.9, 4.6),
      floorHeight: random.between(3, 3.4),
      wall,
      trim: random.next() < 0.6 ? mix(wall, fromRgb(0xffffff), 0.55) : dim(wall, 0.72),
      shop: fromRgb(random.pick(SHOPS)),
      window,
      isBrick: wall.v > 140,
      hasBalconies: window === 'tall' && random.next() < 0.6,
    };
  });
}

/** Height of a house with so many floors above the ground floor, without its cornice, metres. */
export function facadeHeight(facade: Facade, floors: number): number {
  return facade.groundHeight + floors * facade.floorHeight;
}

/** Paints a facade. The same windows are lit in every kind. */
export function paintFacade(facade: Facade, seed: number, kind: WallKind): WallTexture {
  const random = new Random(hash(seed, 12, facade.index));
  const width = FACADE_BAYS * facade.bayWidth;
  const height = facadeHeight(facade, FACADE_FLOORS);
  const canvas = new WallCanvas(kind, width, height, FACADE_TEXELS_PER_METRE);
  canvas.rect(0, 0, width, height, facade.wall);
  if (facade.isBrick) {
    for (let h = 0; h < height; h += 0.25) canvas.rect(0, h, width, 0.04, dim(facade.wall, 0.93));
  }
  for (let bay = 0; bay < FACADE_BAYS; bay++) {
    for (let floor = 0; floor < FACADE_FLOORS; floor++) {
      paintWindow(canvas, facade, random, bay * facade.bayWidth, facadeHeight(facade, floor));
    }
  }
  for (let floor = 0; floor < FACADE_FLOORS; floor++) {
    const h = facadeHeight(facade, floor);
    if (floor === 0 || !facade.hasBalconies) {
      canvas.rect(0, h - 0.06, width, floor === 0 ? 0.3 : 0.14, facade.trim);
      canvas.rect(0, h - 0.12, width, 0.07, dim(facade.wall, 0.62));
    }
  }
  paintGroundFloor(canvas, facade, random, width);
  const grain = new Random(hash(seed, 13, facade.index));
  const table = Float32Array.from({ length: 4096 }, () => grain.next() * 2 - 1);
  canvas.roughen(facade.isBrick ? 6 : 3.5, (a, b) => table[(a * 1031 + b * 37 + ((a * b) >> 3)) & 4095] ?? 0);
  return canvas.finish();
}

function paintWindow(canvas: WallCanvas, facade: Facade, random: Random, left: number, floorH: number): void {
  const bay = facade.bayWidth;
  const isLit = random.next() < 0.36;
  const lamp = dim(fromRgb(random.pick(LIT)), random.between(0.45, 0.95));
  const sky = random.between(0.75, 1.15);
  const curtain = random.next() < 0.35 ? random.between(0.2, 0.6) : 0;
  const blind = random.next() < 0.25 ? random.between(0.15, 0.5) : 0;
  const sizes = {
    tall: [1.15, 2.05, 0.55],
    wide: [2.1, 1.6, 0.9],
    pair: [1.9, 1.75, 0.8],
    band: [bay, 1.7, 0.95],
  } as const;
  const [w, h, sill] = sizes[facade.window];
  const x = left + (bay - w) / 2;
  const y = floorH + sill;
  if (facade.window !== 'band') {
    canvas.rect(x - 0.14, y - 0.1, w + 0.28, h + 0.26, facade.trim);
    canvas.rect(x - 0.2, y - 0.18, w + 0.4, 0.1, mix(facade.trim, fromRgb(0xffffff), 0.3));
    canvas.rect(x - 0.16, y - 0.26, w + 0.32, 0.08, dim(facade.wall, 0.68));
  }
  const glass = (gx: number, gw: number): void => {
    const bands = 6;
    for (let i = 0; i < bands; i++) {
      const share = (i + 0.5) / bands;
      const day = dim(mix(fromRgb(0x2c3640), fromRgb(0x8fa9be), share * share), sky);
      const night = dim(lamp, 0.72 + 0.28 * share);
      const gy = y + (h * i) / bands;
      if (isLit) canvas.glow(gx, gy, gw, h / bands + 0.02, litByDay(day), night);
      else canvas.rect(gx, gy, gw, h / bands + 0.02, dim(day, canvas.kind === 'night' ? 0.6 : 1));
    }
    if (curtain > 0) {
      const cloth = fromRgb(0xcfc8ba);
      if (isLit) canvas.glow(gx, y, gw * curtain, h, cloth, dim(lamp, 0.62));
      else canvas.rect(gx, y, gw * curtain, h, cloth);
    }
    if (blind > 0) canvas.rect(gx, y + h * (1 - blind), gw, h * blind, fromRgb(0xd8d4cb));
    canvas.rect(gx, y + h - 0.1, gw, 0.1, dim(facade.wall, 0.42)); // shadow of the lintel
  };
  const frame = fromRgb(0xece9e2);
  if (facade.window === 'pair') {
    glass(x, w / 2 - 0.12);
    glass(x + w / 2 + 0.12, w / 2 - 0.12);
  } else {
    glass(x, w);
    const panes = facade.window === 'wide' ? 3 : 2;
    for (let i = 1; i < panes; i++) canvas.rect(x + (w * i) / panes - 0.04, y, 0.08, h, frame);
  }
  if (facade.window === 'tall') canvas.rect(x, y + h * 0.68, w, 0.07, frame);
  if (facade.hasBalconies) {
    canvas.rect(x - 0.35, y - 0.25, w + 0.7, 0.16, dim(facade.wall, 0.8));
    canvas.rect(x - 0.35, y + 0.85, w + 0.7, 0.07, fromRgb(0x2b2c2e));
    for (let r = 0; r <= 10; r++) canvas.rect(x - 0.35 + ((w + 0.66) * r) / 10, y - 0.1, 0.04, 0.95, fromRgb(0x34363a));
  }
}

function paintGroundFloor(canvas: WallCanvas, facade: Facade, random: Random, width: number): void {
  const top = facade.groundHeight;
  const bay = facade.bayWidth;
  canvas.rect(0, 0, width, top - 0.2, dim(facade.wall, 0.86));
  canvas.rect(0, 0, width, 0.45, dim(facade.wall, 0.55));
  for (let i = 0; i < FACADE_BAYS;) {
    const span = Math.min(FACADE_BAYS - i, 1 + random.below(2));
    const x = i * bay + 0.25;
    const w = span * bay - 0.5;
    const isOpen = random.next() < 0.72;
    const lamp = dim(fromRgb(random.pick(SHOP_LIT)), random.between(0.75, 1));
    const frame = random.next() < 0.5 ? facade.shop : fromRgb(random.pick(SHOPS));
    canvas.rect(x, 0, w, top - 0.35, dim(frame, 0.8));
    for (let b = 0; b < 5; b++) {
      const h = 0.5 + (b * (top - 1.75)) / 5;
      const day = mix(fromRgb(0x20262b), fromRgb(0x7e909c), (b / 5) ** 2);
      const tall = (top - 1.75) / 5 + 0.02;
      if (isOpen) canvas.glow(x + 0.12, h, w - 0.24, tall, litByDay(day), dim(lamp, 0.6 + 0.1 * b));
      else canvas.rect(x + 0.12, h, w - 0.24, tall, day);
    }
    for (let s = 0; s < span * 3; s++) {
      const goods = fromRgb(random.pick([0x7b5b40, 0xa8483c, 0x46627a, 0xc9b48a, 0x52604a]));
      const gx = x + random.between(0.2, w - 0.6);
      const gh = random.between(0.4, 1.3);
      if (isOpen) canvas.glow(gx, 0.5, 0.4, gh, dim(goods, 0.75), dim(mix(goods, lamp, 0.25), 0.85));
    }
    for (let m = 1; m < span * 2; m++) canvas.rect(x + (w * m) / (span * 2) - 0.04, 0.4, 0.08, top - 1.6, frame);
    const door = x + w * random.between(0.1, 0.7);
    canvas.rect(door, 0, 0.95, 2.2, dim(frame, 0.6));
    if (isOpen) canvas.glow(door + 0.12, 0.3, 0.71, 1.75, fromRgb(0x3a444c), dim(lamp, 0.7));
    const sign = fromRgb(random.pick(SIGNS));
    canvas.rect(x, top - 1.15, w, 0.75, frame);
    const letters = 3 + random.below(6);
    const from = x + w * 0.5 - letters * 0.15;
    for (let l = 0; l < letters; l++) {
      const tall = random.between(0.22, 0.38);
      const day = fromRgb(0xf1e8d2);
      if (isOpen) canvas.glow(from + l * 0.3, top - 0.95, 0.2, tall, day, sign);
      else canvas.rect(from + l * 0.3, top - 0.95, 0.2, tall, day);
    }
    if (random.next() < 0.5) paintAwning(canvas, x, top - 1.75, w, frame);
    i += span;
  }
}

/** A pane by day with a lamp behind it: a warm room shows through what the glass mirrors. */
function litByDay(glass: Yuv): Yuv {
  return mix(glass, fromRgb(0xe09a48), 0.7);
}

function paintAwning(canvas: WallCanvas, x: number, h: number, w: number, color: Yuv): void {
  const pale = fromRgb(0xe9e2d2);
  const strong = mix(color, fromRgb(0xd05038), 0.3);
  for (let i = 0; i * 0.3 < w; i++) {
    canvas.rect(x + i * 0.3, h, Math.min(0.3, w - i * 0.3), 0.62, i % 2 === 0 ? strong : pale);
    canvas.rect(x + i * 0.3, h - 0.1, Math.min(0.3, w - i * 0.3), 0.12, dim(i % 2 === 0 ? strong : pale, 0.75));
  }
}
