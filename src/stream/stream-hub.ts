import type { WebSocket } from 'ws';
import { checkControls, type Controls } from '../core/controls.js';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import { wallClock } from '../core/time.js';
import { GopCache } from './gop-cache.js';
import { KeyframeRequester } from './keyframe-requester.js';
import type { LiveStream, StreamDirectory } from './live-stream.js';
import { EMPTY_PIPELINE_STATS } from './pipeline-stats.js';
import type { PipelineStats } from './pipeline-stats.js';
import { CLOSE_CODES, PROTOCOL_VERSION, serializePacket } from './protocol.js';
import type { ServerMessage, StreamState, StreamStats } from './protocol.js';
import { ViewerSession } from './viewer-session.js';
import type { ViewerQueueOptions } from './viewer-queue.js';

/** Options of a {@link StreamHub}. */
export interface StreamHubOptions {
  /** 1 to 64 letters, digits, dots, dashes and underscores; part of the stream's address. */
  readonly name: string;
  /** Initial controls; a viewer's reset returns to them. */
  readonly controls: Controls;
  /** Called with each change of controls, after it is checked and merged into `controls`. Passes it to the worker. */
  readonly onControls: (change: Partial<Controls>) => void;
  /** Called when a viewer needs a keyframe, at most twice a second. Passes the request to the encoder. */
  readonly onKeyframeRequest: () => void;
  /** Maximum number of viewers at a time. */
  readonly maxViewers: number;
  /** Bounds of each viewer's queue. */
  readonly viewerQueue?: ViewerQueueOptions;
  readonly logger?: Logger;
}

/** Options of {@link StreamHub.join}. */
export interface JoinOptions {
  readonly canControl: boolean;
  /** This viewer could change controls with the control token; default false. */
  readonly needsControlToken?: boolean;
  /** Names of all streams, for the viewer's list. */
  readonly streams: readonly string[];
}

/** About four seconds at 30 frames a second. A viewer that is later than that recovers sooner at a keyframe. */
const VIEWER_QUEUE: ViewerQueueOptions = { maxPackets: 120, maxBytes: 8 << 20 };
/** Minimum time between two log lines about drops, milliseconds. */
const DROP_LOG_INTERVAL_MS = 1000;
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Fan-out hub of one live stream, in the main process: its format, state, controls and last GOP, and its viewers. */
export class StreamHub implements LiveStream {
  readonly name: string;
  readonly #options: StreamHubOptions;
  readonly #logger: Logger;
  readonly #viewers = new Set<ViewerSession>();
  readonly #queueOptions: ViewerQueueOptions;
  readonly #cache: GopCache;
  readonly #keyframes: KeyframeRequester;
  #controls: Controls;
  #format: VideoFormat | undefined;
  #state: StreamState = 'starting';
  #message = '';
  #stats = EMPTY_PIPELINE_STATS;
  #sequence = 0;
  /** Packets dropped for viewers that have left. */
  #pastDrops = 0;
  #loggedDrops = 0;
  #lastDropLogMs = 0;

