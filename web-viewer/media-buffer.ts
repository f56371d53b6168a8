/** Fragments that wait for the source buffer at most: 10 s at 60 frames/s, the whole GOP of a join among them. */
const MAX_WAITING = 600;
/** Seconds behind playback that stay buffered. */
const KEPT_S = 3;

/** Apple's Media Source for iPhones, which stops a page from buffering while it saves power. */
interface ManagedMediaSourceGlobal {
  readonly ManagedMediaSource?: typeof MediaSource;
}

/** The browser's Media Source; undefined where it has none. */
export function mediaSourceClass(): typeof MediaSource | undefined {
  const managed = (globalThis as ManagedMediaSourceGlobal).ManagedMediaSource; // not in the DOM library yet
  return 'MediaSource' in globalThis ? MediaSource : managed;
}

/** Media type of fragmented MP4 with this codec; undefined where the browser does not play it. */
export function mediaType(codec: string): string | undefined {
  const type = `video/mp4; codecs="${codec}"`;
  return mediaSourceClass()?.isTypeSupported(type) ? type : undefined;
}

/** Events of a {@link MediaBuffer}. */
export interface MediaBufferEvents {
  /** The browser rejects the stream; close this one and open another. */
  onFailed(): void;
  /** Fragments were dropped; the next one must be a keyframe. */
  onOverflow(): void;
}

/** A Media Source with one source buffer: appends fragments one after the other, bounded, and removes what was played. */
export class MediaBuffer {
  readonly #video: HTMLVideoElement;
  readonly #events: MediaBufferEvents;
  readonly #source: MediaSource;
  readonly #address: string;
  #type: string;
  #buffer: SourceBuffer | undefined;
  #waiting: { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string }[] = [];
  /** Where keyframes begin, seconds, in order. */
  #keyframes: number[] = [];
  #drops = 0;
  #isClosed = false;

  /** Attaches itself to the video. */
  constructor(video: HTMLVideoElement, type: string, events: MediaBufferEvents) {
    const Source = mediaSourceClass();
    if (!Source) throw new TypeError('the browser has no Media Source');
    this.#video = video;
    this.#type = type;
    this.#events = events;
    this.#source = new Source();
    this.#address = URL.createObjectURL(this.#source);
    this.#source.addEventListener('sourceopen', () => this.#onOpen(), { once: true });
    video.src = this.#address;
  }

  /** Fragments dropped because the browser did not take them in time. */
  get drops(): number {
    return this.#drops;
  }

  /** First and last second that is buffered, where playback would find the newest frame; undefined while nothing is. */
  get range(): { readonly start: number; readonly end: number } | undefined {
    const ranges = this.#isClosed ? undefined : this.#video.buffered;
    if (!ranges || ranges.length === 0) return undefined;
    const last = ranges.length - 1;
    return { start: ranges.start(last), end: ranges.end(last) };
  }

  /** Sets the media type of what is appended from now on. */
  changeType(type: string): void {
    this.#type = type;
  }

  /** Takes an initialization segment or a fragment. @param keyframeAt where it begins, seconds, for one that begins with a keyframe. */
  append(bytes: Uint8Array<ArrayBuffer>, keyframeAt: number | undefined): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#drops += this.#waiting.length;
      this.#waiting = [];
      this.#events.onOverflow();
      return;
    }
    if (keyframeAt !== undefined) this.#keyframes.push(keyframeAt);
    this.#waiting.push({ bytes, type: this.#type });
    this.#appendNext();
  }

  /** Removes what was played, up to the keyframe from which playback continues: removing more would take the frames that need it. */
  trim(position: number): void {
    const buffer = this.#buffer;
    const index = this.#keyframes.findLastIndex((at) => at < position - KEPT_S);
    if (index < 1 || !buffer || buffer.updating || this.#waiting.length > 0) return;
    const end = this.#keyframes[index] ?? 0;
    this.#keyframes.splice(0, index);
    buffer.remove(0, end);
  }

  /** Detaches itself from the video. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    URL.revokeObjectURL(this.#address);
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #onOpen(): void {
    if (this.#isClosed) return;
    try {
      const buffer = this.#source.addSourceBuffer(this.#type);
      buffer.addEventListener('updateend', () => this.#appendNext());
      buffer.addEventListener('error', () => this.#fail());
      this.#buffer = buffer;
      this.#source.duration = Number.POSITIVE_INFINITY; // live: the browser plays with one frame ahead
      this.#appendNext();
    } catch {
      this.#fail();
    }
  }

  /** Appends all that waits and has one type. */
  #appendNext(): void {
    const buffer = this.#buffer;
    const type = this.#waiting[0]?.type;
    if (!buffer || type === undefined || buffer.updating || this.#isClosed) return;
    const count = this.#waiting.findIndex((entry) => entry.type !== type);
    const next = this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
    try {
      if (type !== this.#bufferType) buffer.changeType(type);
      this.#bufferType = type;
      buffer.appendBuffer(joined(next.map(({ bytes }) => bytes)));
    } catch {
      this.#drops += next.length;
      this.#fail(); // a full buffer too: a live stream has nothing in it that is worth keeping
    }
  }

  /** Media type of what was appended last. */
  #bufferType: string | undefined;

  #fail(): void {
    if (!this.#isClosed) this.#events.onFailed();
  }
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
