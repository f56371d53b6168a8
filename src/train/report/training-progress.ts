/** Progress of a training. */
export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** Over the last steps; 0 when unknown. */
  readonly stepsPerSecond: number;
  /** Seconds left; undefined when unknown. */
  readonly secondsLeft: number | undefined;
  /** Means over the last steps, by name. */
  readonly losses: Readonly<Record<string, number>>;
}
