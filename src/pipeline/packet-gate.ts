import type { Packet } from '../core/packet.js';

/** Most packets posted to the main thread and not yet taken there: four seconds at 30 frames a second. */
export const MAX_PACKETS_IN_FLIGHT = 120;

/**
 * Bounds what waits between a worker and the main thread. The main thread counts what it took in shared memory; when
 * too much is on its way, packets are dropped up to the next keyframe.
 */
export class PacketGate {
  readonly #taken: Int32Array;
  #posted = 0;
  #dropped = 0;
  #waitingForKeyframe = false;

  /** @param taken one shared 32-bit counter of packets that the other side took. */
  constructor(taken: Int32Array) {
    this.#taken = taken;
  }

  /** Packets dropped because the main thread did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when nothing passes until a keyframe comes; ask the encoder for one. */
  get waitingForKeyframe(): boolean {
    return this.#waitingForKeyframe;
  }

  /** Whether this packet may be posted; counts it either way. */
  admit(packet: Packet): boolean {
    const inFlight = (this.#posted - Atomics.load(this.#taken, 0)) | 0;
    if (this.#waitingForKeyframe && !packet.isKeyframe) {
      this.#dropped++;
      return false;
    }
    if (inFlight >= MAX_PACKETS_IN_FLIGHT) {
      this.#waitingForKeyframe = true;
      this.#dropped++;
      return false;
    }
    this.#waitingForKeyframe = false;
    this.#posted = (this.#posted + 1) | 0;
    return true;
  }

  /** Called on the other side for each packet taken. */
  static take(taken: Int32Array): void {
    Atomics.add(taken, 0, 1);
  }
}
