import { AVDISCARD_ALL, AVFMT_TS_DISCONT, AVMEDIA_TYPE_VIDEO, AV_NOPTS_VALUE } from 'node-av/constants';
import { Dictionary, Packet as AvPacket } from 'node-av/lib';
import type { FormatContext, Stream } from 'node-av/lib';
import { fromSeconds, micros, ticksToMicros } from '../core/time.js';
import { silenceLibavLog } from '../encode/av-error.js';
import { CopiedStream, decodeTime } from './av-copied-stream.js';
import type { CopyTime, CopyWindow } from './av-copied-stream.js';
import { copiedTags } from './av-output-stream.js';
import { StreamCopyInput } from './av-stream-copy-input.js';
import { selectStreams } from './av-stream-selection.js';
import type { StreamSelection } from './av-stream-selection.js';
import { CopyTimeline } from './copy-timeline.js';

/** Options of {@link StreamCopy.open}. */
export interface StreamCopyOptions {
  /** File or address to copy from. */
  readonly inputPath: string;
  /** A path in the output's folder, with its extension; probes of the container write there. */
  readonly probePath: string;
  /** Start of the part to copy, seconds from the input's start. */
  readonly startS: number;
  /** Length of the part, seconds; undefined: to the end. */
  readonly durationS: number | undefined;
  /** Aborts every wait for the input. */
  readonly signal: AbortSignal | undefined;
  /** Timeout of an address for opening and for each packet, milliseconds; default 10 000. */
  readonly timeoutMs: number | undefined;
}

/** The packet that is read and not written yet. */
interface PendingPacket extends CopyTime {
  readonly stream: CopiedStream;
}

interface OpenedCopy {
  readonly input: StreamCopyInput;
  readonly window: CopyWindow;
  readonly video: Stream | undefined;
  readonly selection: StreamSelection;
}

/**
 * Stream copy: moves every stream of an input except its video (audio, subtitles, attachments) to an output, packet by packet and
 * without transcoding. Repairs timestamps that jump back in the same way as those of the video.
 */
export class StreamCopy {
  /** One line for each stream that the container does not support. */
  readonly notices: readonly string[];
  readonly #input: StreamCopyInput;
  readonly #window: CopyWindow;
  /** By index in the input. */
  readonly #streams: ReadonlyMap<number, CopiedStream>;
  readonly #video: Stream | undefined;
  readonly #packet = new AvPacket();
  readonly #timeline = new CopyTimeline();
  #pending: PendingPacket | undefined;
  #isDone = false;

  private constructor({ input, window, video, selection }: OpenedCopy) {
    this.#input = input;
    this.#window = window;
    this.#video = video;
    this.#streams = new Map(selection.streams.map((stream) => [stream.index, new CopiedStream(stream, window)]));
    this.notices = selection.notices;
    this.#packet.alloc();
  }

  /** Opens the input and selects the streams that the output's container can mux. Throws LibavError or NocturneError. */
  static async open(options: StreamCopyOptions): Promise<StreamCopy> {
    silenceLibavLog();
    const { inputPath: path, signal, timeoutMs, startS } = options;
    const input = await StreamCopyInput.open({ path, signal, timeoutMs });
    try {
      const { streams } = input.context;
      const videoIndex = input.context.findBestStream(AVMEDIA_TYPE_VIDEO);
      const video = streams.find((stream) => stream.index === videoIndex);
      const selection = await selectStreams(
        streams.filter((stream) => stream !== video),
        options.probePath,
      );
      discardOthers(input, selection.streams, video);
      if (startS > 0) await input.seek(startS);
      return new StreamCopy({ input, window: windowOf(input, options), video, selection });
    } catch (error) {
      await input.close();
      throw error;
    }
  }

  /** Number of streams copied. */
  get count(): number {
    return this.#streams.size;
  }

