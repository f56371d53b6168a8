import { isIPv6 } from 'node:net';
import { RateLimiter } from './rate-limiter.js';
import type { Rate } from './rate-limiter.js';

/** Maximum number of addresses remembered; the one seen longest ago is forgotten first. */
const MAX_ADDRESSES = 4096;

/** Limits the events of each client address to a {@link Rate}. */
export class AddressLimiter {
  readonly #rate: Rate;
  /** The limiter of each network, the one seen longest ago first. */
  readonly #limiters = new Map<string, RateLimiter>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Counts an event of this address; false when it exceeds the limit. */
  tryAcquire(address: string | undefined): boolean {
    const network = networkOf(address);
    const limiter = this.#limiters.get(network) ?? new RateLimiter(this.#rate);
    this.#limiters.delete(network);
    this.#limiters.set(network, limiter);
    const [oldest] = this.#limiters.keys();
    if (this.#limiters.size > MAX_ADDRESSES && oldest !== undefined) this.#limiters.delete(oldest);
    return limiter.tryAcquire();
  }
}

/** What one client has of the address space: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function networkOf(address = ''): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = address.includes('::') ? Math.max(0, 8 - groups.length - after.length) : 0;
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...after];
  return `${all.slice(0, 4).join(':')}::/64`;
}
