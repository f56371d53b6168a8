import { Dictionary, FormatContext, InputFormat, IOContext, Log, type Packet, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import type { TimeBase } from '../core/time.js';
import { openError } from './av-errors.js';
import type { OpenPlan } from './open-plan.js';
import { StdinReader } from './stdin-reader.js';

/** Demuxers that paint any text as a picture; a text file is no video unless somebody asks for it by --input-format. */
const TEXT_ART: readonly string[] = ['tty', 'bin', 'xbin', 'idf', 'adf'];
/** Bytes asked of standard input at a time. */
const STDIN_BLOCK_BYTES = 65_536;

/** An opened container: its packets, and a way to stop any wait at once. Used by one reader at a time. */
export class AvInput implements AsyncDisposable {
  readonly #plan: OpenPlan;
  readonly #context = new FormatContext();
  #stdin: StdinReader | undefined;
  #io: IOContext | undefined;
  #pending: Promise<number> | undefined;
  #isOpen = false;
  #interrupted = false;
  #video: Stream | undefined;

  private constructor(plan: OpenPlan) {
    this.#plan = plan;
  }

  /**
   * Opens the input and finds its video. Rejects with the signal's reason when it aborts, within moments; else with a
   * NocturneError that says what is wrong.
   */
  static async open(plan: OpenPlan, signal?: AbortSignal): Promise<AvInput> {
    signal?.throwIfAborted();
    const input = new AvInput(plan);
    const patience = new AbortController();
    const onAbort = (): void => input.interrupt();
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      plan.timeoutMs > 0
        ? setTimeout(() => {
            patience.abort();
            input.interrupt();
          }, plan.timeoutMs)
        : undefined;
    try {
      await input.#open();
      return input;
    } catch (error) {
      await input.close();
      signal?.throwIfAborted();
      throw patience.signal.aborted ? noAnswer(plan) : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Container as FFmpeg names it. */
  get container(): string {
    return this.#context.iformat?.name ?? '';
  }

  /** The same for people. */
  get containerTitle(): string {
    return this.#context.iformat?.longName ?? this.container;
  }

  /** Streams as they are now; a broadcast may gain some while it is read. */
  get streams(): readonly Stream[] {
    return this.#context.streams;
  }

  /** The video stream being read. */
  get video(): Stream {
    if (!this.#video) throw new TypeError('the input is not open');
    return this.#video;
  }

  /** What the video's ticks count. */
  get timeBase(): TimeBase {
    const { num, den } = this.video.timeBase;
    return { num, den };
  }

  /** Length in microseconds; undefined when the container does not say. */
  get durationMicros(): number | undefined {
    const duration = this.#context.duration;
    return duration === av.AV_NOPTS_VALUE || duration <= 0n ? undefined : Number(duration);
  }

  /** First time stamp in microseconds; 0 when the container does not say. */
  get startMicros(): number {
    const start = this.#context.startTime;
    return start === av.AV_NOPTS_VALUE ? 0 : Number(start);
  }

  /** Whether it can be read at any place; else forwards alone. */
  get isSeekable(): boolean {
    return (this.#context.pb?.seekable ?? 0) !== 0;
  }

  get interrupted(): boolean {
    return this.#interrupted;
  }

  /**
   * The next packet of any stream, into `packet`: 0, or libav's negative code. Direct for a regular file, which never
   * waits; a promise for whatever may.
   */
  read(packet: Packet): number | Promise<number> {
    if (this.#interrupted) return av.AVERROR_EXIT;
    if (this.#plan.isLocalFile) return this.#context.readFrameSync(packet);
    return this.#guard(this.#context.readFrame(packet));
  }

  /** Goes to the last point at or before `ticks` of the video stream's clock where decoding can start. */
  async seek(ticks: bigint): Promise<boolean> {
    if (this.#interrupted) return false;
    return (await this.#guard(this.#context.seekFrame(this.video.index, ticks, av.AVSEEK_FLAG_BACKWARD))) >= 0;
  }

  /** Reads another video stream from now on: a broadcast that replaced its own. */
  choose(stream: Stream): void {
    if (this.#video) this.#video.discard = av.AVDISCARD_ALL;
    stream.discard = av.AVDISCARD_DEFAULT;
    this.#video = stream;
  }

  /** Ends an open or a read in flight at once, from any place; the input can only be closed then. */
  interrupt(): void {
    this.#interrupted = true;
    this.#stdin?.close();
    this.#context.interrupt();
  }

  /** Waits for what is in flight, which it ends, then frees everything. Idempotent, never throws. */
  async close(): Promise<void> {
    this.interrupt();
    await this.#pending?.catch(() => undefined);
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#io) this.#context.pb = null;
    await this.#context.closeInput().catch(() => undefined);
    this.#io?.freeContext();
    this.#io = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(): Promise<void> {
    const { label, options, format } = this.#plan;
    // libav writes to the terminal by itself, a broken JPEG at its level `fatal`; what matters is told through errors and counts.
    Log.setLevel(av.AV_LOG_PANIC);
    const inputFormat = format === undefined ? null : InputFormat.findInputFormat(format);
    if (format !== undefined && !inputFormat) {
      throw new NocturneError({
        code: 'INPUT_UNSUPPORTED',
        stage: 'ingest',
        message: `no input format is named ${format}.`,
      });
    }
    this.#context.allocContext();
    this.#isOpen = true;
    if (this.#plan.isStdin) this.#attachStdin();
    using dictionary = Dictionary.fromObject({ ...options });
    this.#check(await this.#guard(this.#context.openInput(this.#plan.url, inputFormat, dictionary)));
    if (!inputFormat && TEXT_ART.includes(this.container)) throw openError(av.AVERROR_INVALIDDATA, label, false);
    // Pictures in a row without times, which libav would count as 25 a second whatever their rate: the clock knows.
    if (this.container === 'mpjpeg') this.#context.setOption('use_wallclock_as_timestamps', '1');
    this.#check(await this.#guard(this.#context.findStreamInfo()));
    const index = this.#context.findBestStream(av.AVMEDIA_TYPE_VIDEO);
    const streams = this.streams;
    const video = streams[index];
    // A song's cover is a still picture beside the sound, not its video.
    if (!video || video.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC))
      throw openError(av.AVERROR_STREAM_NOT_FOUND, label, false);
    for (const stream of streams) stream.discard = stream.index === index ? av.AVDISCARD_DEFAULT : av.AVDISCARD_ALL;
    this.#video = video;
  }

  #attachStdin(): void {
    const reader = StdinReader.open();
    this.#stdin = reader;
    this.#io = new IOContext();
    this.#io.allocContextWithCallbacks(STDIN_BLOCK_BYTES, 0, (size) => reader.read(size));
    this.#context.pb = this.#io;
  }

  #check(code: number): void {
    if (code >= 0 && !this.#interrupted) return;
    const isNetwork = !this.#plan.isLocalFile && !this.#plan.isStdin;
    throw openError(this.#interrupted ? av.AVERROR_EXIT : code, this.#plan.label, isNetwork);
  }

  async #guard(operation: Promise<number>): Promise<number> {
    this.#pending = operation;
    try {
      return await operation;
    } finally {
      this.#pending = undefined;
    }
  }
}

function noAnswer(plan: OpenPlan): NocturneError {
  const seconds = plan.timeoutMs / 1000;
  return new NocturneError({
    code: 'INPUT_REFUSED',
    stage: 'ingest',
    message: plan.isListening
      ? `nobody sent video to ${plan.label} within ${seconds} s.`
      : `${plan.label} gave no video within ${seconds} s.`,
  });
}
