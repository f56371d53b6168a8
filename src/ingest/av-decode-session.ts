import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { fromSeconds, micros, microsToTicks, ticksToMicros, type Micros, type TimeBase } from '../core/time.js';
import { endsBefore, reason } from './av-errors.js';
import type { DecodedFormat } from './av-frame-pool.js';
import { AvInput } from './av-input.js';
import { AvPacketReader } from './av-packet-reader.js';
import { AvFramePipeline } from './av-frame-pipeline.js';
import { frameRateOf } from './av-stream.js';
import { ClipWindow } from './clip-window.js';
import type { OpenPlan } from './open-plan.js';
import type { DecodeSession, SessionContext, SessionEnd, SessionInfo, TimedFrame } from './decode-session.js';

/** How far before its start a seek is tried again, seconds, where the first landed too late (streams without an index). */
const SEEK_BACK_S = [0, 2, 10] as const;
/** A file that ends so much before its stated length is told to be cut off, microseconds. */
const CUT_OFF_MICROS = 1_000_000;

interface AvDecodeSessionOptions {
  readonly input: AvInput;
  readonly plan: OpenPlan;
  readonly context: SessionContext;
  readonly window: ClipWindow;
  readonly maker: AvFramePipeline;
  readonly isLive: boolean;
}

/** One input through libav: demuxed, decoded, converted. Survives corrupt packets and a change of codec or size. */
export class AvDecodeSession implements DecodeSession {
  /** True when the world does not wait for this input. */
  readonly isLive: boolean;
  /** The opened container, for whoever looks closer. */
  readonly input: AvInput;
  readonly #plan: OpenPlan;
  readonly #context: SessionContext;
  readonly #window: ClipWindow;
  readonly #reader: AvPacketReader;
  readonly #maker: AvFramePipeline;
  #first: readonly TimedFrame[] = [];
  #format: DecodedFormat | undefined;
  #info: SessionInfo | undefined;
  #pending: Promise<unknown> | undefined;
  #ended: SessionEnd | undefined;
  #closed = false;

  private constructor({ input, plan, context, window, maker, isLive }: AvDecodeSessionOptions) {
    this.isLive = isLive;
    this.input = input;
    this.#plan = plan;
    this.#context = context;
    this.#window = window;
    this.#maker = maker;
    this.#reader = new AvPacketReader(input, context.counts, isLive);
  }

  /** Opens an input and decodes its first picture, so that all is known of it. Rejects as {@link AvInput.open} does. */
  static async open(plan: OpenPlan, context: SessionContext, signal?: AbortSignal): Promise<AvDecodeSession> {
    const input = await AvInput.open(plan, signal);
    const onAbort = (): void => input.interrupt();
    signal?.addEventListener('abort', onAbort, { once: true });
    let run: AvDecodeSession | undefined;
    try {
      run = await AvDecodeSession.#prepare(input, plan, context);
      await run.#begin();
      signal?.throwIfAborted();
      return run;
    } catch (error) {
      await (run ?? input).close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  static async #prepare(input: AvInput, plan: OpenPlan, context: SessionContext): Promise<AvDecodeSession> {
    const { options, pool, counts } = context;
    const found = plan.live === 'unknown' ? input.durationMicros === undefined : plan.live === 'yes';
    const isLive = options.live ?? found;
    const window = new ClipWindow({
      timeBase: input.timeBase,
      origin: micros(input.startMicros),
      startS: isLive ? 0 : options.startS,
      durationS: isLive ? undefined : options.durationS,
    });
    const decoder = { lowDelay: isLive, threads: options.decoderThreads, label: plan.label };
    const maker = await AvFramePipeline.open(input.video, { decoder, pool, counts, window });
    return new AvDecodeSession({ input, plan, context, window, maker, isLive });
  }

  /** True when the input comes in segments of seconds, each as a whole. */
  get isSegmented(): boolean {
    return /^(hls|dash)\b/.test(this.input.container);
  }

  get format(): DecodedFormat {
    if (!this.#format) throw new TypeError('the run has no picture yet');
    return this.#format;
  }

  get ended(): SessionEnd | undefined {
    return this.#ended;
  }

  get info(): SessionInfo {
    this.#info ??= this.#describe();
    return this.#info;
  }

  next(): Promise<readonly TimedFrame[] | undefined> {
    const step = this.#step();
    this.#pending = step.catch(() => undefined);
    return step;
  }

  interrupt(): void {
    this.input.interrupt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.interrupt();
    await this.#pending;
    this.#giveBack();
    this.#maker.close();
    this.#reader.close();
    await this.input.close();
  }

  async #begin(): Promise<void> {
    const { startTicks } = this.#window;
    if (startTicks === undefined) await this.#prime();
    else await this.#primeAt(startTicks);
    this.#format = this.#first[0]?.format;
    if (this.#format || this.input.interrupted) return;
    throw this.#nothing();
  }

  /** Decodes up to the first picture, which the next `next` gives. */
  async #prime(): Promise<void> {
    while (this.#first.length === 0) {
      const pictures = await this.next();
      if (!pictures) return;
      this.#first = pictures;
    }
  }

  async #primeAt(startTicks: bigint): Promise<void> {
    const timeBase = this.input.timeBase;
    for (const back of SEEK_BACK_S) {
      this.#giveBack();
      const sought = await this.#seek(startTicks - microsToTicks(fromSeconds(back), timeBase));
      await this.#prime();
      if (!sought || !this.#landedLate(timeBase)) return;
    }
  }

  async #seek(ticks: bigint): Promise<boolean> {
    if (!(await this.input.seek(ticks))) return false;
    this.#maker.reset();
    this.#reader.reset();
    this.#ended = undefined;
    return true;
  }

