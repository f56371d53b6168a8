import { Random } from '../core/random.js';
import {
  FACADE_BAYS,
  FACADE_FLOORS,
  FACADE_TEXELS_PER_METRE,
  facadeHeight,
  SHOP_COLORS,
  type Facade,
  type WindowShape,
} from './facade.js';
import { hash } from './street-plan.js';
import { WallCanvas, type WallKind, type WallTexture } from './wall-canvas.js';
import { dim, fromRgb, mix, type Yuv } from './yuv.js';

const LIT_WINDOW_COLORS = [0xffd08a, 0xffdca6, 0xffc477, 0xffe9cb, 0xffd596, 0xdfe8ff];
const LIT_SHOP_COLORS = [0xffe3b5, 0xfff0d8, 0xffd9a0, 0xf2f6ff];
const SIGN_COLORS = [0xff5a4a, 0x58c8ff, 0xffd24a, 0x7dff9a, 0xff7ad0];
const GOODS_COLORS = [0x7b5b40, 0xa8483c, 0x46627a, 0xc9b48a, 0x52604a];

/** Width, height and sill height above the floor of each shape, metres. A band is as wide as its bay. */
const WINDOW_SIZES: Readonly<Record<WindowShape, readonly [width: number, height: number, sill: number]>> = {
  tall: [1.15, 2.05, 0.55],
  wide: [2.1, 1.6, 0.9],
  pair: [1.9, 1.75, 0.8],
  band: [Infinity, 1.7, 0.95],
};

/** Paints a facade. The same windows are lit in every kind of texture. */
export function paintFacade(facade: Facade, seed: number, kind: WallKind): WallTexture {
  const random = new Random(hash(seed, 12, facade.index));
  const width = FACADE_BAYS * facade.bayWidth;
  const height = facadeHeight(facade, FACADE_FLOORS);
  const canvas = new WallCanvas(kind, width, height, FACADE_TEXELS_PER_METRE);
  canvas.fillRect(0, 0, width, height, facade.wall);
  if (facade.isBrick) {
    for (let h = 0; h < height; h += 0.25) canvas.fillRect(0, h, width, 0.04, dim(facade.wall, 0.93));
  }
  for (let bay = 0; bay < FACADE_BAYS; bay++) {
    for (let floor = 0; floor < FACADE_FLOORS; floor++) {
      paintWindow(canvas, facade, random, bay * facade.bayWidth, facadeHeight(facade, floor));
    }
  }
  for (let floor = 0; floor < FACADE_FLOORS; floor++) {
    const h = facadeHeight(facade, floor);
    if (floor === 0 || !facade.hasBalconies) {
      canvas.fillRect(0, h - 0.06, width, floor === 0 ? 0.3 : 0.14, facade.trim);
      canvas.fillRect(0, h - 0.12, width, 0.07, dim(facade.wall, 0.62));
    }
  }
  paintGroundFloor(canvas, facade, random, width);
  const grain = new Random(hash(seed, 13, facade.index));
  const table = Float32Array.from({ length: 4096 }, () => grain.next() * 2 - 1);
  canvas.addNoise(facade.isBrick ? 6 : 3.5, (a, b) => table[(a * 1031 + b * 37 + ((a * b) >> 3)) & 4095] ?? 0);
  return canvas.toTexture();
}

/** A window opening, metres from the bottom left corner of the wall, and what is behind its glass. */
interface WindowOpening {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isLit: boolean;
  /** Colour of the room's light. */
  readonly lamp: Yuv;
  /** Brightness of the mirrored sky; 1 is normal. */
  readonly sky: number;
  /** Share of the width behind a curtain; 0: none. */
  readonly curtain: number;
  /** Share of the height behind a blind; 0: none. */
  readonly blind: number;
}

function paintWindow(canvas: WallCanvas, facade: Facade, random: Random, left: number, floorHeight: number): void {
  const isLit = random.next() < 0.36;
  const lamp = dim(fromRgb(random.pick(LIT_WINDOW_COLORS)), random.between(0.45, 0.95));
  const sky = random.between(0.75, 1.15);
  const curtain = random.next() < 0.35 ? random.between(0.2, 0.6) : 0;
  const blind = random.next() < 0.25 ? random.between(0.15, 0.5) : 0;
  const bay = facade.bayWidth;
  const [maxWidth, height, sill] = WINDOW_SIZES[facade.window];
  const width = Math.min(bay, maxWidth);
  const x = left + (bay - width) / 2;
  const opening = { x, y: floorHeight + sill, width, height, isLit, lamp, sky, curtain, blind };
  if (facade.window !== 'band') paintSurround(canvas, facade, opening);
  paintPanes(canvas, facade, opening);
  if (facade.hasBalconies) paintBalcony(canvas, facade, opening);
}

