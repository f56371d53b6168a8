import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import type { SignalColor } from './scene.js';

/** Samples of a detail, right and bottom exclusive. */
export interface DetailBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A lit lens in samples of a detail: its middle and its area. */
export interface Lens {
  readonly x: number;
  readonly y: number;
  readonly count: number;
  readonly color: SignalColor;
}

/** A spot of one hue. */
interface Spot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly sumX: number;
  readonly sumY: number;
  readonly sumLuma: number;
  readonly reds: number;
  readonly count: number;
}

/** Smallest vividness of a lit lens: its chroma. */
const MIN_VIVID = 0.12;
/** Smallest value of the strongest of red, green and blue in a lit lens. */
const MIN_STRENGTHS: Readonly<Record<SignalColor, number>> = { red: 0.5, amber: 0.75, green: 0.42 };
/** Green over blue in a green lens: less is the sky. */
const MIN_GREEN_OVER_BLUE = 0.015;
/** Share of the strongest value at which a lens ends. */
const LENS_EDGE = 0.55;
/** Share of red samples from which a lens is red: its clipped middle may look amber. */
const MIN_REDS = 0.35;
/** Share of its box that a lens fills, and how many times as wide as high or as high as wide it may be. */
const MIN_FILL = 0.5;
const MAX_ASPECT = 2.2;
/** Luma of a lit amber or green lens over that of the head around it. A lit red lens may be as dark. */
const MIN_CONTRAST = 0.05;
/** Spots that are looked at, strongest first. */
const MAX_SPOTS = 5;

const PIXELS = DETAIL_WIDTH * DETAIL_HEIGHT;

/**
 * The most vivid red, amber or green spot of a box that looks like a lit lens: compact, small and, unless red, brighter than what is
 * around it. @param detail `[3, 256, 448]`. @param largest area of a lens, samples.
 */
export function findLens(detail: Float32Array, box: DetailBox, largest: number): Lens | undefined {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const hues = new Int8Array(width * height);
  const values = new Float32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) readSample(detail, (box.top + y) * DETAIL_WIDTH + box.left + x, i);
  }
  for (let tries = 0; tries < MAX_SPOTS; tries++) {
    let best = 0;
    for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
    if ((values[best] ?? 0) <= 0) return undefined;
    const isGreen = hues[best] === GREEN;
    const spot = takeSpot(best);
    const color = isGreen ? 'green' : spot.reds >= MIN_REDS * spot.count ? 'red' : 'amber';
    if (isLens(spot, color)) {
      return {
        x: box.left + spot.sumX / spot.count,
        y: box.top + spot.sumY / spot.count,
        count: spot.count,
        color,
      };
    }
    clearAround(spot);
  }
  return undefined;

  function readSample(from: Float32Array, at: number, i: number): void {
    const found = hueOf(from[at] ?? 0, from[PIXELS + at] ?? 0, from[2 * PIXELS + at] ?? 0);
    hues[i] = found.hue;
    values[i] = found.value;
  }

  /** Takes the connected spot around a sample out of the values. */
  function takeSpot(start: number): Spot {
    const least = LENS_EDGE * (values[start] ?? 0);
    const isGreen = hues[start] === GREEN;
    const stack = [start];
    let [left, top, right, bottom] = [width, height, 0, 0];
    let [sumX, sumY, sumLuma, reds, count] = [0, 0, 0, 0, 0];
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      if ((values[i] ?? 0) < least || (hues[i] === GREEN) !== isGreen) continue;
      values[i] = 0;
      const x = i % width;
      const y = (i - x) / width;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
      sumX += x + 0.5;
      sumY += y + 0.5;
      sumLuma += detail[(box.top + y) * DETAIL_WIDTH + box.left + x] ?? 0;
      if (hues[i] === RED) reds++;
      count++;
      if (x > 0) stack.push(i - 1);
      if (x < width - 1) stack.push(i + 1);
      if (y > 0) stack.push(i - width);
      if (y < height - 1) stack.push(i + width);
    }
    return { left, top, right, bottom, sumX, sumY, sumLuma, reds, count };
  }

  /** Clears the rim of a spot that is no lens. */
  function clearAround({ left, top, right, bottom }: Spot): void {
    for (let y = Math.max(0, top - 2); y < Math.min(height, bottom + 2); y++) {
      values.fill(0, y * width + Math.max(0, left - 2), y * width + Math.min(width, right + 2));
    }
  }

  function isLens(spot: Spot, color: SignalColor): boolean {
    const [spotWidth, spotHeight] = [spot.right - spot.left, spot.bottom - spot.top];
    const aspect = Math.max(spotWidth / spotHeight, spotHeight / spotWidth);
    if (spot.count > largest || spot.count < MIN_FILL * spotWidth * spotHeight) return false;
    if (aspect > MAX_ASPECT && spot.count > 3) return false;
    return color === 'red' || spot.sumLuma / spot.count > lumaAround(spot) + MIN_CONTRAST;
  }

  /** Mean luma of the frame, two samples wide, around a spot's box. */
  function lumaAround(spot: Spot): number {
    let [sum, count] = [0, 0];
    for (let y = box.top + spot.top - 2; y < box.top + spot.bottom + 2; y++) {
      for (let x = box.left + spot.left - 2; x < box.left + spot.right + 2; x++) {
        const isInside =
          x >= box.left + spot.left &&
          x < box.left + spot.right &&
          y >= box.top + spot.top &&
          y < box.top + spot.bottom;
        if (isInside || x < 0 || y < 0 || x >= DETAIL_WIDTH || y >= DETAIL_HEIGHT) continue;
        sum += detail[y * DETAIL_WIDTH + x] ?? 0;
        count++;
      }
    }
    return count > 0 ? sum / count : 0;
  }
}

const [NONE, RED, AMBER, GREEN] = [0, 1, 2, 3];
const NO_HUE = { hue: NONE, value: 0 };

/** The hue of a sample, BT.709 full range, and how vivid and strong it is; 0 where it is no lit lens. */
function hueOf(luma: number, u: number, v: number): { readonly hue: number; readonly value: number } {
  // Red is at u -0.11, v 0.5; amber at u -0.35, v 0.2; green at u -0.2, v -0.3, with LEDs towards u 0.1.
  const vivid = Math.sqrt(u * u + v * v);
  if (vivid < MIN_VIVID) return NO_HUE;
  if (v > 0.02) {
    const red = luma + 1.5748 * v;
    if (v > 1.3 * Math.abs(u)) return red < MIN_STRENGTHS.red ? NO_HUE : { hue: RED, value: vivid * red };
    return u > -0.08 || red < MIN_STRENGTHS.amber ? NO_HUE : { hue: AMBER, value: vivid * red };
  }
  const green = luma - 0.1873 * u - 0.4681 * v;
  const blue = luma + 1.8556 * u;
  const isGreen = v < -0.07 && green >= MIN_STRENGTHS.green && green - blue > MIN_GREEN_OVER_BLUE;
  return isGreen ? { hue: GREEN, value: vivid * green } : NO_HUE;
}