  /** True when the first picture comes more than a frame after the start that was asked for. */
  #landedLate(timeBase: TimeBase): boolean {
    const first = this.#first[0];
    if (!first) return true;
    const length = first.duration > 0 ? first.duration : ticksToMicros(1n, timeBase);
    return (first.sourcePts ?? 0) > length * 1.5;
  }

  #nothing(): NocturneError {
    const { label } = this.#plan;
    const { startS } = this.#context.options;
    if (startS > 0 && this.#maker.lastTicks !== undefined) return endsBefore(label, startS);
    if (!this.input.isSeekable && this.#ended === 'failed' && /\bmp4\b/.test(this.input.container)) {
      const message = `${label} is an MP4 with its index at the end, and it can only be read forwards.`;
      return new NocturneError({ code: 'INPUT_NOT_SEEKABLE', stage: 'ingest', message });
    }
    const message = `${label} has video, but no picture of it could be decoded.`;
    return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
  }

  async #step(): Promise<readonly TimedFrame[] | undefined> {
    if (this.#first.length > 0) {
      const first = this.#first;
      this.#first = [];
      return first;
    }
    if (this.#ended) return undefined;
    const reading = this.#reader.read();
    const code = typeof reading === 'number' ? reading : await reading;
    if (code < 0) return this.#finish(code);
    const changed = this.#reader.takeChange();
    const pictures = changed ? await this.#maker.change(changed) : [];
    if (changed) this.#info = undefined;
    pictures.push(...(await this.#maker.make(this.#reader.packet)));
    if (this.#maker.isPastWindow) this.#ended = 'end';
    return pictures;
  }

  async #finish(code: number): Promise<readonly TimedFrame[] | undefined> {
    this.#ended = this.input.interrupted ? 'interrupted' : code === av.AVERROR_EOF ? 'end' : 'failed';
    if (this.#ended === 'interrupted') return undefined;
    const { logger } = this.#context.options;
    const { label } = this.#plan;
    const rest = await this.#maker.finish();
    // Before the first picture the failure to open tells it.
    const isOpen = this.#format !== undefined || rest.length > 0;
    if (this.#ended === 'failed' && isOpen) logger.warn({ input: label, reason: reason(code) }, 'reading broke off');
    const missing = this.#missingMicros();
    if (missing > CUT_OFF_MICROS) {
      logger.warn(
        { input: label, missingS: missing / 1e6 },
        'the input ends before its stated length: it seems cut off',
      );
    }
    return rest;
  }

  #describe(): SessionInfo {
    return {
      timeBase: this.input.timeBase,
      frameRate: frameRateOf(this.input.video) || this.#maker.frameRate,
      duration: this.#duration(),
      codec: this.#maker.codec,
      description: `${this.input.containerTitle}, ${this.#plan.label}`,
      hasSound: this.input.streams.some((stream) => stream.codecpar.codecType === av.AVMEDIA_TYPE_AUDIO),
      notices: this.#plan.notices,
    };
  }

  #duration(): Micros | undefined {
    const whole = this.input.durationMicros;
    return whole === undefined || this.isLive ? undefined : this.#window.lengthOf(micros(whole));
  }

  /** How much of its stated length a file lacks, where its own end was asked for. */
  #missingMicros(): number {
    const whole = this.input.durationMicros;
    const { lastTicks } = this.#maker;
    if (whole === undefined || this.isLive || lastTicks === undefined || this.#window.hasEnd) return 0;
    return whole - (ticksToMicros(lastTicks, this.input.timeBase) - this.input.startMicros);
  }

  #giveBack(): void {
    for (const { native } of this.#first) this.#context.pool.give(native);
    this.#first = [];
  }
}
