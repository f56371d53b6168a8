import {
  AVDISCARD_ALL,
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
import type { Logger } from '../core/logger.js';
import { fromSeconds, ticksToMicros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { CopiedInput } from './av-copied-input.js';
import { checkStatus, quietLibav } from './av-failure.js';
import { addCopy, currentTags, hasEditLists, isCarried } from './av-stream-copy.js';

/** What {@link CopiedStreams.open} takes. */
export interface CopiedStreamsOptions {
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
  readonly logger: Logger;
}

interface Mapping {
  readonly from: Stream;
  to: Stream | undefined;
  /** Packets that the input's edit list hides are copied only in this time, microseconds in the output's clock. */
  hiddenPart: { readonly from: number; readonly to: number };
}

const ALL = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const KINDS = new Map<number, string>([
  [AVMEDIA_TYPE_VIDEO, 'video'],
  [AVMEDIA_TYPE_AUDIO, 'audio'],
  [AVMEDIA_TYPE_SUBTITLE, 'subtitle'],
  [AVMEDIA_TYPE_ATTACHMENT, 'attachment'],
  [AVMEDIA_TYPE_DATA, 'data'],
]);

/** Everything of an input but its video, moved to an output packet by packet, untouched. */
export class CopiedStreams {
  /** What the container cannot carry, a line each. */
  readonly notices: readonly string[];
  readonly #input: CopiedInput;
  readonly #mappings: ReadonlyMap<number, Mapping>;
  readonly #video: Stream | undefined;
  readonly #packet = new AvPacket();
  /** Microseconds taken off every timestamp. */
  readonly #shift: Micros;
  readonly #end: number;
  #isHeld = false;
  #isDone = false;

  private constructor(
    input: CopiedInput,
    mappings: ReadonlyMap<number, Mapping>,
    video: Stream | undefined,
    notices: readonly string[],
    options: CopiedStreamsOptions,
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
  static async open(options: CopiedStreamsOptions): Promise<CopiedStreams> {
    quietLibav();
    const { inputPath: path, signal, patienceMs } = options;
    const input = await CopiedInput.open({ path, signal, patienceMs });
    try {
      const { streams } = input.context;
      const videoIndex = input.context.findBestStream(AVMEDIA_TYPE_VIDEO);
      const mappings = new Map<number, Mapping>();
      const notices: string[] = [];
      for (const stream of streams) {
        if (stream.index === videoIndex) continue;
        if (canCopy(stream) && (await isCarried(stream, options.trialPath))) {
          mappings.set(stream.index, { from: stream, to: undefined, hiddenPart: ALL });
        } else if (!isChapterTrack(stream)) {
          notices.push(`not carried: ${describe(stream)}`);
        }
      }
      for (const stream of streams) if (!mappings.has(stream.index)) stream.discard = AVDISCARD_ALL;
      if (options.startS > 0) await input.seek(options.startS);
      for (const notice of notices) options.logger.warn({ output: options.trialPath }, `${notice}.`);
      const video = streams.find((stream) => stream.index === videoIndex);
      return new CopiedStreams(input, mappings, video, notices, options);
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
      if (!this.#isHeld && !(await this.#readNext())) return;
      const mapping = this.#mappings.get(this.#packet.streamIndex);
      if (!mapping?.to) {
        this.#release();
        continue;
      }
      if (this.#timeOf(this.#packet, mapping.from) > time) return;
      this.#writeHeld(mapping, mapping.to, output);
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

  async #readNext(): Promise<boolean> {
    const status = await this.#input.read(this.#packet);
    // The end of the file; of a truncated one as well, whose video ends there too.
    this.#isDone ||= status < 0;
    this.#isHeld = status >= 0;
    return this.#isHeld;
  }

  #release(): void {
    this.#packet.unref();
    this.#isHeld = false;
  }

  #writeHeld({ from, hiddenPart }: Mapping, to: Stream, output: FormatContext): void {
    const packet = this.#packet;
    const time = this.#timeOf(packet, from);
    const isAttached = (from.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0;
    const isHidden = packet.hasFlags(AV_PKT_FLAG_DISCARD) && (time < hiddenPart.from || time >= hiddenPart.to);
    if (!isAttached && (isHidden || time >= this.#end || (this.#shift > 0 && time < 0))) {
      this.#release();
      return;
    }
    this.#shiftHeld(from);
    packet.rescaleTs(from.timeBase, to.timeBase);
    packet.streamIndex = to.index;
    packet.pos = -1n;
    const status = output.interleavedWriteFrameSync(packet);
    this.#release();
    checkStatus(status, 'write a copied packet');
  }

  #shiftHeld(from: Stream): void {
    if (this.#shift === 0) return;
    const { num, den } = from.timeBase;
    const ticks = (BigInt(this.#shift) * BigInt(den)) / (BigInt(num) * 1_000_000n);
    if (this.#packet.pts !== AV_NOPTS_VALUE) this.#packet.pts -= ticks;
    if (this.#packet.dts !== AV_NOPTS_VALUE) this.#packet.dts -= ticks;
  }

  /** Decode time in the output's clock, microseconds; a packet without one goes first. */
  #timeOf(packet: AvPacket, stream: Stream): number {
    const ticks = packet.dts !== AV_NOPTS_VALUE ? packet.dts : packet.pts;
    return ticks === AV_NOPTS_VALUE ? 0 : ticksToMicros(ticks, stream.timeBase) - this.#shift;
  }
}

/** Streams with packets or attached bytes that make sense elsewhere; timecode and telemetry tracks do not. */
function canCopy(stream: Stream): boolean {
  const kind = stream.codecpar.codecType;
  if (kind === AVMEDIA_TYPE_VIDEO) return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0;
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
