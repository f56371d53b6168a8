import { NocturneError } from '../core/errors.js';
import { Pacer } from './pacer.js';
import type { DecodeSession, SessionInfo, TimedFrame } from './decode-session.js';
import { PumpedSource, type PlacedFrame, type SharedWithSessions } from './pumped-source.js';
import type { SourceOptions } from './source-options.js';
import { Watchdog } from './watchdog.js';

/** Frames decoded ahead of the consumer, in addition to those inside the decoder's threads. */
const PREFETCHED_FRAMES = 3;

/** Options of a {@link FileSource}. */
export interface FileSourceOptions {
  /** The opened input; the source takes it. */
  readonly session: DecodeSession;
  /** Opens the input again for the next loop; undefined where that is not possible (standard input). */
  readonly reopen?: (signal: AbortSignal) => Promise<DecodeSession>;
  readonly sourceOptions: SourceOptions;
  /** Name of the input for people, secrets masked. */
  readonly label: string;
  /** A read that takes longer means that the input is lost, milliseconds; undefined for local inputs: no timeout. */
  readonly stallTimeoutMs?: number;
}

/** A source that waits for its consumer and never drops frames: files, folders, downloads, standard input. */
export class FileSource extends PumpedSource {
  readonly #options: FileSourceOptions;
  readonly #watchdog: Watchdog | undefined;
  #session: DecodeSession;
  #isFirstOfLoop = false;
  #cachedInfo: { readonly from: SessionInfo; readonly to: SessionInfo } | undefined;

  constructor(options: FileSourceOptions, shared: SharedWithSessions) {
    const { session, sourceOptions, stallTimeoutMs } = options;
    super({
      ...shared,
      sessionInfo: adjustForLoop(options, session.info),
      format: session.format,
      isLive: false,
      capacity: PREFETCHED_FRAMES,
      overflow: 'refuse',
      ...(sourceOptions.pace === 'realtime' ? { pacer: new Pacer() } : {}),
    });
    this.#options = options;
    this.#session = session;
    this.#watchdog =
      stallTimeoutMs === undefined ? undefined : new Watchdog(stallTimeoutMs, () => this.#session.interrupt());
  }

  protected override async pump(): Promise<void> {
    let reading = this.#read();
    for (;;) {
      const frames = await reading;
      if (!frames) break;
      // Pass the next packet to the decoder's threads before the consumer wakes up and occupies this thread.
      const hasRoom = this.queue.length + frames.length < PREFETCHED_FRAMES;
      const nextReading = hasRoom ? this.#read() : undefined;
      // It is awaited below; a failure meanwhile must not count as unhandled.
      nextReading?.catch(() => undefined);
      await this.#enqueue(frames);
      if (!nextReading) await this.queue.waitForSpace();
      reading = nextReading ?? this.#read();
    }
    if (this.#watchdog?.hasTimedOut === true && !this.isStopping()) throw this.#lostError();
  }

  protected override interrupt(): void {
    this.#session.interrupt();
  }

  protected override async release(): Promise<void> {
    this.#watchdog?.stop();
    await this.#session.close();
  }

  async #read(): Promise<readonly TimedFrame[] | undefined> {
    if (this.isStopping()) return undefined;
    this.#watchdog?.restart();
    try {
      const frames = await this.#session.next();
      const { loop } = this.#options.sourceOptions;
      if (frames || !loop || this.#session.endReason === 'interrupted') return frames;
      return await this.#startNextLoop();
    } finally {
      this.#watchdog?.pause();
    }
  }

  async #startNextLoop(): Promise<readonly TimedFrame[] | undefined> {
    if (!this.#options.reopen) return undefined;
    await this.#session.close();
    if (this.isStopping()) return undefined;
    this.#session = await this.#options.reopen(this.stopping);
    this.timeline.resume();
    this.#isFirstOfLoop = true;
    return this.#session.next();
  }

  async #enqueue(frames: readonly TimedFrame[]): Promise<void> {
    // Place all at once: during an await, the read in flight may start the next loop.
    for (const frame of frames.map((frame) => this.#placeNext(frame))) {
      while (!this.queue.push(frame)) {
        if (this.queue.closed) {
          this.drop(frame);
          break;
        }
        await this.queue.waitForSpace();
      }
    }
  }

  #placeNext(frame: TimedFrame): PlacedFrame {
    const isFirstOfLoop = this.#isFirstOfLoop;
    this.#isFirstOfLoop = false;
    return this.place(frame, this.#adjustedInfo(this.#session.info), isFirstOfLoop);
  }

  /** Returns the same object for the same info, so that a change is detected by identity. */
  #adjustedInfo(info: SessionInfo): SessionInfo {
    if (this.#cachedInfo?.from !== info) this.#cachedInfo = { from: info, to: adjustForLoop(this.#options, info) };
    return this.#cachedInfo.to;
  }

  #lostError(): NocturneError {
    const { label, stallTimeoutMs = 0 } = this.#options;
    return new NocturneError({
      code: 'INPUT_LOST',
      stage: 'ingest',
      message: `${label} sent no data for ${stallTimeoutMs / 1000} s.`,
      remedy: 'Check the network and the sender.',
    });
  }
}

/** The info of a session as users see it: a looped file has no end, so no duration. */
function adjustForLoop({ sourceOptions, reopen }: FileSourceOptions, info: SessionInfo): SessionInfo {
  if (!sourceOptions.loop) return info;
  if (!reopen) return { ...info, notices: [...info.notices, 'standard input cannot be looped'] };
  return { ...info, duration: undefined };
}
