/** What page and decode worker say to each other, and the figures and states both know. No DOM types: tests import this too. */
import type { Controls } from '../src/core/controls.js';
import type { VideoFormat } from '../src/core/packet.js';
import type { Micros } from '../src/core/time.js';
import type { ClientMessage, ServerMessage, StreamStats } from '../src/stream/protocol.js';

/** Where the viewer stands; every kind has its words in `states.ts`. */
export type ViewerStatus =
  /** First connection of this page. */
  | { readonly kind: 'connecting' }
  /** The socket is lost; the next try comes at `retryAtMs` (milliseconds since the epoch). */
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly retryAtMs: number }
  /** The server said that it stops; the page looks for it until it is back. */
  | { readonly kind: 'server-stopped' }
  /** Connected, the stream lives, no picture yet. */
  | { readonly kind: 'waiting' }
  /** Pictures are drawn. */
  | { readonly kind: 'live' }
  /** The server opens its input. */
  | { readonly kind: 'starting'; readonly message: string }
  /** The server lost its input and tries again. */
  | { readonly kind: 'input-lost'; readonly message: string }
  | { readonly kind: 'ended'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'no-such-stream' }
  | { readonly kind: 'too-many-viewers'; readonly retryAtMs: number }
  | { readonly kind: 'version-mismatch'; readonly got: number }
  | { readonly kind: 'unsupported-codec'; readonly codec: string }
  /** The page is not a secure context, so the browser hides WebCodecs. */
  | { readonly kind: 'insecure' }
  | { readonly kind: 'no-webcodecs' }
  | { readonly kind: 'broken'; readonly message: string };

/** Figures of this viewer; counters run from the page's start, over reconnects. */
export interface ViewerStats {
  /** Pictures that came out of WebCodecs. */
  readonly framesDecoded: number;
  /** Pictures drawn on the canvas. */
  readonly framesDrawn: number;
  /** Pictures decoded but not drawn, because a newer one came before the screen's next refresh or was known to follow. */
  readonly framesReplaced: number;
  /** Packets thrown away here: a full decoder, a lost keyframe, a decoder's error. */
  readonly drops: number;
  /** Packets not decoded because the page was hidden. */
  readonly skippedHidden: number;
  /** Packets the server dropped for this viewer. */
  readonly serverDrops: number;
  readonly decoderErrors: number;
  /** Times the socket was opened. */
  readonly connections: number;
  readonly keyframeRequests: number;
  readonly packetsReceived: number;
  readonly bytesReceived: number;
  /** Pictures drawn a second, over the last two seconds. */
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Packets inside the decoder. */
  readonly decoderQueue: number;
  /** Capture to drawn, milliseconds, over the last 120 pictures; NaN before the first and before the clocks were compared. */
  readonly latencyMs: number;
  readonly latencyP95Ms: number;
  /** Best of the last round trips, milliseconds; NaN before the first. */
  readonly roundTripMs: number;
  /** Server clock minus this one, milliseconds; NaN before the first round trip. */
  readonly clockOffsetMs: number;
  /** Size of the drawn picture, sample aspect applied; 0 before the first. */
  readonly width: number;
  readonly height: number;
  readonly codec: string;
}

/** A rectangle in picture pixels, measured from the picture's bottom-left corner; what is left out is the whole. */
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
  /** Size of the whole picture. */
  readonly pictureWidth: number;
  readonly pictureHeight: number;
}

/** One drawn picture with its times. */
export interface GrabbedFrame extends Pixels {
  /** Right after the picture was drawn; milliseconds since the epoch on this machine's clock. */
  readonly drawnAtMs: number;
  readonly pts: Micros;
  /** The server's clock. */
  readonly capturedAt: Micros;
}

/** Page to worker. `id` comes back in the answer. */
export type ToWorker =
  | { readonly type: 'start'; readonly canvas: unknown; readonly url: string }
  /** Leaves the present stream for this address. */
  | { readonly type: 'connect'; readonly url: string }
  /** Tries again now when a pause between two tries is on. */
  | { readonly type: 'retry' }
  | { readonly type: 'send'; readonly message: ClientMessage }
  | { readonly type: 'visible'; readonly visible: boolean }
  | { readonly type: 'snapshot'; readonly id: number; readonly crop: Crop; readonly maxWidth: number }
  | { readonly type: 'png'; readonly id: number }
  | { readonly type: 'grab'; readonly id: number; readonly count: number; readonly crop: Crop };

/** Worker to page. */
export type FromWorker =
  | { readonly type: 'status'; readonly status: ViewerStatus }
  | { readonly type: 'hello'; readonly hello: Extract<ServerMessage, { type: 'hello' }> }
  | { readonly type: 'controls'; readonly controls: Controls }
  | { readonly type: 'format'; readonly format: VideoFormat }
  | { readonly type: 'server-stats'; readonly stats: StreamStats }
  | { readonly type: 'server-error'; readonly message: string }
  | { readonly type: 'stats'; readonly stats: ViewerStats }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string };
