import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../src/core/bounded-queue.js';

describe('BoundedQueue', () => {
  it('returns items in order, and ends', async () => {
    const queue = new BoundedQueue<number>({ capacity: 3, overflow: 'refuse' });
    for (const item of [1, 2, 3]) expect(queue.push(item)).toBe(true);
    queue.end();
    const got: number[] = [];
    for await (const item of queue) got.push(item);
    expect(got).toEqual([1, 2, 3]);
  });

  it('peeks at the next item without removing it', async () => {
    const queue = new BoundedQueue<number>({ capacity: 2, overflow: 'refuse' });
    expect(queue.peek()).toBeUndefined();
    queue.push(1);
    queue.push(2);
    expect(queue.peek()).toBe(1);
    expect(await queue.next()).toEqual({ done: false, value: 1 });
    expect(queue.peek()).toBe(2);
  });

  it('drops the oldest when full, counts it and frees it', () => {
    const freed: number[] = [];
    const queue = new BoundedQueue<number>({
      capacity: 2,
      overflow: 'drop-oldest',
      onDrop: (item) => freed.push(item),
    });
    for (const item of [1, 2, 3, 4]) queue.push(item);
    expect(queue.dropped).toBe(2);
    expect(freed).toEqual([1, 2]);
    expect(queue.length).toBe(2);
  });

  it('refuses an item when full, and the caller keeps it', () => {
    const queue = new BoundedQueue<number>({ capacity: 1, overflow: 'refuse' });
    expect(queue.push(1)).toBe(true);
    expect(queue.push(2)).toBe(false);
    expect(queue.dropped).toBe(0);
  });

  it('wakes a waiting producer when there is space again', async () => {
    const queue = new BoundedQueue<number>({ capacity: 1, overflow: 'refuse' });
    queue.push(1);
    let hasSpace = false;
    const waiting = queue.waitForSpace().then(() => (hasSpace = true));
    expect(hasSpace).toBe(false);
    await queue.next();
    await waiting;
    expect(queue.push(2)).toBe(true);
  });

  it('frees its items at close and ends a waiting consumer', async () => {
    const freed: number[] = [];
    const queue = new BoundedQueue<number>({ capacity: 4, overflow: 'refuse', onDrop: (item) => freed.push(item) });
    queue.push(7);
    queue.close();
    queue.close();
    expect(freed).toEqual([7]);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
    const empty = new BoundedQueue<number>({ capacity: 1, overflow: 'refuse' });
    const next = empty.next();
    empty.close();
    expect((await next).done).toBe(true);
  });

  it('never exceeds its capacity and counts every dropped item', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.boolean(), { maxLength: 200 }), (capacity, steps) => {
        const queue = new BoundedQueue<number>({ capacity, overflow: 'drop-oldest' });
        let pushed = 0;
        let taken = 0;
        for (const isPush of steps) {
          if (isPush) queue.push(pushed++);
          else if (queue.length > 0) {
            void queue.next();
            taken++;
          }
          expect(queue.length).toBeLessThanOrEqual(capacity);
          expect(pushed).toBe(taken + queue.dropped + queue.length);
        }
      }),
    );
  });

  it('rejects a capacity below one', () => {
    expect(() => new BoundedQueue({ capacity: 0, overflow: 'refuse' })).toThrow(/capacity .* got 0/);
  });
});
