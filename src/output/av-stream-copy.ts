import {
  AVDISCARD_ALL,
  AVFMT_TS_DISCONT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  AV_NOPTS_VALUE,
} from 'node-av/constants';
import { Dictionary, Packet as AvPacket } from 'node-av/lib';
import type { FormatContext, OutputFormat, Stream } from 'node-av/lib';
import { fromSeconds, micros, ticksToMicros, type Micros } from '../core/time.js';
import { silenceLibavLog } from '../encode/av-error.js';
import type { ContainerTrial } from './av-container-trial.js';
import { CopiedStream, decodeTime } from './av-copied-stream.js';
import type { CopyTime, CopyWindow } from './av-copied-stream.js';
import { copiedTags } from './av-output-stream.js';
import { StreamCopyInput } from './av-stream-copy-input.js';
import { selectStreams } from './av-stream-selection.js';
import type { StreamSelection } from './av-stream-selection.js';
import type { StreamSample } from './av-trial-file.js';
import { CopyTimeline, DECIDING_PACKETS } from './copy-timeline.js';

/** Options of {@link StreamCopy.open}. */
export interface StreamCopyOptions {
  /** File or address to copy from. */
  readonly inputPath: string;
  /** The output's container, and a trial of it. */
  readonly format: OutputFormat;
  readonly trial: ContainerTrial;
  /** Start of the part to copy, seconds from the input's start. */
  readonly startS: number;
  /** Length of the part, seconds; undefined: to the end. */
  readonly durationS: number | undefined;
  /** Aborts every wait for the input. */
  readonly signal: AbortSignal | undefined;
  /** Timeout of an address for opening and for each packet, milliseconds; default 10 000. */
  readonly timeoutMs: number | undefined;
}

/** Packets of a stream that {@link StreamCopyInput.peek} waits for. */
const PEEKED_PACKETS = 4;
/** Packets of a stream in a trial. */
const MAX_SAMPLE_PACKETS = 8;
/** Containers round the time that a decoder's padding takes, microseconds. */
const PADDING_TOLERANCE_MICROS = 2000;

/** The packet that is read and not written yet. */
interface PendingPacket extends CopyTime {
  readonly stream: CopiedStream;
}

interface OpenedCopy {
  readonly options: StreamCopyOptions;
  readonly input: StreamCopyInput;
  readonly video: Stream | undefined;
  readonly samples: readonly StreamSample[];
  readonly selection: StreamSelection;
}

/**
 * Stream copy: moves every stream of an input except its video (audio, subtitles, attachments) to an output, packet by packet and
 * without transcoding. Repairs timestamps that jump back in the same way as those of the video.
 */
export class StreamCopy {
  /** One line for each stream that the container does not hold. */
  readonly notices: readonly string[];
  /** Start of the earliest copied sound in the input's clock, microseconds; infinite without sound that is heard from its start. */
  readonly soundStart: number;
  readonly #options: StreamCopyOptions;
  readonly #input: StreamCopyInput;
  readonly #selection: StreamSelection;
  /** By index in the input; empty until the output is known. */
  #streams: ReadonlyMap<number, CopiedStream> = new Map();
  #shift = micros(0);
  readonly #video: Stream | undefined;
  readonly #packet = new AvPacket();
  readonly #timeline = new CopyTimeline();
  #pending: PendingPacket | undefined;
  #isDone = false;

