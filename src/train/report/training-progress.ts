/** How far a training is. */
export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** Over the last {@link WINDOW_MS}; 0 when unknown. */
  readonly stepsPerSecond: number;
  /** Seconds left at this rate; undefined when unknown. */
  readonly secondsLeft: number | undefined;
  /** Exponential averages by name. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Time over which the rate is measured, milliseconds: validation and sheets come out, a slower machine shows. */
const WINDOW_MS = 30_000;
/** Most moments kept for that: one of several steps is enough where steps are quick. */
const MOST_MOMENTS = 256;
/** Weight of the past in a loss's average. */
const KEEP = 0.95;

/** Counts steps, and knows how fast they come. */
export class TrainingMeter {
  readonly #totalSteps: number;
  readonly #losses = new Map<string, number>();
  readonly #moments: { readonly step: number; readonly ms: number }[] = [];
  #step: number;

  /** @param startStep steps done by an earlier run that is resumed. @param nowMs any clock, milliseconds. */
  constructor({ totalSteps, startStep = 0, nowMs }: { totalSteps: number; startStep?: number; nowMs: number }) {
    this.#totalSteps = totalSteps;
    this.#step = startStep;
    this.#moments.push({ step: startStep, ms: nowMs });
  }

  /** Counts a finished step with its losses; a loss that is no number is kept until a number follows. */
  finish(step: number, losses: Readonly<Record<string, number>>, nowMs: number): TrainingProgress {
    this.#step = step;
    for (const [name, value] of Object.entries(losses)) {
      const before = this.#losses.get(name);
      const isFirst = before === undefined || !Number.isFinite(before);
      this.#losses.set(name, isFirst || !Number.isFinite(value) ? value : KEEP * before + (1 - KEEP) * value);
    }
    const newest = this.#moments.at(-1);
    if (!newest || nowMs - newest.ms >= WINDOW_MS / MOST_MOMENTS) this.#moments.push({ step, ms: nowMs });
    while (this.#moments.length > 2 && nowMs - (this.#moments[1]?.ms ?? nowMs) > WINDOW_MS) this.#moments.shift();
    return this.now(nowMs);
  }

  /** The progress at a moment. */
  now(nowMs: number): TrainingProgress {
    const first = this.#moments[0];
    const passedMs = nowMs - (first?.ms ?? nowMs);
    const rate = passedMs > 0 ? (1000 * (this.#step - (first?.step ?? 0))) / passedMs : 0;
    return {
      step: this.#step,
      totalSteps: this.#totalSteps,
      stepsPerSecond: rate,
      secondsLeft: rate > 0 ? Math.max(0, this.#totalSteps - this.#step) / rate : undefined,
      losses: Object.fromEntries(this.#losses),
    };
  }
}
