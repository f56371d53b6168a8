import { expect, test } from 'vitest';
import { AddressLimiter, networkOf } from '../../src/stream/address-limiter.js';
import { RateLimiter } from '../../src/stream/rate-limiter.js';

test('limits to a rate with bursts', () => {
  const limiter = new RateLimiter({ perSecond: 10, burst: 3 }, 0);
  expect([0, 0, 0, 0].map((ms) => limiter.tryAcquire(ms))).toEqual([true, true, true, false]);
  expect([99, 100, 101].map((ms) => limiter.tryAcquire(ms))).toEqual([false, true, false]);
  expect([10_000, 10_000, 10_000, 10_000].filter((ms) => limiter.tryAcquire(ms))).toHaveLength(3);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, ''],
])('counts %s as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('limits each address by itself, and one /64 as a whole', () => {
  const limiter = new AddressLimiter({ perSecond: 0.001, burst: 2 });
  const acquire = (...addresses: string[]): boolean[] => addresses.map((address) => limiter.tryAcquire(address));
  expect(acquire('192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2')).toEqual([true, true, false, true]);
  expect(acquire('2001:db8::1', '2001:db8::2', '2001:db8::3')).toEqual([true, true, false]);
});

test('remembers a bounded number of addresses, the newest ones', () => {
  const limiter = new AddressLimiter({ perSecond: 0.001, burst: 1 });
  const address = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  for (let n = 0; n < 5000; n++) expect(limiter.tryAcquire(address(n))).toBe(true);
  expect(limiter.tryAcquire(address(4999))).toBe(false);
  expect(limiter.tryAcquire(address(0))).toBe(true); // forgotten
});
