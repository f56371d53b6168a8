import { micros, type Micros } from '../core/time.js';

/** A step back in decode time by more than this is a discontinuity, microseconds, as in the source's timeline; a smaller one is disorder. */
const DISCONTINUITY_MICROS = 200_000;

/**
 * Maximum difference between the video's new offset and the one that a stream found by itself for both to come from the same
 * discontinuity, microseconds: more than the lead that senders give one stream over another.
 */
const SAME_DISCONTINUITY_MICROS = 5_000_000;

/** A larger step ahead is a leap, microseconds, as in the source's timeline of live inputs. */
const LEAP_MICROS = 1_000_000;
/** Consecutive video packets that stay ahead before a leap is confirmed, as in the source's timeline of files. */
const VIDEO_PACKETS_TO_CONFIRM = 8;
/** Packets of the same sound after a leap that decide on it: see {@link CopyTimeline.isWrong}. */
export const DECIDING_PACKETS = 3;

/** Times of a packet, in the input's clock. */
export interface PacketTime {
  /** Decode time. */
  readonly time: Micros;
  /** 0 when unknown, and for packets that may overlap (subtitles). */
  readonly duration: Micros;
}

interface Track {
  offset: number;
  /** The last packet. */
  last: PacketTime | undefined;
  /** End of the packets so far, after their offsets. */
  end: number;
  /** The video's new offset, until this stream reaches the discontinuity. */
  pendingOffset: number | undefined;
  /** True when the stream reached a discontinuity before the video, and chose an offset by itself. */
  isAhead: boolean;
  /** True after a discontinuity, until a packet ends after `end`. */
  isOverlapping: boolean;
}

/** The video before a step back that may be a wrong timestamp. */
interface VideoState {
  readonly offset: number;
  readonly time: Micros;
  readonly end: number;
}

/** Puts a packet of the video that leaps ahead of those before it on trial, and those after it, until enough of them stay ahead. */
class LeapTrial {
  /** Decode time and end of the last packet before the leap. */
  #last: PacketTime | undefined;
  #aheadTime = 0;
  #aheadCount = 0;

