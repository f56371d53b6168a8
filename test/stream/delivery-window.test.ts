import { expect, test } from 'vitest';
import { DeliveryWindow } from '../../src/stream/delivery-window.js';

const TARGET_MS = 500;
const STEP_MS = 10;

/** A connection of some bytes a second and a round trip, in simulated time: what is sent queues up in it. */
class SimulatedLink {
  readonly window = new DeliveryWindow({ targetMs: TARGET_MS });
  nowMs = 0;
  /** Bytes sent that have not arrived. */
  inFlight = 0;
  readonly #bytesPerMs: number;
  readonly #roundTripMs: number;
  #pings: { payload: Buffer; bytesAhead: number }[] = [];
  #pongs: { payload: Buffer; atMs: number }[] = [];

  constructor(bytesPerSecond: number, roundTripMs: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#roundTripMs = roundTripMs;
  }

  /** Sends a packet if the window is open. */
  offer(bytes: number): boolean {
    if (!this.window.isOpen(this.nowMs)) return false;
    this.inFlight += bytes;
    if (this.window.add(bytes, this.nowMs)) this.mark();
    return true;
  }

  mark(): void {
    this.#pings.push({ payload: this.window.mark(this.nowMs), bytesAhead: this.inFlight });
  }

  /** Lets time pass: the link delivers, and pings that have arrived are answered. */
  step(): void {
    this.nowMs += STEP_MS;
    const delivered = Math.min(this.inFlight, this.#bytesPerMs * STEP_MS);
    this.inFlight -= delivered;
    for (const ping of this.#pings) ping.bytesAhead -= delivered;
    const arrived = this.#pings.filter(({ bytesAhead }) => bytesAhead <= 0);
    this.#pings = this.#pings.filter(({ bytesAhead }) => bytesAhead > 0);
    this.#pongs.push(...arrived.map(({ payload }) => ({ payload, atMs: this.nowMs + this.#roundTripMs })));
    for (const { payload } of this.#pongs.filter(({ atMs }) => atMs <= this.nowMs)) {
      this.window.answer(payload, this.nowMs);
    }
    this.#pongs = this.#pongs.filter(({ atMs }) => atMs > this.nowMs);
  }
}

/** Offers packets as fast as the window takes them. Returns bytes a second and the longest time that bytes were in flight, of the last half. */
function saturate(bytesPerSecond: number, roundTripMs: number, packetBytes = 10_000, seconds = 20) {
  const link = new SimulatedLink(bytesPerSecond, roundTripMs);
  let sent = 0;
  let longestMs = 0;
  for (let steps = (seconds * 1000) / STEP_MS; link.nowMs < seconds * 1000; steps--) {
    const isCounted = link.nowMs >= seconds * 500;
    for (let n = 0; n < 20 && link.offer(packetBytes); n++) sent += isCounted ? packetBytes : 0;
    if (isCounted) longestMs = Math.max(longestMs, (link.inFlight / bytesPerSecond) * 1000);
    if (!link.window.isEmpty && !link.window.hasMark) link.mark();
    link.step();
    expect(steps).toBeGreaterThan(0);
  }
  return { rate: sent / (seconds / 2), longestMs };
}

test.each([
  [20_000, 20],
  [100_000, 20],
  [100_000, 600],
  [1_000_000, 20],
  [1_000_000, 300],
])(
  'fills a link of %i bytes a second with a round trip of %i ms, with about the target in flight',
  (rate, roundTrip) => {
    const result = saturate(rate, roundTrip, Math.min(10_000, rate / 20));
    expect(result.rate).toBeGreaterThan(rate * 0.8);
    expect(result.longestMs).toBeLessThan(2 * TARGET_MS + roundTrip);
  },
);

test('stops soon after a fast viewer stops answering, and goes on when it answers', () => {
  const link = new SimulatedLink(10_000_000, 10);
  for (let n = 0; n < 500; n++) {
    link.offer(3000); // 300 kB/s
    link.step();
  }
  let sent = 0;
  const stoppedMs = link.nowMs;
  const pings: Buffer[] = [];
  for (let n = 0; n < 500; n++) {
    link.nowMs += STEP_MS;
    if (!link.window.isOpen(link.nowMs)) continue;
    sent += 3000;
    if (link.window.add(3000, link.nowMs)) pings.push(link.window.mark(link.nowMs));
  }
  expect(link.nowMs - stoppedMs).toBe(5000);
  expect(sent).toBeLessThan(300_000); // under a second
  expect(link.window.answer(pings.at(-1)!, link.nowMs)).toBe(true);
  link.window.answer(link.window.mark(link.nowMs), link.nowMs + 10);
  expect(link.window.isOpen(link.nowMs + 10)).toBe(true);
});

test('takes the answer to a later mark as the answer to all before it, and no other', () => {
  const window = new DeliveryWindow({ targetMs: TARGET_MS });
  const marks = [0, 1, 2].map((n) => {
    window.add(1000, n);
    return window.mark(n);
  });
  expect(window.answer(Buffer.from('hello'), 3)).toBe(false);
  expect(window.answer(Buffer.alloc(0), 3)).toBe(false);
  expect(window.answer(marks[1]!, 3)).toBe(true);
  expect([window.hasMark, window.isEmpty]).toEqual([true, false]);
  expect(window.answer(marks[0]!, 4)).toBe(false);
  expect(window.answer(marks[2]!, 4)).toBe(true);
  expect([window.hasMark, window.isEmpty]).toEqual([false, true]);
});
