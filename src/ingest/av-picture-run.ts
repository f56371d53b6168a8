import { basename } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { micros, ticksToMicros, wallClock, type TimeBase } from '../core/time.js';
import { endsBefore } from './av-errors.js';
import { AvRun } from './av-run.js';
import type { PictureShape } from './av-frame-pool.js';
import { planPicture } from './open-plan.js';
import { maskUrl } from './input-address.js';
import { othersNotices, type PictureList } from './picture-list.js';
import type { PictureRun, RunContext, RunEnd, RunInfo, TimedPicture } from './picture-run.js';
import type { SourceOptions } from './source-options.js';

/** Frames a second of pictures that are not told otherwise. */
export const USUAL_PICTURE_RATE = 25;
/** Most names of skipped pictures that are remembered. */
const MOST_SKIPPED_NAMES = 100;

/** Still pictures, one after the other, at a steady rate; one that cannot be decoded is skipped and keeps its place in time. */
export class AvPictureRun implements PictureRun {
  readonly #pictures: PictureList;
  readonly #context: RunContext;
  readonly #label: string;
  readonly #timeBase: TimeBase;
  readonly #stop = new AbortController();
  #next: number;
  #end: number;
  #first: TimedPicture | undefined;
  #ended: RunEnd | undefined;
  #pending: Promise<unknown> | undefined;
  #shape: PictureShape | undefined;
  #info: RunInfo | undefined;
  /** Why the first picture that was skipped could not be read. */
  #failure: unknown;

  private constructor(pictures: PictureList, context: RunContext, label: string) {
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
  static async open(list: PictureList, context: RunContext, label: string): Promise<AvPictureRun> {
    const run = new AvPictureRun(list, context, label);
    if (run.#next >= list.paths.length) throw endsBefore(label, context.options.startS);
    const pictures = await run.next();
    run.#first = pictures?.[0];
    run.#shape = run.#first?.shape;
    run.#pending = undefined;
    if (run.#first) return run;
    throw run.#nothing();
  }

  get shape(): PictureShape {
    if (!this.#shape) throw new TypeError('the run has no picture yet');
    return this.#shape;
  }

  get ended(): RunEnd | undefined {
    return this.#ended;
  }

  get info(): RunInfo {
    this.#info ??= this.#describe();
    return this.#info;
  }

  #describe(): RunInfo {
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
      notices: othersNotices(this.#pictures),
    };
  }

  next(): Promise<readonly TimedPicture[] | undefined> {
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

  async #step(): Promise<readonly TimedPicture[] | undefined> {
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

  async #decode(index: number): Promise<TimedPicture | undefined> {
    const path = this.#pictures.paths[index] ?? '';
    const { options, pool, counts } = this.#context;
    const label = maskUrl(path);
    try {
      // A picture counts once, whatever its decoder found wrong with it.
      const alone = { pool, options: withoutWindow(options), counts: { decoded: 0, corrupt: 0, skipped: [] } };
      const run = await AvRun.open(planPicture(path, options, label), alone, this.#stop.signal);
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
    if (counts.skipped.length < MOST_SKIPPED_NAMES && !counts.skipped.includes(name)) counts.skipped.push(name);
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
  return options.pictureRate ?? USUAL_PICTURE_RATE;
}

/** Every picture is read whole; the window is one of the row. */
function withoutWindow(options: SourceOptions): SourceOptions {
  const whole: { -readonly [Key in keyof SourceOptions]: SourceOptions[Key] } = { ...options };
  delete whole.durationS;
  return { ...whole, startS: 0, live: false, decoderThreads: 1 };
}
