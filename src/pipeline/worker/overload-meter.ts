import { availableParallelism } from 'node:os';
import type { SourceInfo, SourceStats } from '../../ingest/frame-source.js';
import type { StageName, StageTimes } from '../stage-times.js';

/** What {@link OverloadMeter.measure} reads of a running stream. */
export interface StreamPace {
  readonly info: Pick<SourceInfo, 'isLive' | 'frameRate' | 'width' | 'height'>;
  readonly stats: Pick<SourceStats, 'behind' | 'dropped'>;
  readonly times: Pick<StageTimes, 'totals'>;
  readonly framesEncoded: number;
  /** Frames a second leaving the encoder. */
  readonly frameRate: number;
}

/** Measurements in the window: ten seconds, of one a second. */
const WINDOW = 10;
/** Share of the frames, or of the time, that an overloaded stream loses. */
const OVERLOAD_SHARE = 0.05;
/** It loses some in this many seconds of the window: one pause, as after a reconnect, is no overload. */
const MIN_LOSSES = 3;
/** An overloaded stream is so until its share is below this one. */
const RELIEF_SHARE = 0.02;

/** The parts of a stream that work at the same time: the stages that take turns in each, its name for people, a remedy. */
const PARTS: readonly { readonly stages: readonly StageName[]; readonly work: string; readonly remedy: string }[] = [
  { stages: ['wait'], work: 'reading its input', remedy: 'Check how fast the input comes, serve a smaller video' },
  { stages: ['look', 'steady'], work: 'making its looks', remedy: 'Use --generator grade' },
  { stages: ['thumbnail', 'apply'], work: 'applying its looks', remedy: 'Serve a smaller video' },
  { stages: ['encode'], work: 'encoding', remedy: 'Use --preset ultrafast, serve a smaller video' },
];

/** What a stream has counted at one moment. */
interface Counts {
  readonly atMs: number;
  readonly behindMs: number;
  readonly encoded: number;
  readonly dropped: number;
  readonly totals: Readonly<Record<StageName, number>>;
}

/**
 * Notices a stream that cannot keep its pace: a file that falls behind real time, a live input that loses frames.
 * Looks at the last ten seconds.
 */
export class OverloadMeter {
  readonly #counts: Counts[] = [];
  #isOverloaded = false;

  /**
   * Call once a second. One sentence while the stream is overloaded: how much it loses, which part is slowest, what to do; else
   * an empty string.
   */
  measure(pace: StreamPace, nowMs = performance.now()): string {
    const { stats, framesEncoded: encoded, times } = pace;
    const { behind, dropped } = stats;
    this.#counts.push({ atMs: nowMs, behindMs: behind / 1000, encoded, dropped, totals: times.totals });
    if (this.#counts.length > WINDOW + 1) this.#counts.shift();
    const first = this.#counts[0];
    const last = this.#counts.at(-1);
    if (!first || !last || this.#counts.length <= WINDOW) return '';
    const lostOf = pace.info.isLive ? droppedShare : behindShare;
    const shares = this.#counts.slice(1).map((counts, i) => lostOf(this.#counts[i] ?? counts, counts));
    const share = shares.reduce((sum, each) => sum + each, 0) / WINDOW; // a long pause counts as one second
    const losses = shares.filter((each) => each > 0).length;
    this.#isOverloaded = this.#isOverloaded ? share >= RELIEF_SHARE : share >= OVERLOAD_SHARE && losses >= MIN_LOSSES;
    return this.#isOverloaded ? describe(pace, share, slowestPart(first, last)) : '';
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

/** The part in which frames spent most time between two counts. */
function slowestPart(from: Counts, to: Counts): (typeof PARTS)[number] | undefined {
  const took = PARTS.map(({ stages }) => stages.reduce((sum, name) => sum + to.totals[name] - from.totals[name], 0));
  return PARTS[took.indexOf(Math.max(...took))];
}

function describe({ info, frameRate }: StreamPace, share: number, part: (typeof PARTS)[number] | undefined): string {
  const { width, height, isLive } = info;
  const percent = Math.round(100 * share);
  const of = info.frameRate > 0 ? ` of ${info.frameRate.toFixed(1)}` : '';
  const loss = isLive ? `loses ${percent} % of its frames` : `plays at ${100 - percent} % of its speed`;
  const cores = availableParallelism();
  const fewer = `fewer streams on ${cores === 1 ? 'this CPU core' : `these ${cores} CPU cores`}`;
  return (
    `The stream ${loss}: ${frameRate.toFixed(1)}${of} frames/s at ${width}x${height}` +
    `${part ? `; ${part.work} takes longest. ${part.remedy}` : '. Serve a smaller video'}, or run ${fewer}.`
  );
}
