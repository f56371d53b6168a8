import { availableParallelism } from 'node:os';
import type { SourceInfo, SourceStats } from '../../ingest/frame-source.js';
import type { StageTimes } from '../stage-times.js';

/** What {@link OverloadMeter.measure} reads of a running stream. */
export interface StreamPace {
  readonly info: Pick<SourceInfo, 'isLive' | 'frameRate' | 'width' | 'height'>;
  readonly stats: Pick<SourceStats, 'behind' | 'dropped'>;
  readonly times: Pick<StageTimes, 'totals'>;
  readonly framesEncoded: number;
}

/** Measurements in the window: ten seconds, of one a second. */
const WINDOW = 10;
/** Share of the frames, or of the time, that an overloaded stream loses. */
const OVERLOAD_SHARE = 0.05;
/** It loses some in this many seconds of the window: one pause, as after a reconnect, is no overload. */
const MIN_LOSSES = 3;
/** An overloaded stream is so until its share is below this one. */
const RELIEF_SHARE = 0.02;
/** Share of the time in which the next frame is not ready, from which the input is what is slow. */
const INPUT_SHARE = 0.5;

/** What helps when the input is slow, or comes in bursts. */
const INPUT_REMEDY = 'Its input comes or decodes too slowly: check the network or the disk, or serve a smaller video.';
const BURST_REMEDY =
  'Its input comes in bursts, and late frames are dropped: check the network between camera and server.';

/** What a stream has counted at one moment. */
interface Counts {
  readonly atMs: number;
  readonly behindMs: number;
  readonly encoded: number;
  readonly dropped: number;
  /** Time spent waiting for the input, in all. */
  readonly waitMs: number;
}

/**
 * Notices a stream that cannot keep its pace: a file that falls behind real time, a live input that loses frames.
 * Looks at the last ten seconds.
 */
export class OverloadMeter {
  readonly #flags: readonly string[];
  readonly #counts: Counts[] = [];
  #isOverloaded = false;

  /** @param flags settings that would make the stream cheaper: `--generator grade`. */
  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  /** Call once a second. One or two sentences while the stream is overloaded: how much it loses and what to do; else empty. */
  measure(pace: StreamPace, nowMs = performance.now()): string {
    const { stats, framesEncoded: encoded, times } = pace;
    const { behind, dropped } = stats;
    this.#counts.push({ atMs: nowMs, behindMs: behind / 1000, encoded, dropped, waitMs: times.totals.wait });
    if (this.#counts.length > WINDOW + 1) this.#counts.shift();
    const first = this.#counts[0];
    const last = this.#counts.at(-1);
    if (!first || !last || this.#counts.length <= WINDOW) return '';
    const lostOf = pace.info.isLive ? droppedShare : behindShare;
    const shares = this.#counts.slice(1).map((counts, i) => lostOf(this.#counts[i] ?? counts, counts));
    const share = shares.reduce((sum, each) => sum + each, 0) / WINDOW; // a long pause counts as one second
    const losses = shares.filter((each) => each > 0).length;
    this.#isOverloaded = this.#isOverloaded ? share >= RELIEF_SHARE : share >= OVERLOAD_SHARE && losses >= MIN_LOSSES;
    return this.#isOverloaded ? this.#describe(pace, share, first, last) : '';
  }

  #describe({ info }: StreamPace, share: number, from: Counts, to: Counts): string {
    const { width, height, isLive } = info;
    const windowMs = to.atMs - from.atMs;
    const rate = ((1000 * (to.encoded - from.encoded)) / windowMs).toFixed(1);
    const percent = Math.round(100 * share);
    const of = info.frameRate > 0 ? ` of ${info.frameRate.toFixed(1)}` : '';
    const loss = isLive ? `loses ${percent} % of its frames` : `plays at ${100 - percent} % of its speed`;
    const isInputSlow = to.waitMs - from.waitMs > INPUT_SHARE * windowMs;
    const inputRemedy = isLive ? BURST_REMEDY : INPUT_REMEDY;
    const remedy = isInputSlow ? inputRemedy : this.#remedy;
    return `The stream ${loss}: ${rate}${of} frames/s at ${width}x${height}. ${remedy}`;
  }

  get #remedy(): string {
    const cores = availableParallelism();
    const fewer = `Run fewer streams on ${cores === 1 ? 'this CPU core' : `these ${cores} CPU cores`}`;
    if (this.#flags.length === 0) return `${fewer}, or serve a smaller video.`;
    return `${fewer}, serve a smaller video, or use ${this.#flags.join(' ')}.`;
  }
}

/** Share of the frames that were dropped between two counts. */
function droppedShare(from: Counts, to: Counts): number {
  const dropped = to.dropped - from.dropped;
  return dropped / Math.max(1, dropped + to.encoded - from.encoded);
}

/** Share of the time between two counts by which the stream fell behind. */
function behindShare(from: Counts, to: Counts): number {
  return Math.min(1, (to.behindMs - from.behindMs) / Math.max(1, to.atMs - from.atMs));
}