  private constructor({ options, input, video, samples, selection }: OpenedCopy) {
    this.#options = options;
    this.#input = input;
    this.#video = video;
    this.#selection = selection;
    this.notices = selection.notices;
    this.soundStart = soundStart(input, samples, selection);
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
      if (startS > 0) await input.seek(startS);
      const samples = await samplesOf(
        input,
        streams.filter((stream) => stream !== video),
      );
      const selection = await selectStreams(samples, options.format, options.trial);
      discardOthers(input, selection.streams, video);
      return new StreamCopy({ options, input, video, samples, selection });
    } catch (error) {
      await input.close();
      throw error;
    }
  }

  /** Number of streams copied. */
  get count(): number {
    return this.#selection.streams.length;
  }

  /** What of the copied streams was dropped, a line each. */
  get dropNotices(): readonly string[] {
    return [...this.#streams.values()].flatMap((stream) => stream.dropNotices);
  }

  /**
   * Adds streams, metadata and the video's tags to an output whose header is not written yet. Throws LibavError.
   * @param start time in the input's clock that becomes 0; not used for a part that begins later than the input.
   */
  addTo(output: FormatContext, video: Stream, start: Micros): void {
    const window = windowOf(this.#input, this.#options, start);
    this.#shift = window.shift;
    this.#streams = new Map(this.#selection.streams.map((stream) => [stream.index, new CopiedStream(stream, window)]));
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
    if (stream) return { stream, ...(await this.#timeOf(stream)) };
    if (packet.streamIndex === this.#video?.index) this.#observeVideo(this.#video);
    packet.unref();
    return undefined;
  }

  async #timeOf(stream: CopiedStream): Promise<CopyTime> {
    const time = stream.timeOf(this.#packet);
    if (time === undefined || stream.isCoverArt) return { time, offset: micros(0) };
    const packet = { time, duration: stream.durationOf(this.#packet) };
    const isTimeWrong = this.#timeline.leaps(stream.index, packet) && (await this.#isWrong(stream, time));
    return { time, offset: this.#timeline.offsetOf(stream.index, packet, isTimeWrong) };
  }

  /** Whether the time of the packet, which leaps ahead, is wrong: the packets after it show that. */
  async #isWrong(stream: CopiedStream, time: Micros): Promise<boolean> {
    const { startTime, duration } = this.#input.context;
    const isStated = startTime !== AV_NOPTS_VALUE && duration > 0n;
    const end = isStated ? Number(startTime + duration) - this.#shift : Number.POSITIVE_INFINITY;
    const isKept = (index: number): boolean => index === this.#video?.index || this.#streams.has(index);
    const packets = await this.#input.peek([{ index: stream.index, count: DECIDING_PACKETS }], isKept);
    const following = packets
      .filter(({ streamIndex }) => streamIndex === stream.index)
      .slice(0, DECIDING_PACKETS)
      .map((packet) => stream.timeOf(packet))
      .filter((next) => next !== undefined);
    return CopyTimeline.isWrong(time, following, end);
  }

  #observeVideo(video: Stream): void {
    const time = decodeTime(this.#packet, video, this.#shift);
    const { pts, duration, isKeyframe } = this.#packet;
    if (time === undefined || pts === AV_NOPTS_VALUE) return;
    const { num, den } = video.avgFrameRate;
    this.#timeline.observeVideo({
      time,
      pts: micros(ticksToMicros(pts, video.timeBase) - this.#shift),
      duration: duration > 0n || num === 0 ? ticksToMicros(duration, video.timeBase) : micros((1e6 * den) / num),
      isKeyframe,
    });
  }
}

/** The first packets of streams. They are read again. */
async function samplesOf(input: StreamCopyInput, streams: readonly Stream[]): Promise<readonly StreamSample[]> {
  const sounds = streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_AUDIO);
  const isKept = (index: number): boolean => canJumpBack(input) || streams.some((stream) => stream.index === index);
  const awaited = sounds.map(({ index }) => ({ index, count: PEEKED_PACKETS }));
  const packets = await input.peek(awaited, isKept);
  return streams.map((stream) => ({
    stream,
    packets: packets.filter(({ streamIndex }) => streamIndex === stream.index).slice(0, MAX_SAMPLE_PACKETS),
  }));
}

/** See {@link StreamCopy.soundStart}. What an edit list or a decoder's padding puts before 0 is not heard. */
function soundStart(
  { context }: StreamCopyInput,
  samples: readonly StreamSample[],
  { streams }: StreamSelection,
): number {
  if (context.iformat?.name?.includes('mp4') === true) return Number.POSITIVE_INFINITY;
  const starts = samples.map(({ stream, packets: [first] }) => {
    const { codecType, initialPadding, sampleRate } = stream.codecpar;
    const time = first && codecType === AVMEDIA_TYPE_AUDIO ? decodeTime(first, stream, micros(0)) : undefined;
    if (time === undefined || !streams.includes(stream)) return Number.POSITIVE_INFINITY;
    const padding = sampleRate > 0 ? (initialPadding / sampleRate) * 1e6 : 0;
    return padding > 0 && time < 0 && time + padding > -PADDING_TOLERANCE_MICROS ? 0 : time;
  });
  return Math.min(...starts, Number.POSITIVE_INFINITY);
}

/** Makes the demuxer discard the packets of other streams, except the video where timestamps may jump back. */
function discardOthers(input: StreamCopyInput, copied: readonly Stream[], video: Stream | undefined): void {
  const kept = new Set(copied.map((stream) => stream.index));
  if (canJumpBack(input) && video) kept.add(video.index);
  for (const stream of input.context.streams) if (!kept.has(stream.index)) stream.discard = AVDISCARD_ALL;
}

function canJumpBack({ context }: StreamCopyInput): boolean {
  return ((context.iformat?.flags ?? 0) & AVFMT_TS_DISCONT) !== 0;
}

function windowOf({ context }: StreamCopyInput, options: StreamCopyOptions, start: Micros): CopyWindow {
  const { startS, durationS } = options;
  const inputStart = context.startTime === AV_NOPTS_VALUE ? 0 : Number(context.startTime);
  const isFromStart = startS === 0;
  const shift = isFromStart ? start : fromSeconds(inputStart / 1e6 + startS);
  const from = isFromStart ? inputStart - shift : 0;
  return { isFromStart, shift, end: durationS === undefined ? Number.POSITIVE_INFINITY : from + durationS * 1e6 };
}
