import { expect, it } from 'vitest';
import { formatDuration } from '../../../src/train/report/format-duration.js';

it('formats a duration in its two largest units', () => {
  expect([0, 8.2, 200, 18_720, -3].map(formatDuration)).toEqual(['0 s', '9 s', '3 min 20 s', '5 h 12 min', '0 s']);
});
