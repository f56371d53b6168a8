import { Packet, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import type { AvInput } from './av-input.js';
import type { SessionCounts } from './decode-session.js';

/** Consecutive failed reads after which reading ends. */
const MAX_CONSECUTIVE_FAILURES = 16;
/** Pause before the next read of a device that has no data yet, milliseconds. */
const RETRY_DELAY_MS = 5;

/** Reads the packets of an input's video stream. Follows a broadcast that changes its codec or replaces the stream. */
export class AvPacketReader implements Disposable {
  /** The last packet read; lent until the next read. */
  readonly packet = new Packet();
  readonly #input: AvInput;
  readonly #counts: SessionCounts;
  readonly #isLive: boolean;
  #codecId: number;
  #failures = 0;
  #lastOffset = -1;
  #changedStream: Stream | undefined;
  #isOpen = true;

  constructor(input: AvInput, counts: SessionCounts, isLive: boolean) {
    this.#input = input;
    this.#counts = counts;
    this.#isLive = isLive;
    this.#codecId = input.video.codecpar.codecId;
    this.packet.alloc();
  }

  /**
   * Reads until a packet of the video stream is in `packet`. Returns 0 or libav's negative code; synchronously where the
   * input reads synchronously, so that the decoder has its packet before the caller's next await.
   */
  read(): number | Promise<number> {
    for (;;) {
      this.packet.unref();
      const code = this.#input.read(this.packet);
      if (typeof code !== 'number') return this.#readAsync(code);
      const result = this.#classify(code);
      if (result !== undefined) return result;
    }
  }

  /** The stream that needs a new decoder from the last packet on, returned once; undefined when nothing changed. */
  takeStreamChange(): Stream | undefined {
    const stream = this.#changedStream;
    this.#changedStream = undefined;
    return stream;
  }

  /** Offset in the file of the last packet before a change of stream, bytes; -1 when unknown. */
  get lastOffset(): number {
    return this.#lastOffset;
  }

  /** Call after a seek. */
  reset(): void {
    this.#failures = 0;
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.packet.unref();
    this.packet.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readAsync(firstRead: Promise<number>): Promise<number> {
    let reading: number | Promise<number> = firstRead;
    for (;;) {
      const code = await reading;
      const result = this.#classify(code);
      if (result !== undefined) return result;
      if (code === av.AVERROR_EAGAIN) await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      this.packet.unref();
      reading = this.#input.read(this.packet);
    }
  }

  /** The result of a read for the caller; undefined: read the next packet. */
  #classify(code: number): number | undefined {
    if (this.#input.isInterrupted) return av.AVERROR_EXIT;
    if (code === av.AVERROR_EAGAIN) return undefined;
    if (code >= 0) {
      this.#failures = 0;
      return this.#isVideoPacket() ? 0 : undefined;
    }
    const isEnd = code === av.AVERROR_EOF || (this.#isLive && code !== av.AVERROR_INVALIDDATA);
    if (isEnd || ++this.#failures > MAX_CONSECUTIVE_FAILURES) return code;
    this.#counts.corrupt++;
    return undefined;
  }

  #isVideoPacket(): boolean {
    const { video } = this.#input;
    const { packet } = this;
    if (packet.streamIndex === video.index) {
      // A file is split at its change, so it need not begin with a keyframe.
      if (packet.isKeyframe || this.#input.transportFile !== undefined) this.#detectCodecChange(video);
      if (!this.#changedStream) this.#lastOffset = Number(packet.pos);
      return true;
    }
    const other = this.#input.streams[packet.streamIndex];
    if (other?.codecpar.codecType !== av.AVMEDIA_TYPE_VIDEO) return false;
    // All other streams were discarded at the start: a video stream that is not is new and replaces the old one.
    if (other.discard === av.AVDISCARD_ALL || other.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC)) return false;
    this.#input.switchVideo(other);
    this.#codecId = other.codecpar.codecId;
    this.#changedStream = other;
    return true;
  }

  #detectCodecChange(video: Stream): void {
    const { codecId } = video.codecpar;
    if (codecId === this.#codecId) return;
    this.#codecId = codecId;
    this.#changedStream = video;
  }
}
