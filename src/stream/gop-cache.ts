/** A packet as it goes over the wire, encoded once for all viewers. */
export interface EncodedPacket {
  /** Header and access unit; shared, never written to. */
  readonly bytes: Uint8Array;
  readonly isKeyframe: boolean;
}

/** Bounds of a {@link GopCache}. */
export interface GopCacheOptions {
  /** Most packets kept. */
  readonly maxPackets: number;
  /** Most bytes kept. */
  readonly maxBytes: number;
}

/** The packets since the last keyframe, so that a joining viewer sees a picture at once. A GOP over the bounds is forgotten. */
export class GopCache {
  readonly #options: GopCacheOptions;
  #packets: EncodedPacket[] = [];
  #bytes = 0;

  constructor(options: GopCacheOptions) {
    this.#options = options;
  }

  /** The GOP so far, keyframe first; empty when none is known whole. */
  get packets(): readonly EncodedPacket[] {
    return this.#packets;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  push(packet: EncodedPacket): void {
    if (packet.isKeyframe) this.clear();
    else if (this.#packets.length === 0) return; // nothing before it could be decoded
    this.#packets.push(packet);
    this.#bytes += packet.bytes.byteLength;
    if (this.#packets.length > this.#options.maxPackets || this.#bytes > this.#options.maxBytes) this.clear();
  }

  /** Forgets everything: the format changed, or the stream broke off. */
  clear(): void {
    this.#packets = [];
    this.#bytes = 0;
  }
}
