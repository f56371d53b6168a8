import { Backoff } from '../core/backoff.js';
import { NocturneError } from '../core/errors.js';
import { micros, wallClock, type Micros } from '../core/time.js';
import { LagMeter } from './lag-meter.js';
import { Pacer } from './pacing.js';
import type { DecodeSession, TimedFrame } from './decode-session.js';
import { PumpedSource, type PlacedFrame, type PumpedSourceOptions } from './pumped-source.js';
import { settlesWithin, sleep } from './sleep.js';
import type { SourceOptions } from './source-options.js';
import { Watchdog } from './watchdog.js';

/** A picture that comes late is held back for so long, in case a newer one lies ready behind it; milliseconds. */
const HOLD_MS = 1;
/** Most pictures passed over in a row, so that a decoder slower than its input still shows something. */
const MAX_HELD = 30;

/** Silence that is normal between two segments, milliseconds: ten seconds of segment, and time to ask for the next. */
const SEGMENT_SILENCE_MS = 20_000;

/**
 * Pauses between two tries to reconnect, milliseconds. Frames are to be back within five seconds of their sender; jitter keeps
 * many streams from calling a restarted server at once.
 */
const RECONNECT = { firstMs: 250, maxMs: 2000, jitter: 0.25 } as const;

/** What a live input's source is made from. */
export interface LiveSourceOptions {
  /** The opened input; the source takes it. */
  readonly run: DecodeSession;
  /** Calls the input again after a loss; undefined: a loss is the end. */
  readonly reopen?: (signal: AbortSignal) => Promise<DecodeSession>;
  readonly options: SourceOptions;
  /** The input for people. */
  readonly label: string;
  /** True when senders call us: then waiting for the next one needs no pauses. */
  readonly isListening: boolean;
  /** True when the input comes in segments of seconds (HLS): then its pictures are shown when their times say so. */
  readonly isSegmented: boolean;
}

/** A source that the world does not wait for: the newest picture wins, and a lost input is called again. */
export class LiveSource extends PumpedSource {
  readonly #options: LiveSourceOptions;
  readonly #lag = new LagMeter();
  readonly #backoff = new Backoff(RECONNECT);
  #run: DecodeSession;
  #passedOver = 0;
  #reconnects = 0;
  #cameBack = false;
  #lastSeen: Micros = wallClock();

  constructor(setup: LiveSourceOptions, shared: Pick<PumpedSourceOptions, 'pool' | 'counts'>) {
    const { run } = setup;
    super({ ...shared, run: run.info, format: run.format, isLive: true, capacity: 1, overflow: 'drop-oldest' });
    this.#options = setup;
    this.#run = run;
  }

  protected override get dropped(): number {
    return this.queue.dropped + this.#passedOver;
  }

  protected override get reconnects(): number {
    return this.#reconnects;
  }

  protected override async pump(): Promise<void> {
    const { reopen, label, options } = this.#options;
    for (;;) {
      const wasSilent = await this.#drain();
      if (this.isStopping()) return;
      const why = wasSilent ? `gave nothing for ${this.#patienceMs() / 1000} s` : `stopped`;
      if (!reopen || !options.reconnect) {
        if (this.#run.ended === 'end') return;
        throw new NocturneError({ code: 'INPUT_LOST', stage: 'ingest', message: `${label} ${why}.` });
      }
      options.logger.warn({ input: label }, `the input ${why}; it is called again`);
      options.onEvent?.({ kind: 'lost', message: `The input ${why}; it is called again.` });
      await this.#run.close();
      await this.#comeBack(reopen);
      if (this.isStopping()) return;
    }
  }

  protected override interrupt(): void {
    this.#run.interrupt();
  }

  protected override async release(): Promise<void> {
    await this.#run.close();
  }

  /** Reads until the input is lost; true when it fell silent. */
  async #drain(): Promise<boolean> {
    const run = this.#run;
    using watchdog = new Watchdog(this.#patienceMs(), () => run.interrupt());
    watchdog.watch();
    const pacer = this.#options.isSegmented ? new Pacer() : undefined;
    let held = 0;
    let reading = run.next();
    for (;;) {
      const pictures = await reading;
      watchdog.watch();
      if (!pictures) return watchdog.timedOut;
      // In flight before the consumer wakes up and keeps this thread busy.
      reading = run.next();
      // It is awaited by the next turn; a failure meanwhile must not count as unhandled.
      reading.catch(() => undefined);
      const newest = this.#placeNewest(pictures);
      if (!newest) continue;
      if (pacer) {
        await sleep(pacer.wait(newest.pts, wallClock()) / 1000, this.stopping);
        this.#offer({ ...newest, capturedAt: wallClock() });
        continue;
      }
      // Late pictures mean that more of them lie ready behind: the consumer was busy and nothing was read meanwhile.
      const isLate = this.#lag.isLate(newest, wallClock()) && held < MAX_HELD;
      if (isLate && (await settlesWithin(reading, HOLD_MS)) && !this.isStopping()) {
        held++;
        this.#passOver(newest);
        continue;
      }
      held = 0;
      this.#offer(newest);
    }
  }

  #patienceMs(): number {
    const { isSegmented, options } = this.#options;
    return isSegmented ? Math.max(options.stallTimeoutMs, SEGMENT_SILENCE_MS) : options.stallTimeoutMs;
  }

  #placeNewest(pictures: readonly TimedFrame[]): PlacedFrame | undefined {
    let newest: PlacedFrame | undefined;
    for (const picture of pictures) {
      // Several at once come from a decoder that is emptied: at an end, or before another codec.
      if (newest) this.#passOver(newest);
      newest = this.place(picture, this.#run.info, this.#cameBack);
      if (newest.discontinuity) this.#lag.reset();
      this.#cameBack = false;
      this.#lastSeen = picture.capturedAt;
      this.#backoff.reset();
    }
    return newest;
  }

  #offer(picture: PlacedFrame): void {
    if (!this.queue.push(picture)) this.discard(picture);
  }

  #passOver(picture: PlacedFrame): void {
    this.#passedOver++;
    this.discard(picture);
  }

  async #comeBack(reopen: (signal: AbortSignal) => Promise<DecodeSession>): Promise<void> {
    const { isListening, label, options } = this.#options;
    for (;;) {
      if (!isListening || this.#backoff.attempts > 0) await sleep(this.#backoff.nextMs(), this.stopping);
      if (this.isStopping()) return;
      try {
        this.#run = await reopen(this.stopping);
        break;
      } catch (error) {
        if (this.isStopping()) return;
        if (isListening) this.#backoff.nextMs();
        options.logger.debug({ input: label, err: error }, 'the input is not back yet');
      }
    }
    this.#reconnects++;
    this.#cameBack = true;
    // The picture stood still for as long as the input was away; the timeline goes on as the clock did.
    this.timeline.resume(micros(wallClock() - this.#lastSeen));
    options.logger.info({ input: label, reconnects: this.#reconnects }, 'the input is back');
    options.onEvent?.({ kind: 'connected', message: 'The input is back.' });
  }
}
