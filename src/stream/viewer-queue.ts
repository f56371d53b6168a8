import type { WireMessage } from './gop-cache.js';
import { withPacketFlags } from './protocol.js';
import type { ServerMessage } from './protocol.js';

/** Bounds of a {@link ViewerQueue}. */
export interface ViewerQueueOptions {
  /** Maximum number of queued packets. */
  readonly maxPackets: number;
  /** Maximum bytes of queued packets; a single packet may be larger. */
  readonly maxBytes: number;
  /** Delay beyond which a packet is late at the viewer, milliseconds: its wait in the queue and its way. */
  readonly maxDelayMs: number;
}

/** A packet may wait in the queue for this share of the delay at most, and at least, however long its way is. */
const MAX_WAIT_SHARE = 2 / 3;
const MIN_WAIT_SHARE = 1 / 3;

/** A packet or message to send to a viewer. */
export type QueueItem =
  | {
      readonly kind: 'packet';
      readonly bytes: Uint8Array;
      readonly isKeyframe: boolean;
      /** When it was queued, milliseconds of a monotonic clock. */
      readonly queuedMs: number;
    }
  | { readonly kind: 'text'; readonly type: ServerMessage['type']; readonly text: string };

/**
 * Outgoing queue of one viewer, in order. When its first packet has waited too long it skips to the newest keyframe that it holds.
 * Without one, and on overflow, it drops all packets, then every packet up to the next keyframe. The keyframe after a gap
 * carries the discontinuity flag. It keeps texts: a newer one replaces a queued one of its type, so they are bounded too.
 * Times are milliseconds of a monotonic clock.
 */
export class ViewerQueue {
  readonly #options: ViewerQueueOptions;
  #items: QueueItem[] = [];
  #packets = 0;
  #bytes = 0;
  #dropped = 0;
  #skips = 0;
  #isWaitingForKeyframe = true;
  #hasDropped = false;

  constructor(options: ViewerQueueOptions) {
    this.#options = options;
  }

  /** Packets dropped since the start because the viewer is slow. Packets before its first keyframe do not count. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Gaps since the start: each is a skip to a keyframe, done or awaited. */
  get skips(): number {
    return this.#skips;
  }

  /** True when the viewer can continue only at a keyframe. */
  get isWaitingForKeyframe(): boolean {
    return this.#isWaitingForKeyframe;
  }

  /** True when the viewer waits for a keyframe because packets were dropped, not because it has just joined. */
  get isSkipping(): boolean {
    return this.#isWaitingForKeyframe && this.#hasDropped;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Queues a packet, or drops and counts it. */
  pushPacket(packet: WireMessage, nowMs: number): void {
    if (this.#isWaitingForKeyframe && !packet.isKeyframe) {
      if (this.#hasDropped) this.#dropped++;
      return;
    }
    if (!this.#hasRoom(packet)) {
      this.#dropBefore(this.#items.length);
      if (!packet.isKeyframe) {
        this.#isWaitingForKeyframe = true;
        this.#dropped++;
        return;
      }
    }
    const { isKeyframe } = packet;
    const bytes = this.#hasDropped ? withPacketFlags(packet.bytes, { discontinuity: true }) : packet.bytes;
    this.#isWaitingForKeyframe = false;
    this.#hasDropped = false;
    this.#items.push({ kind: 'packet', bytes, isKeyframe, queuedMs: nowMs });
    this.#packets++;
    this.#bytes += bytes.byteLength;
  }

  /** Queues the GOP that a viewer joins, flagged as backlog. The queue must hold no packets. */
  pushBacklog(packets: readonly WireMessage[], nowMs: number): void {
    for (const { bytes, isKeyframe } of packets) {
      this.pushPacket({ bytes: withPacketFlags(bytes, { backlog: true }), isKeyframe }, nowMs);
    }
  }

  /** Queues a text in place of a queued one of its type. A format belongs to the packets that follow it: it replaces one that none follow. */
  pushText(type: ServerMessage['type'], text: string): void {
    const item: QueueItem = { kind: 'text', type, text };
    const after = type === 'format' ? this.#items.findLastIndex(({ kind }) => kind === 'packet') : -1;
    const index = this.#items.findIndex((other, at) => at > after && other.kind === 'text' && other.type === type);
    if (index < 0) this.#items.push(item);
    else this.#items[index] = item;
  }

  /**
   * Skips to the newest queued keyframe, or drops all packets, when the first packet has waited so long that it arrives late.
   * @param wayMs how long a packet of so many bytes would be on its way, milliseconds.
   */
  skipLate(nowMs: number, wayMs: (bytes: number) => number): void {
    const isLate = (item: QueueItem | undefined): boolean => {
      if (item?.kind !== 'packet') return false;
      const { maxDelayMs } = this.#options;
      const longestMs = Math.min(maxDelayMs - wayMs(item.bytes.byteLength), maxDelayMs * MAX_WAIT_SHARE);
      return nowMs - item.queuedMs > Math.max(longestMs, maxDelayMs * MIN_WAIT_SHARE);
    };
    const first = this.#items.findIndex(({ kind }) => kind === 'packet');
    if (!isLate(this.#items[first])) return;
    const newest = this.#items.findLastIndex((item) => item.kind === 'packet' && item.isKeyframe);
    const keyframe = this.#items[newest];
    if (newest === first || keyframe?.kind !== 'packet' || isLate(keyframe)) {
      this.#dropBefore(this.#items.length);
      this.#isWaitingForKeyframe = true;
      return;
    }
    const bytes = withPacketFlags(keyframe.bytes, { discontinuity: true });
    this.#items[newest] = { ...keyframe, bytes };
    this.#dropBefore(newest);
    this.#hasDropped = false;
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

  /** Drops and counts the packets before a place in the queue, and the formats that only they need. */
  #dropBefore(end: number): void {
    const lastFormat = this.#items.findLastIndex(
      (item, at) => at < end && item.kind === 'text' && item.type === 'format',
    );
    const dropped = this.#items.filter((item, at) => item.kind === 'packet' && at < end);
    this.#items = this.#items.filter(
      (item, at) => at >= end || (item.kind === 'text' && (item.type !== 'format' || at === lastFormat)),
    );
    this.#dropped += dropped.length;
    this.#packets -= dropped.length;
    this.#bytes -= dropped.reduce((sum, item) => sum + (item.kind === 'packet' ? item.bytes.byteLength : 0), 0);
    this.#skips++;
    this.#hasDropped = true;
  }
}
