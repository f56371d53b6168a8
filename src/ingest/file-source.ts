import { asNocturneError, NocturneError } from '../core/errors.js';
import type { DecodeSession, SessionInfo, TimedFrame } from './decode-session.js';
import { LeapJudge } from './leap-judge.js';
import { Pacer } from './pacer.js';
import { nominalDuration, PumpedSource, type PlacedFrame, type SharedWithSessions } from './pumped-source.js';
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

/** A frame whose timestamp is not judged yet. */
interface ReadFrame extends TimedFrame {
  readonly sessionInfo: SessionInfo;
  readonly isFirstOfLoop: boolean;
}

/** A source that waits for its consumer and never drops frames: files, folders, downloads, standard input. */
export class FileSource extends PumpedSource {
  readonly #options: FileSourceOptions;
  readonly #watchdog: Watchdog | undefined;
  readonly #leaps: LeapJudge<ReadFrame>;
  #session: DecodeSession;
  #isFirstOfLoop = false;
  /** Why reading failed, while frames from before are delivered first. */
  #readFailure: NocturneError | undefined;
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
    this.#leaps = new LeapJudge(nominalDuration(session.info));
    this.#watchdog =
      stallTimeoutMs === undefined ? undefined : new Watchdog(stallTimeoutMs, () => this.#session.interrupt());
  }

  protected override get timeFaults(): readonly string[] {
    const count = this.#leaps.refusedCount;
    if (count === 0) return [];
    return [
      `wrong timestamps: ${count === 1 ? '1 frame' : `${count} frames`} far ahead of the others, moved back to them`,
    ];
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
    for (const frame of this.#leaps.clear()) this.drop(this.#placeNext(frame));
    await this.#session.close();
  }

  /** Reads the next frames, none or more, and places those whose timestamps are judged; undefined at the end. */
  async #read(): Promise<readonly PlacedFrame[] | undefined> {
    if (this.#readFailure) throw this.#readFailure;
    if (this.isStopping()) return undefined;
    this.#watchdog?.restart();
    try {
      const frames = await this.#session.next();
      if (frames) return this.#judge(frames);
      const last = this.#placeHeld();
      if (last.length > 0) return last;
      const { loop } = this.#options.sourceOptions;
      return loop && this.#session.endReason !== 'interrupted' ? await this.#startNextLoop() : undefined;
    } catch (error) {
      this.#readFailure = asNocturneError(error, 'ingest');
      return this.#placeHeld();
    } finally {
      this.#watchdog?.pause();
    }
  }

  async #startNextLoop(): Promise<readonly PlacedFrame[] | undefined> {
    if (!this.#options.reopen) return undefined;
    await this.#session.close();
    if (this.isStopping()) return undefined;
    this.#session = await this.#options.reopen(this.stopping);
    this.timeline.resume();
    this.#isFirstOfLoop = true;
    const frames = await this.#session.next();
    return frames && this.#judge(frames);
  }

  #judge(frames: readonly TimedFrame[]): PlacedFrame[] {
    const sessionInfo = this.#adjustedInfo(this.#session.info);
    return frames.flatMap((frame) => {
      const isFirstOfLoop = this.#isFirstOfLoop;
      this.#isFirstOfLoop = false;
      return this.#leaps.push({ ...frame, sessionInfo, isFirstOfLoop }).map((judged) => this.#placeNext(judged));
    });
  }

  /** Places the frames that wait for others to judge them, at the end of the input. */
  #placeHeld(): PlacedFrame[] {
    const { duration, isDurationStated } = this.#session.info;
    return this.#leaps.flush(isDurationStated ? duration : undefined).map((frame) => this.#placeNext(frame));
  }

  async #enqueue(frames: readonly PlacedFrame[]): Promise<void> {
    for (const frame of frames) {
      while (!this.queue.push(frame)) {
        if (this.queue.closed) {
          this.drop(frame);
          break;
        }
        await this.queue.waitForSpace();
      }
    }
  }

  #placeNext(frame: ReadFrame): PlacedFrame {
    return this.place(frame, frame.sessionInfo, frame.isFirstOfLoop);
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
  if (!reopen) return { ...info, notices: [...info.notices, 'a pipe cannot be looped'] };
  return { ...info, duration: undefined };
}
