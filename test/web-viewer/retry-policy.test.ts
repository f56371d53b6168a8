import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { closeReason, RetryPolicy } from '../../web-viewer/retry-policy.js';

describe('RetryPolicy', () => {
  it('doubles the pause up to five seconds and never gives up', () => {
    const policy = new RetryPolicy(() => 1);
    const pauses = Array.from({ length: 2000 }, () => policy.next('lost', 0));
    expect(pauses.slice(0, 6)).toEqual([250, 500, 1000, 2000, 4000, 5000]);
    expect(pauses.at(-1)).toBe(5000);
  });

  it('spreads viewers over the second half of the pause', () => {
    expect(new RetryPolicy(() => 0).next('lost', 0)).toBe(125);
    expect(new RetryPolicy(() => 0.5).next('lost', 0)).toBe(187.5);
  });

  it('starts from the first pause after a connection that lived, not after one that was cut at once', () => {
    const policy = new RetryPolicy(() => 1);
    for (let i = 0; i < 4; i++) policy.next('lost', 100);
    expect(policy.next('lost', 4999)).toBe(4000);
    expect(policy.next('lost', 5000)).toBe(250);
  });

  it('stops where a person must act', () => {
    const policy = new RetryPolicy();
    expect(policy.next('unauthorized', 0)).toBeUndefined();
    expect(policy.next('forbidden', 0)).toBeUndefined();
  });

  it('waits longer where another try hardly helps', () => {
    const policy = new RetryPolicy(() => 1);
    for (const reason of ['ended', 'no-such-stream', 'too-many-viewers'] as const) {
      expect(policy.next(reason, 0)).toBe(10_000);
    }
  });
});

describe('closeReason', () => {
  it('reads the close codes of the protocol, and takes every other one for a lost connection', () => {
    expect(closeReason(CLOSE_CODES.UNAUTHORIZED)).toBe('unauthorized');
    expect(closeReason(CLOSE_CODES.FORBIDDEN_ORIGIN)).toBe('forbidden');
    expect(closeReason(CLOSE_CODES.NO_SUCH_STREAM)).toBe('no-such-stream');
    expect(closeReason(CLOSE_CODES.TOO_MANY_VIEWERS)).toBe('too-many-viewers');
    expect(closeReason(CLOSE_CODES.ENDED)).toBe('ended');
    for (const code of [CLOSE_CODES.SHUTDOWN, CLOSE_CODES.RATE_LIMITED, CLOSE_CODES.BAD_MESSAGE, 1000, 1006]) {
      expect(closeReason(code)).toBe('lost');
    }
  });
});
