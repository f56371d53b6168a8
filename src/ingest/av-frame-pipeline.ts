import type { Frame as AvFrame, Packet, Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { ticksToMicros, wallClock, type TimeBase } from '../core/time.js';
import { AvConverter, type ConvertedFrame } from './av-convert.js';
import { AvDecoder, type DecoderSettings } from './av-decoder.js';
import type { AvFramePool } from './av-frame-pool.js';
import { sampleAspectOf } from './av-stream.js';
import type { ClipWindow } from './clip-window.js';
import type { SessionCounts, TimedFrame } from './decode-session.js';

/** What pictures are made with. */
export interface FramePipelineOptions {
  readonly decoder: DecoderSettings;
  readonly pool: AvFramePool;
  readonly counts: SessionCounts;
  readonly window: ClipWindow;
}

/** From the packets of a video stream to I420 pictures inside the asked window: decoder and converter as one. */
export class AvFramePipeline implements Disposable {
  readonly #options: FramePipelineOptions;
  #decoder: AvDecoder;
  #converter: AvConverter;
  #timeBase: TimeBase;
  #corruptSeen = 0;
  #lastTicks: bigint | undefined;
  #isPastWindow = false;

  private constructor(setup: FramePipelineOptions, stream: Stream, decoder: AvDecoder) {
    this.#options = setup;
    this.#decoder = decoder;
    this.#converter = new AvConverter(setup.pool, sampleAspectOf(stream));
    this.#timeBase = { num: stream.timeBase.num, den: stream.timeBase.den };
  }

  static async open(stream: Stream, setup: FramePipelineOptions): Promise<AvFramePipeline> {
    return new AvFramePipeline(setup, stream, await AvDecoder.open(stream, setup.decoder));
  }

  /** Codec in use, as FFmpeg names it. */
  get codec(): string {
    return this.#decoder.codec;
  }

  /** Frames a second as the codec's own headers tell; 0 when they do not. */
  get frameRate(): number {
    return this.#decoder.frameRate;
  }

  /** End of the last decoded frame in ticks of the stream's clock, inside the window or not. */
  get lastTicks(): bigint | undefined {
    return this.#lastTicks;
  }

  /** True once a frame came that lies after the window. */
  get isPastWindow(): boolean {
    return this.#isPastWindow;
  }

  /** Lends a packet; gives the pictures that became ready. The decoder's work is in flight when this returns. */
  async make(packet: Packet): Promise<TimedFrame[]> {
    const pictures = await this.#decode(packet);
    if (this.#isPastWindow) pictures.push(...this.#timed(await this.#converter.flush()));
    return pictures;
  }

  /** What is still inside; nothing more can be made then. */
  async finish(): Promise<TimedFrame[]> {
    return [...(await this.#decode(null)), ...this.#timed(await this.#converter.flush())];
  }

  /** Goes on with another stream or codec; gives what was still inside. */
  async change(stream: Stream): Promise<TimedFrame[]> {
    const rest = await this.finish();
    const decoder = await AvDecoder.open(stream, this.#options.decoder);
    this.#decoder.close();
    this.#decoder = decoder;
    this.#corruptSeen = 0;
    this.#converter.close();
    this.#converter = new AvConverter(this.#options.pool, sampleAspectOf(stream));
    this.#timeBase = { num: stream.timeBase.num, den: stream.timeBase.den };
    return rest;
  }

  /** Forgets what is inside, after a seek. */
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
    const frames = await this.#decoder.decode(packet);
    const { counts } = this.#options;
    counts.corrupt += this.#decoder.corrupt - this.#corruptSeen;
    this.#corruptSeen = this.#decoder.corrupt;
    const pictures: TimedFrame[] = [];
    for (const frame of frames) {
      if (!this.#isOutside(frame)) pictures.push(...this.#timed(await this.#converter.convert(frame)));
      this.#decoder.recycle(frame);
    }
    counts.decoded += pictures.length;
    return pictures;
  }

  /** True for a frame before or after the window; such are not even converted. */
  #isOutside(frame: AvFrame): boolean {
    const ticks = frame.bestEffortTimestamp;
    if (ticks === av.AV_NOPTS_VALUE) return false;
    this.#lastTicks = ticks + frame.duration;
    const isAfter = this.#options.window.isAfter(ticks);
    this.#isPastWindow ||= isAfter;
    return isAfter || this.#options.window.isBefore(ticks);
  }

  #timed(pictures: readonly ConvertedFrame[]): TimedFrame[] {
    const capturedAt = wallClock();
    const { window } = this.#options;
    return pictures.map(({ native, format, ticks, durationTicks }) => ({
      ...{ native, format, capturedAt },
      sourcePts: ticks === av.AV_NOPTS_VALUE ? undefined : ticksToMicros(window.relative(ticks), this.#timeBase),
      duration: ticksToMicros(durationTicks, this.#timeBase),
    }));
  }
}
