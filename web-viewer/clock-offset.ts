import { micros, type Micros } from '../src/core/time.js';

/** Round trips remembered: at one ping in two seconds half a minute, in which two clocks drift apart by less than a millisecond. */
const REMEMBERED = 16;

interface RoundTrip {
  readonly offset: Micros;
  readonly duration: Micros;
}

/**
 * Server clock minus local clock, from ping and pong. The fastest of the last round trips tells it best, because the two
 * ways can differ by no more than the whole took (RFC 5905, section 10: the clock filter of NTP).
 */
export class ClockOffset {
  readonly #trips: RoundTrip[] = [];

  /** The estimate; undefined before the first round trip. Off by at most half of {@link roundTrip}. */
  get offset(): Micros | undefined {
    return this.#best()?.offset;
  }

  /** The fastest of the remembered round trips; undefined before the first. */
  get roundTrip(): Micros | undefined {
    return this.#best()?.duration;
  }

  /** Takes a round trip: sent and received on the local clock, answered at `serverTime` on the server's. */
  add(sentAt: Micros, serverTime: Micros, receivedAt: Micros): void {
    const duration = receivedAt - sentAt;
    if (!(duration >= 0) || !Number.isFinite(serverTime)) return; // the local clock was set back, or a foreign answer
    this.#trips.push({ offset: micros(serverTime - (sentAt + receivedAt) / 2), duration: micros(duration) });
    if (this.#trips.length > REMEMBERED) this.#trips.shift();
  }

  /** Forgets: another server, another clock. */
  reset(): void {
    this.#trips.length = 0;
  }

  #best(): RoundTrip | undefined {
    let best = this.#trips[0];
    for (const trip of this.#trips) {
      if (best && trip.duration <= best.duration) best = trip;
    }
    return best;
  }
}