  /** Throws RangeError for a name that does not fit an address. */
  constructor(options: StreamHubOptions) {
    if (!NAME_PATTERN.test(options.name)) {
      throw new RangeError(`a stream's name must match ${NAME_PATTERN.source}, got ${JSON.stringify(options.name)}`);
    }
    this.name = options.name;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#controls = options.controls;
    this.#queueOptions = options.viewerQueue ?? VIEWER_QUEUE;
    this.#cache = new GopCache(this.#queueOptions); // the same bounds: a whole GOP fits a joining viewer's queue
    this.#keyframes = new KeyframeRequester(() => options.onKeyframeRequest());
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** True when no more viewers may join. */
  get isFull(): boolean {
    return this.#viewers.size >= this.#options.maxViewers;
  }

  /** True when a viewer cannot continue without a keyframe. */
  get isWaitingForKeyframe(): boolean {
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

  get message(): string {
    return this.#message;
  }

  /** Packets dropped for slow viewers since the start, summed over all viewers. */
  get viewerDrops(): number {
    return [...this.#viewers].reduce((sum, viewer) => sum + viewer.dropped, this.#pastDrops);
  }

  get stats(): StreamStats {
    return { ...this.#stats, viewers: this.viewerCount, viewerDrops: this.viewerDrops, yourDrops: 0 };
  }

  /** Sends a packet to every viewer. Copies the packet's bytes. */
  publish(packet: Packet): void {
    const encoded = { bytes: serializePacket(packet, this.#sequence++), isKeyframe: packet.isKeyframe };
    if (packet.isKeyframe) this.#keyframes.onKeyframe();
    this.#cache.push(encoded);
    for (const viewer of this.#viewers) viewer.sendPacket(encoded);
    if (this.isWaitingForKeyframe) this.#keyframes.request();
    this.#logDrops();
  }

  /** Sets the format of the packets that follow; the next one must be a keyframe. */
  setFormat(format: VideoFormat): void {
    this.#format = format;
    this.#cache.clear();
    this.#broadcast({ type: 'format', format });
  }

  /** Sets the state and reports it to viewers. `ended` and `failed` close every viewer once its queue is sent. */
  setState(state: StreamState, message: string): void {
    this.#state = state;
    this.#message = message;
    this.#broadcast({ type: 'state', state, message });
    if (this.#isOver) for (const viewer of this.#viewers) viewer.end(CLOSE_CODES.ENDED, `stream ${state}`);
  }

  /** Sets the worker's statistics; {@link sendStats} sends them. */
  setStats(stats: PipelineStats): void {
    this.#stats = stats;
  }

  /** Sends the statistics to every viewer. The server calls it once a second, so that silence means a dead connection. */
  sendStats(): void {
    const { stats } = this;
    const serverTime = wallClock();
    for (const viewer of this.#viewers) {
      viewer.sendMessage({ type: 'stats', stats: { ...stats, yourDrops: viewer.dropped }, serverTime });
    }
  }

  setControls(change: Partial<Controls>): void {
    const checked = checkControls(change);
    this.#controls = { ...this.#controls, ...checked };
    this.#broadcast({ type: 'controls', controls: this.#controls });
    this.#options.onControls(checked);
  }

  /** Requests a keyframe from the encoder, at most twice a second. */
  requestKeyframe(): void {
    this.#keyframes.request();
  }

  /** Adds a viewer and sends it hello, state, format and the GOP so far. Takes the socket. Check `isFull` first. */
  join(socket: WebSocket, { canControl, needsControlToken = false, streams }: JoinOptions): void {
    const viewer = new ViewerSession({
      socket,
      canControl,
      queue: this.#queueOptions,
      onControls: (change) => this.setControls(change),
      onKeyframeRequest: () => this.requestKeyframe(),
      onClose: () => this.#leave(viewer),
      logger: this.#logger,
    });
    const { name: stream, controls } = this;
    const initialControls = this.#options.controls;
    this.#viewers.add(viewer);
    const hello = { stream, streams, controls, initialControls, canControl, needsControlToken };
    viewer.sendMessage({ type: 'hello', version: PROTOCOL_VERSION, ...hello });
    viewer.sendMessage({ type: 'state', state: this.#state, message: this.#message });
    if (this.#format) viewer.sendMessage({ type: 'format', format: this.#format });
    viewer.sendBacklog(this.#cache.packets);
    if (this.#isOver) viewer.end(CLOSE_CODES.ENDED, `stream ${this.#state}`);
    else if (viewer.isWaitingForKeyframe) this.#keyframes.request();
    this.#logger.info({ stream, viewers: this.viewerCount }, 'A viewer joined.');
  }

  /** Pings every viewer; cuts off those that did not answer the last ping. */
  checkAlive(): void {
    for (const viewer of this.#viewers) viewer.checkAlive();
  }

  /** Closes every viewer at once, except those that still receive the end of a stream that is over. */
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
    if (drops === this.#loggedDrops || nowMs - this.#lastDropLogMs < DROP_LOG_INTERVAL_MS) return;
    this.#logger.warn({ stream: this.name, packets: drops - this.#loggedDrops }, 'Dropped packets for slow viewers.');
    this.#loggedDrops = drops;
    this.#lastDropLogMs = nowMs;
  }
}

/** The hubs of a server's streams, by name. */
export type HubDirectory = StreamDirectory<StreamHub>;

/** The hubs behind public streams. Its calls throw TypeError for an object that is not a stream of this package. */
export function hubsOf(streams: StreamDirectory): HubDirectory {
  return {
    get: (name) => {
      const stream = streams.get(name);
      return stream && hubOf(stream);
    },
    values: () => [...streams.values()].map(hubOf),
  };
}

function hubOf(stream: LiveStream): StreamHub {
  if (stream instanceof StreamHub) return stream;
  throw new TypeError(`streams must map each name to a stream's \`live\`, got an object of another kind`);
}
