import { lampsOf, type Lamp } from '../look/lamp-list.js';
import { LAMP_KINDS, type LampKind, type Look } from '../look/look.js';
import type { Box } from '../scene/scene.js';
import { hueOf, type Hue } from './color-blobs.js';
import { clip, localContrast, type Plane, type Window } from './local-contrast.js';

/** Minimum local contrast, in luma or chroma, of a thing that can shine: 10 of 255 levels. Plain surfaces and sky have less. */
export const EVIDENCE_CONTRAST = 0.04;
/** Minimum chroma, `sqrt(U^2 + V^2)`, of a signal's lens in the day; a lamp that is off is paler. */
export const VIVID_CHROMA = 0.08;
/** How far beside a lamp's own extent its evidence may lie, in shares of the width: 2 samples of 256. */
export const EVIDENCE_REACH = 2 / 256;
/** Smallest half side of the square that a detail must fit into, in shares of the width: 4 samples of 256. */
const MIN_DETAIL_RADIUS = 4 / 256;
/** The square's half side in radii of the lamp: a detail is as large as its lamp. */
const DETAIL_RADII = 1.5;

/** The day that a look was made for. */
export interface DayPlanes {
  /** `[3, height, width]`: Y, U, V in BT.709 full range. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The lamps of one kind. */
export interface LampCounts {
  readonly lamps: number;
  /** Lamps for which the day shows nothing that can shine there. */
  readonly unfounded: number;
  /** Lamps that only the boxes of vehicles could judge, which were not given. */
  readonly unjudged: number;
}

/** How honest the lamps of one look are. */
export interface LampHonesty {
  readonly kinds: Readonly<Record<LampKind, LampCounts>>;
  /** Signals where the day shows a signal's colour, but another one. They are not among the unfounded ones. */
  readonly wrongSignals: number;
}

/**
 * Counts the lamps of a look for which the day gives no evidence. Evidence of a signal is a vivid spot of its own hue; of a
 * vehicle's lamp and plate, the box of a vehicle around its centre; of all others, local contrast: a detail as small as the lamp, brighter
 * or darker than its surroundings, or more colourful. Lamps whose centre lies outside the image are left out. Evidence does not prove a lamp.
 * @param day at least 256 wide, so that small things are visible. @param vehicles boxes in shares; undefined: not known.
 */
export function lampHonesty(day: DayPlanes, look: Pick<Look, 'lamps'>, vehicles?: readonly Box[]): LampHonesty {
  const luma = { data: day.data.subarray(0, day.width * day.height), width: day.width, height: day.height };
  const tools = { day, luma, chroma: chromaOf(day), vehicles };
  const kinds = noLamps();
  let wrongSignals = 0;
  for (const lamp of lampsOf(look)) {
    if (lamp.x < 0 || lamp.x > 1 || lamp.y < 0 || lamp.y > 1) continue;
    const counts = kinds[lamp.kind];
    counts.lamps++;
    const verdict = judge(lamp, tools);
    if (verdict === 'unfounded') counts.unfounded++;
    else if (verdict === 'unjudged') counts.unjudged++;
    else if (verdict === 'wrongColor') wrongSignals++;
  }
  return { kinds, wrongSignals };
}

interface DayTools {
  readonly day: DayPlanes;
  readonly luma: Plane;
  readonly chroma: Plane;
  readonly vehicles: readonly Box[] | undefined;
}

function judge(lamp: Lamp, tools: DayTools): 'founded' | 'unfounded' | 'unjudged' | 'wrongColor' {
  switch (lamp.kind) {
    case 'headLamp':
    case 'tailLamp':
    case 'plate':
      if (!tools.vehicles) return 'unjudged';
      return tools.vehicles.some((box) => isInside(lamp, box)) ? 'founded' : 'unfounded';
    case 'signal': {
      const hues = vividHues(lamp, tools);
      if (hues.size === 0) return 'unfounded';
      const own = hueOf(lamp.u, lamp.v);
      return own && hues.has(own) ? 'founded' : 'wrongColor';
    }
    case 'streetLamp':
    case 'window':
    case 'sign':
    case 'shop':
    case 'farLamp':
      return hasContrast(lamp, tools) ? 'founded' : 'unfounded';
  }
}

function isInside({ x, y }: Lamp, box: Box): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}

function hasContrast(lamp: Lamp, { luma, chroma }: DayTools): boolean {
  const window = windowOf(lamp, luma);
  const radius = detailRadius(lamp, luma.width);
  const { white, black } = localContrast(luma, window, radius);
  return Math.max(white, black, localContrast(chroma, window, radius).white) >= EVIDENCE_CONTRAST;
}

/** The hues of the vivid samples at a lamp; none where its chroma is a surface's. */
function vividHues(lamp: Lamp, { day, chroma }: DayTools): Set<Hue> {
  const hues = new Set<Hue>();
  const window = clip(windowOf(lamp, chroma), chroma);
  if (localContrast(chroma, window, detailRadius(lamp, chroma.width)).white < EVIDENCE_CONTRAST) return hues;
  const count = day.width * day.height;
  for (let y = window.top; y <= window.bottom; y++) {
    for (let i = y * day.width + window.left; i <= y * day.width + window.right; i++) {
      if ((chroma.data[i] ?? 0) < VIVID_CHROMA) continue;
      const hue = hueOf(day.data[count + i] ?? 0, day.data[2 * count + i] ?? 0);
      if (hue) hues.add(hue);
    }
  }
  return hues;
}

/** The samples of a lamp and {@link EVIDENCE_REACH} around them. */
function windowOf({ x, y, radiusX, radiusY }: Lamp, { width, height }: Plane): Window {
  const [halfX, halfY] = [(radiusX + EVIDENCE_REACH) * width, (radiusY + EVIDENCE_REACH) * width];
  return {
    left: Math.floor(x * width - halfX),
    top: Math.floor(y * height - halfY),
    right: Math.floor(x * width + halfX),
    bottom: Math.floor(y * height + halfY),
  };
}

function detailRadius({ radiusX, radiusY }: Lamp, width: number): number {
  return Math.ceil(width * Math.max(MIN_DETAIL_RADIUS, DETAIL_RADII * Math.max(radiusX, radiusY)));
}

function chromaOf({ data, width, height }: DayPlanes): Plane {
  const count = width * height;
  const chroma = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const u = data[count + i] ?? 0;
    const v = data[2 * count + i] ?? 0;
    chroma[i] = Math.sqrt(u * u + v * v); // Math.hypot makes garbage
  }
  return { data: chroma, width, height };
}

function noLamps(): Record<LampKind, { lamps: number; unfounded: number; unjudged: number }> {
  const counts = LAMP_KINDS.map((kind) => [kind, { lamps: 0, unfounded: 0, unjudged: 0 }] as const);
  return Object.fromEntries(counts) as Record<LampKind, { lamps: number; unfounded: number; unjudged: number }>; // each kind
}
