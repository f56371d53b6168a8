/**
 * The wire between server and viewer, version 1. Described for implementers in docs/protocol.md.
 *
 * Text frames are JSON messages; binary frames are packets. All integers are big-endian.
 *
 *     offset size
 *     0      1    version, 1
 *     1      1    kind, 1 = video packet
 *     2      1    flags: bit 0 keyframe, bit 1 discontinuity (packets before this one were dropped for this viewer),
 *                 bit 2 backlog (older than the viewer's join: decode it, show only the newest); the others 0, ignored
 *     3      1    reserved, 0
 *     4      4    sequence number of the packet in the stream, wraps at 2^32
 *     8      8    pts, microseconds, signed
 *     16     8    captured at, microseconds since the Unix epoch
 *     24     4    duration, microseconds
 *     28     ...  H.264 access unit, Annex B
 */
import type { Controls } from '../core/controls.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import { micros } from '../core/time.js';

/** First byte of every binary frame; also in `hello`. A viewer that reads another version says so and stops. */
export const PROTOCOL_VERSION = 1;
/** WebSocket subprotocol name offered by viewers. */
export const SUBPROTOCOL = 'nocturne.v1';
/** Bytes before the access unit. */
export const HEADER_BYTES = 28;
const KIND_VIDEO = 1;
const FLAG_KEYFRAME = 1;
const FLAG_DISCONTINUITY = 2;
const FLAG_BACKLOG = 4;
const FLAGS_OFFSET = 2;

/** Largest text message a viewer may send, in bytes: a full set of dials is under 400. */
export const MAX_CLIENT_MESSAGE_BYTES = 4096;

/** Close codes of this protocol, beside those of RFC 6455. */
export const CLOSE_CODES = {
  /** The server is shutting down; a viewer tries again. */
  SHUTDOWN: 1001,
  /** A message that is not of this protocol. */
  BAD_MESSAGE: 4400,
  /** Wrong or missing token. */
  UNAUTHORIZED: 4401,
  /** Origin not allowed. */
  FORBIDDEN_ORIGIN: 4403,
  /** No stream of that name. */
  NO_SUCH_STREAM: 4404,
  /** Message over {@link MAX_CLIENT_MESSAGE_BYTES}. */
  TOO_LARGE: 1009,
  /** More messages a second than allowed. */
  RATE_LIMITED: 4429,
  /** As many viewers as allowed are there already. */
  TOO_MANY_VIEWERS: 4503,
  /** The stream ended: its file is over or it failed for good. */
  ENDED: 4410,
} as const;

/** State of a stream as viewers are told. */
export type StreamState = 'starting' | 'live' | 'reconnecting' | 'ended' | 'failed';

/** What the server sends as text. */
export type ServerMessage =
  /**
   * First message. `canControl`: whether this viewer may turn dials. `initialControls`: what the stream started with
   * and a reset goes back to; a server that does not say started with the defaults.
   */
  | {
      type: 'hello';
      version: number;
      stream: string;
      streams: readonly string[];
      controls: Controls;
      initialControls?: Controls;
      canControl: boolean;
    }
  /** Before the first packet and whenever the format changes; the next packet is a keyframe. */
  | { type: 'format'; format: VideoFormat }
  /** The stream's controls after a change, by whomever. */
  | { type: 'controls'; controls: Controls }
  /** Once a second. `serverTime`: microseconds since the epoch. */
  | { type: 'stats'; stats: StreamStats; serverTime: number }
  /** State changed; `message` is a sentence for people. */
  | { type: 'state'; state: StreamState; message: string }
  /** Answer to `ping`. */
  | { type: 'pong'; clientTime: number; serverTime: number }
  /** What was wrong with the viewer's last message; the connection stays. */
  | { type: 'error'; message: string };

/** What a viewer sends, always as text. */
export type ClientMessage =
  /** Changes some controls of the stream. */
  | { type: 'controls'; controls: Partial<Controls> }
  /** Asks for a keyframe: its decoder lost track. */
  | { type: 'keyframe' }
  /** `clientTime` comes back in `pong`; round trip and clock offset follow. */
  | { type: 'ping'; clientTime: number };

