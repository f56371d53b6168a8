import {
  AVERROR_INVALIDDATA,
  AVFMT_TS_NONSTRICT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_SUBTITLE,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_DISCARD,
} from 'node-av/constants';
import type { FormatContext, Packet as AvPacket, Stream } from 'node-av/lib';
import { checkStatus } from '../encode/av-error.js';
import { micros, microsToTicks, ticksToMicros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { addCopiedStream, describeStream, hasEditLists, isCoverArt } from './av-output-stream.js';

/** The part of the input that is copied. */
export interface CopyWindow {
  /** True when the part begins with the input. */
  readonly isFromStart: boolean;
  /** Subtracted from every timestamp, microseconds. Negative where the input begins before 0. */
  readonly shift: Micros;
  /** End of the part after the shift, microseconds; infinite: the end of the input. */
  readonly end: number;
}

/** When a packet goes to the output. */
export interface CopyTime {
  /** Decode time in the input's clock after the window's shift; undefined: the packet has none. */
  readonly time: Micros | undefined;
  /** Added to the packet's times, to keep it in sync with the video; undefined: it overlaps written packets. */
  readonly offset: Micros | undefined;
}

/** Times, microseconds in the input's clock after the shift. */
interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const ALL: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** One stream of an input and its copy in an output. */
export class CopiedStream {
  readonly isAudio: boolean;
  readonly isCoverArt: boolean;
  readonly #from: Stream;
  readonly #window: CopyWindow;
  /** For people; valid after the input is closed. */
  readonly #description: string;
  #to: Stream | undefined;
  /** Packets that the input's edit list hides are copied only in this range. */
  #hiddenRange = ALL;
  /** Decode time of the last packet written, in ticks of the output's stream. */
  #lastDts: bigint | undefined;
  #corrupt = 0;
  #overlapping = 0;

  constructor(from: Stream, window: CopyWindow) {
    this.#from = from;
    this.#window = window;
    this.#description = describeStream(from);
    this.isAudio = from.codecpar.codecType === AVMEDIA_TYPE_AUDIO;
    this.isCoverArt = isCoverArt(from);
  }

  /** Index of the stream in the input. */
  get index(): number {
    return this.#from.index;
  }

  /** What of the stream was not copied, a line each. */
  get dropNotices(): readonly string[] {
    const notices: string[] = [];
    if (this.#corrupt > 0) notices.push(`dropped ${count(this.#corrupt, 'corrupt packet')} of ${this.#description}`);
    if (this.#overlapping > 0) {
      notices.push(
        `dropped ${count(this.#overlapping, 'overlapping packet')} of ${this.#description}, after a jump back in time`,
      );
    }
    return notices;
  }

  /** Adds the stream to an output whose header is not written yet. Throws LibavError. */
  addTo(output: FormatContext): void {
    this.#to = addCopiedStream(output, this.#from);
    if (!hasEditLists(output.oformat)) this.#dropHidden(this.#to);
  }

  /** Decode time of a packet of the stream, as {@link CopyTime.time}. */
  timeOf(packet: AvPacket): Micros | undefined {
    return decodeTime(packet, this.#from, this.#window.shift);
  }

  /** Duration of a packet that may not overlap the next one (audio); else 0. */
  durationOf(packet: AvPacket): Micros {
    return this.isAudio ? ticksToMicros(packet.duration, this.#from.timeBase) : micros(0);
  }

  /**
   * Writes a packet of the stream, or drops it: outside the window, hidden, overlapping or corrupt. Returns whether it was
   * written. Throws LibavError.
   */
  write(packet: AvPacket, { time, offset }: CopyTime, output: FormatContext): boolean {
    const to = this.#to;
    if (!to || this.#isOutside(packet, time ?? 0)) return false;
    if (offset === undefined) {
      this.#overlapping++;
      return false;
    }
    this.#addTime(packet, micros(offset - this.#window.shift));
    packet.rescaleTs(this.#from.timeBase, to.timeBase);
    if (time !== undefined && !this.isCoverArt) this.#keepMonotonic(packet, output);
    packet.streamIndex = to.index;
    packet.pos = -1n;
    const status = output.interleavedWriteFrameSync(packet);
    if (status === AVERROR_INVALIDDATA) {
      this.#corrupt++;
      return false;
    }
    checkStatus(status, 'write a copied packet');
    return true;
  }

  /**
   * Drops what the input's edit list hides, for a container without edit lists, which would play it. Keeps the one or two
   * packets that a decoder needs before the first audible one.
   */
  #dropHidden(to: Stream): void {
    const { initialPadding, frameSize, sampleRate } = to.codecpar;
    const canPrime = this.#window.isFromStart && frameSize > 0 && sampleRate > 0;
    const padding = canPrime ? Math.min(initialPadding, (initialPadding % frameSize) + frameSize) : 0;
    to.codecpar.initialPadding = padding;
    const { startTime, timeBase } = this.#from;
    const start = startTime === AV_NOPTS_VALUE ? 0 : ticksToMicros(startTime, timeBase) - this.#window.shift;
    // Half a frame of tolerance for the rounding of an edit list's times.
    this.#hiddenRange = { from: start - (canPrime ? ((padding + frameSize / 2) / sampleRate) * 1e6 : 0), to: start };
  }

  /** True for a packet outside the window, and for one that the input's edit list hides. */
  #isOutside(packet: AvPacket, time: number): boolean {
    if (this.isCoverArt) return false;
    const { from, to } = this.#hiddenRange;
    const isHidden = packet.hasFlags(AV_PKT_FLAG_DISCARD) && (time < from || time >= to);
    return isHidden || time >= this.#window.end || (!this.#window.isFromStart && time < 0);
  }

  /** Repairs small disorder as the source's timeline does: by the smallest step that the container allows. */
  #keepMonotonic(packet: AvPacket, output: FormatContext): void {
    const dts = packet.dts === AV_NOPTS_VALUE ? packet.pts : packet.dts;
    const isNonstrict = ((output.oformat?.flags ?? 0) & AVFMT_TS_NONSTRICT) !== 0;
    const isSubtitle = this.#from.codecpar.codecType === AVMEDIA_TYPE_SUBTITLE;
    const min = this.#lastDts === undefined ? dts : this.#lastDts + (isNonstrict || isSubtitle ? 0n : 1n);
    this.#lastDts = dts < min ? min : dts;
    if (dts >= min) return;
    packet.dts = min;
    if (packet.pts !== AV_NOPTS_VALUE && packet.pts < min) packet.pts = min;
  }

  #addTime(packet: AvPacket, time: Micros): void {
    if (time === 0) return;
    const ticks = microsToTicks(time, this.#from.timeBase);
    if (packet.pts !== AV_NOPTS_VALUE) packet.pts += ticks;
    if (packet.dts !== AV_NOPTS_VALUE) packet.dts += ticks;
  }
}

/** Decode time of a packet in the input's clock, less `shift`; undefined: the packet has none. */
export function decodeTime(packet: AvPacket, stream: Stream, shift: Micros): Micros | undefined {
  const { dts, pts } = packet;
  const ticks = dts !== AV_NOPTS_VALUE ? dts : pts;
  return ticks === AV_NOPTS_VALUE ? undefined : micros(ticksToMicros(ticks, stream.timeBase) - shift);
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
