import { BoundedQueue, type OverflowPolicy } from '../core/bounded-queue.js';
import { asNocturneError, type NocturneError } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { micros, wallClock, type Micros } from '../core/time.js';
import type { AvFramePool, DecodedFormat } from './av-frame-pool.js';
import type { FrameSource, SourceInfo, SourceStats } from './frame-source.js';
import type { Pacer } from './pacer.js';
import type { SessionCounts, SessionInfo, TimedFrame } from './decode-session.js';
import { sleep } from './sleep.js';
import { Timeline } from './timeline.js';

/** A decoded frame with its position on the source's timeline. */
export interface PlacedFrame extends TimedFrame {
  readonly pts: Micros;
  readonly discontinuity: boolean;
  /** What its session knew of the input when it was decoded. */
  readonly sessionInfo: SessionInfo;
}

/** What a {@link PumpedSource} shares with its decode sessions. */
export interface SharedWithSessions {
  readonly pool: AvFramePool;
  readonly counts: SessionCounts;
}

/** Options of a {@link PumpedSource}. */
export interface PumpedSourceOptions extends SharedWithSessions {
  /** Of the first session. */
  readonly sessionInfo: SessionInfo;
  /** Format of the first frame. */
  readonly format: DecodedFormat;
  readonly isLive: boolean;
  /** Maximum number of queued frames. */
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
  /** Delays frames until they are due; undefined: frames come as fast as they are pulled. */
  readonly pacer?: Pacer;
}

/** A source that decodes in a loop of its own into a bounded queue, from which its consumer pulls frames. */
export abstract class PumpedSource implements FrameSource {
  protected readonly queue: BoundedQueue<PlacedFrame>;
  protected readonly timeline: Timeline;
  readonly #options: PumpedSourceOptions;
  readonly #stop = new AbortController();
  #info: SourceInfo;
  #format: DecodedFormat;
  #sessionInfo: SessionInfo;
  #isStarted = false;
  #pumping: Promise<void> | undefined;
  #failure: NocturneError | undefined;
  #closing: Promise<void> | undefined;
  /** True when a frame with a discontinuity was dropped: the next delivered frame carries it instead. */
  #hasPendingDiscontinuity = false;

  protected constructor(options: PumpedSourceOptions) {
    const { sessionInfo, format, isLive, capacity, overflow } = options;
    this.#options = options;
    this.#format = format;
    this.#sessionInfo = sessionInfo;
    this.#info = describeSource(sessionInfo, format, isLive);
    this.timeline = new Timeline(nominalDuration(sessionInfo), { closesLeaps: isLive });
    this.queue = new BoundedQueue<PlacedFrame>({ capacity, overflow, onDrop: (frame) => this.drop(frame) });
  }

  get info(): SourceInfo {
    return this.#info;
  }

  get stats(): SourceStats {
    const { counts, pacer } = this.#options;
    const { decoded, corrupt, skipped, faults } = counts;
    const { dropped, reconnects } = this;
    const behind = pacer?.behind ?? micros(0);
    return { decoded, corrupt, skipped, faults: [...faults, ...this.timeFaults], dropped, behind, reconnects };
  }

  get isReady(): boolean {
    const frame = this.queue.peek();
    if (!frame || this.isStopping()) return false;
    return this.#options.pacer?.isDue(frame.pts, wallClock()) ?? true;
  }

  async *frames(signal?: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    if (this.#isStarted) throw new TypeError('frames() can be called once');
    this.#isStarted = true;
    const onAbort = (): void => void this.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) await this.close();
    try {
      if (!this.isStopping()) this.#pumping = this.#runPump();
      for await (const frame of this.queue) {
        const isDue = await this.#waitUntilDue(frame);
        if (!isDue) {
          this.drop(frame);
          break;
        }
        yield this.#deliver(frame);
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

  /** True once the source closes. A method, since the value may change at every await. */
  protected isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Decoded frames that were dropped for newer ones. */
  protected get dropped(): number {
    return this.queue.dropped;
  }

  protected get reconnects(): number {
    return 0;
  }

  /** Faults of the timestamps so far, one line each. */
  protected get timeFaults(): readonly string[] {
    return [];
  }

  /** Fills the queue until the input ends or the source stops. Its errors reach the consumer. */
  protected abstract pump(): Promise<void>;

  /** Interrupts any wait of the pump at once. */
  protected abstract interrupt(): void;

  /** Frees what the pump used, after it has returned. Never throws. */
  protected abstract release(): Promise<void>;

  /** Places a frame on the timeline. */
  protected place(frame: TimedFrame, sessionInfo: SessionInfo, isFirstOfSession: boolean): PlacedFrame {
    const { num, den } = sessionInfo.timeBase;
    const tick = Math.ceil((1e6 * num) / den) as Micros; // microseconds, rounded up
    const { pts, discontinuity } = this.timeline.place({ pts: frame.sourcePts, duration: frame.duration, tick });
    return { ...frame, pts, sessionInfo, discontinuity: isFirstOfSession || discontinuity };
  }

  /** Takes a frame that will not be delivered and releases it to the pool. */
  protected drop(frame: PlacedFrame): void {
    this.#hasPendingDiscontinuity ||= frame.discontinuity;
    this.#options.pool.release(frame);
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

  /** Waits until a paced frame is due; false when the source stopped meanwhile. */
  async #waitUntilDue({ pts }: PlacedFrame): Promise<boolean> {
    const { pacer } = this.#options;
    if (pacer) await sleep(pacer.delayUntilDue(pts, wallClock()) / 1000, this.stopping);
    return !this.isStopping();
  }

  #deliver(frame: PlacedFrame): Frame {
    const { format, sessionInfo, pts } = frame;
    if (format !== this.#format || sessionInfo !== this.#sessionInfo) {
      this.#format = format;
      this.#sessionInfo = sessionInfo;
      this.#info = describeSource(sessionInfo, format, this.#options.isLive);
    }
    const discontinuity = frame.discontinuity || this.#hasPendingDiscontinuity;
    this.#hasPendingDiscontinuity = false;
    const duration = frame.duration > 0 ? frame.duration : nominalDuration(sessionInfo);
    const capturedAt = this.#options.pacer ? wallClock() : frame.capturedAt;
    return this.#options.pool.toFrame(frame, { pts, duration, capturedAt, discontinuity });
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    this.interrupt();
    this.queue.close();
    await this.#pumping;
    await this.release();
    // The closed queue refuses frames that the pump pushed meanwhile, and the pump has released them.
    this.#options.pool.close();
  }
}

/** Duration of a frame that has none. */
export function nominalDuration({ frameRate }: SessionInfo): Micros {
  return Math.round(frameRate > 0 ? 1e6 / frameRate : 40_000) as Micros; // microseconds; 25 frames per second when unknown
}

/** Properties of a source from its session and the format of its frames. */
export function describeSource(sessionInfo: SessionInfo, format: DecodedFormat, isLive: boolean): SourceInfo {
  const { width, height, color, sampleAspect } = format;
  const { frameRate, timeBase, duration, codec, description, hasSound } = sessionInfo;
  const notices = [...format.notices, ...sessionInfo.notices];
  return {
    ...{ width, height, color, sampleAspect, frameRate, timeBase, duration, codec, description },
    ...{ isLive, hasSound },
    notices,
  };
}
