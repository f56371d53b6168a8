import { fromSeconds, micros, wallClock } from '../../src/core/time.js';
import type { AvFramePool, DecodedFormat } from '../../src/ingest/av-frame-pool.js';
import type { DecodeSession, SessionEnd, SessionInfo, TimedFrame } from '../../src/ingest/decode-session.js';

/** What a scripted run does at one step: gives a picture of a time, fails, waits until it is interrupted, or ends. */
export type Step = { readonly pts: number } | { readonly fails: Error } | 'silence' | 'end';

/** A run that plays a script of steps, to show a source what real inputs do seldom. */
export class ScriptedRun implements DecodeSession {
  readonly format: DecodedFormat = {
    ...{ width: 64, height: 48, notices: [] },
    color: { matrix: 'bt709', range: 'limited' },
    sampleAspect: [1, 1],
  };
  readonly info: SessionInfo = {
    ...{ timeBase: { num: 1, den: 1000 }, frameRate: 25, duration: undefined },
    ...{ codec: 'script', description: 'a script', hasSound: false, notices: [] },
  };
  ended: SessionEnd | undefined;
  closed = false;
  readonly #pool: AvFramePool;
  readonly #steps: Step[];
  #wake: (() => void) | undefined;
  #interrupted = false;

  constructor(pool: AvFramePool, steps: readonly Step[]) {
    this.#pool = pool;
    this.#steps = [...steps];
  }

  async next(): Promise<readonly TimedFrame[] | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    const step = this.#steps.shift() ?? 'end';
    if (step === 'silence' && !this.#interrupted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#interrupted) this.ended = 'interrupted';
    else if (step === 'end') this.ended = 'end';
    if (this.ended || typeof step === 'string') return undefined;
    if ('fails' in step) throw step.fails;
    const native = this.#pool.take(this.format);
    const sourcePts = micros(step.pts * 1000);
    return [{ native, format: this.format, sourcePts, duration: fromSeconds(0.04), capturedAt: wallClock() }];
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#wake?.();
  }

  close(): Promise<void> {
    this.closed = true;
    this.interrupt();
    return Promise.resolve();
  }
}
