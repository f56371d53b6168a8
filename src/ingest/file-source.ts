import { NocturneError } from '../core/errors.js';
import { Pacer } from './pacing.js';
import type { DecodeSession, SessionInfo, TimedFrame } from './decode-session.js';
import { PumpedSource, type PumpedSourceOptions } from './pumped-source.js';
import type { SourceOptions } from './source-options.js';
import { Watchdog } from './watchdog.js';

/** Pictures decoded ahead of the consumer, beside those in the decoder's own threads. */
const READ_AHEAD = 3;

/** What a file's source is made from. */
export interface FileSourceOptions {
  /** The opened input; the source takes it. */
  readonly run: DecodeSession;
  /** Opens it once more, for another round of a loop; undefined where that cannot be (standard input). */
  readonly reopen?: (signal: AbortSignal) => Promise<DecodeSession>;
  readonly options: SourceOptions;
  /** The input for people. */
  readonly label: string;
  /** A read that takes longer means that the other side is gone, milliseconds; undefined for what is on this machine. */
  readonly silenceMs?: number;
}

/** A source that waits for its consumer and never drops: files, folders, downloads, standard input. */
export class FileSource extends PumpedSource {
  readonly #options: FileSourceOptions;
  readonly #watchdog: Watchdog | undefined;
  #run: DecodeSession;
  #startsRound = false;
  #lastSeen: { readonly of: SessionInfo; readonly as: SessionInfo } | undefined;

  constructor(setup: FileSourceOptions, shared: Pick<PumpedSourceOptions, 'pool' | 'counts'>) {
    super({
      ...shared,
      run: seenInfo(setup, setup.run.info),
      format: setup.run.format,
      isLive: false,
      capacity: READ_AHEAD,
      overflow: 'refuse',
      ...(setup.options.pace === 'realtime' ? { pacer: new Pacer() } : {}),
    });
    this.#options = setup;
    this.#run = setup.run;
    this.#watchdog =
      setup.silenceMs === undefined ? undefined : new Watchdog(setup.silenceMs, () => this.#run.interrupt());
  }

  protected override async pump(): Promise<void> {
    let reading = this.#read();
    for (;;) {
      const pictures = await reading;
      if (!pictures) break;
      // The next packet goes to the decoder's threads before the consumer wakes up and keeps this thread busy.
      const fits = this.queue.length + pictures.length < READ_AHEAD;
      const next = fits ? this.#read() : undefined;
      // It is awaited further down; a failure meanwhile must not count as unhandled.
      next?.catch(() => undefined);
      await this.#enqueue(pictures);
      if (!next) await this.queue.waitForSpace();
      reading = next ?? this.#read();
    }
    if (this.#watchdog?.timedOut === true && !this.isStopping()) throw this.#lost();
  }

  protected override interrupt(): void {
    this.#run.interrupt();
  }

  protected override async release(): Promise<void> {
    this.#watchdog?.stop();
    await this.#run.close();
  }

  async #read(): Promise<readonly TimedFrame[] | undefined> {
    if (this.isStopping()) return undefined;
    this.#watchdog?.watch();
    try {
      const pictures = await this.#run.next();
      if (pictures || !this.#options.options.loop || this.#run.ended === 'interrupted') return pictures;
      return await this.#nextRound();
    } finally {
      this.#watchdog?.rest();
    }
  }

  async #nextRound(): Promise<readonly TimedFrame[] | undefined> {
    if (!this.#options.reopen) return undefined;
    await this.#run.close();
    if (this.isStopping()) return undefined;
    this.#run = await this.#options.reopen(this.stopping);
    this.timeline.resume();
    this.#startsRound = true;
    return this.#run.next();
  }

  async #enqueue(pictures: readonly TimedFrame[]): Promise<void> {
    for (const picture of pictures) {
      const placed = this.place(picture, this.#seen(this.#run.info), this.#startsRound);
      this.#startsRound = false;
      while (!this.queue.push(placed)) {
        if (this.queue.closed) {
          this.discard(placed);
          break;
        }
        await this.queue.waitForSpace();
      }
    }
  }

  /** The same object for the same run's, so that a change is seen by looking at it. */
  #seen(info: SessionInfo): SessionInfo {
    if (this.#lastSeen?.of !== info) this.#lastSeen = { of: info, as: seenInfo(this.#options, info) };
    return this.#lastSeen.as;
  }

  #lost(): NocturneError {
    const { label, silenceMs = 0 } = this.#options;
    const message = `${label} gave nothing for ${silenceMs / 1000} s.`;
    return new NocturneError({
      code: 'INPUT_LOST',
      stage: 'ingest',
      message,
      remedy: 'Check the network and the sender.',
    });
  }
}

/** What users see of a run: a looped file has no end, so no length. */
function seenInfo({ options, reopen }: FileSourceOptions, info: SessionInfo): SessionInfo {
  if (!options.loop) return info;
  if (!reopen) return { ...info, notices: [...info.notices, 'standard input cannot be looped'] };
  return { ...info, duration: undefined };
}
