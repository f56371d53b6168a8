import type { EncodedPacket } from './gop-cache.js';
import { markPacket } from './protocol.js';
import type { ServerMessage } from './protocol.js';

/** Bounds of a {@link ViewerQueue}. */
export interface ViewerQueueOptions {
  /** Most packets waiting. */
  readonly maxPackets: number;
  /** Most bytes of packets waiting; one packet alone may be larger. */
  readonly maxBytes: number;
}

/** Something to send to a viewer. */
export type QueueItem =
  | { readonly kind: 'packet'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly type: ServerMessage['type']; readonly text: string };

/**
 * What waits for one viewer, in order. When packets overflow it, all of them go and none is taken until the next keyframe,
 * which carries the discontinuity flag. Texts stay: a later one of a type replaces an earlier one, so they are bounded too.
 */
export class ViewerQueue {
  readonly #options: ViewerQueueOptions;
  #items: QueueItem[] = [];
  #packets = 0;
  #bytes = 0;
  #dropped = 0;
  #isWaiting = true;
  #isBroken = false;

  constructor(options: ViewerQueueOptions) {
    this.#options = options;
  }

  /** Packets dropped because the viewer was slow, ever; those before its first keyframe do not count. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when only a keyframe is of use. */
  get isWaitingForKeyframe(): boolean {
    return this.#isWaiting;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Takes a packet or drops it, counted. */
  pushPacket(packet: EncodedPacket): void {
    if (this.#isWaiting && !packet.isKeyframe) {
      if (this.#isBroken) this.#dropped++;
      return;
    }
    if (!this.#hasRoom(packet)) {
      this.#dropPackets();
      if (!packet.isKeyframe) {
        this.#isWaiting = true;
        this.#dropped++;
        return;
      }
    }
    const bytes = this.#isBroken ? markPacket(packet.bytes, { discontinuity: true }) : packet.bytes;
    this.#isWaiting = false;
    this.#isBroken = false;
    this.#items.push({ kind: 'packet', bytes });
    this.#packets++;
    this.#bytes += bytes.byteLength;
  }

  /** The GOP a viewer joins into; its queue is empty of packets then. Each packet is flagged as backlog. */
  pushBacklog(packets: readonly EncodedPacket[]): void {
    for (const { bytes, isKeyframe } of packets)
      this.pushPacket({ bytes: markPacket(bytes, { backlog: true }), isKeyframe });
  }

  /** Takes a text. One of the same type that still waits is replaced; a format stays, since it belongs to the packets behind it. */
  pushText(type: ServerMessage['type'], text: string): void {
    const item: QueueItem = { kind: 'text', type, text };
    const index =
      type === 'format' ? -1 : this.#items.findIndex((other) => other.kind === 'text' && other.type === type);
    if (index < 0) this.#items.push(item);
    else this.#items[index] = item;
  }

  /** The next item, taken out. */
  shift(): QueueItem | undefined {
    const item = this.#items.shift();
    if (item?.kind === 'packet') {
      this.#packets--;
      this.#bytes -= item.bytes.byteLength;
    }
    return item;
  }

  #hasRoom(packet: EncodedPacket): boolean {
    if (this.#packets === 0) return true;
    return this.#packets < this.#options.maxPackets && this.#bytes + packet.bytes.byteLength <= this.#options.maxBytes;
  }

  #dropPackets(): void {
    this.#dropped += this.#packets;
    this.#isBroken = true;
    const lastFormat = this.#items.findLast((item) => item.kind === 'text' && item.type === 'format');
    this.#items = this.#items.filter((item) => item.kind === 'text' && (item.type !== 'format' || item === lastFormat));
    this.#packets = 0;
    this.#bytes = 0;
  }
}
