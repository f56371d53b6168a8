import { formatDuration } from '../train/report/format-duration.js';
import type { TrainingProgress } from '../train/report/training-progress.js';
import { formatShare, type ProgressStyle } from './progress-bar.js';

/** Progress of a training: a line that redraws itself on a terminal, or a line every 30 s in a log. */
export const TRAINING_STYLE: ProgressStyle<TrainingProgress> = { format: formatTraining, lineIntervalMs: 30_000 };

/** One line: bar (on a terminal), share, steps, rate, time left and losses. */
export function formatTraining(progress: TrainingProgress, hasBar = true): string {
  const { step, totalSteps, stepsPerSecond, secondsLeft, losses } = progress;
  const left = secondsLeft === undefined ? '?' : formatDuration(secondsLeft);
  const lossTexts = Object.entries(losses).map(([name, value]) => `${name} ${formatLoss(value)}`);
  const share = formatShare(step, Math.max(1, totalSteps), hasBar);
  const line = `${share}  ${step}/${totalSteps} steps  ${stepsPerSecond.toFixed(2)} steps/s  ${left} left`;
  return lossTexts.length === 0 ? line : `${line}  ${lossTexts.join('  ')}`;
}

/** Three decimals, or scientific notation with one digit where those would all be 0. */
function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(0) : value.toFixed(3);
}
