import type { WireMessage } from './gop-cache.js';
import { withPacketFlags } from './protocol.js';
import type { ServerMessage } from './protocol.js';

/** Bounds of a {@link ViewerQueue}. */
export interface ViewerQueueOptions {
  /** Maximum number of queued packets. */
  readonly maxPackets: number;
  /** Maximum bytes of queued packets; a single packet may be larger. */
  readonly maxBytes: number;
}

/** A packet or message to send to a viewer. */
export type QueueItem =
  | { readonly kind: 'packet'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly type: ServerMessage['type']; readonly text: string };

/**
 * Outgoing queue of one viewer, in order. On overflow it drops all packets, then every packet up to the next keyframe,
 * which carries the discontinuity flag. It keeps texts: a newer one replaces a queued one of its type, so they are bounded too.
 */
export class ViewerQueue {
  readonly #options: ViewerQueueOptions;
  #items: QueueItem[] = [];
  #packets = 0;
  #bytes = 0;
  #dropped = 0;
  #isWaitingForKeyframe = true;
  #hasDropped = false;

  constructor(options: ViewerQueueOptions) {
    this.#options = options;
  }

  /** Packets dropped since the start because the viewer is slow. Packets before its first keyframe do not count. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when the viewer can continue only at a keyframe. */
  get isWaitingForKeyframe(): boolean {
    return this.#isWaitingForKeyframe;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Queues a packet, or drops and counts it. */
  pushPacket(packet: WireMessage): void {
    if (this.#isWaitingForKeyframe && !packet.isKeyframe) {
      if (this.#hasDropped) this.#dropped++;
      return;
    }
    if (!this.#hasRoom(packet)) {
      this.#dropPackets();
      if (!packet.isKeyframe) {
        this.#isWaitingForKeyframe = true;
        this.#dropped++;
        return;
      }
    }
    const bytes = this.#hasDropped ? withPacketFlags(packet.bytes, { discontinuity: true }) : packet.bytes;
    this.#isWaitingForKeyframe = false;
    this.#hasDropped = false;
    this.#items.push({ kind: 'packet', bytes });
    this.#packets++;
    this.#bytes += bytes.byteLength;
  }

  /** Queues the GOP that a viewer joins, flagged as backlog. The queue must hold no packets. */
  pushBacklog(packets: readonly WireMessage[]): void {
    for (const { bytes, isKeyframe } of packets) {
      this.pushPacket({ bytes: withPacketFlags(bytes, { backlog: true }), isKeyframe });
    }
  }

  /** Queues a text in place of a queued one of its type. A format does not replace another: it belongs to the packets that follow it. */
  pushText(type: ServerMessage['type'], text: string): void {
    const item: QueueItem = { kind: 'text', type, text };
    const index =
      type === 'format' ? -1 : this.#items.findIndex((other) => other.kind === 'text' && other.type === type);
    if (index < 0) this.#items.push(item);
    else this.#items[index] = item;
  }

  /** Removes and returns the next item. */
  shift(): QueueItem | undefined {
    const item = this.#items.shift();
    if (item?.kind === 'packet') {
      this.#packets--;
      this.#bytes -= item.bytes.byteLength;
    }
    return item;
  }

  #hasRoom(packet: WireMessage): boolean {
    if (this.#packets === 0) return true;
    return this.#packets < this.#options.maxPackets && this.#bytes + packet.bytes.byteLength <= this.#options.maxBytes;
  }

  #dropPackets(): void {
    this.#dropped += this.#packets;
    this.#hasDropped = true;
    const lastFormat = this.#items.findLast((item) => item.kind === 'text' && item.type === 'format');
    this.#items = this.#items.filter((item) => item.kind === 'text' && (item.type !== 'format' || item === lastFormat));
    this.#packets = 0;
    this.#bytes = 0;
  }
}
