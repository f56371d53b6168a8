import type { WebSocket } from 'ws';
import { checkControls, type Controls } from '../core/controls.js';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import { STREAM_NAME } from '../core/stream-name.js';
import { wallClock } from '../core/time.js';
import { GopCache } from './gop-cache.js';
import { ImageFeed } from './image-feed.js';
import { KeyframeRequester } from './keyframe-requester.js';
import type { GeneratorChange, GeneratorChoice, LiveStream } from './live-stream.js';
import { EMPTY_PIPELINE_STATS } from './pipeline-stats.js';
import type { PipelineStats } from './pipeline-stats.js';
import { CLOSE_CODES, PROTOCOL_VERSION, serializePacket } from './protocol.js';
import type { ServerMessage, StreamState, StreamStats } from './protocol.js';
import { Throttle } from './throttle.js';
import { ViewerLog } from './viewer-log.js';
import { ViewerSession } from './viewer-session.js';
import type { ViewerQueueOptions } from './viewer-queue.js';

/** Options of a {@link StreamHub}. */
export interface StreamHubOptions {
  /** 1 to 64 letters, digits, dots, dashes and underscores; part of the stream's address. */
  readonly name: string;
  /** Initial controls; a viewer's reset returns to them. */
  readonly controls: Controls;
  /** Called after changes of controls, which are checked and merged into `controls`, with all since the last call. Passes them to the worker. */
  readonly onControls: (change: Partial<Controls>) => void;
  /** Its generator, and what changes it; default: it cannot be changed. */
  readonly generator?: {
    readonly choice: () => GeneratorChoice;
    readonly change: (change: Partial<GeneratorChange>) => Promise<void>;
  };
  /** Called when a viewer needs a keyframe, at most twice a second. Passes the request to the encoder. */
  readonly onKeyframeRequest: () => void;
  /** Called with the number of watchers when it changes: viewers, and whoever reads images. */
  readonly onWatchers?: (count: number) => void;
  /** Called with the JPEG images a second that are asked for, when they change; default: there are no images. */
  readonly onImageDemand?: (perSecond: number) => void;
  /** Maximum number of viewers at a time. */
  readonly maxViewers: number;
  /** Bounds of each viewer's queue. */
  readonly viewerQueue?: Omit<ViewerQueueOptions, 'maxDelayMs'>;
  /** Delay beyond which a slow viewer skips to a keyframe, milliseconds; default 1500. See {@link VIEWER_DELAY_MS}. */
  readonly viewerDelayMs?: number;
  readonly logger?: Logger;
}

/** What {@link StreamHub.configure} changes. */
export type HubChange = Pick<StreamHubOptions, 'controls' | 'maxViewers'> & { readonly viewerDelayMs?: number };

/** Options of {@link StreamHub.join}. */
export interface JoinOptions {
  readonly canControl: boolean;
  /** This viewer could change controls with the control token; default false. */
  readonly needsControlToken?: boolean;
  /** False for one that gets messages, but no packets; default true. */
  readonly hasVideo?: boolean;
  /** Names of all streams, for the viewer's list. */
  readonly streams: readonly string[];
}

/** About four seconds at 30 frames a second: memory's bound. Age drops packets sooner. */
const VIEWER_QUEUE = { maxPackets: 120, maxBytes: 8 << 20 };
/**
 * Default delay beyond which a slow viewer skips to a keyframe, milliseconds. Only a packet that is too large for the viewer's connection
 * exceeds it: a keyframe of 200 kB takes 2 s at 100 kB/s.
 */
const VIEWER_DELAY_MS = 1500;
/** Minimum time between two announcements of changed controls, milliseconds: each is a message to every viewer and the worker. */
const CONTROLS_INTERVAL_MS = 30;

/** Fan-out hub of one live stream, in the main process: its format, state, controls and last GOP, and its viewers. */
export class StreamHub implements LiveStream {
  readonly name: string;
  /** Its frames as JPEG. */
  readonly images: ImageFeed;
  #options: StreamHubOptions;
  readonly #logger: Logger;
  readonly #log: ViewerLog;
  readonly #viewers = new Set<ViewerSession>();
  #queueOptions: ViewerQueueOptions;
  readonly #cache: GopCache;
  readonly #keyframes: KeyframeRequester;
  readonly #announcements = new Throttle(CONTROLS_INTERVAL_MS, () => this.#announceControls());
  #controls: Controls;
  /** Changes that are not announced yet. */
  #changes: Partial<Controls> = {};
  #format: VideoFormat | undefined;
  #state: StreamState = 'starting';
  #message = '';
  #stats = EMPTY_PIPELINE_STATS;
  #sequence = 0;
  /** Packets dropped for viewers that have left, and their skips. */
  #pastDrops = 0;
  #pastSkips = 0;

