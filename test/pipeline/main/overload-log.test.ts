import { expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.js';
import { OverloadLog } from '../../../src/pipeline/main/overload-log.js';

it('writes one line a minute, and one when the overload is over', () => {
  const lines: string[] = [];
  let second = 0;
  const write = (fields: object, message: string): void =>
    void lines.push(`${second} ${JSON.stringify(fields)} ${message}`);
  const log = new OverloadLog('gate', { ...silentLogger, warn: write, info: write });
  for (second = 0; second < 100; second++) log.update(second < 10 ? '' : 'Too slow.', second * 1000);
  for (; second < 300; second++) log.update(second % 2 === 0 ? 'Too slow.' : '', second * 1000);
  for (; second < 600; second++) log.update('', second * 1000);
  expect(lines.slice(0, 2)).toEqual(['10 {"stream":"gate"} Too slow.', '70 {"stream":"gate"} Too slow.']);
  expect(lines.at(-1)).toMatch(/The stream keeps its pace again\.$/);
  const times = lines.map((line) => parseInt(line));
  expect(times.slice(1).every((time, i) => time - (times[i] ?? 0) >= 60)).toBe(true);
  expect(lines.length).toBeLessThanOrEqual(7);
});