function paintSurround(canvas: WallCanvas, facade: Facade, { x, y, width, height }: WindowOpening): void {
  canvas.fillRect(x - 0.14, y - 0.1, width + 0.28, height + 0.26, facade.trim);
  canvas.fillRect(x - 0.2, y - 0.18, width + 0.4, 0.1, mix(facade.trim, fromRgb(0xffffff), 0.3));
  canvas.fillRect(x - 0.16, y - 0.26, width + 0.32, 0.08, dim(facade.wall, 0.68));
}

function paintPanes(canvas: WallCanvas, facade: Facade, opening: WindowOpening): void {
  const { x, y, width, height } = opening;
  const frame = fromRgb(0xece9e2);
  if (facade.window === 'pair') {
    paintGlass(canvas, facade, opening, x, width / 2 - 0.12);
    paintGlass(canvas, facade, opening, x + width / 2 + 0.12, width / 2 - 0.12);
  } else {
    paintGlass(canvas, facade, opening, x, width);
    const panes = facade.window === 'wide' ? 3 : 2;
    for (let i = 1; i < panes; i++) canvas.fillRect(x + (width * i) / panes - 0.04, y, 0.08, height, frame);
  }
  if (facade.window === 'tall') canvas.fillRect(x, y + height * 0.68, width, 0.07, frame);
  canvas.markWindow(x, y, width, height);
}

/** Paints glass from `x` on, `width` wide: sky or room behind it, curtain, blind and the lintel's shadow. */
function paintGlass(canvas: WallCanvas, facade: Facade, opening: WindowOpening, x: number, width: number): void {
  const { y, height, isLit, lamp, sky, curtain, blind } = opening;
  const bands = 6;
  for (let i = 0; i < bands; i++) {
    const share = (i + 0.5) / bands;
    const day = dim(mix(fromRgb(0x2c3640), fromRgb(0x8fa9be), share * share), sky);
    const night = dim(lamp, 0.72 + 0.28 * share);
    const bandY = y + (height * i) / bands;
    if (isLit) canvas.fillLitRect(x, bandY, width, height / bands + 0.02, litByDay(day), night);
    else canvas.fillRect(x, bandY, width, height / bands + 0.02, dim(day, canvas.kind === 'night' ? 0.6 : 1));
  }
  if (curtain > 0) {
    const cloth = fromRgb(0xcfc8ba);
    if (isLit) canvas.fillLitRect(x, y, width * curtain, height, cloth, dim(lamp, 0.62));
    else canvas.fillRect(x, y, width * curtain, height, cloth);
  }
  if (blind > 0) canvas.fillRect(x, y + height * (1 - blind), width, height * blind, fromRgb(0xd8d4cb));
  canvas.fillRect(x, y + height - 0.1, width, 0.1, dim(facade.wall, 0.42)); // shadow of the lintel
}

function paintBalcony(canvas: WallCanvas, facade: Facade, { x, y, width }: WindowOpening): void {
  canvas.fillRect(x - 0.35, y - 0.25, width + 0.7, 0.16, dim(facade.wall, 0.8));
  canvas.fillRect(x - 0.35, y + 0.85, width + 0.7, 0.07, fromRgb(0x2b2c2e));
  for (let r = 0; r <= 10; r++) {
    canvas.fillRect(x - 0.35 + ((width + 0.66) * r) / 10, y - 0.1, 0.04, 0.95, fromRgb(0x34363a));
  }
}

function paintGroundFloor(canvas: WallCanvas, facade: Facade, random: Random, width: number): void {
  canvas.fillRect(0, 0, width, facade.groundHeight - 0.2, dim(facade.wall, 0.86));
  canvas.fillRect(0, 0, width, 0.45, dim(facade.wall, 0.55));
  for (let bay = 0; bay < FACADE_BAYS;) {
    const bays = Math.min(FACADE_BAYS - bay, 1 + random.below(2));
    paintShop(canvas, facade, random, bay, bays);
    bay += bays;
  }
}