  /** What of the copied streams was dropped, a line each. */
  get dropNotices(): readonly string[] {
    return [...this.#streams.values()].flatMap((stream) => stream.dropNotices);
  }

  /** Adds streams, metadata and the video's tags to an output whose header is not written yet. Throws LibavError. */
  addTo(output: FormatContext, video: Stream): void {
    output.metadata = Dictionary.fromObject(copiedTags(this.#input.context.metadata));
    if (this.#video) {
      video.metadata = Dictionary.fromObject(copiedTags(this.#video.metadata));
      video.disposition = this.#video.disposition;
    }
    for (const stream of this.#streams.values()) stream.addTo(output);
  }

  /** Writes every packet with a decode time up to `time`, microseconds. Throws LibavError or NocturneError. */
  async writeUntil(time: number, output: FormatContext): Promise<void> {
    while (!this.#isDone) {
      const pending = (this.#pending ??= await this.#readNext());
      if (!pending) continue;
      if ((pending.time ?? 0) + (pending.offset ?? 0) > time) return; // a packet without a time goes first
      this.#pending = undefined;
      pending.stream.write(this.#packet, pending, output);
      this.#packet.unref();
    }
  }

  /** Ends a write in flight at once, as if the input had ended. Nothing is copied after that. */
  stop(): void {
    this.#isDone = true;
    this.#input.stop();
  }

  /** Closes the input. Idempotent. */
  async close(): Promise<void> {
    this.stop();
    await this.#input.close();
    this.#packet.free();
  }

  /** Reads a packet; undefined when it belongs to no copied stream, and at the end. */
  async #readNext(): Promise<PendingPacket | undefined> {
    const packet = this.#packet;
    const status = await this.#input.read(packet);
    // The end of the file, or the point where it is truncated: its video ends there too.
    this.#isDone ||= status < 0;
    if (status < 0) return undefined;
    const stream = this.#streams.get(packet.streamIndex);
    if (stream) return { stream, ...this.#timeOf(stream) };
    if (packet.streamIndex === this.#video?.index) this.#observeVideo(this.#video);
    packet.unref();
    return undefined;
  }

  #timeOf(stream: CopiedStream): CopyTime {
    const time = stream.timeOf(this.#packet);
    if (time === undefined || stream.isCoverArt) return { time, offset: micros(0) };
    const duration = stream.durationOf(this.#packet);
    return { time, offset: this.#timeline.offsetOf(stream.index, { time, duration }) };
  }

  #observeVideo(video: Stream): void {
    const time = decodeTime(this.#packet, video, this.#window);
    const { pts, duration, isKeyframe } = this.#packet;
    if (time === undefined || pts === AV_NOPTS_VALUE) return;
    const { num, den } = video.avgFrameRate;
    this.#timeline.observeVideo({
      time,
      pts: micros(ticksToMicros(pts, video.timeBase) - this.#window.shift),
      duration: duration > 0n || num === 0 ? ticksToMicros(duration, video.timeBase) : micros((1e6 * den) / num),
      isKeyframe,
    });
  }
}

/** Makes the demuxer discard the packets of other streams, except the video where timestamps may jump back. */
function discardOthers({ context }: StreamCopyInput, copied: readonly Stream[], video: Stream | undefined): void {
  const kept = new Set(copied.map((stream) => stream.index));
  const canJumpBack = ((context.iformat?.flags ?? 0) & AVFMT_TS_DISCONT) !== 0;
  if (canJumpBack && video) kept.add(video.index);
  for (const stream of context.streams) if (!kept.has(stream.index)) stream.discard = AVDISCARD_ALL;
}

function windowOf({ context }: StreamCopyInput, { startS, durationS }: StreamCopyOptions): CopyWindow {
  const start = context.startTime === AV_NOPTS_VALUE ? 0 : Number(context.startTime);
  const begin = startS > 0 ? 0 : start;
  return {
    shift: fromSeconds(startS > 0 ? start / 1e6 + startS : 0),
    end: durationS === undefined ? Number.POSITIVE_INFINITY : begin + durationS * 1e6,
  };
}
