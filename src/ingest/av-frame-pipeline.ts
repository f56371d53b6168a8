import type { Frame as AvFrame, Packet, Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { ticksToMicros, wallClock, type TimeBase } from '../core/time.js';
import { checkVideoSize } from '../image/size-limits.js';
import { AvConverter } from './av-converter.js';
import { AvDecoder, type AvDecoderOptions } from './av-decoder.js';
import type { AvFramePool, DecodedFrame } from './av-frame-pool.js';
import { cropOf, sampleAspectOf } from './av-stream.js';
import type { ClipWindow } from './clip-window.js';
import type { SessionCounts, TimedFrame } from './decode-session.js';

/** Options of an {@link AvFramePipeline}. */
export interface AvFramePipelineOptions {
  readonly decoder: AvDecoderOptions;
  readonly pool: AvFramePool;
  readonly counts: SessionCounts;
  readonly window: ClipWindow;
}

/** Decodes and converts the packets of one video stream to I420 frames inside the clip window. */
export class AvFramePipeline implements Disposable {
  readonly #options: AvFramePipelineOptions;
  #decoder: AvDecoder;
  #converter: AvConverter;
  #timeBase: TimeBase;
  /** Corrupt packets of the decoder that `counts` already includes. */
  #reportedCorruptCount = 0;
  #lastEndTicks: bigint | undefined;
  #isPastWindow = false;

  private constructor(options: AvFramePipelineOptions, stream: Stream, decoder: AvDecoder) {
    this.#options = options;
    this.#decoder = decoder;
    this.#converter = new AvConverter(options.pool, sampleAspectOf(stream), cropOf(stream));
    this.#timeBase = { num: stream.timeBase.num, den: stream.timeBase.den };
  }

  /** Opens the decoder of a stream. Rejects as {@link AvDecoder.open} does, also where its frames are too large. */
  static async open(stream: Stream, options: AvFramePipelineOptions): Promise<AvFramePipeline> {
    checkVideoSize(stream.codecpar.width, stream.codecpar.height, options.decoder.label);
    return new AvFramePipeline(options, stream, await AvDecoder.open(stream, options.decoder));
  }

  /** FFmpeg's name of the current codec. */
  get codec(): string {
    return this.#decoder.codec;
  }

  /** What really decodes: see {@link AvDecoder.notices}. */
  get notices(): readonly string[] {
    return this.#decoder.notices;
  }

  /** Frames per second from the codec's headers; 0 when unknown. */
  get frameRate(): number {
    return this.#decoder.frameRate;
  }

  /** End of the last decoded frame in ticks of the stream, inside the window or not. */
  get lastEndTicks(): bigint | undefined {
    return this.#lastEndTicks;
  }

  /** True once a decoded frame lies after the window. */
  get isPastWindow(): boolean {
    return this.#isPastWindow;
  }

  /** Borrows a packet and returns the frames that are ready, none or more. Decoding is in flight when this returns. */
  async decode(packet: Packet): Promise<TimedFrame[]> {
    const frames = await this.#decode(packet);
    if (this.#isPastWindow) frames.push(...this.#toTimed(await this.#converter.flush()));
    return frames;
  }

  /** Returns the frames still buffered in decoder and converter, at the end of the stream. */
  async flush(): Promise<TimedFrame[]> {
    return [...(await this.#decode(null)), ...this.#toTimed(await this.#converter.flush())];
  }

  /** Switches to another stream or codec and returns the frames still buffered from the old one. */
  async switchStream(stream: Stream): Promise<TimedFrame[]> {
    const frames = await this.flush();
    checkVideoSize(stream.codecpar.width, stream.codecpar.height, this.#options.decoder.label);
    const decoder = await AvDecoder.open(stream, this.#options.decoder);
    this.#decoder.close();
    this.#decoder = decoder;
    this.#reportedCorruptCount = 0;
    this.#converter.close();
    this.#converter = new AvConverter(this.#options.pool, sampleAspectOf(stream), cropOf(stream));
    this.#timeBase = { num: stream.timeBase.num, den: stream.timeBase.den };
    return frames;
  }

  /** Discards buffered frames, after a seek. */
  reset(): void {
    this.#decoder.flush();
    this.#converter.reset();
    this.#isPastWindow = false;
  }

  /** Idempotent. */
  close(): void {
    this.#decoder.close();
    this.#converter.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #decode(packet: Packet | null): Promise<TimedFrame[]> {
    const avFrames = await this.#decoder.decode(packet);
    const { counts } = this.#options;
    counts.corrupt += this.#decoder.corruptCount - this.#reportedCorruptCount;
    this.#reportedCorruptCount = this.#decoder.corruptCount;
    const frames: TimedFrame[] = [];
    for (const avFrame of avFrames) {
      if (!this.#isOutsideWindow(avFrame)) frames.push(...this.#toTimed(await this.#converter.convert(avFrame)));
      this.#decoder.recycle(avFrame);
    }
    counts.decoded += frames.length;
    return frames;
  }

  /** True for a frame before or after the window, which needs no conversion. */
  #isOutsideWindow(avFrame: AvFrame): boolean {
    const ticks = avFrame.bestEffortTimestamp;
    if (ticks === av.AV_NOPTS_VALUE) return false;
    this.#lastEndTicks = ticks + avFrame.duration;
    const isAfter = this.#options.window.isAfter(ticks);
    this.#isPastWindow ||= isAfter;
    return isAfter || this.#options.window.isBefore(ticks);
  }

  #toTimed(frames: readonly DecodedFrame[]): TimedFrame[] {
    const capturedAt = wallClock();
    const { window } = this.#options;
    return frames.map((frame) => {
      const { pts, duration } = frame.avFrame;
      return {
        ...frame,
        sourcePts: pts === av.AV_NOPTS_VALUE ? undefined : ticksToMicros(window.relativeTicks(pts), this.#timeBase),
        duration: ticksToMicros(duration, this.#timeBase),
        capturedAt,
      };
    });
  }
}
