import type { Packet } from '../../core/packet.js';

/** Most messages on their way to the main process: four seconds of packets at 30 frames a second. */
export const MAX_PENDING = 120;

/** Bounds what waits between a worker and the main process: when too much does, packets are dropped up to the next keyframe. */
export class PacketGate {
  readonly #pending: () => number;
  #dropped = 0;
  #waitingForKeyframe = false;

  /** @param pending how many messages the main process has not been handed yet. */
  constructor(pending: () => number) {
    this.#pending = pending;
  }

  /** Packets dropped because the main process did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when nothing passes until a keyframe comes; ask the encoder for one. */
  get waitingForKeyframe(): boolean {
    return this.#waitingForKeyframe;
  }

  /** Whether this packet may be posted; counts it when not. */
  admit(packet: Packet): boolean {
    const isUseless = this.#waitingForKeyframe && !packet.isKeyframe;
    if (isUseless || this.#pending() >= MAX_PENDING) {
      this.#waitingForKeyframe = true;
      this.#dropped++;
      return false;
    }
    this.#waitingForKeyframe = false;
    return true;
  }
}
