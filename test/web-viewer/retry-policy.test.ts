import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { closeReason, RetryPolicy } from '../../web-viewer/retry-policy.js';

describe('RetryPolicy', () => {
  it('doubles the pause up to two seconds and never gives up', () => {
    const policy = new RetryPolicy(() => 0);
    const pauses = Array.from({ length: 2000 }, () => policy.next('lost', 0));
    expect(pauses.slice(0, 5)).toEqual([250, 500, 1000, 2000, 2000]);
    expect(pauses.at(-1)).toBe(2000);
  });

  it('looks for a server that stopped as soon as for one that was lost', () => {
    const policy = new RetryPolicy(() => 0);
    expect(policy.next('shutdown', 60_000)).toBe(250);
    expect(policy.next('lost', 0)).toBe(500);
  });

  it('spreads viewers over the second half of the pause', () => {
    expect(new RetryPolicy(() => 1).next('lost', 0)).toBe(125);
    expect(new RetryPolicy(() => 0.5).next('lost', 0)).toBe(187.5);
  });

  it('starts from the first pause after a connection that lived, not after one that was cut at once', () => {
    const policy = new RetryPolicy(() => 0);
    for (let i = 0; i < 2; i++) policy.next('lost', 100);
    expect(policy.next('lost', 4999)).toBe(1000);
    expect(policy.next('lost', 5000)).toBe(250);
  });

  it('stops where a person must act', () => {
    const policy = new RetryPolicy();
    expect(policy.next('unauthorized', 0)).toBeUndefined();
    expect(policy.next('forbidden', 0)).toBeUndefined();
  });

  it('waits longer where another try hardly helps', () => {
    const policy = new RetryPolicy(() => 0);
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
    expect(closeReason(CLOSE_CODES.SHUTDOWN)).toBe('shutdown');
    for (const code of [CLOSE_CODES.RATE_LIMITED, CLOSE_CODES.BAD_MESSAGE, 1000, 1006]) {
      expect(closeReason(code)).toBe('lost');
    }
  });
});
