import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../src/infer/shared/fair-queue.js';

const anyKind = (): string => '';

describe('FairQueue', () => {
  it('serves clients in turn, so that one with many requests delays the others by one each', () => {
    const queue = new FairQueue<string, string>(5);
    for (let i = 1; i <= 5; i++) queue.add('flood', `flood ${i}`);
    queue.add('calm', 'calm 1');
    queue.add('other', 'other 1');
    const order = Array.from({ length: 7 }, () => queue.take(1, anyKind)[0]);
    expect(order.slice(0, 4)).toEqual(['flood 1', 'calm 1', 'other 1', 'flood 2']);
    expect(queue.size).toBe(0);
  });

  it('fills a batch with one request of each client before a second of any', () => {
    const queue = new FairQueue<string, string>(3);
    for (const client of ['a', 'a', 'a', 'b', 'c']) queue.add(client, client);
    expect(queue.take(4, anyKind)).toEqual(['a', 'b', 'c', 'a']);
    expect(queue.take(4, anyKind)).toEqual(['a']);
  });

  it('puts requests of one kind together and loses none of the others', () => {
    const queue = new FairQueue<string, string>(3);
    for (const [client, request] of [
      ['a', 'small'],
      ['b', 'large'],
      ['c', 'small'],
    ] as const) {
      queue.add(client, request);
    }
    expect(queue.take(4, (request) => request)).toEqual(['small', 'small']);
    expect(queue.take(4, (request) => request)).toEqual(['large']);
    expect(queue.size).toBe(0);
  });

  it('bounds what one client may queue, and forgets a client that is gone', () => {
    const queue = new FairQueue<string, number>(2);
    queue.add('a', 1);
    queue.add('a', 2);
    queue.add('b', 3);
    expect(queue.isFull('a')).toBe(true);
    expect(() => queue.add('a', 4)).toThrow(RangeError);
    expect(queue.drop('a')).toEqual([1, 2]);
    expect(queue.take(9, anyKind)).toEqual([3]);
    expect([queue.size, queue.clients]).toEqual([0, 0]);
  });
});
