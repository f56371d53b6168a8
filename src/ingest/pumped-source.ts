import { BoundedQueue, type OverflowPolicy } from '../core/bounded-queue.js';
import { asNocturneError, type NocturneError } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { wallClock, type Micros } from '../core/time.js';
import type { AvFramePool, DecodedFormat } from './av-frame-pool.js';
import type { FrameSource, SourceInfo, SourceStats } from './frame-source.js';
import type { Pacer } from './pacing.js';
import type { SessionCounts, SessionInfo, TimedFrame } from './decode-session.js';
import { sleep } from './sleep.js';
import { Timeline } from './timeline.js';

/** A picture with its place on the source's timeline. */
export interface PlacedFrame extends TimedFrame {
  readonly pts: Micros;
  readonly discontinuity: boolean;
  /** What was known of the input when it was decoded. */
  readonly run: SessionInfo;
}

/** What the sources share that decode ahead of their consumer. */
export interface PumpedSourceOptions {
  readonly pool: AvFramePool;
  readonly counts: SessionCounts;
  /** The first run's, after its first picture. */
  readonly run: SessionInfo;
  /** The first picture's. */
  readonly format: DecodedFormat;
  readonly isLive: boolean;
  /** Most pictures decoded ahead. */
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
  /** Holds frames back until they are due; undefined: they come as fast as they are pulled. */
  readonly pacer?: Pacer;
}

/** A source whose pictures are decoded by a loop of its own into a bounded queue, from which frames are pulled. */
export abstract class PumpedSource implements FrameSource {
  protected readonly queue: BoundedQueue<PlacedFrame>;
  protected readonly timeline: Timeline;
  readonly #options: PumpedSourceOptions;
  readonly #stop = new AbortController();
  #info: SourceInfo;
  #format: DecodedFormat;
  #run: SessionInfo;
  #started = false;
  #pumping: Promise<void> | undefined;
  #failure: NocturneError | undefined;
  #closing: Promise<void> | undefined;
  /** True when a dropped picture was the first after a break: the next one that is given takes its place. */
  #owesDiscontinuity = false;

  protected constructor(setup: PumpedSourceOptions) {
    this.#options = setup;
    this.#format = setup.format;
    this.#run = setup.run;
    this.#info = describeSource(setup.run, setup.format, setup.isLive);
    this.timeline = new Timeline(usualStep(setup.run));
    this.queue = new BoundedQueue<PlacedFrame>({
      capacity: setup.capacity,
      overflow: setup.overflow,
      onDrop: (picture) => this.discard(picture),
    });
  }

  get info(): SourceInfo {
    return this.#info;
  }

  get stats(): SourceStats {
    const { decoded, corrupt, skipped } = this.#options.counts;
    return { decoded, corrupt, skipped, dropped: this.dropped, reconnects: this.reconnects };
  }

  get isReady(): boolean {
    const waiting = this.queue.peek();
    if (!waiting || this.isStopping()) return false;
    return this.#options.pacer?.isDue(waiting.pts, wallClock()) ?? true;
  }

  async *frames(signal?: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    if (this.#started) throw new TypeError('frames() can be called once');
    this.#started = true;
    const onAbort = (): void => void this.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) await this.close();
    try {
      if (!this.isStopping()) this.#pumping = this.#runPump();
      for await (const picture of this.queue) {
        const isDue = await this.#due(picture);
        if (!isDue) {
          this.discard(picture);
          break;
        }
        yield this.#give(picture);
      }
      if (this.#failure && !this.isStopping()) throw this.#failure;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      await this.close();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Aborted once the source closes. */
  protected get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** True once the source closes. A method, since it may change at every await. */
  protected isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  protected get pool(): AvFramePool {
    return this.#options.pool;
  }

  /** Decoded pictures that nobody got. */
  protected get dropped(): number {
    return this.queue.dropped;
  }

  protected get reconnects(): number {
    return 0;
  }

  /** Fills the queue until the input ends or the source stops; what it throws reaches the consumer. */
  protected abstract pump(): Promise<void>;

  /** Ends whatever the pump waits for, at once. */
  protected abstract interrupt(): void;

  /** Frees what belongs to the pump, after it has returned. Never throws. */
  protected abstract release(): Promise<void>;

  /** Puts a picture on the timeline. */
  protected place(frame: TimedFrame, session: SessionInfo, isFirstOfSession: boolean): PlacedFrame {
    const tick = Math.ceil((1e6 * session.timeBase.num) / session.timeBase.den) as Micros; // microseconds, rounded up
    const { pts, discontinuity } = this.timeline.place({ pts: frame.sourcePts, duration: frame.duration, tick });
    return { ...frame, pts, run: session, discontinuity: isFirstOfSession || discontinuity };
  }

  /** Gives a picture back that nobody will get. */
  protected discard(picture: PlacedFrame): void {
    this.#owesDiscontinuity ||= picture.discontinuity;
    this.pool.give(picture.native);
  }

  async #runPump(): Promise<void> {
    try {
      await this.pump();
    } catch (error) {
      this.#failure = asNocturneError(error, 'ingest');
    } finally {
      this.queue.end();
    }
  }

  /** Waits until a paced picture is due; false when the source stopped meanwhile. */
  async #due({ pts }: PlacedFrame): Promise<boolean> {
    const { pacer } = this.#options;
    if (pacer) await sleep(pacer.wait(pts, wallClock()) / 1000, this.stopping);
    return !this.isStopping();
  }

  #give(picture: PlacedFrame): Frame {
    if (picture.format !== this.#format || picture.run !== this.#run) {
      this.#format = picture.format;
      this.#run = picture.run;
      this.#info = describeSource(picture.run, picture.format, this.#options.isLive);
    }
    const discontinuity = picture.discontinuity || this.#owesDiscontinuity;
    this.#owesDiscontinuity = false;
    const { pts } = picture;
    const duration = picture.duration > 0 ? picture.duration : usualStep(picture.run);
    const capturedAt = this.#options.pacer ? wallClock() : picture.capturedAt;
    return this.pool.toFrame(picture, { pts, duration, capturedAt, discontinuity });
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    this.interrupt();
    this.queue.close();
    await this.#pumping;
    await this.release();
    // What the pump put in between is refused by the closed queue and given back by the pump itself.
    this.pool.close();
  }
}

function usualStep(run: SessionInfo): Micros {
  return Math.round(run.frameRate > 0 ? 1e6 / run.frameRate : 40_000) as Micros; // microseconds; 25 frames a second when unknown
}

/** What users are told of a source: its run and its pictures as one. */
export function describeSource(run: SessionInfo, format: DecodedFormat, isLive: boolean): SourceInfo {
  const { width, height, color, sampleAspect } = format;
  const { frameRate, timeBase, duration, codec, description, hasSound } = run;
  const notices = [...format.notices, ...run.notices];
  return {
    ...{ width, height, color, sampleAspect, frameRate, timeBase, duration, codec, description },
    ...{ isLive, hasSound },
    notices,
  };
}
