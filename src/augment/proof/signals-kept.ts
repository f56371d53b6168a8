import { hueOf, type Hue } from '../../evaluate/color-blobs.js';
import { EVIDENCE_REACH, VIVID_CHROMA, type DayPlanes } from '../../evaluate/lamp-honesty.js';
import { lampsOf, type Lamp } from '../../look/lamp-list.js';
import type { Look } from '../../look/look.js';

/** Minimum chroma of a lens at night: a glow around a white core has little. */
const LIT_CHROMA = 0.05;

/** What became of the signals of a day. */
export interface SignalsKept {
  /** Signals whose colour the day shows. */
  readonly signals: number;
  /** Those of them that show another colour at night, or none. */
  readonly changed: number;
}

/** Compares the signals of a look in the day and in its night, which have one size: at least 256 wide. Borrows all. */
export function signalsKept(day: DayPlanes, night: DayPlanes, look: Pick<Look, 'lamps'>): SignalsKept {
  let [signals, changed] = [0, 0];
  const seen = new Set<string>();
  for (const lamp of lampsOf(look)) {
    const place = `${lamp.x},${lamp.y}`; // a lens has a core of its own at the same place
    if (lamp.kind !== 'signal' || seen.has(place)) continue;
    seen.add(place);
    const own = hueOf(lamp.u, lamp.v);
    if (!own || !huesAt(day, lamp, VIVID_CHROMA).has(own)) continue;
    signals++;
    if (!huesAt(night, lamp, LIT_CHROMA).has(own)) changed++;
  }
  return { signals, changed };
}

/** The hues of the samples at a lamp that have at least this chroma. */
function huesAt({ data, width, height }: DayPlanes, lamp: Lamp, minChroma: number): Set<Hue> {
  const hues = new Set<Hue>();
  const count = width * height;
  const reach = (lamp.radiusX + EVIDENCE_REACH) * width;
  const [left, right] = [Math.max(0, Math.floor(lamp.x * width - reach)), Math.min(width - 1, lamp.x * width + reach)];
  const [top, bottom] = [
    Math.max(0, Math.floor(lamp.y * height - reach)),
    Math.min(height - 1, lamp.y * height + reach),
  ];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const i = y * width + x;
      const [u, v] = [data[count + i] ?? 0, data[2 * count + i] ?? 0];
      if (Math.hypot(u, v) < minChroma) continue;
      const hue = hueOf(u, v);
      if (hue) hues.add(hue);
    }
  }
  return hues;
}