  /** True for a packet on trial: its time may be wrong. A confirmed leap is none. */
  isOnTrial(packet: PacketTime): boolean {
    const end = (this.#last?.time ?? packet.time) + (this.#last?.duration ?? 0);
    if (packet.time - end <= LEAP_MICROS) this.#aheadCount = 0;
    else if (this.#aheadCount > 0 && Math.abs(packet.time - this.#aheadTime) > LEAP_MICROS) this.#aheadCount = 1;
    else this.#aheadCount++;
    this.#aheadTime = packet.time;
    const isOnTrial = this.#aheadCount > 0 && this.#aheadCount <= VIDEO_PACKETS_TO_CONFIRM;
    if (!isOnTrial) {
      this.#last = packet;
      this.#aheadCount = 0;
    }
    return isOnTrial;
  }
}

/**
 * Computes timestamp offsets that keep copied packets in sync with the video where the input's clock jumps back. The source's
 * timeline makes the video continue without a gap; every other stream gets the video's offset. All offsets are 0 for an
 * input without discontinuities. A single wrong timestamp, far back or ahead, changes no offset but that of its own packet.
 */
export class CopyTimeline {
  readonly #tracks = new Map<number, Track>();
  #videoOffset = 0;
  /** Decode time of the video's last packet, in the input's clock. */
  #videoTime: Micros | undefined;
  /** Presentation end of the video so far, after its offset. */
  #videoEnd = Number.NEGATIVE_INFINITY;
  #isWaitingForKeyframe = false;
  /** Undefined unless the video's last packet stepped back. */
  #beforeStepBack: VideoState | undefined;
  readonly #videoLeap = new LeapTrial();

  /** Observes a packet of the video, in the order of the input. `pts` is in the input's clock. */
  observeVideo(packet: PacketTime & { readonly pts: Micros; readonly isKeyframe: boolean }): void {
    const { time, pts, duration } = packet;
    if (this.#videoLeap.isOnTrial(packet)) return;
    const before = this.#beforeStepBack;
    this.#beforeStepBack = undefined;
    if (before && this.#continues(before, time)) this.#revertTo(before);
    else if (this.#videoTime !== undefined && this.#videoTime - time > DISCONTINUITY_MICROS) {
      this.#beforeStepBack = { offset: this.#videoOffset, time: this.#videoTime, end: this.#videoEnd };
      this.#isWaitingForKeyframe = true;
    }
    this.#videoTime = time;
    if (this.#isWaitingForKeyframe) {
      if (!packet.isKeyframe) return; // not decodable
      this.#isWaitingForKeyframe = false;
      this.#videoOffset = this.#videoEnd - pts;
      for (const track of this.#tracks.values()) this.#announceOffset(track);
    }
    this.#videoEnd = Math.max(this.#videoEnd, pts + this.#videoOffset + duration);
  }

  /** True when a stream's next packet is sound that leaps ahead: after a gap, or by a wrong timestamp. See {@link isWrong}. */
  leaps(stream: number, { time, duration }: PacketTime): boolean {
    const last = this.#tracks.get(stream)?.last;
    return last !== undefined && duration > 0 && time - last.time - last.duration > LEAP_MICROS;
  }

  /**
   * True when the time of sound that leaps ahead is wrong: the sound after it steps back, or there is none and the input ends before.
   * @param following times of the next {@link DECIDING_PACKETS} packets of its stream, fewer at the end of the input.
   * @param inputEnd stated end of the input; infinite when it states none.
   */
  static isWrong(time: Micros, following: readonly Micros[], inputEnd: number): boolean {
    if (following.length === 0) return time > inputEnd + LEAP_MICROS;
    return following.some((next) => time - next > LEAP_MICROS);
  }

  /**
   * Offset to add to the times of a stream's next packet; undefined when the packet overlaps earlier ones.
   * @param isTimeWrong true: the packet's time is wrong, and it continues the sound before it.
   */
  offsetOf(stream: number, packet: PacketTime, isTimeWrong = false): Micros | undefined {
    const track = this.#trackOf(stream);
    const { last } = track;
    if (isTimeWrong) {
      const offset = track.end - packet.time;
      track.end += packet.duration;
      return micros(offset);
    }
    const isDiscontinuity = last !== undefined && last.time - packet.time > DISCONTINUITY_MICROS;
    if (isDiscontinuity || this.#isAfterVideoJump(track, packet)) {
      track.isAhead = track.pendingOffset === undefined;
      track.offset = track.pendingOffset ?? track.end - packet.time;
      track.pendingOffset = undefined;
      track.isOverlapping = true;
    }
    track.last = packet;
    const start = packet.time + track.offset;
    // Drops whole packets only: a packet stays when more than half of it comes after the audio before.
    if (track.isOverlapping && start + packet.duration / 2 < track.end) return undefined;
    track.isOverlapping = false;
    track.end = Math.max(track.end, start + packet.duration);
    return micros(track.offset);
  }

  /** True when a packet's time is nearer to the video before its step back than to the packet that stepped back. */
  #continues({ time: before }: VideoState, time: Micros): boolean {
    const stepped = this.#videoTime ?? time;
    return before - time <= DISCONTINUITY_MICROS && Math.abs(time - before) < Math.abs(time - stepped);
  }

  /** Undoes a step back: its timestamp was wrong. */
  #revertTo({ offset, end }: VideoState): void {
    this.#isWaitingForKeyframe = false;
    this.#videoOffset = offset;
    this.#videoEnd = end;
    for (const track of this.#tracks.values()) track.pendingOffset = undefined;
  }

  #announceOffset(track: Track): void {
    const isSame = Math.abs(this.#videoOffset - track.offset) < SAME_DISCONTINUITY_MICROS;
    if (track.isAhead && isSame) {
      track.offset = this.#videoOffset;
      track.isOverlapping = true;
    } else {
      track.pendingOffset = this.#videoOffset;
    }
    track.isAhead = false;
  }

  /** True for a packet that is nearer to the video after its discontinuity than to the stream's last packet. */
  #isAfterVideoJump({ pendingOffset, last }: Track, { time }: PacketTime): boolean {
    if (pendingOffset === undefined || this.#videoTime === undefined) return false;
    return last === undefined || Math.abs(time - this.#videoTime) < Math.abs(time - last.time);
  }

  #trackOf(stream: number): Track {
    let track = this.#tracks.get(stream);
    if (!track) {
      const pendingOffset = this.#videoOffset === 0 ? undefined : this.#videoOffset;
      const end = Number.NEGATIVE_INFINITY;
      track = {
        offset: 0,
        last: undefined,
        end,
        pendingOffset,
        isAhead: false,
        isOverlapping: false,
      };
      this.#tracks.set(stream, track);
    }
    return track;
  }
}
