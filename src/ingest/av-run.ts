import { Packet, type Frame as AvFrame, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { fromSeconds, micros, microsToTicks, ticksToMicros, wallClock, type Micros } from '../core/time.js';
import { AvConverter, type ConvertedPicture } from './av-convert.js';
import { AvDecoder } from './av-decoder.js';
import { reason } from './av-errors.js';
import type { AvFramePool, PictureShape } from './av-frame-pool.js';
import { AvInput } from './av-input.js';
import { frameRateOf, sampleAspectOf } from './av-stream.js';
import { ClipWindow } from './clip-window.js';
import type { OpenPlan } from './open-plan.js';
import type { PictureRun, RunCounts, RunEnd, RunInfo, TimedPicture } from './picture-run.js';
import type { SourceOptions } from './source-options.js';

/** Failed reads in a row after which an input is taken as broken off. */
const MAX_READ_FAILURES = 16;
/** How far before its start a seek is tried again, seconds, where the first landed too late (streams without an index). */
const SEEK_BACK_S = [0, 2, 10] as const;

/** What a run needs of its source. */
export interface RunContext {
  readonly options: SourceOptions;
  readonly pool: AvFramePool;
  readonly counts: RunCounts;
}

/** One input through libav: demuxed, decoded, converted. Survives corrupt packets and a change of codec or size. */
export class AvRun implements PictureRun {
  readonly #input: AvInput;
  readonly #plan: OpenPlan;
  readonly #context: RunContext;
  readonly #isLive: boolean;
  readonly #packet = new Packet();
  #decoder: AvDecoder;
  #converter: AvConverter;
  #first: readonly TimedPicture[] = [];
  #shape: PictureShape | undefined;
  /** Pictures of a codec that was replaced, given with the next ones. */
  readonly #carried: TimedPicture[] = [];
  #pending: Promise<unknown> | undefined;
  #ended: RunEnd | undefined;
  #readFailures = 0;
  #corruptSeen = 0;
  #closed = false;
  readonly #window: ClipWindow;
  /** End of the last decoded frame, in ticks of the stream's clock. */
  #lastTicks: bigint | undefined;

  private constructor(parts: {
    input: AvInput;
    plan: OpenPlan;
    context: RunContext;
    decoder: AvDecoder;
    isLive: boolean;
  }) {
    this.#input = parts.input;
    this.#plan = parts.plan;
    this.#context = parts.context;
    this.#decoder = parts.decoder;
    this.#isLive = parts.isLive;
    this.#converter = this.#newConverter();
    this.#packet.alloc();
    const { startS, durationS } = parts.context.options;
    const { timeBase } = parts.input.video;
    this.#window = new ClipWindow({
      timeBase: { num: timeBase.num, den: timeBase.den },
      origin: micros(parts.input.startMicros),
      startS: parts.isLive ? 0 : startS,
      durationS: parts.isLive ? undefined : durationS,
    });
  }

  /** Opens an input and decodes its first picture, so that all is known of it. `live`: as the source decides, or by itself. */
  static async open(plan: OpenPlan, context: RunContext, signal?: AbortSignal): Promise<AvRun> {
    const input = await AvInput.open(plan, signal);
    const isLive =
      context.options.live ?? (plan.live === 'unknown' ? input.durationMicros === undefined : plan.live === 'yes');
    const settings = { lowDelay: isLive, threads: context.options.decoderThreads, label: plan.label };
    const opened = await AvDecoder.open(input.video, settings).catch(async (error: unknown) => {
      await input.close();
      throw error;
    });
    const run = new AvRun({ input, plan, context, decoder: opened, isLive });
    const onAbort = (): void => run.interrupt();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      await run.#begin();
      signal?.throwIfAborted();
      return run;
    } catch (error) {
      await run.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** True when the world does not wait for this input. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** The opened container, for whoever looks closer. */
  get input(): AvInput {
    return this.#input;
  }

  get shape(): PictureShape {
    if (!this.#shape) throw new TypeError('the run has no picture yet');
    return this.#shape;
  }

  get ended(): RunEnd | undefined {
    return this.#ended;
  }

  get info(): RunInfo {
    const { timeBase } = this.#input.video;
    const hasSound = this.#input.streams.some((stream) => stream.codecpar.codecType === av.AVMEDIA_TYPE_AUDIO);
    return {
      timeBase: { num: timeBase.num, den: timeBase.den },
      frameRate: frameRateOf(this.#input.video) || this.#decoder.frameRate,
      duration: this.#duration(),
      codec: this.#decoder.codec,
      description: `${this.#input.containerTitle}, ${this.#plan.label}`,
      notices: [...this.#plan.notices, ...(hasSound ? ['its sound is not carried to viewers'] : [])],
    };
  }

  next(): Promise<readonly TimedPicture[] | undefined> {
    const step = this.#step();
    this.#pending = step.catch(() => undefined);
    return step;
  }

  interrupt(): void {
    this.#input.interrupt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.interrupt();
    await this.#pending;
    this.#giveBack(this.#first);
    this.#giveBack(this.#carried);
    this.#decoder.close();
    this.#converter.close();
    this.#packet.free();
    await this.#input.close();
  }

  async #begin(): Promise<void> {
    const { startTicks } = this.#window;
    if (startTicks === undefined) await this.#prime();
    else await this.#primeAt(startTicks);
    this.#shape = this.#first[0]?.shape;
    if (this.#shape || this.#input.interrupted) return;
    throw this.#nothing();
  }

  async #primeAt(startTicks: bigint): Promise<void> {
    const { timeBase } = this.#input.video;
    for (const back of SEEK_BACK_S) {
      this.#giveBack(this.#first);
      this.#first = [];
      const sought = await this.#seek(startTicks - microsToTicks(fromSeconds(back), timeBase));
      await this.#prime();
      if (!sought || !this.#landedLate(timeBase)) return;
    }
  }

  /** True when the first picture comes more than a frame after the start that was asked for. */
  #landedLate(timeBase: { readonly num: number; readonly den: number }): boolean {
    const first = this.#first[0];
    if (!first?.sourcePts) return this.#first.length === 0;
    const length = first.duration || ticksToMicros(1n, timeBase);
    return first.sourcePts > length * 1.5;
  }

  async #seek(ticks: bigint): Promise<boolean> {
    if (!(await this.#input.seek(ticks))) return false;
    this.#decoder.flush();
    this.#converter.reset();
    this.#ended = undefined;
    this.#readFailures = 0;
    return true;
  }

  async #prime(): Promise<void> {
    while (this.#first.length === 0) {
      const pictures = await this.next();
      if (!pictures) return;
      this.#first = pictures;
    }
  }

  #nothing(): NocturneError {
    const { label } = this.#plan;
    const { startS } = this.#context.options;
    const message =
      startS > 0 && this.#lastTicks !== undefined
        ? `${label} ends before ${startS} s.`
        : `${label} has video, but no picture of it could be decoded.`;
    return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
  }

  async #step(): Promise<readonly TimedPicture[] | undefined> {
    if (this.#first.length > 0) {
      const first = this.#first;
      this.#first = [];
      return first;
    }
    if (this.#ended) return undefined;
    const code = await this.#readVideoPacket();
    if (code < 0) return this.#finish(code);
    const pictures = [...this.#carried.splice(0), ...(await this.#decode(this.#packet))];
    this.#packet.unref();
    if (this.#atEnd()) pictures.push(...this.#timed(await this.#converter.flush()));
    return pictures;
  }

  /** Reads until a packet of the video stream is in `#packet`; else libav's negative code. */
  async #readVideoPacket(): Promise<number> {
    for (;;) {
      // A local file answers at once: then nothing is awaited, and the decoder has its packet before the caller goes on.
      const reading = this.#input.read(this.#packet);
      const code = typeof reading === 'number' ? reading : await reading;
      if (this.#input.interrupted) return av.AVERROR_EXIT;
      if (code === av.AVERROR_EAGAIN) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      if (code < 0) {
        if (code === av.AVERROR_EOF || (code !== av.AVERROR_INVALIDDATA && this.#isLive)) return code;
        if (++this.#readFailures > MAX_READ_FAILURES) return code;
        this.#context.counts.corrupt++;
        continue;
      }
      this.#readFailures = 0;
      if (await this.#isOurs(this.#packet)) return 0;
      this.#packet.unref();
    }
  }

  /** True when the window's end was reached while decoding; `#ended` was set there. */
  #atEnd(): boolean {
    return this.#ended !== undefined;
  }

  /** True for a packet of the video; follows a broadcast that changes its codec or replaces its stream. */
  async #isOurs(packet: Packet): Promise<boolean> {
    const { video } = this.#input;
    if (packet.streamIndex === video.index) {
      if (packet.isKeyframe && video.codecpar.codecId !== this.#decoder.codecId) await this.#changeCodec(video);
      return true;
    }
    const other = this.#input.streams[packet.streamIndex];
    if (other?.codecpar.codecType !== av.AVMEDIA_TYPE_VIDEO || other.discard === av.AVDISCARD_ALL) return false;
    if (other.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC)) return false;
    // All streams but one were discarded at the start, so this one is new.
    this.#input.choose(other);
    await this.#changeCodec(other);
    return true;
  }

  async #changeCodec(stream: Stream): Promise<void> {
    const settings = { lowDelay: this.#isLive, threads: this.#context.options.decoderThreads, label: this.#plan.label };
    const decoder = await AvDecoder.open(stream, settings);
    this.#context.options.logger.info({ from: this.#decoder.codec, to: decoder.codec }, 'the input changed its codec');
    this.#carried.push(...(await this.#decode(null)), ...this.#timed(await this.#converter.flush()));
    this.#decoder.close();
    this.#decoder = decoder;
    this.#corruptSeen = 0;
    this.#converter.close();
    this.#converter = this.#newConverter();
  }

  async #finish(code: number): Promise<readonly TimedPicture[] | undefined> {
    this.#ended = this.#input.interrupted ? 'interrupted' : code === av.AVERROR_EOF ? 'end' : 'failed';
    if (this.#ended === 'interrupted') return undefined;
    const { logger } = this.#context.options;
    const { label } = this.#plan;
    if (this.#ended === 'failed') logger.warn({ input: label, reason: reason(code) }, 'reading broke off');
    const rest = [...(await this.#decode(null)), ...this.#timed(await this.#converter.flush())];
    const missing = this.#missingMicros();
    if (missing > 0) {
      logger.warn(
        { input: label, missingS: missing / 1e6 },
        'the input ends before its stated length: it seems cut off',
      );
    }
    return rest;
  }

  async #decode(packet: Packet | null): Promise<TimedPicture[]> {
    const frames = await this.#decoder.decode(packet);
    const { counts } = this.#context;
    counts.corrupt += this.#decoder.corrupt - this.#corruptSeen;
    this.#corruptSeen = this.#decoder.corrupt;
    const pictures: TimedPicture[] = [];
    for (const frame of frames) {
      if (!this.#isOutside(frame)) pictures.push(...this.#timed(await this.#converter.convert(frame)));
      this.#decoder.recycle(frame);
    }
    counts.decoded += pictures.length;
    return pictures;
  }

  /** True for a frame before the start or after the end that was asked for; such are not even converted. */
  #isOutside(frame: AvFrame): boolean {
    const ticks = frame.bestEffortTimestamp;
    if (ticks === av.AV_NOPTS_VALUE) return false;
    this.#lastTicks = ticks + frame.duration;
    const isAfter = this.#window.isAfter(ticks);
    if (isAfter) this.#ended = 'end';
    return isAfter || this.#window.isBefore(ticks);
  }

  #timed(pictures: readonly ConvertedPicture[]): TimedPicture[] {
    const { timeBase } = this.#input.video;
    const capturedAt = wallClock();
    return pictures.map(({ native, shape, ticks, durationTicks }) => ({
      ...{ native, shape, capturedAt },
      sourcePts: ticks === av.AV_NOPTS_VALUE ? undefined : ticksToMicros(this.#window.relative(ticks), timeBase),
      duration: ticksToMicros(durationTicks, timeBase),
    }));
  }

  #duration(): Micros | undefined {
    const whole = this.#input.durationMicros;
    if (whole === undefined || this.#isLive) return undefined;
    return this.#window.lengthOf(micros(whole));
  }

  /** How much of its stated length a file lacks, when that is more than a second and not asked for; else 0. */
  #missingMicros(): number {
    const whole = this.#input.durationMicros;
    if (whole === undefined || this.#isLive || this.#lastTicks === undefined || this.#window.hasEnd) return 0;
    const last = ticksToMicros(this.#lastTicks, this.#input.video.timeBase) - this.#input.startMicros;
    return whole - last > 1e6 ? whole - last : 0;
  }

  #newConverter(): AvConverter {
    return new AvConverter(this.#context.pool, sampleAspectOf(this.#input.video));
  }

  #giveBack(pictures: readonly TimedPicture[]): void {
    for (const { native } of pictures) this.#context.pool.give(native);
  }
}
