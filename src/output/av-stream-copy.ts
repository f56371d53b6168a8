import {
  AVDISCARD_ALL,
  AVERROR_INVALIDDATA,
  AVFMT_TS_DISCONT,
  AVFMT_TS_NONSTRICT,
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_DISCARD,
} from 'node-av/constants';
import { Dictionary, Packet as AvPacket, avGetCodecName } from 'node-av/lib';
import type { FormatContext, Stream } from 'node-av/lib';
import { fromSeconds, micros, microsToTicks, ticksToMicros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { StreamCopyInput } from './av-stream-copy-input.js';
import { checkStatus, silenceLibavLog } from '../encode/av-error.js';
import { CopyTimeline } from './copy-timeline.js';
import { addCopy, currentTags, hasEditLists, isCarried } from './av-output-stream.js';

/** What {@link StreamCopy.open} takes. */
export interface StreamCopyOptions {
  /** File or address whose sound, subtitles and attachments are copied. */
  readonly inputPath: string;
  /** A path in the output's folder, with its extension, that may be written while trying what the container carries. */
  readonly trialPath: string;
  /** Start of the part that is copied, seconds from the input's start. */
  readonly startS: number;
  /** Length of the part, seconds; undefined: to the end. */
  readonly durationS: number | undefined;
  /** Ends every wait for the input when it aborts. */
  readonly signal: AbortSignal | undefined;
  /** An address has this long to open, and to give each packet, milliseconds; default 10 000. */
  readonly patienceMs: number | undefined;
}

interface Mapping {
  readonly from: Stream;
  /** The stream for people; holds also when the input is closed. */
  readonly name: string;
  to: Stream | undefined;
  /** Packets that the input's edit list hides are copied only in this time, microseconds in the output's clock. */
  hiddenPart: { readonly from: number; readonly to: number };
  /** Decode time of the last packet written, in ticks of `to`. */
  lastDts: bigint | undefined;
  /** Packets that could not be written. */
  damaged: number;
  /** Packets left out where they overlap what was written before a jump back. */
  overlapping: number;
}

/** The packet in hand. */
interface Held {
  readonly mapping: Mapping;
  /** Decode time in the input's own count, microseconds from the start of the part; undefined: the packet has none. */
  readonly time: Micros | undefined;
  /** What is added to its times for a place beside the pictures; undefined: it has no place. */
  readonly offset: Micros | undefined;
}

const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const KINDS = new Map<number, string>([
  [AVMEDIA_TYPE_VIDEO, 'video'],
  [AVMEDIA_TYPE_AUDIO, 'audio'],
  [AVMEDIA_TYPE_SUBTITLE, 'subtitle'],
  [AVMEDIA_TYPE_ATTACHMENT, 'attachment'],
  [AVMEDIA_TYPE_DATA, 'data'],
]);

/**
 * Everything of an input but its video, moved to an output packet by packet: untouched, but for times that run backwards,
 * which are mended as the video's are.
 */
export class StreamCopy {
  /** What the container cannot carry, a line each. */
  readonly notices: readonly string[];
  readonly #input: StreamCopyInput;
  readonly #mappings: ReadonlyMap<number, Mapping>;
  readonly #video: Stream | undefined;
  readonly #packet = new AvPacket();
  /** Microseconds taken off every timestamp. */
  readonly #shift: Micros;
  readonly #end: number;
  readonly #timeline = new CopyTimeline();
  #held: Held | undefined;
  #isDone = false;

  private constructor(
    input: StreamCopyInput,
    mappings: ReadonlyMap<number, Mapping>,
    video: Stream | undefined,
    notices: readonly string[],
    options: StreamCopyOptions,
  ) {
    this.#input = input;
    this.#mappings = mappings;
    this.#video = video;
    this.notices = notices;
    const { startTime } = input.context;
    const start = startTime === AV_NOPTS_VALUE ? 0 : Number(startTime);
    this.#shift = fromSeconds(options.startS > 0 ? start / 1e6 + options.startS : 0);
    const begin = options.startS > 0 ? 0 : start;
    this.#end = options.durationS === undefined ? Number.POSITIVE_INFINITY : begin + options.durationS * 1e6;
    this.#packet.alloc();
  }

  /** Opens the input and tries each of its streams in the output's container. Throws LibavError or NocturneError. */
  static async open(options: StreamCopyOptions): Promise<StreamCopy> {
    silenceLibavLog();
    const { inputPath: path, signal, patienceMs } = options;
    const input = await StreamCopyInput.open({ path, signal, patienceMs });
    try {
      const { streams } = input.context;
      const videoIndex = input.context.findBestStream(AVMEDIA_TYPE_VIDEO);
      const mappings = new Map<number, Mapping>();
      const notices: string[] = [];
      for (const stream of streams) {
        if (stream.index === videoIndex) continue;
        if (canCopy(stream) && (await isCarried(stream, options.trialPath))) {
          mappings.set(stream.index, mappingOf(stream));
        } else if (!isChapterTrack(stream)) {
          notices.push(`not carried: ${describe(stream)}`);
        }
      }
      // Where times may start again, the video tells how far its pictures, and with them the rest, are moved.
      const watched = ((input.context.iformat?.flags ?? 0) & AVFMT_TS_DISCONT) === 0 ? -1 : videoIndex;
      for (const stream of streams) {
        if (!mappings.has(stream.index) && stream.index !== watched) stream.discard = AVDISCARD_ALL;
      }
      if (options.startS > 0) await input.seek(options.startS);
      const video = streams.find((stream) => stream.index === videoIndex);
      return new StreamCopy(input, mappings, video, notices, options);
    } catch (error) {
      await input.close();
      throw error;
    }
  }

  /** Streams copied. */
  get count(): number {
    return this.#mappings.size;
  }

  /** Names of the input's metadata, as it spells them, that should be found in the output. */
  get metadata(): Readonly<Record<string, string>> {
    return currentTags(this.#input.context.metadata);
  }

  /** What of the carried streams could not be written, a line each. */
  get losses(): readonly string[] {
    const lines: string[] = [];
    for (const { name, damaged, overlapping } of this.#mappings.values()) {
      if (damaged > 0) lines.push(`damaged and left out: ${packets(damaged)} of ${name}`);
      if (overlapping > 0) {
        lines.push(`left out where times run backwards and overlap: ${packets(overlapping)} of ${name}`);
      }
    }
    return lines;
  }

  /** Adds the streams, the metadata and the video's own tags to an output whose header is not written yet. */
  describeInto(output: FormatContext, video: Stream): void {
    output.metadata = Dictionary.fromObject(this.metadata);
    if (this.#video) {
      video.metadata = Dictionary.fromObject(currentTags(this.#video.metadata));
      video.disposition = this.#video.disposition;
    }
    for (const mapping of this.#mappings.values()) {
      mapping.to = addCopy(output, mapping.from);
      if (!hasEditLists(output.oformat)) this.#unhide(mapping, mapping.to);
    }
  }

  /** Writes every copied packet that is to be decoded at or before `time`. */
  async writeUntil(time: number, output: FormatContext): Promise<void> {
    while (!this.#isDone) {
      const held = (this.#held ??= await this.#readNext());
      if (!held) continue;
      if ((held.time ?? 0) + (held.offset ?? 0) > time) return; // a packet without a time goes first
      this.#held = undefined;
      this.#write(held, output);
      this.#packet.unref();
    }
  }

  /** Ends a write in flight at once, as if the input had ended; nothing is copied any more. */
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

  /**
   * What an edit list hides would be heard in a container without them: it is left out, but for the packet or two that a
   * decoder needs before the first sound that is meant.
   */
  #unhide(mapping: Mapping, to: Stream): void {
    const { initialPadding, frameSize, sampleRate } = to.codecpar;
    const canWarmUp = this.#shift === 0 && frameSize > 0 && sampleRate > 0;
    const padding = canWarmUp ? Math.min(initialPadding, (initialPadding % frameSize) + frameSize) : 0;
    to.codecpar.initialPadding = padding;
    const { startTime, timeBase } = mapping.from;
    const start = startTime === AV_NOPTS_VALUE ? 0 : ticksToMicros(startTime, timeBase) - this.#shift;
    // Half a frame of room for the rounding of an edit list's times.
    mapping.hiddenPart = { from: start - (canWarmUp ? ((padding + frameSize / 2) / sampleRate) * 1e6 : 0), to: start };
  }

  /** The next packet of a copied stream; undefined: it was another's, or there is none. */
  async #readNext(): Promise<Held | undefined> {
    const packet = this.#packet;
    const status = await this.#input.read(packet);
    // The end of the file; of a truncated one as well, whose video ends there too.
    this.#isDone ||= status < 0;
    if (status < 0) return undefined;
    const mapping = this.#mappings.get(packet.streamIndex);
    if (mapping?.to) return this.#place(mapping);
    if (packet.streamIndex === this.#video?.index) this.#seeVideo(this.#video);
    packet.unref();
    return undefined;
  }

  #place(mapping: Mapping): Held {
    const { from } = mapping;
    const time = this.#timeOf(from);
    if (time === undefined || isAttached(from)) return { mapping, time, offset: micros(0) };
    const isSound = from.codecpar.codecType === AVMEDIA_TYPE_AUDIO;
    const duration = isSound ? ticksToMicros(this.#packet.duration, from.timeBase) : micros(0);
    return { mapping, time, offset: this.#timeline.offsetOf(from.index, { time, duration }) };
  }

  #seeVideo(video: Stream): void {
    const time = this.#timeOf(video);
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

  #write({ mapping, time, offset }: Held, output: FormatContext): void {
    const { from, to } = mapping;
    const packet = this.#packet;
    if (!to || this.#isLeftOut(mapping, time ?? 0)) return;
    if (offset === undefined) {
      mapping.overlapping++;
      return;
    }
    this.#shiftBy(micros(offset - this.#shift), from);
    packet.rescaleTs(from.timeBase, to.timeBase);
    if (time !== undefined && !isAttached(from)) this.#keepGrowing(mapping, output);
    packet.streamIndex = to.index;
    packet.pos = -1n;
    const status = output.interleavedWriteFrameSync(packet);
    if (status === AVERROR_INVALIDDATA) mapping.damaged++;
    else checkStatus(status, 'write a copied packet');
  }

  /** What lies outside the part, or is hidden by the input's edit list. `time` in the input's own count. */
  #isLeftOut({ from, hiddenPart }: Mapping, time: number): boolean {
    if (isAttached(from)) return false;
    const isHidden = this.#packet.hasFlags(AV_PKT_FLAG_DISCARD) && (time < hiddenPart.from || time >= hiddenPart.to);
    return isHidden || time >= this.#end || (this.#shift > 0 && time < 0);
  }

  /** Mends a small disorder as the source's timeline does: by the least step that the container asks for. */
  #keepGrowing(mapping: Mapping, output: FormatContext): void {
    const packet = this.#packet;
    const dts = packet.dts === AV_NOPTS_VALUE ? packet.pts : packet.dts;
    const isLoose = ((output.oformat?.flags ?? 0) & AVFMT_TS_NONSTRICT) !== 0;
    const isSubtitle = mapping.from.codecpar.codecType === AVMEDIA_TYPE_SUBTITLE;
    const least = mapping.lastDts === undefined ? dts : mapping.lastDts + (isLoose || isSubtitle ? 0n : 1n);
    mapping.lastDts = dts < least ? least : dts;
    if (dts >= least) return;
    packet.dts = least;
    if (packet.pts !== AV_NOPTS_VALUE && packet.pts < least) packet.pts = least;
  }

  #shiftBy(time: Micros, from: Stream): void {
    if (time === 0) return;
    const ticks = microsToTicks(time, from.timeBase);
    if (this.#packet.pts !== AV_NOPTS_VALUE) this.#packet.pts += ticks;
    if (this.#packet.dts !== AV_NOPTS_VALUE) this.#packet.dts += ticks;
  }

  /** Decode time of the packet in hand, microseconds from the start of the part, in the input's own count. */
  #timeOf(stream: Stream): Micros | undefined {
    const { dts, pts } = this.#packet;
    const ticks = dts !== AV_NOPTS_VALUE ? dts : pts;
    return ticks === AV_NOPTS_VALUE ? undefined : micros(ticksToMicros(ticks, stream.timeBase) - this.#shift);
  }
}

function mappingOf(from: Stream): Mapping {
  return { from, name: describe(from), to: undefined, hiddenPart: ALL, lastDts: undefined, damaged: 0, overlapping: 0 };
}

function isAttached(stream: Stream): boolean {
  return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0;
}

function packets(count: number): string {
  return count === 1 ? '1 packet' : `${count} packets`;
}

/** Streams with packets or attached bytes that make sense elsewhere; timecode and telemetry tracks do not. */
function canCopy(stream: Stream): boolean {
  const kind = stream.codecpar.codecType;
  if (kind === AVMEDIA_TYPE_VIDEO) return isAttached(stream);
  return kind === AVMEDIA_TYPE_AUDIO || kind === AVMEDIA_TYPE_SUBTITLE || kind === AVMEDIA_TYPE_ATTACHMENT;
}

/** MP4 keeps chapters in a text track that libav shows as data; they are carried as chapters. */
function isChapterTrack(stream: Stream): boolean {
  return stream.codecpar.codecType === AVMEDIA_TYPE_DATA && stream.codecpar.codecTagString === 'text';
}

function describe(stream: Stream): string {
  const kind = KINDS.get(stream.codecpar.codecType) ?? 'unknown';
  const tags = stream.metadata?.getAll() ?? {};
  const language = tags['language'] === undefined ? '' : `, ${tags['language']}`;
  return `${kind} stream ${stream.index} (${avGetCodecName(stream.codecpar.codecId) ?? 'unknown codec'}${language})`;
}
