import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import { takeComponents } from './components.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Place, type SignalColor } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** A lit lens in one frame. */
export interface FoundSignal {
  readonly place: Place;
  /** Shares of the image's width. */
  readonly radius: number;
  readonly color: SignalColor;
}

/** Probability from which a sample is a signal. */
const MIN_SIGNAL = 0.4;
/** Largest area of a signal, samples of the surface map. */
const MAX_AREA = 160;
/** Smallest vividness of a lit lens: chroma towards its colour. */
const MIN_VIVID = 0.13;
/** Smallest luma of a lit lens. */
const MIN_LUMA = 0.25;
/** Samples of the surface map around a signal in which its lens may lie: the map is coarse. */
const MARGIN = 1;
/** Share of the strongest vividness at which a lens ends. */
const LENS_EDGE = 0.6;

const PIXELS = DETAIL_WIDTH * DETAIL_HEIGHT;

/**
 * The lit lenses of traffic signals: inside a sure signal head, the most vivid red, amber or green spot. A head without one stays
 * dark. @param surfaces `[13, 72, 128]`. @param detail `[3, 256, 448]`.
 */
export function findSignals(surfaces: Float32Array, detail: Float32Array, minSignal = MIN_SIGNAL): FoundSignal[] {
  const mask = Uint8Array.from(surfacePlane(surfaces, 'signal'), (value) => (value > minSignal ? 1 : 0));
  return takeComponents(mask, SURFACE_WIDTH, MAX_AREA).flatMap((area) => {
    const scaleX = DETAIL_WIDTH / SURFACE_WIDTH;
    const scaleY = DETAIL_HEIGHT / SURFACE_HEIGHT;
    const box = {
      left: Math.max(0, Math.floor((area.left - MARGIN) * scaleX)),
      right: Math.min(DETAIL_WIDTH, Math.ceil((area.right + MARGIN) * scaleX)),
      top: Math.max(0, Math.floor((area.top - MARGIN) * scaleY)),
      bottom: Math.min(DETAIL_HEIGHT, Math.ceil((area.bottom + MARGIN) * scaleY)),
    };
    const signal = brightestLens(detail, box);
    return signal ? [signal] : [];
  });
}

interface DetailBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function brightestLens(detail: Float32Array, box: DetailBox): FoundSignal | undefined {
  let best: { readonly color: SignalColor; readonly value: number } | undefined;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const found = lensColor(detail, y * DETAIL_WIDTH + x);
      if (found && found.value > (best?.value ?? 0)) best = found;
    }
  }
  if (!best) return undefined;
  let [sumX, sumY, count] = [0, 0, 0];
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const found = lensColor(detail, y * DETAIL_WIDTH + x);
      if (found?.color !== best.color || found.value < LENS_EDGE * best.value) continue;
      sumX += x + 0.5;
      sumY += y + 0.5;
      count++;
    }
  }
  return {
    place: { x: sumX / count / DETAIL_WIDTH, y: sumY / count / DETAIL_HEIGHT },
    radius: Math.max(0.8, Math.sqrt(count / Math.PI)) / DETAIL_WIDTH,
    color: best.color,
  };
}

/** The colour of a sample and how vivid it is; undefined where it is no lit lens. */
function lensColor(
  detail: Float32Array,
  i: number,
): { readonly color: SignalColor; readonly value: number } | undefined {
  const luma = detail[i] ?? 0;
  if (luma < MIN_LUMA) return undefined;
  const u = detail[PIXELS + i] ?? 0;
  const v = detail[2 * PIXELS + i] ?? 0;
  // BT.709: red is at u -0.11, v 0.5; amber at u -0.35, v 0.2; green at u -0.2, v -0.3, with LEDs towards u 0.1.
  const vivid = Math.hypot(u, v);
  if (vivid < MIN_VIVID) return undefined;
  if (v > 0 && v > 1.3 * Math.abs(u)) return { color: 'red', value: vivid * luma };
  if (v > 0.02 && u < -0.08) return { color: 'amber', value: vivid * luma };
  if (v < -0.09 && u < 0.16) return { color: 'green', value: vivid * luma };
  return undefined;
}
