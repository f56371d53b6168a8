import { basename } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { micros, ticksToMicros, wallClock, type TimeBase } from '../core/time.js';
import { endsBefore } from './av-errors.js';
import { AvDecodeSession } from './av-decode-session.js';
import type { DecodedFormat } from './av-frame-pool.js';
import { planImage } from './open-plan.js';
import { maskUrl } from './input-address.js';
import { otherFilesNotices, type ImageList } from './image-list.js';
import type { DecodeSession, SessionContext, SessionEnd, SessionInfo, TimedFrame } from './decode-session.js';
import type { SourceOptions } from './source-options.js';

/** Frames a second of pictures that are not told otherwise. */
export const DEFAULT_IMAGE_RATE = 25;
/** Most names of skipped pictures that are remembered. */
const MAX_SKIPPED_NAMES = 100;

/** Still pictures, one after the other, at a steady rate; one that cannot be decoded is skipped and keeps its place in time. */
export class ImageSequenceSession implements DecodeSession {
  readonly #pictures: ImageList;
  readonly #context: SessionContext;
  readonly #label: string;
  readonly #timeBase: TimeBase;
  readonly #stop = new AbortController();
  #next: number;
  #end: number;
  #first: TimedFrame | undefined;
  #ended: SessionEnd | undefined;
  #pending: Promise<unknown> | undefined;
  #format: DecodedFormat | undefined;
  #info: SessionInfo | undefined;
  /** Why the first picture that was skipped could not be read. */
  #failure: unknown;

  private constructor(pictures: ImageList, context: SessionContext, label: string) {
    this.#pictures = pictures;
    this.#context = context;
    this.#label = label;
    const { startS, durationS } = context.options;
    const { length } = pictures.paths;
    const rate = rateOf(context.options);
    // A whole rate counts in frames; another one (29.97) in thousandths.
    this.#timeBase = Number.isInteger(rate) ? { num: 1, den: rate } : { num: 1000, den: Math.round(rate * 1000) };
    this.#next = Math.min(length, Math.ceil(startS * rate));
    this.#end = durationS === undefined ? length : Math.min(length, Math.ceil((startS + durationS) * rate));
  }

  /** Opens the pictures, at least one, and decodes the first that can be. */
  static async open(list: ImageList, context: SessionContext, label: string): Promise<ImageSequenceSession> {
    const run = new ImageSequenceSession(list, context, label);
    if (run.#next >= list.paths.length) throw endsBefore(label, context.options.startS);
    const pictures = await run.next();
    run.#first = pictures?.[0];
    run.#format = run.#first?.format;
    run.#pending = undefined;
    if (run.#first) return run;
    throw run.#nothing();
  }

  get format(): DecodedFormat {
    if (!this.#format) throw new TypeError('the run has no picture yet');
    return this.#format;
  }

  get ended(): SessionEnd | undefined {
    return this.#ended;
  }

  get info(): SessionInfo {
    this.#info ??= this.#describe();
    return this.#info;
  }

  #describe(): SessionInfo {
    const rate = rateOf(this.#context.options);
    const { startS } = this.#context.options;
    const count = Math.max(0, this.#end - Math.ceil(startS * rate));
    return {
      timeBase: this.#timeBase,
      frameRate: rate,
      duration: micros((count * 1e6) / rate),
      codec: 'image',
      description: `${count} ${count === 1 ? 'picture' : 'pictures'}, ${this.#label}`,
      hasSound: false,
      notices: otherFilesNotices(this.#pictures),
    };
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
    if (this.#first) this.#context.pool.give(this.#first.native);
    this.#first = undefined;
  }

  async #step(): Promise<readonly TimedFrame[] | undefined> {
    if (this.#first) {
      const first = this.#first;
      this.#first = undefined;
      return [first];
    }
    while (this.#next < this.#end && !this.#stop.signal.aborted) {
      const index = this.#next++;
      const picture = await this.#decode(index);
      if (picture) return [picture];
    }
    this.#ended = this.#stop.signal.aborted ? 'interrupted' : 'end';
    return undefined;
  }

  async #decode(index: number): Promise<TimedFrame | undefined> {
    const path = this.#pictures.paths[index] ?? '';
    const { options, pool, counts } = this.#context;
    const label = maskUrl(path);
    try {
      // A picture counts once, whatever its decoder found wrong with it.
      const alone = { pool, options: withoutWindow(options), counts: { decoded: 0, corrupt: 0, skipped: [] } };
      const run = await AvDecodeSession.open(planImage(path, options, label), alone, this.#stop.signal);
      const [picture, ...rest] = (await run.next()) ?? [];
      for (const { native } of rest) pool.give(native);
      await run.close();
      if (!picture)
        throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message: `${label} is empty.` });
      counts.decoded++;
      const start = Math.ceil(options.startS * rateOf(options));
      const at = (tick: number): ReturnType<typeof micros> => ticksToMicros(BigInt(tick), this.#timeBase);
      const sourcePts = at(index - start);
      return { ...picture, sourcePts, duration: micros(at(index - start + 1) - sourcePts), capturedAt: wallClock() };
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      this.#skip(path, error);
      return undefined;
    }
  }

  /** Counts and names a picture that cannot be read; the only one of an input is told by `open`'s failure instead. */
  #skip(path: string, error: unknown): void {
    const { options, counts } = this.#context;
    const name = basename(path);
    counts.corrupt++;
    if (counts.skipped.length < MAX_SKIPPED_NAMES && !counts.skipped.includes(name)) counts.skipped.push(name);
    this.#failure ??= error;
    if (this.#pictures.paths.length === 1) return;
    const reason = error instanceof Error ? error.message : String(error);
    options.logger.warn({ reason }, 'a picture could not be read and is skipped');
  }

  #nothing(): NocturneError {
    const { length } = this.#pictures.paths;
    const message =
      length === 1
        ? `${this.#label} is no picture that can be read.`
        : `none of the ${length} pictures of ${this.#label} could be read.`;
    const cause = this.#failure;
    return new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, cause });
  }
}

function rateOf(options: SourceOptions): number {
  return options.imageRate ?? DEFAULT_IMAGE_RATE;
}

/** Every picture is read whole; the window is one of the row. */
function withoutWindow(options: SourceOptions): SourceOptions {
  const whole: { -readonly [Key in keyof SourceOptions]: SourceOptions[Key] } = { ...options };
  delete whole.durationS;
  return { ...whole, startS: 0, live: false, decoderThreads: 1 };
}
