import { isDeepStrictEqual } from 'node:util';
import type { Frame } from '../../core/frame.js';
import type { FrameSink } from '../../core/frame-sink.js';
import type { Packet, VideoFormat } from '../../core/packet.js';
import { Percentiles, RateMeter } from '../../core/stats.js';
import { wallClock } from '../../core/time.js';
import type { Encoder } from '../../encode/encoder.js';
import type { PacketGate } from './packet-gate.js';

/** Receives the output of a {@link LiveSink}. */
export interface LiveSinkOutput {
  /** Each night frame before it is encoded; borrows it until the call returns. */
  onFrame?(frame: Frame): void;
  onFormat(format: VideoFormat): void;
  /** Takes the packet. */
  onPacket(packet: Packet): void;
  /** Nominal frames per second of the source now; a reconnect may change them. */
  frameRate(): number;
}

/** Window over which the bit rate is measured, milliseconds. */
const RATE_WINDOW_MS = 2000;

/** Encodes night frames and passes the packets on, format first; measures rates and latency. */
export class LiveSink implements FrameSink {
  readonly #encoder: Encoder;
  readonly #gate: PacketGate;
  readonly #output: LiveSinkOutput;
  readonly #latencies = new Percentiles();
  readonly #rate = new RateMeter();
  readonly #recent: { atMs: number; bytes: number }[] = [];
  #format: VideoFormat | undefined;
  #encoded = 0;

  constructor(encoder: Encoder, gate: PacketGate, output: LiveSinkOutput) {
    this.#encoder = encoder;
    this.#gate = gate;
    this.#output = output;
  }

  /** Frames encoded since the start. */
  get framesEncoded(): number {
    return this.#encoded;
  }

  /** Frames a second leaving the encoder. */
  get frameRate(): number {
    return Math.round(this.#rate.perSecond() * 100) / 100;
  }

  /** Bits a second over the last two seconds, of packets that passed the gate. */
  get bitrateBps(): number {
    const now = performance.now();
    this.#dropBefore(now - RATE_WINDOW_MS);
    return this.#recent.reduce((bits, packet) => bits + packet.bytes * 8, 0) / (RATE_WINDOW_MS / 1000);
  }

  /** Capture to packet, milliseconds, p50. */
  get latencyMs(): number {
    return this.#latencies.quantile(0.5);
  }

  async write(frame: Frame): Promise<void> {
    if (this.#gate.isWaitingForKeyframe) this.#encoder.requestKeyframe();
    this.#output.onFrame?.(frame);
    this.#publish(await this.#encoder.encode(frame));
  }

  /** Passes on what the encoder still holds. */
  async flush(): Promise<void> {
    this.#publish(await this.#encoder.flush());
  }

  #publish(packets: readonly Packet[]): void {
    const now = performance.now();
    for (const packet of packets) {
      this.#encoded++;
      this.#rate.mark(now);
      this.#latencies.add((wallClock() - packet.capturedAt) / 1000);
      if (packet.isKeyframe) this.#reportFormat();
      if (!this.#gate.admit(packet)) continue;
      this.#recent.push({ atMs: now, bytes: packet.data.byteLength });
      this.#output.onPacket(packet);
    }
    this.#dropBefore(now - RATE_WINDOW_MS);
  }

  /** Passes a changed format on, before the keyframe that starts with it. */
  #reportFormat(): void {
    if (!this.#encoder.format) return;
    const format = { ...this.#encoder.format, frameRate: this.#output.frameRate() };
    if (isDeepStrictEqual(format, this.#format)) return;
    this.#format = format;
    this.#output.onFormat(format);
  }

  #dropBefore(timeMs: number): void {
    while (this.#recent[0] && this.#recent[0].atMs < timeMs) this.#recent.shift();
  }
}
