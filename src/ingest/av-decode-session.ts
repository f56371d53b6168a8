import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { fromSeconds, micros, microsToTicks, ticksToMicros, type Micros, type TimeBase } from '../core/time.js';
import { inputTooShort, errorText } from './av-errors.js';
import type { DecodedFormat } from './av-frame-pool.js';
import { AvInput } from './av-input.js';
import { AvPacketReader } from './av-packet-reader.js';
import { AvFramePipeline } from './av-frame-pipeline.js';
import { frameRateOf } from './av-stream.js';
import { ClipWindow } from './clip-window.js';
import type { OpenPlan } from './open-plan.js';
import { splitAtChange } from './split-at-change.js';
import type { SessionContext, SessionEndReason, SessionInfo, TimedFrame, VideoSession } from './decode-session.js';

/** Seconds before the start to seek to; each next one is tried when the last landed too late (streams without an index). */
const SEEK_BACK_S = [0, 2, 10] as const;
/** A file that ends this much before its stated duration is reported as truncated, microseconds. */
const MIN_TRUNCATION_MICROS = 1_000_000;

interface AvDecodeSessionOptions {
  readonly input: AvInput;
  readonly plan: OpenPlan;
  readonly context: SessionContext;
  readonly window: ClipWindow;
  readonly pipeline: AvFramePipeline;
  readonly isLive: boolean;
}

/** Reads one input through libav: demuxes, decodes, converts. Survives corrupt packets and changes of codec or size. */
export class AvDecodeSession implements VideoSession {
  /** True for an input that does not wait for its consumer. */
  readonly isLive: boolean;
  readonly #plan: OpenPlan;
  readonly #context: SessionContext;
  readonly #window: ClipWindow;
  #input: AvInput;
  #reader: AvPacketReader;
  /** Of the whole input; undefined when the container has none. */
  readonly #durationMicros: number | undefined;
  /** Offset in the file where `#input` begins, bytes. */
  #inputOffset = 0;
  readonly #pipeline: AvFramePipeline;
  /** Frames decoded while opening, which the next `next` returns. */
  #firstFrames: readonly TimedFrame[] = [];
  #format: DecodedFormat | undefined;
  #info: SessionInfo | undefined;
  #pending: Promise<unknown> | undefined;
  #endReason: SessionEndReason | undefined;
  #isClosed = false;

  private constructor({ input, plan, context, window, pipeline, isLive }: AvDecodeSessionOptions) {
    this.isLive = isLive;
    this.#input = input;
    this.#durationMicros = input.durationMicros;
    this.#plan = plan;
    this.#context = context;
    this.#window = window;
    this.#pipeline = pipeline;
    this.#reader = new AvPacketReader(input, context.counts, isLive);
  }

  /** Opens an input and decodes its first frame, so that `info` and `format` are known. Rejects as {@link AvInput.open} does. */
  static async open(plan: OpenPlan, context: SessionContext, signal?: AbortSignal): Promise<AvDecodeSession> {
    const input = await AvInput.open(plan, signal);
    const onAbort = (): void => input.interrupt();
    signal?.addEventListener('abort', onAbort, { once: true });
    let session: AvDecodeSession | undefined;
    try {
      session = await AvDecodeSession.#create(input, plan, context);
      await session.#decodeFirstFrame();
      signal?.throwIfAborted();
      return session;
    } catch (error) {
      await (session ?? input).close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  static async #create(input: AvInput, plan: OpenPlan, context: SessionContext): Promise<AvDecodeSession> {
    const { options, pool, counts } = context;
    const isFoundLive = plan.live === 'unknown' ? input.durationMicros === undefined : plan.live === 'yes';
    const isLive = options.live ?? isFoundLive;
    const window = new ClipWindow({
      timeBase: input.timeBase,
      origin: micros(input.startMicros),
      isWallClock: input.isWallClock,
      startS: isLive ? 0 : options.startS,
      durationS: isLive ? undefined : options.durationS,
    });
    const { label, maxPixels } = plan;
    const { decoderThreads: threads, hwaccel = 'none' } = options;
    const decoder = { lowDelay: isLive, threads, label, maxPixels, hwaccel };
    const pipeline = await AvFramePipeline.open(input.video, { decoder, pool, counts, window });
    return new AvDecodeSession({ input, plan, context, window, pipeline, isLive });
  }

  /** The opened container. */
  get input(): AvInput {
    return this.#input;
  }

  /** True when the input arrives in segments of several seconds. */
  get isSegmented(): boolean {
    return /^(hls|dash)\b/.test(this.#input.container);
  }

  get format(): DecodedFormat {
    if (!this.#format) throw new TypeError('the session has no frame yet');
    return this.#format;
  }

  get endReason(): SessionEndReason | undefined {
    return this.#endReason;
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
    this.#input.interrupt();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.interrupt();
    await this.#pending;
    this.#releaseFirstFrames();
    this.#pipeline.close();
    this.#reader.close();
    await this.#input.close();
  }

  async #decodeFirstFrame(): Promise<void> {
    const { startTicks } = this.#window;
    if (startTicks === undefined) await this.#readFirstFrames();
    else await this.#seekToStart(startTicks);
    this.#format = this.#firstFrames[0]?.format;
    if (this.#format || this.#input.isInterrupted) return;
    throw this.#noFrameError();
  }

  async #readFirstFrames(): Promise<void> {
    while (this.#firstFrames.length === 0) {
      const frames = await this.next();
      if (!frames) return;
      this.#firstFrames = frames;
    }
  }

  async #seekToStart(startTicks: bigint): Promise<void> {
    const timeBase = this.#input.timeBase;
    for (const backS of SEEK_BACK_S) {
      this.#releaseFirstFrames();
      const isSought = await this.#seek(startTicks - microsToTicks(fromSeconds(backS), timeBase));
      await this.#readFirstFrames();
      if (!isSought || !this.#isFirstFrameLate(timeBase)) return;
    }
  }

  async #seek(ticks: bigint): Promise<boolean> {
    if (!(await this.#input.seek(ticks))) return false;
    this.#pipeline.reset();
    this.#reader.reset();
    this.#endReason = undefined;
    return true;
  }

  /** True when the first frame is missing or comes more than 1.5 frame durations after the start. */
  #isFirstFrameLate(timeBase: TimeBase): boolean {
    const frame = this.#firstFrames[0];
    if (!frame) return true;
    const duration = frame.duration > 0 ? frame.duration : ticksToMicros(1n, timeBase);
    return (frame.sourcePts ?? 0) > duration * 1.5;
  }

  #noFrameError(): NocturneError {
    const { label } = this.#plan;
    const { startS } = this.#context.options;
    if (startS > 0 && this.#pipeline.lastEndTicks !== undefined) return inputTooShort(label, startS);
    if (!this.#input.isSeekable && this.#endReason === 'failed' && /\bmp4\b/.test(this.#input.container)) {
      const message = `${label} is an MP4 with its index at the end: it must be seekable, and this input is not.`;
      return new NocturneError({ code: 'INPUT_NOT_SEEKABLE', stage: 'ingest', message });
    }
    const message = `${label} has a video stream, but none of its frames could be decoded.`;
    return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message });
  }

