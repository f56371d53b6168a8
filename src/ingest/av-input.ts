import { statSync } from 'node:fs';
import { Dictionary, FormatContext, InputFormat, IOContext, Log, type Packet, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import type { TimeBase } from '../core/time.js';
import { openError } from './av-errors.js';
import { setStreamTags } from './av-stream-tags.js';
import type { OpenPlan } from './open-plan.js';
import { PipeReader } from './pipe-reader.js';

/** Demuxers that render any text as video. A text file is not a video unless --input-format asks for one of them. */
const TEXT_DEMUXERS: readonly string[] = ['tty', 'bin', 'xbin', 'idf', 'adf'];
/** The demuxer that takes any file with an image's name. An image is known by its content, so that only a named format may use it. */
const IMAGE_NAME_DEMUXER = 'image2';
/** Bytes per read of a pipe. */
const PIPE_BLOCK_BYTES = 65_536;

/** Bytes of a packet of a transport stream: broadcast, with a clock before it (M2TS), with error correction. */
const TRANSPORT_PACKET_BYTES = [188, 192, 204] as const;

/** An opened container. Reads its packets and can interrupt any wait at once. One reader at a time. */
export class AvInput implements AsyncDisposable {
  readonly #plan: OpenPlan;
  readonly #context = new FormatContext();
  #pipe: PipeReader | undefined;
  #io: IOContext | undefined;
  #pending: Promise<number> | undefined;
  #isOpen = false;
  #isInterrupted = false;
  #video: Stream | undefined;

  private constructor(plan: OpenPlan) {
    this.#plan = plan;
  }

  /**
   * Opens the input and finds its video stream. Rejects with a NocturneError, or with the signal's reason as soon as it
   * aborts.
   */
  static async open(plan: OpenPlan, signal?: AbortSignal): Promise<AvInput> {
    signal?.throwIfAborted();
    const input = new AvInput(plan);
    const timeout = new AbortController();
    const onAbort = (): void => input.interrupt();
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      plan.timeoutMs > 0
        ? setTimeout(() => {
            timeout.abort();
            input.interrupt();
          }, plan.timeoutMs)
        : undefined;
    try {
      await input.#open();
      return input;
    } catch (error) {
      await input.close();
      signal?.throwIfAborted();
      throw timeout.signal.aborted ? openTimeoutError(plan) : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** FFmpeg's short name of the container. */
  get container(): string {
    return this.#context.iformat?.name ?? '';
  }

  /** FFmpeg's long name of the container, for people. */
  get containerTitle(): string {
    return this.#context.iformat?.longName ?? this.container;
  }

  /** Current streams; a broadcast may add some while it is read. */
  get streams(): readonly Stream[] {
    return this.#context.streams;
  }

  /** The video stream being read. */
  get video(): Stream {
    if (!this.#video) throw new TypeError('the input is not open');
    return this.#video;
  }

  /** Time base of the video stream. */
  get timeBase(): TimeBase {
    const { num, den } = this.video.timeBase;
    return { num, den };
  }

  /** Duration in microseconds; undefined when the container has none. */
  get durationMicros(): number | undefined {
    const duration = this.#context.duration;
    return duration === av.AV_NOPTS_VALUE || duration <= 0n ? undefined : Number(duration);
  }

  /**
   * Duration by the container's header, microseconds. An AVI without its index states only a number of frames; a transport
   * stream states nothing.
   */
  get statedDurationMicros(): number | undefined {
    if (this.mayJump) return undefined;
    const { nbFrames, avgFrameRate } = this.video;
    if (this.container !== 'avi' || nbFrames <= 0n || avgFrameRate.num <= 0) return this.durationMicros;
    return Math.max(this.durationMicros ?? 0, (Number(nbFrames) * 1e6 * avgFrameRate.den) / avgFrameRate.num);
  }

  /** Path of a transport stream in a regular file; undefined for other inputs. */
  get transportFile(): string | undefined {
    const { isLocalFile, url } = this.#plan;
    return this.container === 'mpegts' && isLocalFile ? url.replace(/^(subfile,.*?,,:)?file:/, '') : undefined;
  }

  /** True for a transport stream that ends in the middle of a packet (ISO/IEC 13818-1, 2.4.3.2). */
  get endsInsidePacket(): boolean {
    const path = this.transportFile;
    if (path === undefined) return false;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return TRANSPORT_PACKET_BYTES.every((bytes) => size % bytes !== 0);
  }

  /** First timestamp in microseconds; 0 when the container has none. */
  get startMicros(): number {
    const start = this.#context.startTime;
    return start === av.AV_NOPTS_VALUE ? 0 : Number(start);
  }

  /** True where the timestamps are arrival times: motion JPEG over HTTP has none, and FFmpeg 8.1 assumes 25 frames per second. */
  get isWallClock(): boolean {
    return this.container === 'mpjpeg' && this.#plan.isNetwork;
  }

  /** False when the input can only be read forwards, as standard input; an address may be either. */
  get isSeekable(): boolean {
    return this.#plan.isLocalFile;
  }

  /** True for a container whose timestamps may jump (transport streams): its duration is an estimate from them. */
  get mayJump(): boolean {
    return ((this.#context.iformat?.flags ?? 0) & av.AVFMT_TS_DISCONT) !== 0;
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /**
   * Reads the next packet of any stream into `packet`. Returns 0 or libav's negative code: synchronously for a regular
   * file, which never waits; as a promise for any other input.
   */
  read(packet: Packet): number | Promise<number> {
    if (this.#isInterrupted) return av.AVERROR_EXIT;
    if (this.#plan.isLocalFile) return this.#context.readFrameSync(packet);
    return this.#track(this.#context.readFrame(packet));
  }

  /** Seeks to the last keyframe at or before `ticks` of the video stream. Resolves to false when that is not possible. */
  async seek(ticks: bigint): Promise<boolean> {
    if (this.#isInterrupted) return false;
    return (await this.#track(this.#context.seekFrame(this.video.index, ticks, av.AVSEEK_FLAG_BACKWARD))) >= 0;
  }

  /** Switches to another video stream, when a broadcast replaces its own. */
  switchVideo(stream: Stream): void {
    if (this.#video) this.#video.discard = av.AVDISCARD_ALL;
    stream.discard = av.AVDISCARD_DEFAULT;
    this.#video = stream;
  }

  /** Ends an open or a read in flight at once. Afterwards the input can only be closed. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#pipe?.close();
    this.#context.interrupt();
  }

  /** Interrupts and awaits the operation in flight, then frees everything. Idempotent, never throws. */
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
    // FFmpeg 8.1 logs to the terminal by itself, a broken JPEG even at level `fatal`. Errors and counts report what matters.
    Log.setLevel(av.AV_LOG_PANIC);
    const inputFormat = format === undefined ? null : InputFormat.findInputFormat(format);
    if (format !== undefined && !inputFormat) {
      const message = `unknown input format: ${format}.`;
      throw new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message });
    }
    this.#context.allocContext();
    this.#isOpen = true;
    if (this.#plan.pipe !== undefined) this.#attachPipe(this.#plan.pipe);
    using dictionary = Dictionary.fromObject({ ...options });
    this.#check(await this.#track(this.#context.openInput(this.#plan.url, inputFormat, dictionary)));
    if (!inputFormat && TEXT_DEMUXERS.includes(this.container)) throw openError(av.AVERROR_INVALIDDATA, label, false);
    if (!inputFormat && this.container === IMAGE_NAME_DEMUXER) throw notImageError(label);
    if (this.isWallClock) this.#context.setOption('use_wallclock_as_timestamps', '1');
    this.#discardOversize();
    if (this.#plan.tags) for (const stream of this.streams) setStreamTags(stream, this.#plan.tags);
    this.#check(await this.#track(this.#context.findStreamInfo()));
    this.#video = this.#selectVideo();
  }

  /**
   * Discards streams that are too large, before the search for streams decodes a frame: most containers state its size. Throws
   * NocturneError INPUT_UNSUPPORTED when no other video is left.
   */
  #discardOversize(): void {
    const videos = this.streams.filter(({ codecpar }) => codecpar.codecType === av.AVMEDIA_TYPE_VIDEO);
    let isLeft = false;
    for (const [i, stream] of videos.entries()) {
      try {
        this.#plan.checkSize(stream.codecpar.width, stream.codecpar.height, this.#plan.label);
        isLeft = true;
      } catch (error) {
        stream.discard = av.AVDISCARD_ALL;
        if (!isLeft && i === videos.length - 1) throw error;
      }
    }
  }

  /** Finds the video stream to read and discards all others. */
  #selectVideo(): Stream {
    const best = this.streams[this.#context.findBestStream(av.AVMEDIA_TYPE_VIDEO)];
    const streams = this.streams;
    const isReadable = ({ codecpar, discard }: Stream): boolean =>
      codecpar.codecType === av.AVMEDIA_TYPE_VIDEO && discard !== av.AVDISCARD_ALL;
    const video = best && !isReadable(best) ? streams.find(isReadable) : best;
    // Cover art of an audio file is not a video.
    if (!video || video.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC)) {
      throw openError(av.AVERROR_STREAM_NOT_FOUND, this.#plan.label, false);
    }
    for (const stream of streams)
      stream.discard = stream.index === video.index ? av.AVDISCARD_DEFAULT : av.AVDISCARD_ALL;
    return video;
  }

  #attachPipe(pipe: NonNullable<OpenPlan['pipe']>): void {
    const reader =
      pipe === 'stdin'
        ? PipeReader.stdin()
        : 'stream' in pipe
          ? PipeReader.of(pipe.stream)
          : PipeReader.namedPipe(pipe.path);
    this.#pipe = reader;
    this.#io = new IOContext();
    this.#io.allocContextWithCallbacks(PIPE_BLOCK_BYTES, 0, (size) => reader.read(size));
    this.#context.pb = this.#io;
  }

  #check(code: number): void {
    if (code >= 0 && !this.#isInterrupted) return;
    const { label, isNetwork } = this.#plan;
    throw openError(this.#isInterrupted ? av.AVERROR_EXIT : code, label, isNetwork);
  }

  /** Remembers an operation in flight, for {@link close}. */
  async #track(operation: Promise<number>): Promise<number> {
    this.#pending = operation;
    try {
      return await operation;
    } finally {
      this.#pending = undefined;
    }
  }
}

/** The error of an input that did not open within its timeout. */
export function openTimeoutError(plan: OpenPlan): NocturneError {
  const timeoutS = plan.timeoutMs / 1000;
  return new NocturneError({
    code: 'INPUT_REFUSED',
    stage: 'ingest',
    message: plan.isListening
      ? `no video received on ${plan.label} within ${timeoutS} s.`
      : `${plan.label} sent no video within ${timeoutS} s.`,
  });
}

function notImageError(label: string): NocturneError {
  return new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message: `${label} has the name of an image, but its content is no image format that is read here.`,
    remedy: 'Check that it is the right file; its beginning may be missing.',
  });
}
