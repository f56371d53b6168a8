/** Messages between page and decode worker, with the statistics and statuses in them. No DOM types, because tests import this too. */
import type { Controls } from '../src/core/controls.js';
import type { VideoFormat } from '../src/core/packet.js';
import type { Micros } from '../src/core/time.js';
import type { ClientMessage, ServerMessage, StreamStats } from '../src/stream/protocol.js';

/** Status of the viewer; `status-description.ts` has a text for each kind. */
export type ViewerStatus =
  /** First connection of this page. */
  | { readonly kind: 'connecting' }
  /** The connection is lost; the next attempt is at `retryAtMs` (milliseconds since the epoch). */
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly retryAtMs: number }
  /** The server has shut down; the page retries until it is running again. */
  | { readonly kind: 'server-stopped' }
  /** Connected to a live stream, no frame drawn yet. */
  | { readonly kind: 'waiting' }
  /** Frames are drawn. */
  | { readonly kind: 'live' }
  /** The server opens its input. */
  | { readonly kind: 'starting'; readonly message: string }
  /** The server lost its input and is reconnecting. */
  | { readonly kind: 'input-lost'; readonly message: string }
  /** The server's worker hangs and is restarted. */
  | { readonly kind: 'stalled'; readonly message: string }
  | { readonly kind: 'ended'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'no-such-stream' }
  | { readonly kind: 'too-many-viewers'; readonly retryAtMs: number }
  | { readonly kind: 'version-mismatch'; readonly got: number }
  | { readonly kind: 'unsupported-codec'; readonly codec: string }
  /** The browser plays only after the user has touched the page. */
  | { readonly kind: 'needs-gesture' }
  /** The player that the page's address names does not work in this browser. */
  | { readonly kind: 'no-such-player'; readonly player: string }
  /** The decode worker failed to load or threw. */
  | { readonly kind: 'crashed'; readonly message: string };

/** Statistics of this viewer. Counters run from the page's start, across reconnects. */
export interface ViewerStats {
  /** Frames decoded. */
  readonly framesDecoded: number;
  /** Frames drawn on the canvas. */
  readonly framesDrawn: number;
  /** Frames decoded by WebCodecs but not drawn: a newer one replaced them before the next screen refresh, or they belong to the backlog. */
  readonly framesReplaced: number;
  /** Packets dropped here: a full queue, a missing keyframe, a decoder error. */
  readonly drops: number;
  /** Packets skipped while the page was hidden. */
  readonly skippedHidden: number;
  /** Packets the server dropped for this viewer. */
  readonly serverDrops: number;
  readonly decoderErrors: number;
  /** Connections opened. */
  readonly connections: number;
  readonly keyframeRequests: number;
  readonly packetsReceived: number;
  readonly bytesReceived: number;
  /** Frames drawn per second, over the last two seconds. */
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Packets inside the decoder. */
  readonly decoderQueue: number;
  /** Capture to drawn, median of the last 120 frames, milliseconds; NaN before the first frame or clock offset. */
  readonly latencyMs: number;
  readonly latencyP95Ms: number;
  /** Fastest of the last round trips, milliseconds; NaN before the first. */
  readonly roundTripMs: number;
  /** Server clock minus local clock, milliseconds; NaN before the first round trip. */
  readonly clockOffsetMs: number;
  /** Size of the drawn frame with the sample aspect applied; 0 before the first. */
  readonly width: number;
  readonly height: number;
  readonly codec: string;
}

/** A rectangle in canvas pixels from the bottom-left corner. Defaults to the whole frame. */
export interface Crop {
  readonly left?: number;
  readonly bottom?: number;
  readonly width?: number;
  readonly height?: number;
}

/** Pixels read back from the canvas: RGBA, rows from the top, 4 * width * height bytes. */
export interface Pixels {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** Size of the whole frame. */
  readonly frameWidth: number;
  readonly frameHeight: number;
}

/** One drawn frame with its times. */
export interface GrabbedFrame extends Pixels {
  /** Right after the frame was drawn: milliseconds since the epoch, local clock. */
  readonly drawnAtMs: number;
  readonly pts: Micros;
  /** Server clock. */
  readonly capturedAt: Micros;
}

/** Page to worker. The response has the same `id`. */
export type WorkerCommand =
  | { readonly type: 'start'; readonly canvas: unknown; readonly url: string }
  /** Closes the current stream and connects to this URL. */
  | { readonly type: 'connect'; readonly url: string }
  /** Reconnects now if the worker waits for the next attempt. */
  | { readonly type: 'retry' }
  | { readonly type: 'send'; readonly message: ClientMessage }
  | { readonly type: 'visible'; readonly isVisible: boolean }
  | { readonly type: 'snapshot'; readonly id: number; readonly crop: Crop; readonly maxWidth: number }
  | { readonly type: 'png'; readonly id: number }
  | { readonly type: 'grab'; readonly id: number; readonly count: number; readonly crop: Crop };

/** Worker to page. */
export type WorkerMessage =
  | { readonly type: 'status'; readonly status: ViewerStatus }
  | { readonly type: 'hello'; readonly hello: Extract<ServerMessage, { type: 'hello' }> }
  | { readonly type: 'controls'; readonly controls: Controls }
  | { readonly type: 'format'; readonly format: VideoFormat }
  | { readonly type: 'server-stats'; readonly stats: StreamStats }
  | { readonly type: 'server-error'; readonly message: string }
  | { readonly type: 'stats'; readonly stats: ViewerStats }
  | { readonly type: 'response'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string };
