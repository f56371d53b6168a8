import { micros, type Micros } from '../src/core/time.js';

/** Round trips kept: half a minute at one ping in two seconds, in which two clocks drift by less than a millisecond. */
const MAX_ROUND_TRIPS = 16;

interface RoundTrip {
  readonly offset: Micros;
  readonly duration: Micros;
}

/**
 * Estimates server clock minus local clock from pings. Uses the fastest of the last round trips, because the two
 * directions cannot differ by more than the whole (RFC 5905, section 10: the clock filter of NTP).
 */
export class ClockOffset {
  readonly #trips: RoundTrip[] = [];

  /** The estimate, with an error of at most half of {@link roundTrip}; undefined before the first round trip. */
  get offset(): Micros | undefined {
    return this.#best()?.offset;
  }

  /** The fastest of the kept round trips; undefined before the first. */
  get roundTrip(): Micros | undefined {
    return this.#best()?.duration;
  }

  /** Adds a round trip. `sentAt` and `receivedAt` are local times, `serverTime` is the server's time of the response. */
  add(sentAt: Micros, serverTime: Micros, receivedAt: Micros): void {
    const duration = receivedAt - sentAt;
    if (!(duration >= 0) || !Number.isFinite(serverTime)) return; // the local clock was set back, or the response is invalid
    this.#trips.push({ offset: micros(serverTime - (sentAt + receivedAt) / 2), duration: micros(duration) });
    if (this.#trips.length > MAX_ROUND_TRIPS) this.#trips.shift();
  }

  /** Drops all round trips: another server has another clock. */
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
