import type { VideoFormat } from '../src/core/packet.js';
import type { ReceivedPacket } from '../src/stream/protocol.js';
import type { CanvasRenderer } from './canvas-renderer.js';

/** Counts of a player since the page's start. */
export interface PlayerCounts {
  readonly framesDecoded: number;
  /** Packets or images dropped here. */
  readonly drops: number;
  /** Packets skipped while the page was hidden. */
  readonly skipped: number;
  readonly errors: number;
  readonly keyframeRequests: number;
}

/** What a player reports. */
export interface PlayerEvents {
  /** The decoder cannot continue without a keyframe. */
  onKeyframeNeeded(): void;
  /** The browser cannot decode this codec. */
  onUnsupported(codec: string): void;
  /** The browser plays only after the user has touched the page. */
  onGestureNeeded(): void;
  /** Bytes that came by another way than the packets. */
  onBytes(bytes: number): void;
}

/** Decodes a stream's packets and draws them: WebCodecs, Media Source or JPEG. Bounded: what it cannot take in time it drops and counts. */
export interface VideoPlayer {
  readonly counts: PlayerCounts;
  /** Packets or images inside. */
  readonly queueSize: number;
  /** Sets the format of the packets to come; the next one must be a keyframe. */
  configure(format: VideoFormat): void;
  /** Borrows the packet. */
  decode(packet: ReceivedPacket): void;
  /** Skips what comes until {@link resume}, for a hidden page. */
  pause(): void;
  /** Continues with the next keyframe. */
  resume(): void;
  /** Prepares for a new connection to this WebSocket address. */
  reset(url: string | undefined): void;
  /** Releases everything, for another player to take its place. */
  close(): void;
}

/** Creates the player of a page, which draws with the renderer. */
export type CreatePlayer = (renderer: CanvasRenderer, events: PlayerEvents) => VideoPlayer;
