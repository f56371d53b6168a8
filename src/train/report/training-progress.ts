/** How far a training is. */
export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** Of the last steps; 0 when unknown. */
  readonly stepsPerSecond: number;
  /** Seconds left; undefined when unknown. */
  readonly secondsLeft: number | undefined;
  /** Means of the last steps, by name. */
  readonly losses: Readonly<Record<string, number>>;
}
