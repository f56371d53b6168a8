import { basename } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { micros, ticksToMicros, wallClock, type Micros, type TimeBase } from '../core/time.js';
import { inputTooShort } from './av-errors.js';
import type { DecodedFormat } from './av-frame-pool.js';
import { AvRgbConverter } from './av-rgb-converter.js';
import { ignoredNotices, ImageChanges, type ImageList } from './image-list.js';
import { readImage } from './read-image.js';
import type { DecodeSession, SessionContext, SessionEndReason, SessionInfo, TimedFrame } from './decode-session.js';
import { DEFAULT_IMAGE_RATE } from './source-options.js';

const CROPPED = 'odd size: the last column or row is left out, or repeated where it is the only one';
/** Maximum number of names of skipped images to keep. */
const MAX_SKIPPED_NAMES = 100;

/** Decodes still images in sequence, at a constant rate. Skips an image that cannot be decoded; later ones keep their times. */
export class ImageSequenceSession implements DecodeSession {
  readonly #images: ImageList;
  readonly #context: SessionContext;
  readonly #label: string;
  readonly #rate: number;
  readonly #timeBase: TimeBase;
  readonly #stop = new AbortController();
  readonly #changes: ImageChanges;
  readonly #converter: AvRgbConverter;
  readonly #startIndex: number;
  readonly #endIndex: number;
  #nextIndex: number;
  /** The frame decoded while opening, which the next `next` returns. */
  #firstFrame: TimedFrame | undefined;
  #endReason: SessionEndReason | undefined;
  #pending: Promise<unknown> | undefined;
  #format: DecodedFormat | undefined;
  #info: SessionInfo | undefined;
  #firstImage: { readonly codec: string; readonly width: number; readonly height: number } | undefined;
  /** Why the first skipped image could not be read. */
  #firstFailure: unknown;

  private constructor(images: ImageList, context: SessionContext, label: string) {
    this.#images = images;
    this.#context = context;
    this.#label = label;
    this.#changes = new ImageChanges(images.paths.length === 1);
    this.#converter = new AvRgbConverter(context.pool);
    const { startS, durationS, imageRate } = context.options;
    const rate = imageRate ?? DEFAULT_IMAGE_RATE;
    const { length } = images.paths;
    this.#rate = rate;
    // An integer rate has ticks of one frame; any other (29.97) has ticks of a thousandth.
    this.#timeBase = Number.isInteger(rate) ? { num: 1, den: rate } : { num: 1000, den: Math.round(rate * 1000) };
    this.#startIndex = framesBefore(startS, rate);
    this.#nextIndex = Math.min(length, this.#startIndex);
    this.#endIndex = durationS === undefined ? length : Math.min(length, framesBefore(startS + durationS, rate));
  }

  /** Opens at least one image and decodes the first readable one. Rejects with NocturneError. */
  static async open(images: ImageList, context: SessionContext, label: string): Promise<ImageSequenceSession> {
    const session = new ImageSequenceSession(images, context, label);
    if (session.#nextIndex >= images.paths.length) throw inputTooShort(label, context.options.startS);
    const frames = await session.next();
    session.#firstFrame = frames?.[0];
    session.#format = session.#firstFrame?.format;
    session.#pending = undefined;
    if (session.#firstFrame) return session;
    await session.close();
    throw session.#noFrameError();
  }

  get format(): DecodedFormat {
    if (!this.#format) throw new TypeError('the session has no frame yet');
    return this.#format;
  }

  /** Format and upright size of the first image that could be read. */
  get firstImage(): { readonly codec: string; readonly width: number; readonly height: number } {
    if (!this.#firstImage) throw new TypeError('the session has no frame yet');
    return this.#firstImage;
  }

  get endReason(): SessionEndReason | undefined {
    return this.#endReason;
  }

  get info(): SessionInfo {
    this.#info ??= this.#describe();
    return this.#info;
  }

  next(): Promise<readonly TimedFrame[] | undefined> {
    const step = this.#step();
    this.#pending = step.catch(() => undefined);
    return step;
  }

  interrupt(): void {
    this.#stop.abort();
  }

  async close(): Promise<void> {
    this.interrupt();
    await this.#pending;
    if (this.#firstFrame) this.#context.pool.release(this.#firstFrame);
    this.#firstFrame = undefined;
    this.#converter.close();
  }

  #describe(): SessionInfo {
    const count = Math.max(0, this.#endIndex - this.#startIndex);
    return {
      timeBase: this.#timeBase,
      frameRate: this.#rate,
      duration: micros((count * 1e6) / this.#rate),
      isDurationStated: true,
      codec: 'image',
      description: `${count} ${count === 1 ? 'image' : 'images'}, ${this.#label}`,
      hasSound: false,
      notices: [...this.#changes.notices, ...ignoredNotices(this.#images)],
    };
  }

  async #step(): Promise<readonly TimedFrame[] | undefined> {
    if (this.#firstFrame) {
      const frame = this.#firstFrame;
      this.#firstFrame = undefined;
      return [frame];
    }
    while (this.#nextIndex < this.#endIndex && !this.#stop.signal.aborted) {
      const frame = await this.#decode(this.#nextIndex++);
      if (frame) return [frame];
    }
    this.#endReason = this.#stop.signal.aborted ? 'interrupted' : 'end';
    return undefined;
  }

  async #decode(index: number): Promise<TimedFrame | undefined> {
    const path = this.#images.paths[index] ?? '';
    try {
      const { image, changes, kind } = await readImage(path, this.#stop.signal);
      if (this.#stop.signal.aborted) return undefined;
      this.#firstImage ??= { codec: kind, width: image.width, height: image.height };
      const { isCropped, ...frame } = await this.#converter.convert(image);
      if (this.#changes.add(path, isCropped ? [...changes, CROPPED] : changes)) this.#info = undefined;
      this.#context.counts.decoded++;
      const sourcePts = this.#ptsOf(index);
      return { ...frame, sourcePts, duration: micros(this.#ptsOf(index + 1) - sourcePts), capturedAt: wallClock() };
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      this.#skip(path, error);
      return undefined;
    }
  }

  #ptsOf(index: number): Micros {
    return ticksToMicros(BigInt(index - this.#startIndex), this.#timeBase);
  }

  /** Counts an unreadable image and keeps its name. Does not log a single image, which the error from `open` reports. */
  #skip(path: string, error: unknown): void {
    const { options, counts } = this.#context;
    const name = basename(path);
    counts.corrupt++;
    if (counts.skipped.length < MAX_SKIPPED_NAMES && !counts.skipped.includes(name)) counts.skipped.push(name);
    this.#firstFailure ??= error;
    if (this.#images.paths.length === 1) return;
    const reason = error instanceof Error ? error.message : String(error);
    options.logger.warn({ reason }, 'skipped an unreadable image');
  }

  #noFrameError(): NocturneError {
    const { length } = this.#images.paths;
    const cause = this.#firstFailure;
    // A single image's own error says more.
    if (length === 1 && cause instanceof NocturneError) return cause;
    const reason = cause instanceof Error ? ` The first: ${cause.message}` : '';
    const message = `none of the ${length} images of ${this.#label} could be read.${reason}`;
    return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, cause });
  }
}

/** Number of frames that begin before a time, seconds. A billionth of a frame is the rounding of decimals: 0.28 s x 25. */
function framesBefore(seconds: number, rate: number): number {
  return Math.ceil(seconds * rate - 1e-9);
}
