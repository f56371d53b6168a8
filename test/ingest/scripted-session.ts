import { fromSeconds, micros, wallClock } from '../../src/core/time.js';
import type { AvFramePool, DecodedFormat } from '../../src/ingest/av-frame-pool.js';
import type { DecodeSession, SessionEndReason, SessionInfo, TimedFrame } from '../../src/ingest/decode-session.js';

/** One step of a script: returns a frame with a pts in milliseconds, fails, stalls until it is interrupted, or ends. */
export type Step = { readonly pts: number } | { readonly fails: Error } | 'stall' | 'end';

/** A decode session that plays a script, for events that are rare with real inputs. */
export class ScriptedSession implements DecodeSession {
  readonly format: DecodedFormat = {
    ...{ width: 64, height: 48, notices: [] },
    color: { matrix: 'bt709', range: 'limited' },
    sampleAspect: [1, 1],
  };
  readonly info: SessionInfo = {
    ...{ timeBase: { num: 1, den: 1000 }, frameRate: 25, duration: undefined, isDurationStated: false },
    ...{ codec: 'script', description: 'a script', hasSound: false, notices: [] },
  };
  endReason: SessionEndReason | undefined;
  isClosed = false;
  readonly #pool: AvFramePool;
  readonly #steps: Step[];
  #wake: (() => void) | undefined;
  #isInterrupted = false;

  constructor(pool: AvFramePool, steps: readonly Step[]) {
    this.#pool = pool;
    this.#steps = [...steps];
  }

  async next(): Promise<readonly TimedFrame[] | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    const step = this.#steps.shift() ?? 'end';
    if (step === 'stall' && !this.#isInterrupted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#isInterrupted) this.endReason = 'interrupted';
    else if (step === 'end') this.endReason = 'end';
    if (this.endReason || typeof step === 'string') return undefined;
    if ('fails' in step) throw step.fails;
    const sourcePts = micros(step.pts * 1000);
    return [{ ...this.#pool.acquire(this.format), sourcePts, duration: fromSeconds(0.04), capturedAt: wallClock() }];
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#wake?.();
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.interrupt();
    return Promise.resolve();
  }
}
