import { RateMeter, Percentiles } from '../src/core/stats.js';
import { micros, wallClock, type Micros } from '../src/core/time.js';
import { parsePacket, PROTOCOL_VERSION, type ClientMessage, type ServerMessage } from '../src/stream/protocol.js';
import { ByteRate } from './byte-rate.js';
import { ClockOffset } from './clock-offset.js';
import { CanvasRenderer } from './canvas-renderer.js';
import { StatusTracker } from './status-tracker.js';
import type { FrameTimes } from './frame-times.js';
import type { CreatePlayer, VideoPlayer } from './video-player.js';
import { ViewerSocket } from './viewer-socket.js';
import type { WorkerMessage, ViewerStats } from './worker-messages.js';

/** Pings right after connecting, and their interval, milliseconds: enough for a first estimate of the clock offset. */
const FIRST_PINGS = 5;
const FIRST_PING_INTERVAL_MS = 100;
/** Interval of later pings, milliseconds. */
const PING_INTERVAL_MS = 2000;
/** Frames in the latency statistics: 4 s at 30 frames/s. */
const LATENCY_WINDOW_FRAMES = 120;
/** Time that a hidden page continues to decode, milliseconds: a short switch to another tab costs no keyframe. */
const HIDDEN_DECODE_MS = 5000;
/** Interval at which the page gets this viewer's statistics, milliseconds. */
const STATS_INTERVAL_MS = 250;

