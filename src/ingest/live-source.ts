import { Backoff } from '../core/backoff.js';
import { NocturneError } from '../core/errors.js';
import { micros, wallClock, type Micros } from '../core/time.js';
import { LagMeter } from './lag-meter.js';
import { Pacer } from './pacer.js';
import type { DecodeSession, TimedFrame } from './decode-session.js';
import { PumpedSource, type PlacedFrame, type SharedWithSessions } from './pumped-source.js';
import { settlesWithin, sleep } from './sleep.js';
import type { SourceOptions } from './source-options.js';
import { Watchdog } from './watchdog.js';

/** How long a late frame is deferred in case a newer one is ready behind it, milliseconds. */
const LATE_FRAME_DEFER_MS = 1;
/** Maximum number of consecutive late frames to drop, so that a decoder slower than its input still shows some. */
const MAX_CONSECUTIVE_DROPS = 30;

/** Minimum stall timeout of segmented inputs, milliseconds: a segment of ten seconds, and time to request the next. */
const MIN_SEGMENT_TIMEOUT_MS = 20_000;

/**
 * Pauses between attempts to reconnect, milliseconds. Frames must be back within five seconds after their sender; jitter
 * keeps many streams from connecting to a restarted server at once.
 */
const RECONNECT_BACKOFF = { firstMs: 250, maxMs: 2000, jitter: 0.25 } as const;

/** Options of a {@link LiveSource}. */
export interface LiveSourceOptions {
  /** The opened input; the source takes it. */
  readonly session: DecodeSession;
  /** Reconnects a lost input; undefined: a loss is the end. */
  readonly reopen?: (signal: AbortSignal) => Promise<DecodeSession>;
  readonly sourceOptions: SourceOptions;
  /** Name of the input for people, secrets masked. */
  readonly label: string;
  /** True when senders connect to this input: it listens for the next one without pauses. */
  readonly isListening: boolean;
  /** True when the input arrives in segments of several seconds (HLS): its frames are paced by their pts. */
  readonly isSegmented: boolean;
}

/** A source of a live input. Drops late frames in favour of the newest and reconnects a lost input. */
export class LiveSource extends PumpedSource {
  readonly #options: LiveSourceOptions;
  readonly #lag = new LagMeter();
  readonly #backoff = new Backoff(RECONNECT_BACKOFF);
  #session: DecodeSession;
  #lateDropped = 0;
  #reconnects = 0;
  #isFirstAfterReconnect = false;
  #lastFrameAt: Micros = wallClock();

  constructor(options: LiveSourceOptions, shared: SharedWithSessions) {
    const { session } = options;
    super({
      ...shared,
      sessionInfo: session.info,
      format: session.format,
      isLive: true,
      capacity: 1,
      overflow: 'drop-oldest',
    });
    this.#options = options;
    this.#session = session;
  }

  protected override get dropped(): number {
    return this.queue.dropped + this.#lateDropped;
  }

  protected override get reconnects(): number {
    return this.#reconnects;
  }

