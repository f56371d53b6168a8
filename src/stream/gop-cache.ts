/** A packet in its wire format, encoded once for all viewers. */
export interface WireMessage {
  /** Header and access unit; shared and read-only. */
  readonly bytes: Uint8Array;
  readonly isKeyframe: boolean;
}

/** Bounds of a {@link GopCache}. */
export interface GopCacheOptions {
  /** Maximum number of packets. */
  readonly maxPackets: number;
  /** Maximum number of bytes. */
  readonly maxBytes: number;
}

/** The packets since the last keyframe, so that a joining viewer can decode at once. Discards a GOP that exceeds the bounds. */
export class GopCache {
  readonly #options: GopCacheOptions;
  #packets: WireMessage[] = [];
  #bytes = 0;

  constructor(options: GopCacheOptions) {
    this.#options = options;
  }

  /** The GOP so far, keyframe first; empty when the cache does not hold all of it. */
  get packets(): readonly WireMessage[] {
    return this.#packets;
  }

  /** Number of bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  push(packet: WireMessage): void {
    if (packet.isKeyframe) this.clear();
    else if (this.#packets.length === 0) return; // not decodable without its keyframe
    this.#packets.push(packet);
    this.#bytes += packet.bytes.byteLength;
    if (this.#packets.length > this.#options.maxPackets || this.#bytes > this.#options.maxBytes) this.clear();
  }

  /** Discards all packets. */
  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
  }
}
