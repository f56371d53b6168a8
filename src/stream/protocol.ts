/**
 * The wire protocol between server and viewer, version 1. docs/protocol.md describes it for implementers.
 *
 * Text frames are JSON messages; binary frames are packets. All integers are big-endian.
 *
 *     offset size
 *     0      1    version, 1
 *     1      1    kind, 1 = video packet
 *     2      1    flags: bit 0 keyframe, bit 1 discontinuity (the server dropped packets before this one for this viewer),
 *                 bit 2 backlog (older than the viewer's join: decode it, show only the newest); other bits 0, ignored
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

/** First byte of every binary frame; also in `hello`. A viewer that reads another version reports it and stops. */
export const PROTOCOL_VERSION = 1;
/** WebSocket subprotocol that viewers offer. */
export const SUBPROTOCOL = 'nocturne.v1';
/** Length of a packet's header, in bytes. */
export const HEADER_BYTES = 28;
const KIND_VIDEO = 1;
const FLAG_KEYFRAME = 1;
const FLAG_DISCONTINUITY = 2;
const FLAG_BACKLOG = 4;
const FLAGS_OFFSET = 2;

/** Maximum length of a viewer's text message, in bytes: a full set of controls is under 400. */
export const MAX_CLIENT_MESSAGE_BYTES = 4096;

/** Close codes of this protocol, in addition to those of RFC 6455. */
export const CLOSE_CODES = {
  /** The server is shutting down; a viewer retries. */
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
  /** The maximum number of viewers is reached. */
  TOO_MANY_VIEWERS: 4503,
  /** The stream ended: its file is over, or it failed. */
  ENDED: 4410,
} as const;

/** State of a stream. `idle`: it starts when somebody watches. */
export type StreamState = 'idle' | 'starting' | 'live' | 'reconnecting' | 'stalled' | 'ended' | 'failed';

/** What the server sends as text. */
export type ServerMessage =
  /**
   * First message. `canControl`: this viewer may change controls. `needsControlToken`: with the control token it could; absent:
   * false. `initialControls`: the stream's controls at its start,
   * to which a reset returns; absent: the defaults.
   */
  | {
      type: 'hello';
      version: number;
      stream: string;
      streams: readonly string[];
      controls: Controls;
      initialControls?: Controls;
      canControl: boolean;
      needsControlToken?: boolean;
    }
  /** Before the first packet and at each change; the next packet is a keyframe. */
  | { type: 'format'; format: VideoFormat }
  /** All controls of the stream, after any change. */
  | { type: 'controls'; controls: Controls }
  /** Once a second. `serverTime`: microseconds since the epoch. */
  | { type: 'stats'; stats: StreamStats; serverTime: number }
  /** At each change of state. `message`: one sentence for people. */
  | { type: 'state'; state: StreamState; message: string }
  /** Answer to `ping`. */
  | { type: 'pong'; clientTime: number; serverTime: number }
  /** What was wrong with the viewer's last message; the connection stays open. */
  | { type: 'error'; message: string };

/** What a viewer sends, always as text. */
export type ClientMessage =
  /** Changes some controls of the stream. */
  | { type: 'controls'; controls: Partial<Controls> }
  /** Requests a keyframe, because the decoder lost sync. */
  | { type: 'keyframe' }
  /** `pong` returns `clientTime`: gives round-trip time and clock offset. */
  | { type: 'ping'; clientTime: number };

