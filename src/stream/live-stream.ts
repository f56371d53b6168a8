import type { WebSocket } from 'ws';
import type { Controls } from '../core/controls.js';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import { wallClock } from '../core/time.js';
import { GopCache } from './gop-cache.js';
import { KeyframeRequests } from './keyframe-requests.js';
import { CLOSE_CODES, PROTOCOL_VERSION, encodePacket } from './protocol.js';
import type { ServerMessage, StreamState, StreamStats } from './protocol.js';
import { NO_FIGURES } from './stream-figures.js';
import type { StreamFigures } from './stream-figures.js';
import { ViewerSession } from './viewer-session.js';
import type { ViewerQueueOptions } from './viewer-queue.js';

/** What a {@link LiveStream} is made from. */
export interface LiveStreamOptions {
  /** 1 to 64 letters, digits, dots, dashes and underscores; part of its address. */
  readonly name: string;
  /** What the stream starts with; viewers reset their dials to it. */
  readonly controls: Controls;
  /** A viewer or the API changed controls; checked and already in `controls`. To be passed to the worker. */
  readonly onControls: (change: Partial<Controls>) => void;
  /** Somebody needs a keyframe; at most twice a second. To be passed to the encoder. */
  readonly onKeyframeRequest: () => void;
  /** Most viewers at a time. */
  readonly maxViewers: number;
  /** Bounds of each viewer's queue. */
  readonly viewerQueue?: ViewerQueueOptions;
  readonly logger?: Logger;
}

/** How a viewer comes in. */
export interface JoinOptions {
  readonly canControl: boolean;
  /** Names of all streams, for the viewer's list. */
  readonly streams: readonly string[];
}

/** About four seconds at 30 frames a second: later than that a keyframe serves a viewer better. */
const VIEWER_QUEUE: ViewerQueueOptions = { maxPackets: 120, maxBytes: 8 << 20 };
/** Drops are logged at most so often, milliseconds. */
const DROP_LOG_MS = 1000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** The main thread's record of one stream: its format, state and controls, its last GOP and its viewers. */
export class LiveStream {
  readonly name: string;
  readonly #options: LiveStreamOptions;
  readonly #logger: Logger;
  readonly #viewers = new Set<ViewerSession>();
  readonly #queueOptions: ViewerQueueOptions;
  readonly #cache: GopCache;
  readonly #keyframes: KeyframeRequests;
  #controls: Controls;
  #format: VideoFormat | undefined;
  #state: StreamState = 'starting';
  #message = '';
  #figures = NO_FIGURES;
  #sequence = 0;
  /** Packets dropped for viewers that have left. */
  #pastDrops = 0;
  #loggedDrops = 0;
  #lastDropLogMs = 0;