/** One stream's figures, in `/api/streams` and in `stats` messages. */
export interface StreamStats {
  /** Frames a second leaving the encoder. */
  readonly frameRate: number;
  readonly width: number;
  readonly height: number;
  readonly viewers: number;
  readonly bitrateBps: number;
  readonly framesDecoded: number;
  readonly framesEncoded: number;
  /** Decoded frames dropped because newer ones waited (live inputs). */
  readonly framesDropped: number;
  readonly packetsCorrupt: number;
  readonly reconnects: number;
  /** Packets dropped because viewers were slow, over all viewers. */
  readonly viewerDrops: number;
  /** This viewer's own dropped packets; 0 outside `stats` messages. */
  readonly yourDrops: number;
  /** Milliseconds a frame at p50 and p95, by stage: decode wait, thumbnail, look, steady, apply, encode. */
  readonly stages: Readonly<Record<string, { readonly p50: number; readonly p95: number }>>;
  /** Capture to encoded packet, milliseconds, p50. */
  readonly latencyMs: number;
  readonly generator: string;
  readonly encoder: string;
  /** Frames drawn with a fallback look because the network failed. */
  readonly fallbacks: number;
  /** Times the picture was cut, which begins a night anew. */
  readonly cuts: number;
  /** How much the night's brightness jumps from frame to frame, beyond the day's own: 0.01 is 1 %. Over the last seconds. */
  readonly flicker: number;
  /** The same of each place along what moves: where the night pumps, crawls or lags behind. */
  readonly localFlicker: number;
}

/** A packet as one binary frame; allocates it. */
export function encodePacket(packet: Packet, sequence: number, discontinuity = false): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + packet.data.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, PROTOCOL_VERSION);
  view.setUint8(1, KIND_VIDEO);
  view.setUint8(FLAGS_OFFSET, (packet.isKeyframe ? FLAG_KEYFRAME : 0) | (discontinuity ? FLAG_DISCONTINUITY : 0));
  view.setUint32(4, sequence >>> 0);
  view.setBigInt64(8, BigInt(packet.pts));
  view.setBigInt64(16, BigInt(packet.capturedAt));
  view.setUint32(24, packet.duration);
  bytes.set(packet.data, HEADER_BYTES);
  return bytes;
}

/** What is true of a packet for one viewer and not for the others. */
export interface PacketMarks {
  /** Packets before this one were dropped for this viewer. */
  readonly discontinuity?: boolean;
  /** The packet is older than the viewer's join. */
  readonly backlog?: boolean;
}

/** A copy of an encoded packet with more flags set. */
export function markPacket(encoded: Uint8Array, marks: PacketMarks): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encoded);
  const flags = (marks.discontinuity ? FLAG_DISCONTINUITY : 0) | (marks.backlog ? FLAG_BACKLOG : 0);
  bytes[FLAGS_OFFSET] = (bytes[FLAGS_OFFSET] ?? 0) | flags;
  return bytes;
}

/** A packet as it came over the wire. */
export interface WirePacket extends Packet {
  readonly sequence: number;
  readonly discontinuity: boolean;
  /** Older than the viewer's join: to be decoded, not to be waited for. */
  readonly backlog: boolean;
}

/** Reads a binary frame; the packet's data is a view into it. Throws RangeError with what was wrong. */
export function decodePacket(buffer: ArrayBuffer): WirePacket {
  if (buffer.byteLength < HEADER_BYTES) {
    throw new RangeError(`a packet has ${HEADER_BYTES} bytes or more, got ${buffer.byteLength}`);
  }
  const view = new DataView(buffer);
  const version = view.getUint8(0);
  if (version !== PROTOCOL_VERSION)
    throw new RangeError(`protocol version must be ${PROTOCOL_VERSION}, got ${version}`);
  const kind = view.getUint8(1);
  if (kind !== KIND_VIDEO) throw new RangeError(`packet kind must be ${KIND_VIDEO}, got ${kind}`);
  const flags = view.getUint8(FLAGS_OFFSET);
  return {
    data: new Uint8Array(buffer, HEADER_BYTES),
    pts: micros(Number(view.getBigInt64(8))),
    duration: micros(view.getUint32(24)),
    capturedAt: micros(Number(view.getBigInt64(16))),
    isKeyframe: (flags & FLAG_KEYFRAME) !== 0,
    discontinuity: (flags & FLAG_DISCONTINUITY) !== 0,
    backlog: (flags & FLAG_BACKLOG) !== 0,
    sequence: view.getUint32(4),
  };
}
