import type { VideoFormat } from '../src/core/packet.js';
import type { ReceivedPacket } from '../src/stream/protocol.js';
import type { FrameTimes, PlayerCounts } from './video-player.js';

/** With more packets than this inside, the decoder drops them and waits for a keyframe: about 0.7 s at 30 frames/s. */
const MAX_QUEUED_PACKETS = 20;
/** The same while the decoder catches up with the cached GOP after a join: 10 s at 60 frames/s. */
const MAX_CATCH_UP_PACKETS = 600;
/** With more packets than this inside the decoder, a keyframe restarts it: the packets would only delay the keyframe. */
const MAX_PACKETS_BEFORE_KEYFRAME = 8;
/** Time after the start in which the cached GOP may fill the decoder, milliseconds. */
const CATCH_UP_MS = 3000;
/** Shortest interval between keyframe requests, milliseconds: a response takes a round trip. */
const MIN_KEYFRAME_REQUEST_INTERVAL_MS = 1000;

/** Events of a {@link FrameDecoder}. */
export interface FrameDecoderEvents {
  /** Takes the frame: the receiver closes it. */
  onFrame(frame: VideoFrame, times: FrameTimes): void;
  /** The decoder cannot continue without a keyframe. */
  onKeyframeNeeded(): void;
  /** The browser cannot decode this codec. */
  onUnsupported(codec: string): void;
}

/** A WebCodecs decoder with a bounded queue: when it falls behind, it drops packets up to the next keyframe and counts them. */
export class FrameDecoder {
  readonly #events: FrameDecoderEvents;
  readonly #times = new Map<number, FrameTimes>();
  #decoder: VideoDecoder | undefined;
  #format: VideoFormat | undefined;
  #timestamp = 0;
  #lastSequence: number | undefined;
  #needsKeyframe = true;
  #configuredAtMs = 0;
  #isPaused = false;
  #keyframeRequestedAtMs = Number.NEGATIVE_INFINITY;
  #framesDecoded = 0;
  #drops = 0;
  #skipped = 0;
  #errors = 0;
  #keyframeRequests = 0;

  constructor(events: FrameDecoderEvents) {
    this.#events = events;
  }

  get counts(): PlayerCounts {
    return {
      framesDecoded: this.#framesDecoded,
      drops: this.#drops,
      skipped: this.#skipped,
      errors: this.#errors,
      keyframeRequests: this.#keyframeRequests,
    };
  }

  /** Packets inside the decoder. */
  get queueSize(): number {
    return this.#decoder?.decodeQueueSize ?? 0;
  }

  /** Sets the format of the packets to come; the next one must be a keyframe. */
  configure(format: VideoFormat): void {
    this.#format = format;
    this.#restart();
    this.#configuredAtMs = performance.now();
  }

  /** Borrows the packet's data: WebCodecs copies it. */
  decode(packet: ReceivedPacket): void {
    const isContinuous = this.#lastSequence === undefined || packet.sequence === (this.#lastSequence + 1) >>> 0;
    this.#lastSequence = packet.sequence;
    if (this.#isPaused) {
      this.#skipped++;
      return;
    }
    if (packet.isKeyframe) this.#startAtKeyframe();
    else if (packet.discontinuity || !isContinuous) this.#needsKeyframe = true;
    if (this.#isQueueFull()) this.#restart();
    if (this.#needsKeyframe || this.#decoder?.state !== 'configured') {
      this.#drops++;
      this.#requestKeyframe();
      return;
    }
    this.#submit(this.#decoder, packet);
  }

  /** Skips packets until {@link resume}, for a hidden page. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Continues with the next keyframe. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#restart();
    this.#requestKeyframe();
  }

  /** Prepares for a new connection, which restarts the sequence numbers and sends its format. */
  reset(): void {
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

  #startAtKeyframe(): void {
    if (this.queueSize > MAX_PACKETS_BEFORE_KEYFRAME) this.#restart();
    if (this.#decoder?.state !== 'configured') this.#open();
    this.#needsKeyframe = false;
  }

  #isQueueFull(): boolean {
    const isCatchingUp = performance.now() - this.#configuredAtMs < CATCH_UP_MS;
    return this.queueSize > (isCatchingUp ? MAX_CATCH_UP_PACKETS : MAX_QUEUED_PACKETS);
  }

  #submit(decoder: VideoDecoder, packet: ReceivedPacket): void {
    // The decoder's timestamps count packets: they identify a frame's times, and pts repeat when a file loops.
    const timestamp = this.#timestamp++;
    this.#times.set(timestamp, { pts: packet.pts, capturedAt: packet.capturedAt, isBacklog: packet.backlog });
    const type = packet.isKeyframe ? 'key' : 'delta';
    try {
      decoder.decode(new EncodedVideoChunk({ type, timestamp, data: packet.data }));
    } catch (cause) {
      this.#fail(decoder, cause);
    }
  }

  /** Drops the packets inside the decoder; the next one must be a keyframe. */
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
    this.#events.onFrame(frame, times);
  }

  #fail(decoder: VideoDecoder, cause: unknown): void {
    if (decoder !== this.#decoder) return;
    const name = cause instanceof Error ? cause.name : ''; // DOMException is an Error
    const isUnsupported = name === 'NotSupportedError' || name === 'TypeError';
    this.#errors++;
    this.#drops += this.#times.size;
    this.close();
    if (isUnsupported) this.#events.onUnsupported(this.#format?.codec ?? '');
    else this.#requestKeyframe();
  }

  #requestKeyframe(): void {
    const nowMs = performance.now();
    if (nowMs - this.#keyframeRequestedAtMs < MIN_KEYFRAME_REQUEST_INTERVAL_MS) return;
    this.#keyframeRequestedAtMs = nowMs;
    this.#keyframeRequests++;
    this.#events.onKeyframeNeeded();
  }
}