  async #step(): Promise<readonly TimedFrame[] | undefined> {
    if (this.#firstFrames.length > 0) {
      const frames = this.#firstFrames;
      this.#firstFrames = [];
      return frames;
    }
    if (this.#endReason) return undefined;
    const reading = this.#reader.read();
    const code = typeof reading === 'number' ? reading : await reading;
    if (code < 0) return this.#finish(code);
    const stream = this.#reader.takeStreamChange();
    const last = stream && (await this.#splitAtChange());
    if (last) return last;
    const frames = stream ? await this.#pipeline.switchStream(stream) : [];
    if (stream) this.#info = undefined;
    frames.push(...(await this.#pipeline.decode(this.#reader.packet)));
    if (this.#pipeline.isPastWindow) this.#endReason = 'end';
    return frames;
  }

  /** Reads a file on from where its streams change. Returns the last frames before it; undefined where it cannot be split. */
  async #splitAtChange(): Promise<TimedFrame[] | undefined> {
    if (this.#reader.lastOffset < 0) return undefined; // nothing comes before the change
    const lastOffset = this.#inputOffset + this.#reader.lastOffset;
    const { counts } = this.#context;
    const pipeline = this.#pipeline;
    const rest = await splitAtChange({ plan: this.#plan, input: this.#input, lastOffset, pipeline, counts });
    if (!rest) return undefined;
    if (this.#input.isInterrupted) rest.input.interrupt();
    await this.#input.close();
    this.#reader.close();
    this.#input = rest.input;
    this.#inputOffset = rest.offset;
    this.#reader = new AvPacketReader(rest.input, counts, this.isLive);
    this.#info = undefined;
    return rest.frames;
  }

  async #finish(code: number): Promise<readonly TimedFrame[] | undefined> {
    this.#endReason = this.#input.isInterrupted ? 'interrupted' : code === av.AVERROR_EOF ? 'end' : 'failed';
    if (this.#endReason === 'interrupted') return undefined;
    const { logger } = this.#context.options;
    const { label } = this.#plan;
    const frames = await this.#pipeline.flush();
    // Before the first frame, the error from opening reports the failure.
    const isOpened = this.#format !== undefined || frames.length > 0;
    if (this.#endReason === 'failed' && isOpened) {
      logger.warn({ input: label, reason: errorText(code) }, 'reading failed before the end of the input');
    }
    this.#reportTruncation();
    return frames;
  }

  #describe(): SessionInfo {
    return {
      timeBase: this.#input.timeBase,
      frameRate: frameRateOf(this.#input.video) || this.#pipeline.frameRate,
      duration: this.#duration(),
      isDurationStated: this.#durationMicros !== undefined && !this.#input.mayJump,
      codec: this.#pipeline.codec,
      description: `${this.#input.containerTitle}, ${this.#plan.label}`,
      hasSound: this.#input.streams.some((stream) => stream.codecpar.codecType === av.AVMEDIA_TYPE_AUDIO),
      notices: [...this.#plan.notices, ...this.#pipeline.notices],
    };
  }

  #duration(): Micros | undefined {
    const durationMicros = this.#durationMicros;
    return durationMicros === undefined || this.isLive ? undefined : this.#window.durationIn(micros(durationMicros));
  }

  #reportTruncation(): void {
    const { faults } = this.#context.counts;
    const missing = this.#missingMicros();
    if (missing > MIN_TRUNCATION_MICROS) {
      faults.add(`truncated input: it ends ${(missing / 1e6).toFixed(1)} s before its stated end`);
    } else if (this.#endReason === 'end' && this.#input.endsInsidePacket) {
      faults.add('truncated input: it ends in the middle of a packet');
    }
  }

  /** How much of its stated duration a file lacks; 0 when the window may end before the file. */
  #missingMicros(): number {
    const durationMicros = this.#input.statedDurationMicros;
    const { lastEndTicks } = this.#pipeline;
    if (durationMicros === undefined || this.isLive || lastEndTicks === undefined || this.#window.hasEnd) return 0;
    return durationMicros - (ticksToMicros(lastEndTicks, this.#input.timeBase) - this.#input.startMicros);
  }

  #releaseFirstFrames(): void {
    for (const frame of this.#firstFrames) this.#context.pool.release(frame);
    this.#firstFrames = [];
  }
}
