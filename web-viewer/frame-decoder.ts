import type { VideoFormat } from '../src/core/packet.js';
import type { Micros } from '../src/core/time.js';
import type { WirePacket } from '../src/stream/protocol.js';

/** Packets inside the decoder beyond which the picture is late for good: about 0.7 s at 30 frames a second. */
const MAX_QUEUE = 20;
/** The same while the cached GOP of a joining viewer is caught up with: 10 s at 60 frames a second. */
const MAX_CATCH_UP_QUEUE = 600;
/** A keyframe that comes while more than this many packets wait makes them pointless. */
const JUMP_QUEUE = 8;
/** How long after the start the cached GOP may fill the decoder, milliseconds. */
const CATCH_UP_MS = 3000;
/** Shortest pause between two keyframe requests, milliseconds: one is on its way for a round trip. */
const KEYFRAME_PAUSE_MS = 1000;

/** A packet's times, kept beside its picture. */
export interface FrameTimes {
  readonly pts: Micros;
  readonly capturedAt: Micros;
  /** Older than the join: decoded for the sake of those that follow. */
  readonly isBacklog: boolean;
}

/** What a decoder tells. */
export interface DecoderEvents {
  /** Takes the frame: closes it. */
  onPicture(frame: VideoFrame, times: FrameTimes): void;
  /** Asks the server for a keyframe. */
  onKeyframeNeeded(): void;
  /** The browser cannot decode this codec at all. */
  onUnsupported(codec: string): void;
}

/** WebCodecs' decoder with a bound: what cannot be decoded in time is dropped to the next keyframe, counted. */
export class FrameDecoder {
  readonly #events: DecoderEvents;
  readonly #times = new Map<number, FrameTimes>();
  #decoder: VideoDecoder | undefined;
  #format: VideoFormat | undefined;
  #timestamp = 0;
  #lastSequence: number | undefined;
  #needsKeyframe = true;
  #configuredAtMs = 0;
  #isPaused = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #framesDecoded = 0;
  #drops = 0;
  #skipped = 0;
  #errors = 0;
  #requests = 0;

  constructor(events: DecoderEvents) {
    this.#events = events;
  }

  get counts(): { framesDecoded: number; drops: number; skipped: number; errors: number; requests: number } {
    return {
      framesDecoded: this.#framesDecoded,
      drops: this.#drops,
      skipped: this.#skipped,
      errors: this.#errors,
      requests: this.#requests,
    };
  }

  /** Packets inside the decoder. */
  get queueSize(): number {
    return this.#decoder?.decodeQueueSize ?? 0;
  }

  /** A new run of packets: the next one must be a keyframe. */
  configure(format: VideoFormat): void {
    this.#format = format;
    this.#restart();
    this.#configuredAtMs = performance.now();
  }

  /** Takes the packet's bytes. */
  decode(packet: WirePacket): void {
    const follows = this.#lastSequence === undefined || packet.sequence === (this.#lastSequence + 1) >>> 0;
    this.#lastSequence = packet.sequence;
    if (this.#isPaused) {
      this.#skipped++;
      return;
    }
    if (packet.isKeyframe) this.#enterKeyframe();
    else if (packet.discontinuity || !follows) this.#needsKeyframe = true;
    if (this.#isOverfull()) this.#restart();
    if (this.#needsKeyframe || this.#decoder?.state !== 'configured') {
      this.#drops++;
      this.#askForKeyframe();
      return;
    }
    this.#submit(this.#decoder, packet);
  }

  /** Decodes nothing until {@link resume}: nobody looks. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on, with a keyframe. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#restart();
    this.#askForKeyframe();
  }

  /** A new connection: sequence numbers and formats start anew. */
  disconnect(): void {
    this.#lastSequence = undefined;
    this.#format = undefined;
    this.close();
  }

  /** Idempotent; `configure` opens again. */
  close(): void {
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = undefined;
    this.#times.clear();
    this.#needsKeyframe = true;
  }

  #enterKeyframe(): void {
    if (this.queueSize > JUMP_QUEUE) this.#restart();
    if (this.#decoder?.state !== 'configured') this.#open();
    this.#needsKeyframe = false;
  }

  #isOverfull(): boolean {
    const isCatchingUp = performance.now() - this.#configuredAtMs < CATCH_UP_MS;
    return this.queueSize > (isCatchingUp ? MAX_CATCH_UP_QUEUE : MAX_QUEUE);
  }

  #submit(decoder: VideoDecoder, packet: WirePacket): void {
    // A timestamp of our own: pts repeat when a file loops, and the picture's times are found by it.
    const timestamp = this.#timestamp++;
    this.#times.set(timestamp, { pts: packet.pts, capturedAt: packet.capturedAt, isBacklog: packet.backlog });
    const type = packet.isKeyframe ? 'key' : 'delta';
    try {
      decoder.decode(new EncodedVideoChunk({ type, timestamp, data: packet.data }));
    } catch (cause) {
      this.#fail(decoder, cause);
    }
  }

  /** Drops what is inside and waits for a keyframe. */
  #restart(): void {
    this.#drops += this.queueSize;
    this.close();
    this.#open();
  }

  #open(): void {
    if (!this.#format) return;
    const decoder = new VideoDecoder({
      output: (frame) => this.#output(decoder, frame),
      error: (cause) => this.#fail(decoder, cause),
    });
    this.#decoder = decoder;
    try {
      decoder.configure({
        codec: this.#format.codec,
        codedWidth: this.#format.width,
        codedHeight: this.#format.height,
        optimizeForLatency: true,
        hardwareAcceleration: 'no-preference',
      });
    } catch (cause) {
      this.#fail(decoder, cause);
    }
  }

  #output(decoder: VideoDecoder, frame: VideoFrame): void {
    const times = this.#times.get(frame.timestamp);
    this.#times.delete(frame.timestamp);
    if (decoder !== this.#decoder || !times) {
      frame.close();
      return;
    }
    this.#framesDecoded++;
    this.#events.onPicture(frame, times);
  }

  #fail(decoder: VideoDecoder, cause: unknown): void {
    if (decoder !== this.#decoder) return;
    const name = cause instanceof Error ? cause.name : ''; // DOMException is an Error
    const isUnsupported = name === 'NotSupportedError' || name === 'TypeError';
    this.#errors++;
    this.#drops += this.#times.size;
    this.close();
    if (isUnsupported) this.#events.onUnsupported(this.#format?.codec ?? '');
    else this.#askForKeyframe();
  }

  #askForKeyframe(): void {
    const nowMs = performance.now();
    if (nowMs - this.#askedAtMs < KEYFRAME_PAUSE_MS) return;
    this.#askedAtMs = nowMs;
    this.#requests++;
    this.#events.onKeyframeNeeded();
  }
}
