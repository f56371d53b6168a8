import { mediaSourceClass } from './media-buffer.js';
import { PLAYER_KINDS, type PlayerKind } from './page-url.js';

/** What a browser has for a player. */
const HAS: Readonly<Record<PlayerKind, () => boolean>> = {
  // Browsers have VideoDecoder in secure contexts only: https and localhost.
  webcodecs: () =>
    'VideoDecoder' in globalThis &&
    'OffscreenCanvas' in globalThis &&
    'transferControlToOffscreen' in HTMLCanvasElement.prototype,
  mse: () => mediaSourceClass() !== undefined && 'requestVideoFrameCallback' in HTMLVideoElement.prototype,
  mjpeg: () => true,
};

/** The players that this browser has, best first. @param wanted the only one that is asked for. */
export function availablePlayers(wanted: PlayerKind | undefined): readonly PlayerKind[] {
  return PLAYER_KINDS.filter((kind) => HAS[kind]() && (wanted === undefined || wanted === kind));
}
