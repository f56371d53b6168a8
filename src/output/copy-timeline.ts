import { micros, type Micros } from '../core/time.js';

/** A step back by more than this is a new count, as it is for the source's pictures; less is a disorder. */
const NEW_COUNT_MICROS = 200_000;

/**
 * How far the video's own jump may lie from where a stream went on by itself to be taken for the same jump, microseconds:
 * more than the lead that senders give one stream over another.
 */
const SAME_JUMP_MICROS = 5_000_000;

/** A copied packet as its container times it, and where it goes. */
export interface CopiedTime {
  /** Decode time, in the input's clock. */
  readonly time: Micros;
  /** 0 when unknown, and for what may overlap (subtitles). */
  readonly duration: Micros;
}

interface Track {
  offset: number;
  /** Of the packet before, in the input's clock. */
  last: CopiedTime | undefined;
  /** End of what was placed so far. */
  end: number;
  /** The video's jump, which this stream has not come to yet. */
  pending: number | undefined;
  /** It jumped before the video did, and went on where it was; the video's jump may still come. */
  isAhead: boolean;
  /** No packet lies past what was placed before the last jump yet. */
  isJoining: boolean;
}

/**
 * Keeps copied packets beside the pictures where an input's count breaks off and starts again: pictures go on without a
 * gap ({@link Timeline} of the source), and every other stream is moved by as much as they are. A healthy input is left
 * as it is.
 */
export class CopyTimeline {
  readonly #tracks = new Map<number, Track>();
  #videoOffset = 0;
  /** Decode time of the last packet of the video, in the input's clock. */
  #videoTime: Micros | undefined;
  /** Presentation end of the video so far, placed. */
  #videoEnd = Number.NEGATIVE_INFINITY;
  #awaitsKeyframe = false;

  /** Tells a packet of the video, in the order of the input. `pts` in the input's clock. */
  observeVideo(packet: CopiedTime & { readonly pts: Micros; readonly isKeyframe: boolean }): void {
    const { time, pts, duration } = packet;
    this.#awaitsKeyframe ||= this.#videoTime !== undefined && this.#videoTime - time > NEW_COUNT_MICROS;
    this.#videoTime = time;
    if (this.#awaitsKeyframe) {
      if (!packet.isKeyframe) return; // no picture comes of it
      this.#awaitsKeyframe = false;
      this.#videoOffset = this.#videoEnd - pts;
      for (const track of this.#tracks.values()) this.#tell(track);
    }
    this.#videoEnd = Math.max(this.#videoEnd, pts + this.#videoOffset + duration);
  }

  /** What has to be added to the times of a stream's next packet; undefined where it lies in what was written already. */
  offsetOf(stream: number, packet: CopiedTime): Micros | undefined {
    const track = this.#trackOf(stream);
    const { last } = track;
    const isBroken = last !== undefined && last.time - packet.time > NEW_COUNT_MICROS;
    if (isBroken || this.#isPastJump(track, packet)) {
      track.isAhead = track.pending === undefined;
      track.offset = track.pending ?? track.end - packet.time;
      track.pending = undefined;
      track.isJoining = true;
    }
    track.last = packet;
    const placed = packet.time + track.offset;
    // A whole packet or nothing: heard is what reaches past the sound before by more than half.
    if (track.isJoining && placed + packet.duration / 2 < track.end) return undefined;
    track.isJoining = false;
    track.end = Math.max(track.end, placed + packet.duration);
    return micros(track.offset);
  }

  #tell(track: Track): void {
    const isSame = Math.abs(this.#videoOffset - track.offset) < SAME_JUMP_MICROS;
    if (track.isAhead && isSame) {
      track.offset = this.#videoOffset;
      track.isJoining = true;
    } else {
      track.pending = this.#videoOffset;
    }
    track.isAhead = false;
  }

  /** True for a packet that lies nearer to the video after its jump than to the stream's own packet before. */
  #isPastJump({ pending, last }: Track, { time }: CopiedTime): boolean {
    if (pending === undefined || this.#videoTime === undefined) return false;
    return last === undefined || Math.abs(time - this.#videoTime) < Math.abs(time - last.time);
  }

  #trackOf(stream: number): Track {
    let track = this.#tracks.get(stream);
    if (!track) {
      const pending = this.#videoOffset === 0 ? undefined : this.#videoOffset;
      const end = Number.NEGATIVE_INFINITY;
      track = { offset: 0, last: undefined, end, pending, isAhead: false, isJoining: false };
      this.#tracks.set(stream, track);
    }
    return track;
  }
}