/** Plays one stream: socket, clock offset, player, canvas, and their statistics. Runs in the worker, or on the page with a player that needs it. */
export class PlaybackSession {
  readonly renderer: CanvasRenderer;
  readonly #post: (message: WorkerMessage) => void;
  readonly #socket: ViewerSocket;
  readonly #player: VideoPlayer;
  readonly #status: StatusTracker;
  readonly #clock = new ClockOffset();
  readonly #drawRate = new RateMeter(2000);
  readonly #byteRate = new ByteRate();
  #latency = new Percentiles(LATENCY_WINDOW_FRAMES);
  #url: string | undefined;
  #codec = '';
  #serverDrops = 0;
  #packetsReceived = 0;
  #pings = 0;
  readonly #statsTimer: ReturnType<typeof setInterval>;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the canvas. Posts status, controls and statistics to the page. */
  constructor(
    canvas: OffscreenCanvas | HTMLCanvasElement,
    createPlayer: CreatePlayer,
    post: (message: WorkerMessage) => void,
  ) {
    this.#post = post;
    this.#status = new StatusTracker((status) => post({ type: 'status', status }));
    this.renderer = new CanvasRenderer(canvas, (times, drawnAt) => this.#onFrameDrawn(times, drawnAt));
    this.#player = createPlayer(this.renderer, {
      onKeyframeNeeded: () => this.send({ type: 'keyframe' }),
      onUnsupported: (codec) => this.#stop({ kind: 'unsupported-codec', codec }),
      onGestureNeeded: () => this.#status.onGestureNeeded(),
      onBytes: (bytes) => this.#byteRate.add(bytes, performance.now()),
    });
    this.#socket = new ViewerSocket({
      onOpen: () => this.#onOpen(),
      onMessage: (message) => this.#onMessage(message),
      onPacket: (buffer) => this.#onPacket(buffer),
      onClose: (reason, attempt, retryMs) => {
        clearTimeout(this.#pingTimer);
        this.#player.reset(undefined);
        this.#status.onClosed(reason, attempt, retryMs === undefined ? undefined : Date.now() + retryMs);
      },
    });
    this.#statsTimer = setInterval(() => post({ type: 'stats', stats: this.stats() }), STATS_INTERVAL_MS);
  }

  /** Closes the current stream and opens this one. */
  connect(url: string): void {
    this.#status.set({ kind: 'connecting' });
    this.#url = url;
    this.#player.reset(url);
    this.#socket.connect(url);
  }

  retry(): void {
    this.#socket.retryNow();
  }

  send(message: ClientMessage): void {
    this.#socket.send(message);
  }

  /** Ends what cannot go on with this page: another session takes its place. */
  close(): void {
    clearInterval(this.#statsTimer);
    clearTimeout(this.#hiddenTimer);
    clearTimeout(this.#pingTimer);
    this.#socket.close();
    this.#player.reset(undefined);
    this.#player.close();
  }

  setVisible(isVisible: boolean): void {
    clearTimeout(this.#hiddenTimer);
    if (isVisible) this.#player.resume();
    else this.#hiddenTimer = setTimeout(() => this.#player.pause(), HIDDEN_DECODE_MS);
  }

  stats(): ViewerStats {
    const player = this.#player.counts;
    const { offset, roundTrip } = this.#clock;
    return {
      framesDecoded: player.framesDecoded,
      framesDrawn: this.renderer.framesDrawn,
      framesReplaced: this.renderer.framesReplaced,
      drops: player.drops,
      skippedHidden: player.skipped,
      serverDrops: this.#serverDrops,
      decoderErrors: player.errors,
      connections: this.#socket.connections,
      keyframeRequests: player.keyframeRequests,
      packetsReceived: this.#packetsReceived,
      bytesReceived: this.#byteRate.total,
      framesPerSecond: this.#drawRate.perSecond(),
      bytesPerSecond: this.#byteRate.perSecond(performance.now()),
      decoderQueue: this.#player.queueSize,
      latencyMs: this.#latency.quantile(0.5),
      latencyP95Ms: this.#latency.quantile(0.95),
      roundTripMs: roundTrip === undefined ? Number.NaN : roundTrip / 1e3,
      clockOffsetMs: offset === undefined ? Number.NaN : offset / 1e3,
      ...this.renderer.size,
      codec: this.#codec,
    };
  }

  #onOpen(): void {
    this.#player.reset(this.#url);
    this.#clock.reset();
    this.#latency = new Percentiles(LATENCY_WINDOW_FRAMES);
    this.#pings = 0;
    this.#ping();
  }

  #onMessage(message: ServerMessage): void {
    this.#byteRate.add(0, performance.now());
    switch (message.type) {
      case 'hello':
        if (message.version !== PROTOCOL_VERSION) {
          this.#stop({ kind: 'version-mismatch', got: message.version });
          return;
        }
        this.#status.onConnected();
        this.#post({ type: 'hello', hello: message });
        break;
      case 'format':
        this.#codec = message.format.codec;
        this.renderer.sampleAspect = message.format.sampleAspect;
        this.#player.configure(message.format);
        this.#post({ type: 'format', format: message.format });
        break;
      case 'controls':
        this.#post({ type: 'controls', controls: message.controls });
        break;
      case 'stats':
        this.#serverDrops = message.stats.yourDrops;
        this.#post({ type: 'server-stats', stats: message.stats });
        break;
      case 'state':
        this.#status.onStreamState(message.state, message.message);
        break;
      case 'pong':
        this.#clock.add(micros(message.clientTime), micros(message.serverTime), wallClock());
        break;
      case 'error':
        this.#post({ type: 'server-error', message: message.message });
        break;
    }
  }

  #onPacket(buffer: ArrayBuffer): void {
    this.#packetsReceived++;
    this.#byteRate.add(buffer.byteLength, performance.now());
    const version = new Uint8Array(buffer)[0] ?? 0;
    if (version === PROTOCOL_VERSION) this.#player.decode(parsePacket(buffer));
    else this.#stop({ kind: 'version-mismatch', got: version });
  }

  #onFrameDrawn(times: FrameTimes, drawnAt: Micros): void {
    this.#drawRate.mark();
    const { offset } = this.#clock;
    if (offset !== undefined && !times.isBacklog) this.#latency.add((drawnAt + offset - times.capturedAt) / 1e3);
    this.#status.onFrameDrawn();
  }

  #ping(): void {
    this.send({ type: 'ping', clientTime: wallClock() });
    const delayMs = ++this.#pings < FIRST_PINGS ? FIRST_PING_INTERVAL_MS : PING_INTERVAL_MS;
    this.#pingTimer = setTimeout(() => this.#ping(), delayMs);
  }

  /** Disconnects without a retry: the user must act. */
  #stop(status: Parameters<StatusTracker['set']>[0]): void {
    clearTimeout(this.#pingTimer);
    this.#socket.close();
    this.#player.reset(undefined);
    this.#status.set(status);
  }
}
