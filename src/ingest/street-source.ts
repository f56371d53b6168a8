import { NocturneError } from '../core/errors.js';
import { Frame } from '../core/frame.js';
import { fromSeconds, micros, toSeconds, wallClock, type Micros } from '../core/time.js';
import { Street } from '../synth/street.js';
import { drawTimeCode } from '../synth/time-code.js';
import type { FrameSource, SourceInfo, SourceStats } from './frame-source.js';
import type { SourceOptions } from './source-options.js';
import { sleep } from './sleep.js';
import { parseStreetUrl, type StreetInput } from './street-url.js';

/** Plane sets kept for reuse; more frames are rarely open at once. */
const MAX_SPARE_PLANES = 4;

interface PlaneSet {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/**
 * Opens the built-in street: `street`, or `street:` with settings as {@link parseStreetUrl} parses them. With
 * `pace: 'realtime'` it is a live source: frames are due at their pts and late ones are dropped. With `pace: 'none'` it
 * draws every frame as fast as frames are pulled, and needs a duration. `live` in the options overrides whether late
 * frames are dropped. Rejects with NocturneError CONFIG_INVALID.
 */
export function openStreetSource(url: string, options: SourceOptions): Promise<FrameSource> {
  return Promise.resolve().then(() => new StreetSource(parseStreetUrl(url), options));
}

/** Draws a frame of the street whenever one is pulled. */
class StreetSource implements FrameSource {
  readonly info: SourceInfo;
  readonly #input: StreetInput;
  readonly #isPaced: boolean;
  readonly #startS: number;
  readonly #street: Street;
  /** Frames in one loop; Infinity without a duration. */
  readonly #frameCount: number;
  readonly #loop: boolean;
  readonly #sparePlanes: PlaneSet[] = [];
  readonly #closing = new AbortController();
  #isStarted = false;
  /** Index of the next frame; undefined before the first and after the last. */
  #nextIndex: number | undefined;
  #decoded = 0;
  #dropped = 0;

  constructor(input: StreetInput, options: SourceOptions) {
    this.#input = input;
    this.#isPaced = options.pace === 'realtime';
    this.#startS = options.startS;
    const durationS = shorterOf(input.durationS, options.durationS);
    if (!this.#isPaced && durationS === undefined) {
      throw new NocturneError({
        code: 'CONFIG_INVALID',
        stage: 'ingest',
        message: 'the built-in street is endless: it needs a duration unless it plays in real time.',
        remedy: 'Use street:duration=10 or pass --duration.',
      });
    }
    this.#frameCount = durationS === undefined ? Infinity : Math.max(1, Math.round(durationS * input.frameRate));
    this.#loop = options.loop;
    this.#street = new Street(input);
    this.#street.prepare();
    this.info = {
      width: input.width,
      height: input.height,
      frameRate: input.frameRate,
      timeBase: { num: 1, den: 1_000_000 },
      duration: this.#isPaced || durationS === undefined ? undefined : fromSeconds(durationS),
      color: { matrix: 'bt709', range: 'limited' },
      sampleAspect: [1, 1],
      isLive: options.live ?? this.#isPaced,
      codec: 'street',
      description: `built-in street, seed ${input.seed}`,
      hasSound: false,
      notices: [],
    };
  }

  get stats(): SourceStats {
    return {
      decoded: this.#decoded,
      dropped: this.#dropped,
      behind: micros(0),
      corrupt: 0,
      skipped: [],
      faults: [],
      reconnects: 0,
    };
  }

  get isReady(): boolean {
    // Drawing a frame takes longer than making it night: in a live stream it would delay the current frame.
    if (this.#isPaced || this.#closing.signal.aborted || this.#nextIndex === undefined) return false;
    return this.#nextIndex < this.#frameCount || this.#loop;
  }

  async *frames(signal?: AbortSignal): AsyncGenerator<Frame, void, undefined> {
    if (this.#isStarted) throw new TypeError('frames() can be called once');
    this.#isStarted = true;
    const stop = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    const startedAt = performance.now();
    let isFirst = true;
    try {
      for (let index = 0; !stop.aborted; index++) {
        if (this.#isPaced) {
          const dueIndex = Math.floor(((performance.now() - startedAt) / 1000) * this.#input.frameRate);
          if (this.info.isLive && dueIndex > index) {
            const newestIndex = this.#loop ? dueIndex : Math.min(dueIndex, this.#frameCount - 1);
            this.#dropped += Math.max(0, newestIndex - index);
            index = Math.max(index, newestIndex);
          }
          if (index >= this.#frameCount && !this.#loop) return;
          await sleep(startedAt + (index * 1000) / this.#input.frameRate - performance.now(), stop);
          if (isAborted(stop)) return;
        } else if (index >= this.#frameCount && !this.#loop) return;
        const isNewLoop = index > 0 && this.#frameCount !== Infinity && index % this.#frameCount === 0;
        this.#nextIndex = index + 1;
        yield this.#draw(index, isFirst || isNewLoop);
        isFirst = false;
      }
    } finally {
      this.#nextIndex = undefined;
    }
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#sparePlanes.length = 0;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #draw(index: number, discontinuity: boolean): Frame {
    const { width, height, frameRate, hasTimeCode } = this.#input;
    const pts = this.#ptsOf(index);
    const planes = this.#sparePlanes.pop() ?? allocate(width, height);
    const capturedAt = wallClock();
    const frame = new Frame({
      ...planes,
      width,
      height,
      strides: [width, width / 2, width / 2],
      pts,
      duration: micros(1e6 / frameRate),
      color: this.info.color,
      capturedAt,
      discontinuity,
      release: () => {
        if (this.#sparePlanes.length < MAX_SPARE_PLANES && !this.#closing.signal.aborted)
          this.#sparePlanes.push(planes);
      },
    });
    const timeS =
      this.#startS + toSeconds(this.#ptsOf(this.#frameCount === Infinity ? index : index % this.#frameCount));
    this.#street.dayInto(timeS, frame);
    if (hasTimeCode) drawTimeCode(frame, capturedAt);
    this.#decoded++;
    return frame;
  }

  #ptsOf(index: number): Micros {
    return micros((index * 1e6) / this.#input.frameRate);
  }
}

/** The signal's current state. It changes across an await, which TypeScript's flow analysis does not see. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function allocate(width: number, height: number): PlaneSet {
  const half = (width / 2) * (height / 2);
  return { y: new Uint8Array(width * height), u: new Uint8Array(half), v: new Uint8Array(half) };
}

function shorterOf(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