  constructor(init: LiveStreamOptions) {
    if (!NAME.test(init.name)) {
      throw new RangeError(`a stream's name must match ${NAME.source}, got ${JSON.stringify(init.name)}`);
    }
    this.name = init.name;
    this.#options = init;
    this.#logger = init.logger ?? silentLogger;
    this.#controls = init.controls;
    this.#queueOptions = init.viewerQueue ?? VIEWER_QUEUE;
    this.#cache = new GopCache(this.#queueOptions); // the same bounds: a whole GOP fits a joining viewer's queue
    this.#keyframes = new KeyframeRequests(() => init.onKeyframeRequest());
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** True when no more viewers may join. */
  get isFull(): boolean {
    return this.#viewers.size >= this.#options.maxViewers;
  }

  /** True when a viewer cannot go on without a keyframe. */
  get waitingForKeyframe(): boolean {
    return [...this.#viewers].some((viewer) => viewer.isWaitingForKeyframe);
  }

  get controls(): Controls {
    return this.#controls;
  }

  get format(): VideoFormat | undefined {
    return this.#format;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** A sentence for people about the state; may be empty. */
  get message(): string {
    return this.#message;
  }

  /** Packets dropped because viewers were slow, over all viewers, ever. */
  get viewerDrops(): number {
    return [...this.#viewers].reduce((sum, viewer) => sum + viewer.dropped, this.#pastDrops);
  }

  /** The figures of now, those of viewers included. */
  get stats(): StreamStats {
    return { ...this.#figures, viewers: this.viewerCount, viewerDrops: this.viewerDrops, yourDrops: 0 };
  }

  /** Sends a packet to every viewer. Copies: the caller may go on with its bytes. */
  publish(packet: Packet): void {
    const encoded = { bytes: encodePacket(packet, this.#sequence++), isKeyframe: packet.isKeyframe };
    if (packet.isKeyframe) this.#keyframes.satisfied();
    this.#cache.push(encoded);
    for (const viewer of this.#viewers) viewer.sendPacket(encoded);
    if (this.waitingForKeyframe) this.#keyframes.request();
    this.#logDrops();
  }

  /** The next packet is a keyframe of this format. */
  setFormat(format: VideoFormat): void {
    this.#format = format;
    this.#cache.clear();
    this.#broadcast({ type: 'format', format });
  }

  /** Tells viewers; after `ended` and `failed` they are sent away, with what waits for them sent first. */
  setState(state: StreamState, message: string): void {
    this.#state = state;
    this.#message = message;
    this.#broadcast({ type: 'state', state, message });
    if (this.#isOver) for (const viewer of this.#viewers) viewer.end(CLOSE_CODES.ENDED, `stream ${state}`);
  }

  /** Takes the worker's figures; viewers hear of them within a second. */
  setStats(figures: StreamFigures): void {
    this.#figures = figures;
  }

  /** Tells every viewer the figures; the server calls it once a second, so that a silent connection is a dead one. */
  sendStats(): void {
    const { stats } = this;
    const serverTime = wallClock();
    for (const viewer of this.#viewers) {
      viewer.sendMessage({ type: 'stats', stats: { ...stats, yourDrops: viewer.dropped }, serverTime });
    }
  }

  /** Takes controls that were changed elsewhere and tells viewers. */
  setControls(controls: Controls): void {
    this.#controls = controls;
    this.#broadcast({ type: 'controls', controls });
  }

  /** Changes some controls for everybody; the change is already checked. */
  changeControls(change: Partial<Controls>): void {
    this.setControls({ ...this.#controls, ...change });
    this.#options.onControls(change);
  }

  /** Asks the encoder for a keyframe, not too often. */
  requestKeyframe(): void {
    this.#keyframes.request();
  }

  /** Lets a viewer in: it gets hello, state, format and the GOP so far. Takes the socket. Check `isFull` first. */
  join(socket: WebSocket, { canControl, streams }: JoinOptions): void {
    const viewer = new ViewerSession({
      socket,
      canControl,
      queue: this.#queueOptions,
      onControls: (change) => this.changeControls(change),
      onKeyframeRequest: () => this.requestKeyframe(),
      onClose: () => this.#leave(viewer),
      logger: this.#logger,
    });
    const { name: stream, controls } = this;
    const initialControls = this.#options.controls;
    this.#viewers.add(viewer);
    const hello = { stream, streams, controls, initialControls, canControl };
    viewer.sendMessage({ type: 'hello', version: PROTOCOL_VERSION, ...hello });
    viewer.sendMessage({ type: 'state', state: this.#state, message: this.#message });
    if (this.#format) viewer.sendMessage({ type: 'format', format: this.#format });
    viewer.sendBacklog(this.#cache.packets);
    if (this.#isOver) viewer.end(CLOSE_CODES.ENDED, `stream ${this.#state}`);
    else if (viewer.isWaitingForKeyframe) this.#keyframes.request();
    this.#logger.info({ stream, viewers: this.viewerCount }, 'A viewer joined.');
  }

  /** Pings every viewer and cuts off those that did not answer the last time. */
  checkAlive(): void {
    for (const viewer of this.#viewers) viewer.checkAlive();
  }

  /** Sends every viewer away at once, but for those that are getting the end of a stream that is over. */
  closeViewers(code: number, reason: string): void {
    for (const viewer of this.#viewers) if (!viewer.isEnding) viewer.close(code, reason);
  }

  /** Cuts every connection that is left. */
  terminateViewers(): void {
    for (const viewer of this.#viewers) viewer.terminate();
    this.#keyframes[Symbol.dispose]();
  }

  get #isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'failed';
  }

  #leave(viewer: ViewerSession): void {
    this.#viewers.delete(viewer);
    this.#pastDrops += viewer.dropped;
    this.#logger.info({ stream: this.name, viewers: this.viewerCount, drops: viewer.dropped }, 'A viewer left.');
  }

  #broadcast(message: ServerMessage): void {
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers) viewer.sendText(message.type, text);
  }

  #logDrops(): void {
    const drops = this.viewerDrops;
    const nowMs = performance.now();
    if (drops === this.#loggedDrops || nowMs - this.#lastDropLogMs < DROP_LOG_MS) return;
    this.#logger.warn(
      { stream: this.name, packets: drops - this.#loggedDrops },
      'Packets were dropped for slow viewers.',
    );
    this.#loggedDrops = drops;
    this.#lastDropLogMs = nowMs;
  }
}
