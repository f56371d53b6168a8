import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../../src/image/thumbnail.js';
import { paint } from '../synthetic-thumbnails.js';

/** Positions of objects in the painted street, in pixels of the thumbnail. */
export const SIGNAL = { x: 100, y: 50 };
export const TAIL_LIGHT = { x: 150, y: 92 };
export const VAN = { left: 180, top: 80, right: 220, bottom: 110 };
/** Centre of a window of the facade. */
export const PANE = { x: 18, y: 38 };
/** A point on the yellow line. */
export const LINE = { x: 92, y: 120 };
export const SKY_ROWS = 24;

type Yuv = readonly [number, number, number];
const SKY: Yuv = [0.68, 0.11, -0.08];
const CLOUD: Yuv = [0.86, 0.02, -0.01];
const WALL: Yuv = [0.5, -0.03, 0.03];
const GLASS: Yuv = [0.26, 0.01, -0.01];
const ROAD: Yuv = [0.38, 0, 0];
const YELLOW: Yuv = [0.62, -0.25, 0.07];
const WHITE: Yuv = [0.9, 0, 0];
const RED: Yuv = [0.3, -0.1, 0.3];
const GREEN: Yuv = [0.55, -0.06, -0.3];
const DARK: Yuv = [0.12, 0, 0];

/** A day street: sky with a cloud, a facade with windows, a road with a yellow line, a white van, lamps. */
export function streetThumbnail(): Float32Array {
  return paint(streetColor);
}

function streetColor(x: number, y: number): Yuv {
  if (disc(x, y, SIGNAL.x, SIGNAL.y, 2)) return GREEN;
  if (disc(x, y, TAIL_LIGHT.x, TAIL_LIGHT.y, 2)) return RED;
  if (x >= VAN.left && x < VAN.right && y >= VAN.top && y < VAN.bottom) return y > 100 ? DARK : WHITE;
  if (x < 76 && y > 20 && y < 80) return x % 8 < 4 && (y - 20) % 12 > 2 && (y - 20) % 12 < 9 && y < 76 ? GLASS : WALL;
  if (y < 70) return y > 20 && y < 34 && x > 140 ? CLOUD : SKY;
  if (Math.abs(x - 92 - (y - 120) * 0.7) < 2) return YELLOW;
  return ROAD;
}

function disc(x: number, y: number, cx: number, cy: number, radius: number): boolean {
  return (x - cx) ** 2 + (y - cy) ** 2 <= radius * radius;
}

/** A camera that points down at a road with a crossing: no sky. */
export function lookDownThumbnail(): Float32Array {
  return paint((x, y) =>
    y > 60 && y < 84 && x % 24 < 12 ? [0.85, 0, 0] : [0.46 + 0.02 * Math.sin(x * 0.7 + y), 0, 0],
  );
}

/** A street under clouds with a luma between 0.6 and 0.85. */
export function overcastThumbnail(): Float32Array {
  return paint((x, y) => (y < 72 ? [0.725 + 0.125 * Math.sin(x / 25) * Math.cos(y / 20), 0, 0] : [0.35, 0, 0]));
}

/** An area of the pale wall in {@link walledThumbnail}, connected to the top edge like the sky. */
export const PALE_WALL = [196, 6, 250, 40] as const;

/** Blue sky on the left, a pale grey wall on the right that is nearly as bright. */
export function walledThumbnail(): Float32Array {
  return paint((x, y) => (y >= 72 ? ROAD : x < 180 ? SKY : [0.58, 0.01, -0.01]));
}

/** The visible sky below the bridge of {@link bridgeThumbnail}, and the soft edge of the house in front of it. */
export const OPENING = [70, 14, 250, 30] as const;
export const SOFT_EDGE: readonly [number, number, number, number] = [44, 18, 56, 60];

/** A white sky below a dark bridge as wide as the frame; a grey house in front of it, out of focus. */
export function bridgeThumbnail(): Float32Array {
  return paint((x, y) => {
    if (y < 10) return DARK;
    if (y >= 72) return ROAD;
    return [0.3 + 0.69 * Math.min(1, Math.max(0, (x - 44) / 12)), 0, 0];
  });
}

/** A grey sky full of small dark drops with bright centres, like rain on a windscreen; one red lamp among them. */
export function rainThumbnail(): Float32Array {
  return paint((x, y) => {
    if (disc(x, y, SIGNAL.x, SIGNAL.y, 2)) return RED;
    if (y >= 72) return [0.25, 0.02, -0.02];
    const [dx, dy] = [(x % 20) - 10, (y % 18) - 9];
    if (Math.abs(dx) <= 1 && Math.abs(dy) <= 1) return [0.9, 0, 0];
    return dx * dx + dy * dy <= 9 ? [0.3, 0.02, -0.02] : [0.58, 0.06, -0.05];
  });
}

/** Positions of the white objects of {@link paintedGroundThumbnail}, in pixels of the thumbnail. */
export const WHITE_ON_GROUND = [
  { x: 40, y: 120 },
  { x: 120, y: 142 },
  { x: 200, y: 130 },
] as const;

/** A road under a sky, with small white objects on it: a shoe, the end of a lane line at the bottom edge, a paper. */
export function paintedGroundThumbnail(): Float32Array {
  return paint((x, y) => {
    if (WHITE_ON_GROUND.some((at) => Math.abs(x - at.x) <= 2 && Math.abs(y - at.y) <= 2)) return [0.95, 0, 0];
    if (WHITE_ON_GROUND.some((at) => Math.abs(x - at.x) <= 5 && Math.abs(y - at.y) <= 5)) return DARK;
    return y < 60 ? SKY : ROAD;
  });
}

/** A street under trees: dark mottled leaves above, sunlit grass and road below. Its upper third is as dark as a night. */
export function shadyThumbnail(): Float32Array {
  return paint((x, y) => {
    if (y < 60) return (x * 7 + y * 13) % 11 < 4 ? [0.3, -0.05, -0.03] : [0.08, -0.02, -0.01];
    return x < 80 ? [0.4, -0.12, -0.06] : [0.5, 0, 0];
  });
}

/** A street at night. */
export function nightThumbnail(): Float32Array {
  return paint((x, y) => {
    if (disc(x, y, 60, 60, 3) || disc(x, y, 190, 64, 3)) return [0.95, -0.05, 0.02];
    return y < 72 ? [0.05, 0.01, 0] : [0.16, 0, 0.01];
  });
}

/** Index of a pixel in one plane. */
export function pixel(x: number, y: number): number {
  return y * THUMBNAIL_WIDTH + x;
}

/** Mean of a plane over a rectangle. */
export function meanOver(
  plane: Float32Array,
  [left, top, right, bottom]: readonly [number, number, number, number],
): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += plane[pixel(x, y)] ?? 0;
  return sum / ((right - left) * (bottom - top));
}

/** The whole frame, for {@link meanOver}. */
export const EVERYWHERE = [0, 0, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT] as const;
