import { expect, it } from 'vitest';
import { formatValue } from '../../../src/train/report/format-value.js';

it('formats a number with three significant digits at most', () => {
  expect([0, 0.12345, 123.4, 0.0002, 1e6, -0.5].map(formatValue)).toEqual(['0', '0.123', '123', '2e-4', '1e6', '-0.5']);
});