/** Paints a shop over `bays` bays from bay `first` on: window, door, sign and, on some, an awning. */
function paintShop(canvas: WallCanvas, facade: Facade, random: Random, first: number, bays: number): void {
  const top = facade.groundHeight;
  const x = first * facade.bayWidth + 0.25;
  const width = bays * facade.bayWidth - 0.5;
  const isOpen = random.next() < 0.72;
  const lamp = dim(fromRgb(random.pick(LIT_SHOP_COLORS)), random.between(0.75, 1));
  const frame = random.next() < 0.5 ? facade.shop : fromRgb(random.pick(SHOP_COLORS));
  canvas.fillRect(x, 0, width, top - 0.35, dim(frame, 0.8));
  paintShopWindow(canvas, { x, width, top, isOpen, lamp });
  for (let s = 0; s < bays * 3; s++) {
    const goods = fromRgb(random.pick(GOODS_COLORS));
    const goodsX = x + random.between(0.2, width - 0.6);
    const height = random.between(0.4, 1.3);
    if (isOpen) canvas.fillLitRect(goodsX, 0.5, 0.4, height, dim(goods, 0.75), dim(mix(goods, lamp, 0.25), 0.85));
  }
  for (let m = 1; m < bays * 2; m++) {
    canvas.fillRect(x + (width * m) / (bays * 2) - 0.04, 0.4, 0.08, top - 1.6, frame);
  }
  const door = x + width * random.between(0.1, 0.7);
  canvas.fillRect(door, 0, 0.95, 2.2, dim(frame, 0.6));
  canvas.markWindow(door, 0, 0.95, 2.2, false);
  canvas.markWindow(door + 0.12, 0.3, 0.71, 1.75, isOpen);
  if (isOpen) canvas.fillLitRect(door + 0.12, 0.3, 0.71, 1.75, fromRgb(0x3a444c), dim(lamp, 0.7));
  const sign = fromRgb(random.pick(SIGN_COLORS));
  canvas.fillRect(x, top - 1.15, width, 0.75, frame);
  paintLetters(canvas, random, { middle: x + width * 0.5, y: top - 0.95, isOpen, color: sign });
  if (random.next() < 0.5) paintAwning(canvas, x, top - 1.75, width, frame);
}

function paintShopWindow(
  canvas: WallCanvas,
  shop: {
    readonly x: number;
    readonly width: number;
    readonly top: number;
    readonly isOpen: boolean;
    readonly lamp: Yuv;
  },
): void {
  const { x, width, top, isOpen, lamp } = shop;
  canvas.markWindow(x + 0.12, 0.5, width - 0.24, top - 1.75);
  for (let band = 0; band < 5; band++) {
    const h = 0.5 + (band * (top - 1.75)) / 5;
    const day = mix(fromRgb(0x20262b), fromRgb(0x7e909c), (band / 5) ** 2);
    const tall = (top - 1.75) / 5 + 0.02;
    if (isOpen) canvas.fillLitRect(x + 0.12, h, width - 0.24, tall, litByDay(day), dim(lamp, 0.6 + 0.1 * band));
    else canvas.fillRect(x + 0.12, h, width - 0.24, tall, day);
  }
}

function paintLetters(
  canvas: WallCanvas,
  random: Random,
  sign: { readonly middle: number; readonly y: number; readonly isOpen: boolean; readonly color: Yuv },
): void {
  const count = 3 + random.below(6);
  const left = sign.middle - count * 0.15;
  for (let i = 0; i < count; i++) {
    const tall = random.between(0.22, 0.38);
    const day = fromRgb(0xf1e8d2);
    if (sign.isOpen) canvas.fillLitRect(left + i * 0.3, sign.y, 0.2, tall, day, sign.color);
    else canvas.fillRect(left + i * 0.3, sign.y, 0.2, tall, day);
  }
}

/** Returns the daytime colour of a pane in front of a lit room: its warm light adds to the mirrored sky. */
function litByDay(glass: Yuv): Yuv {
  return mix(glass, fromRgb(0xe09a48), 0.7);
}

function paintAwning(canvas: WallCanvas, x: number, h: number, width: number, color: Yuv): void {
  canvas.markWindow(x, h - 0.1, width, 0.72, false);
  const pale = fromRgb(0xe9e2d2);
  const strong = mix(color, fromRgb(0xd05038), 0.3);
  for (let i = 0; i * 0.3 < width; i++) {
    const stripe = i % 2 === 0 ? strong : pale;
    const stripeWidth = Math.min(0.3, width - i * 0.3);
    canvas.fillRect(x + i * 0.3, h, stripeWidth, 0.62, stripe);
    canvas.fillRect(x + i * 0.3, h - 0.1, stripeWidth, 0.12, dim(stripe, 0.75));
  }
}
