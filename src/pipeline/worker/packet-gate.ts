import type { Packet } from '../../core/packet.js';

/** Messages that may be pending to the main process: four seconds of packets at 30 frames a second. */
export const MAX_PENDING = 120;

/** Bounds the queue between a worker and the main process: while it is full, packets are dropped until the next keyframe. */
export class PacketGate {
  readonly #pending: () => number;
  #dropped = 0;
  #isWaitingForKeyframe = false;

  /** @param pending messages posted to the IPC channel that the operating system has not taken yet. */
  constructor(pending: () => number) {
    this.#pending = pending;
  }

  /** Packets dropped because the main process did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True while only a keyframe may pass; request one from the encoder. */
  get isWaitingForKeyframe(): boolean {
    return this.#isWaitingForKeyframe;
  }

  /** True when the packet may be posted; else counts it as dropped. */
  admit(packet: Packet): boolean {
    const isUndecodable = this.#isWaitingForKeyframe && !packet.isKeyframe;
    if (isUndecodable || this.#pending() >= MAX_PENDING) {
      this.#isWaitingForKeyframe = true;
      this.#dropped++;
      return false;
    }
    this.#isWaitingForKeyframe = false;
    return true;
  }
}
