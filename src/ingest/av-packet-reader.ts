import { Packet, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import type { AvInput } from './av-input.js';
import type { SessionCounts } from './decode-session.js';

/** Failed reads in a row after which an input is taken as broken off. */
const MAX_READ_FAILURES = 16;
/** Pause before a device is asked again that had nothing yet, milliseconds. */
const RETRY_MS = 5;

/** Reads the packets of an input's video, and follows a broadcast that changes its codec or replaces its stream. */
export class AvPacketReader implements Disposable {
  /** The packet that was read; lent until the next read. */
  readonly packet = new Packet();
  readonly #input: AvInput;
  readonly #counts: SessionCounts;
  readonly #isLive: boolean;
  #codecId: number;
  #failures = 0;
  #changed: Stream | undefined;
  #open = true;

  constructor(input: AvInput, counts: SessionCounts, isLive: boolean) {
    this.#input = input;
    this.#counts = counts;
    this.#isLive = isLive;
    this.#codecId = input.video.codecpar.codecId;
    this.packet.alloc();
  }

  /**
   * Reads until a packet of the video is in `packet`: 0, else libav's negative code. Direct where the input answers
   * directly, so that the decoder has its packet before the caller's next await.
   */
  read(): number | Promise<number> {
    for (;;) {
      this.packet.unref();
      const code = this.#input.read(this.packet);
      if (typeof code !== 'number') return this.#readLater(code);
      const result = this.#judge(code);
      if (result !== undefined) return result;
    }
  }

  /** The stream that needs another decoder from the packet just read on; undefined: all as before. */
  takeChange(): Stream | undefined {
    const changed = this.#changed;
    this.#changed = undefined;
    return changed;
  }

  /** A seek was made. */
  reset(): void {
    this.#failures = 0;
  }

  /** Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.packet.unref();
    this.packet.free();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readLater(first: Promise<number>): Promise<number> {
    let reading: number | Promise<number> = first;
    for (;;) {
      const code = await reading;
      const result = this.#judge(code);
      if (result !== undefined) return result;
      if (code === av.AVERROR_EAGAIN) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      this.packet.unref();
      reading = this.#input.read(this.packet);
    }
  }

  /** What a read's code means for the caller; undefined: read on. */
  #judge(code: number): number | undefined {
    if (this.#input.interrupted) return av.AVERROR_EXIT;
    if (code === av.AVERROR_EAGAIN) return undefined;
    if (code >= 0) {
      this.#failures = 0;
      return this.#isOurs() ? 0 : undefined;
    }
    const isOver = code === av.AVERROR_EOF || (this.#isLive && code !== av.AVERROR_INVALIDDATA);
    if (isOver || ++this.#failures > MAX_READ_FAILURES) return code;
    this.#counts.corrupt++;
    return undefined;
  }

  #isOurs(): boolean {
    const { video } = this.#input;
    const { packet } = this;
    if (packet.streamIndex === video.index) {
      if (packet.isKeyframe) this.#compareCodec(video);
      return true;
    }
    const other = this.#input.streams[packet.streamIndex];
    if (other?.codecpar.codecType !== av.AVMEDIA_TYPE_VIDEO) return false;
    // Every stream but one was discarded at the start, so a video that is not is new: it takes the old one's place.
    if (other.discard === av.AVDISCARD_ALL || other.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC)) return false;
    this.#input.choose(other);
    this.#codecId = other.codecpar.codecId;
    this.#changed = other;
    return true;
  }

  #compareCodec(video: Stream): void {
    const { codecId } = video.codecpar;
    if (codecId === this.#codecId) return;
    this.#codecId = codecId;
    this.#changed = video;
  }
}