  protected override async pump(): Promise<void> {
    const { reopen, label, sourceOptions } = this.#options;
    for (;;) {
      const hasTimedOut = await this.#readUntilLost();
      if (this.isStopping()) return;
      const cause = hasTimedOut ? `sent no data for ${this.#stallTimeoutMs / 1000} s` : 'stopped';
      if (!reopen || !sourceOptions.reconnect) {
        if (this.#session.endReason === 'end') return;
        throw new NocturneError({ code: 'INPUT_LOST', stage: 'ingest', message: `${label} ${cause}.` });
      }
      sourceOptions.logger.warn({ input: label }, `the input ${cause}; reconnecting`);
      sourceOptions.onEvent?.({ kind: 'lost', message: `The input ${cause}; reconnecting.` });
      await this.#session.close();
      await this.#reconnect(reopen);
      if (this.isStopping()) return;
    }
  }

  protected override interrupt(): void {
    this.#session.interrupt();
  }

  protected override async release(): Promise<void> {
    await this.#session.close();
  }

  /** Reads until the input is lost. Resolves to true when it timed out. */
  async #readUntilLost(): Promise<boolean> {
    const session = this.#session;
    using watchdog = new Watchdog(this.#stallTimeoutMs, () => session.interrupt());
    watchdog.restart();
    const pacer = this.#options.isSegmented ? new Pacer() : undefined;
    let consecutiveDrops = 0;
    let reading = session.next();
    for (;;) {
      const frames = await reading;
      watchdog.restart();
      if (!frames) return watchdog.hasTimedOut;
      // Start the next read before the consumer wakes up and occupies this thread.
      reading = session.next();
      // It is awaited in the next iteration; a failure meanwhile must not count as unhandled.
      reading.catch(() => undefined);
      const frame = this.#placeNewest(frames);
      if (!frame) continue;
      if (pacer) {
        await sleep(pacer.delayUntilDue(frame.pts, wallClock()) / 1000, this.stopping);
        this.#enqueue({ ...frame, capturedAt: wallClock() });
        continue;
      }
      // A late frame means that the consumer was busy, nothing was read meanwhile, and newer frames are ready behind it.
      const mayDrop = this.#lag.isLate(frame, wallClock()) && consecutiveDrops < MAX_CONSECUTIVE_DROPS;
      if (mayDrop && (await settlesWithin(reading, LATE_FRAME_DEFER_MS)) && !this.isStopping()) {
        consecutiveDrops++;
        this.#dropLate(frame);
        continue;
      }
      consecutiveDrops = 0;
      this.#enqueue(frame);
    }
  }

  get #stallTimeoutMs(): number {
    const { isSegmented, sourceOptions } = this.#options;
    const { stallTimeoutMs } = sourceOptions;
    return isSegmented ? Math.max(stallTimeoutMs, MIN_SEGMENT_TIMEOUT_MS) : stallTimeoutMs;
  }

  /** Places all frames on the timeline and drops all but the last. A decoder that is flushed returns several at once. */
  #placeNewest(frames: readonly TimedFrame[]): PlacedFrame | undefined {
    const placed = frames.map((frame) => this.#placeNext(frame));
    for (const frame of placed.slice(0, -1)) this.#dropLate(frame);
    return placed.at(-1);
  }

  #placeNext(frame: TimedFrame): PlacedFrame {
    const placed = this.place(frame, this.#session.info, this.#isFirstAfterReconnect);
    if (placed.discontinuity) this.#lag.reset();
    this.#isFirstAfterReconnect = false;
    this.#lastFrameAt = frame.capturedAt;
    this.#backoff.reset();
    return placed;
  }

  #enqueue(frame: PlacedFrame): void {
    if (!this.queue.push(frame)) this.drop(frame);
  }

  #dropLate(frame: PlacedFrame): void {
    this.#lateDropped++;
    this.drop(frame);
  }

  async #reconnect(reopen: (signal: AbortSignal) => Promise<DecodeSession>): Promise<void> {
    const { isListening, label, sourceOptions } = this.#options;
    for (;;) {
      if (!isListening || this.#backoff.attempts > 0) await sleep(this.#backoff.nextMs(), this.stopping);
      if (this.isStopping()) return;
      try {
        this.#session = await reopen(this.stopping);
        break;
      } catch (error) {
        if (this.isStopping()) return;
        if (isListening) this.#backoff.nextMs();
        sourceOptions.logger.debug({ input: label, err: error }, 'still reconnecting');
      }
    }
    this.#reconnects++;
    this.#isFirstAfterReconnect = true;
    // The timeline continues as the wall clock did while the input was lost.
    this.timeline.resume(micros(wallClock() - this.#lastFrameAt));
    sourceOptions.logger.info({ input: label, reconnects: this.#reconnects }, 'the input is reconnected');
    sourceOptions.onEvent?.({ kind: 'connected', message: 'The input is reconnected.' });
  }
}
