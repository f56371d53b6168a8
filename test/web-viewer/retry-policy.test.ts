import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { closeReason, RetryPolicy } from '../../web-viewer/retry-policy.js';

describe('RetryPolicy', () => {
  it('doubles the delay up to two seconds and never ends', () => {
    const policy = new RetryPolicy(() => 0);
    const delays = Array.from({ length: 2000 }, () => policy.nextDelayMs('lost', 0));
    expect(delays.slice(0, 5)).toEqual([250, 500, 1000, 2000, 2000]);
    expect(delays.at(-1)).toBe(2000);
  });

  it('retries after a shutdown as fast as after a lost connection', () => {
    const policy = new RetryPolicy(() => 0);
    expect(policy.nextDelayMs('shutdown', 60_000)).toBe(250);
    expect(policy.nextDelayMs('lost', 0)).toBe(500);
  });

  it('spreads viewers over the second half of the delay', () => {
    expect(new RetryPolicy(() => 1).nextDelayMs('lost', 0)).toBe(125);
    expect(new RetryPolicy(() => 0.5).nextDelayMs('lost', 0)).toBe(187.5);
  });

  it('restarts from the first delay after a stable connection, not after a short one', () => {
    const policy = new RetryPolicy(() => 0);
    for (let i = 0; i < 2; i++) policy.nextDelayMs('lost', 100);
    expect(policy.nextDelayMs('lost', 4999)).toBe(1000);
    expect(policy.nextDelayMs('lost', 5000)).toBe(250);
  });

  it('does not retry where the user must act', () => {
    const policy = new RetryPolicy();
    expect(policy.nextDelayMs('unauthorized', 0)).toBeUndefined();
    expect(policy.nextDelayMs('forbidden', 0)).toBeUndefined();
  });

  it('waits longer where a quick retry rarely helps', () => {
    const policy = new RetryPolicy(() => 0);
    for (const reason of ['ended', 'no-such-stream', 'too-many-viewers'] as const) {
      expect(policy.nextDelayMs(reason, 0)).toBe(10_000);
    }
  });
});

describe('closeReason', () => {
  it('maps the close codes of the protocol, and every other one to a lost connection', () => {
    expect(closeReason(CLOSE_CODES.UNAUTHORIZED)).toBe('unauthorized');
    expect(closeReason(CLOSE_CODES.FORBIDDEN_ORIGIN)).toBe('forbidden');
    expect(closeReason(CLOSE_CODES.NO_SUCH_STREAM)).toBe('no-such-stream');
    expect(closeReason(CLOSE_CODES.TOO_MANY_VIEWERS)).toBe('too-many-viewers');
    expect(closeReason(CLOSE_CODES.ENDED)).toBe('ended');
    expect(closeReason(CLOSE_CODES.SHUTDOWN)).toBe('shutdown');
    for (const code of [CLOSE_CODES.RATE_LIMITED, CLOSE_CODES.BAD_MESSAGE, 1000, 1006]) {
      expect(closeReason(code)).toBe('lost');
    }
  });
});
