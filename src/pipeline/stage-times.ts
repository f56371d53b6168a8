import { Percentiles } from '../core/stats.js';

/**
 * The stages a frame passes, in order; `wait` is the time until the source had a frame, `look` the generator's time. Of the latter, in the
 * generator process alone: `queue` until the network took a request, `network` in the network.
 */
const STAGE_NAMES = ['wait', 'thumbnail', 'look', 'queue', 'network', 'steady', 'apply', 'encode'] as const;

/** Name of a stage. */
export type StageName = (typeof STAGE_NAMES)[number];

/** Milliseconds at p50 and p95, by stage. */
export type StageReport = Readonly<Record<StageName, { readonly p50: number; readonly p95: number }>>;

/** Milliseconds a frame spends in each stage, over the last 512 frames. */
export class StageTimes {
  readonly #samples = new Map(STAGE_NAMES.map((name) => [name, new Percentiles()]));
  readonly #totals = { wait: 0, thumbnail: 0, look: 0, queue: 0, network: 0, steady: 0, apply: 0, encode: 0 };

  /** Milliseconds that all frames so far have spent in each stage; stages overlap. */
  get totals(): Readonly<Record<StageName, number>> {
    return { ...this.#totals };
  }

  add(stage: StageName, milliseconds: number): void {
    this.#totals[stage] += milliseconds;
    this.#samples.get(stage)?.add(milliseconds);
  }

  /** Runs `work` and adds its time. */
  measure<T>(stage: StageName, work: () => T): T {
    const started = performance.now();
    const result = work();
    this.add(stage, performance.now() - started);
    return result;
  }

  /** Starts `work` and adds the time until its promise resolves; a rejection adds nothing. */
  async measureAsync<T>(stage: StageName, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.add(stage, performance.now() - started);
    return result;
  }

  /** Milliseconds, rounded to two decimals; 0 for a stage without samples. */
  report(): StageReport {
    const round = (value: number): number => (Number.isNaN(value) ? 0 : Math.round(value * 100) / 100);
    const rows = [...this.#samples].map(([name, samples]) => {
      return [name, { p50: round(samples.quantile(0.5)), p95: round(samples.quantile(0.95)) }] as const;
    });
    return Object.fromEntries(rows) as StageReport; // one row for every name of STAGE_NAMES
  }
}