/** Statistics of one stream, in `/api/streams` and in `stats` messages. */
export interface StreamStats {
  /** Frames per second leaving the encoder. */
  readonly frameRate: number;
  readonly width: number;
  readonly height: number;
  readonly viewers: number;
  readonly bitrateBps: number;
  readonly framesDecoded: number;
  readonly framesEncoded: number;
  /** Decoded frames dropped in favour of newer ones (live inputs). */
  readonly framesDropped: number;
  readonly packetsCorrupt: number;
  readonly reconnects: number;
  /** Viewers that skip packets now or did so in the last five seconds, because their connection is slow. */
  readonly slowViewers: number;
  /** Packets dropped for slow viewers, summed over all viewers. */
  readonly viewerDrops: number;
  /** Times that slow viewers skipped to a keyframe, summed over all viewers. */
  readonly viewerSkips: number;
  /** JPEG images not sent to readers whose connection is slow, summed over all. */
  readonly imagesDropped: number;
  /** Packets dropped for this viewer; 0 outside `stats` messages. */
  readonly yourDrops: number;
  /** Milliseconds per frame at p50 and p95, by stage: decode wait, thumbnail, look, steady, apply, encode. */
  readonly stages: Readonly<Record<string, { readonly p50: number; readonly p95: number }>>;
  /** Capture to encoded packet, milliseconds, p50. */
  readonly latencyMs: number;
  /** Name, version and place: `lit 2.0 on CPU (ONNX Runtime)`. */
  readonly generator: string;
  /** What runs its network: `onnx`, `tensorflow` or `wasm`; empty for a generator without one. */
  readonly engine: string;
  /** Where its network really runs: `cpu`, `webgpu`, `cuda`, ...; empty for a generator without one. */
  readonly device: string;
  /** One sentence for people where that is not what was asked for, with what to do; else empty. */
  readonly deviceNotice: string;
  readonly encoder: string;
  /** What applies looks: `WebAssembly`, or `WebGPU on` a device; empty before the stream starts. */
  readonly kernel: string;
  /** One sentence for people while the stream cannot keep its pace, with what to do; else empty. */
  readonly overload: string;
  /** Frames rendered with a fallback look because the network failed. */
  readonly fallbacks: number;
  /** Scene cuts; each restarts the night. */
  readonly cuts: number;
  /** Age of the generator's looks when frames are rendered with them: p95 of the last 512 frames, milliseconds of the video. */
  readonly lookAgeMs: number;
  /** One or two sentences for people while another generator makes the night, because the stream's own cannot; else empty. */
  readonly degraded: string;
  /** Change of the night's brightness from frame to frame, beyond the day's own, over the last seconds: 0.01 is 1 %. */
  readonly flicker: number;
  /** The same of each place, along its motion: rises where the night pumps, crawls or lags behind. */
  readonly localFlicker: number;
}

/** Encodes a packet as one binary frame. Copies the data. */
export function serializePacket(packet: Packet, sequence: number, discontinuity = false): Uint8Array<ArrayBuffer> {
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

/** Flags that a packet has for one viewer only. */
export interface PacketFlags {
  /** The server dropped packets before this one for this viewer. */
  readonly discontinuity?: boolean;
  /** The packet is older than the viewer's join. */
  readonly backlog?: boolean;
}

/** Copies an encoded packet and sets more flags. */
export function withPacketFlags(encoded: Uint8Array, flags: PacketFlags): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encoded);
  const bits = (flags.discontinuity ? FLAG_DISCONTINUITY : 0) | (flags.backlog ? FLAG_BACKLOG : 0);
  bytes[FLAGS_OFFSET] = (bytes[FLAGS_OFFSET] ?? 0) | bits;
  return bytes;
}

/** A packet that a viewer received. */
export interface ReceivedPacket extends Packet {
  readonly sequence: number;
  readonly discontinuity: boolean;
  /** Older than the viewer's join: decode it without delay, for the packets that depend on it. */
  readonly backlog: boolean;
}

/** Decodes a binary frame. The packet borrows `buffer` for its data. Throws RangeError for a malformed frame. */
export function parsePacket(buffer: ArrayBuffer): ReceivedPacket {
  if (buffer.byteLength < HEADER_BYTES) {
    throw new RangeError(`a packet must have ${HEADER_BYTES} bytes or more, got ${buffer.byteLength}`);
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
