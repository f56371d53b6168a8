import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import { takeComponents, type Component } from './components.js';
import { findLens, type DetailBox } from './signal-lens.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Place, type SignalColor } from './scene.js';
import { markAbove, surfacePlane } from './scene-maps.js';

/** A lit lens in one frame. */
export interface FoundSignal {
  readonly place: Place;
  /** Shares of the image's width. */
  readonly radius: number;
  readonly color: SignalColor;
}

/** Probability from which a sample is a signal. */
const MIN_SIGNAL = 0.5;
/** Largest area of a signal, samples of the surface map. */
const MAX_AREA = 160;
/** Samples of the surface map around a signal in which its lens may lie: the map is coarse. */
const MARGIN = 1;
/** Largest share of a signal's area that a lens takes, and the samples of the detail that it may take in any case. */
const MAX_LENS_SHARE = 0.5;
const SMALL_LENS = 14;

const SCALE_X = DETAIL_WIDTH / SURFACE_WIDTH;
const SCALE_Y = DETAIL_HEIGHT / SURFACE_HEIGHT;

/**
 * The lit lenses of traffic signals: inside a sure signal head, the most vivid red, amber or green spot. A head without one stays
 * dark. @param surfaces `[13, 72, 128]`. @param detail `[3, 256, 448]`.
 */
export function findSignals(surfaces: Float32Array, detail: Float32Array, minSignal = MIN_SIGNAL): FoundSignal[] {
  const mask = markAbove(surfacePlane(surfaces, 'signal'), minSignal);
  return takeComponents(mask, SURFACE_WIDTH, MAX_AREA).flatMap((area) => {
    const largest = Math.max(SMALL_LENS, MAX_LENS_SHARE * area.count * SCALE_X * SCALE_Y);
    const lens = findLens(detail, boxOf(area), largest);
    if (!lens) return [];
    const place = { x: lens.x / DETAIL_WIDTH, y: lens.y / DETAIL_HEIGHT };
    return [{ place, radius: Math.max(0.8, Math.sqrt(lens.count / Math.PI)) / DETAIL_WIDTH, color: lens.color }];
  });
}

/** The samples of the detail in which a signal's lens may lie. */
function boxOf(area: Component): DetailBox {
  return {
    left: Math.max(0, Math.floor((area.left - MARGIN) * SCALE_X)),
    right: Math.min(DETAIL_WIDTH, Math.ceil((area.right + MARGIN) * SCALE_X)),
    top: Math.max(0, Math.floor((area.top - MARGIN) * SCALE_Y)),
    bottom: Math.min(DETAIL_HEIGHT, Math.ceil((area.bottom + MARGIN) * SCALE_Y)),
  };
}