  /** Throws RangeError for a name that does not fit an address. */
  constructor(options: StreamHubOptions) {
    if (!STREAM_NAME.test(options.name)) {
      throw new RangeError(`a stream's name must match ${STREAM_NAME.source}, got ${JSON.stringify(options.name)}`);
    }
    this.name = options.name;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#log = new ViewerLog({ stream: this.name, logger: this.#logger, viewers: () => this.viewerCount });
    this.#controls = options.controls;
    const maxDelayMs = options.viewerDelayMs ?? VIEWER_DELAY_MS;
    this.#queueOptions = { ...(options.viewerQueue ?? VIEWER_QUEUE), maxDelayMs };
    this.#cache = new GopCache(this.#queueOptions); // the same bounds: a whole GOP fits a joining viewer's queue
    this.images = new ImageFeed((perSecond) => {
      options.onImageDemand?.(perSecond);
      options.onWatchers?.(this.watcherCount);
    });
    this.#keyframes = new KeyframeRequester(options.onKeyframeRequest);
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** Viewers, and one more while somebody asks for images. */
  get watcherCount(): number {
    return this.#viewers.size + Math.sign(this.images.demand);
  }

  /** Changes its limits, for viewers that join from now on, and the controls to which a reset returns. */
  configure({ controls, maxViewers, viewerDelayMs }: HubChange): void {
    this.#options = { ...this.#options, controls, maxViewers };
    this.#queueOptions = { ...this.#queueOptions, maxDelayMs: viewerDelayMs ?? VIEWER_DELAY_MS };
  }

  /** Forgets the packets that a joining viewer would get: others follow. */
  clearBacklog(): void {
    this.#cache.clear();
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
    const viewers = [...this.#viewers];
    const viewerSkips = viewers.reduce((sum, viewer) => sum + viewer.skips, this.#pastSkips);
    const slowViewers = viewers.filter((viewer) => viewer.isSlow).length;
    const drops = { viewerDrops: this.viewerDrops, viewerSkips, imagesDropped: this.images.dropped, yourDrops: 0 };
    return { ...this.#stats, viewers: viewers.length, slowViewers, ...drops };
  }

  /** Sends a packet to every viewer. Copies the packet's bytes. */
  publish(packet: Packet): void {
    const encoded = { bytes: serializePacket(packet, this.#sequence++), isKeyframe: packet.isKeyframe };
    if (packet.isKeyframe) this.#keyframes.onKeyframe();
    this.#cache.push(encoded);
    for (const viewer of this.#viewers) viewer.sendPacket(encoded);
    this.#requestKeyframes();
    this.#log.drop(this.viewerDrops);
  }

  /** Sets the format of the packets that follow; the next one must be a keyframe. */
  setFormat(format: VideoFormat): void {
    this.#format = format;
    this.#cache.clear();
    this.#broadcast({ type: 'format', format });
  }

  /** Sets the state and reports it to viewers. `ended` and `failed` close every viewer once its queue is sent, and every reader of images. */
  setState(state: StreamState, message: string): void {
    this.#state = state;
    this.#message = message;
    this.#broadcast({ type: 'state', state, message });
    if (!this.isOver) return;
    for (const viewer of this.#viewers) viewer.end(CLOSE_CODES.ENDED, `stream ${state}`);
    this.images.closeReaders();
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
    this.#changes = { ...this.#changes, ...checked };
    this.#announcements.request();
  }

  get generator(): GeneratorChoice | undefined {
    return this.#options.generator?.choice();
  }

  async changeGenerator(change: Partial<GeneratorChange>): Promise<void> {
    const { generator } = this.#options;
    if (!generator) throw new TypeError('the stream must be one whose generator can change');
    await generator.change(change);
  }

  /** Requests a keyframe from the encoder, at most twice a second. */
  requestKeyframe(): void {
    this.#keyframes.request();
  }

  /** Adds a viewer and sends it hello, state, format and the GOP so far. Takes the socket. Check `isFull` first. */
  join(socket: WebSocket, { canControl, needsControlToken = false, hasVideo = true, streams }: JoinOptions): void {
    const viewer = new ViewerSession({
      socket,
      canControl,
      hasVideo,
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
    if (hasVideo) viewer.sendBacklog(this.#cache.packets);
    if (this.isOver) viewer.end(CLOSE_CODES.ENDED, `stream ${this.#state}`);
    else if (viewer.isWaitingForKeyframe) this.#keyframes.request();
    this.#log.join();
    this.#options.onWatchers?.(this.watcherCount);
  }

  /** Pings every viewer; cuts off those that have given no sign of life for several calls. */
  checkAlive(): void {
    for (const viewer of this.#viewers) viewer.checkAlive();
  }

  /** Cuts off the viewer that has been silent longest, to make room for another. Returns false when all give signs of life. */
  evictSilentViewer(): boolean {
    const [silent] = [...this.#viewers].filter(({ silence }) => silence > 0).sort((a, b) => b.silence - a.silence);
    if (!silent) return false;
    silent.terminate();
    this.#leave(silent);
    return true;
  }

  /** Closes every viewer and reader of images at once, except viewers that still receive the end of a stream that is over. */
  closeViewers(code: number, reason: string): void {
    for (const viewer of this.#viewers) if (!viewer.isEnding) viewer.close(code, reason);
    this.images.closeReaders();
  }

  /** Cuts every connection that is left. */
  terminateViewers(): void {
    for (const viewer of this.#viewers) viewer.terminate();
    this.#keyframes[Symbol.dispose]();
  }

  /** True when it has ended or failed. */
  get isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'failed';
  }

  /** Requests a keyframe for viewers that have joined without one, and for slow ones that it would reach without delay. */
  #requestKeyframes(): void {
    for (const viewer of this.#viewers) {
      if (!viewer.isWaitingForKeyframe) continue;
      if (viewer.skips === 0) this.#keyframes.request();
      else if (viewer.canTakeKeyframe) this.#keyframes.requestForSlow();
    }
  }

  #leave(viewer: ViewerSession): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#pastDrops += viewer.dropped;
    this.#pastSkips += viewer.skips;
    this.#log.leave(viewer.dropped);
    this.#options.onWatchers?.(this.watcherCount);
  }

  /** Reports the newest controls to every viewer, and the changes to the worker. */
  #announceControls(): void {
    const changes = this.#changes;
    this.#changes = {};
    this.#broadcast({ type: 'controls', controls: this.#controls });
    this.#options.onControls(changes);
  }

  #broadcast(message: ServerMessage): void {
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers) viewer.sendText(message.type, text);
  }
}
