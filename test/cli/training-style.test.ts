import { expect, it, vi } from 'vitest';
import { ProgressBar } from '../../src/cli/progress-bar.js';
import { formatTraining, TRAINING_STYLE } from '../../src/cli/training-style.js';

const PROGRESS = {
  step: 250,
  totalSteps: 1000,
  stepsPerSecond: 2.5,
  secondsLeft: 300,
  losses: { 'G/cycle': 0.12345, 'G/grid': 0.0002, 'D/A': NaN },
};

it('tells a training in one line', () => {
  expect(formatTraining(PROGRESS, false).trim()).toBe(
    '25 %  250/1000 steps  2.50 steps/s  5 min 0 s left  G/cycle 0.123  G/grid 2e-4  D/A NaN',
  );
  expect(formatTraining({ ...PROGRESS, secondsLeft: undefined, losses: {} })).toMatch(/^█+░+ {2}25 % .* \? left$/);
});

it('redraws one line that never wraps on a terminal, and writes a line every half minute elsewhere', () => {
  const drawn: string[] = [];
  const bar = new ProgressBar({ isTTY: true, columns: 40, write: (text) => drawn.push(text) > 0 }, TRAINING_STYLE);
  bar.draw(PROGRESS);
  bar.end();
  expect(drawn[0]?.startsWith('\r\u001b[K█')).toBe(true);
  expect(drawn[0]).toHaveLength(4 + 39);
  expect(drawn[1]).toBe('\n');
  vi.useFakeTimers();
  try {
    const lines: string[] = [];
    const log = new ProgressBar({ isTTY: false, write: (text) => lines.push(text) > 0 }, TRAINING_STYLE);
    for (let second = 0; second < 95; second++) {
      vi.advanceTimersByTime(1000);
      log.draw(PROGRESS);
    }
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^25 %.*NaN\n$/);
  } finally {
    vi.useRealTimers();
  }
});
