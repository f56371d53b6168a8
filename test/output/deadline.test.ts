import { expect, test } from 'vitest';
import { withDeadline } from '../../src/output/deadline.js';

const expired = (): Error => new Error('too late');

test('gives what the work gives in time', async () => {
  await expect(withDeadline(Promise.resolve(7), 1, expired)).resolves.toBe(7);
  await expect(withDeadline(Promise.reject(new Error('failed')), 1, expired)).rejects.toThrow('failed');
});

test('ends the wait for work that never ends', async () => {
  await expect(withDeadline(new Promise<never>(() => undefined), 1, expired)).rejects.toThrow('too late');
});
