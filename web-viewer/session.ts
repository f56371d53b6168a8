import { RateMeter, Percentiles } from '../src/core/stats.js';
import { micros, wallClock, type Micros } from '../src/core/time.js';
import { decodePacket, PROTOCOL_VERSION, type ClientMessage, type ServerMessage } from '../src/stream/protocol.js';
import { ByteRate } from './byte-rate.js';
import { ClockOffset } from './clock-offset.js';
import { Painter } from './painter.js';
import { FrameDecoder, type FrameTimes } from './frame-decoder.js';
import { StatusTrack } from './status-track.js';
import { ViewerSocket } from './viewer-socket.js';
import type { FromWorker, ViewerStats } from './worker-messages.js';

/** Pings of a new connection, and the pause between them, milliseconds: enough for a first estimate of the clocks. */
const FIRST_PINGS = 5;
const FIRST_PING_PAUSE_MS = 100;
/** Pause between later pings, milliseconds. */
const PING_PAUSE_MS = 2000;
/** Pictures over which latency is taken: 4 s at 30 frames a second. */
const LATENCY_WINDOW = 120;
/** A hidden page decodes for this long, milliseconds (a short look elsewhere costs no wait), then no more. */
const HIDDEN_DECODE_MS = 5000;
/** How often the page is told this viewer's figures, milliseconds. */
const STATS_PAUSE_MS = 250;

/** One viewer of one stream: socket, clocks, decoder and canvas, and their figures. Lives in the worker. */
export class Session {
  readonly painter: Painter;
  readonly #post: (message: FromWorker) => void;
  readonly #socket: ViewerSocket;
  readonly #decoder: FrameDecoder;
  readonly #status: StatusTrack;
  readonly #clock = new ClockOffset();
  readonly #drawn = new RateMeter(2000);
  readonly #bytes = new ByteRate();
  #latency = new Percentiles(LATENCY_WINDOW);
  #codec = '';
  #serverDrops = 0;
  #packetsReceived = 0;
  #pings = 0;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the canvas. */
  constructor(canvas: OffscreenCanvas, post: (message: FromWorker) => void) {
    this.#post = post;
    this.#status = new StatusTrack((status) => post({ type: 'status', status }));
    this.painter = new Painter(canvas, (times, drawnAt) => this.#onDrawn(times, drawnAt));
    this.#decoder = new FrameDecoder({
      onPicture: (frame, times) => {
        if (times.isBacklog && this.#decoder.queueSize > 0) this.painter.pass(frame);
        else this.painter.offer(frame, times);
      },
      onKeyframeNeeded: () => this.send({ type: 'keyframe' }),
      onUnsupported: (codec) => this.#stop({ kind: 'unsupported-codec', codec }),
    });
    this.#socket = new ViewerSocket({
      onOpen: () => this.#onOpen(),
      onMessage: (message) => this.#onMessage(message),
      onPacket: (buffer) => this.#onPacket(buffer),
      onClose: (reason, attempt, retryMs) => {
        clearTimeout(this.#pingTimer);
        this.#decoder.disconnect();
        this.#status.closed(reason, attempt, retryMs === undefined ? undefined : Date.now() + retryMs);
      },
    });
    setInterval(() => post({ type: 'stats', stats: this.stats() }), STATS_PAUSE_MS);
  }

  /** Leaves the present stream for this one. */
  connect(url: string): void {
    this.#status.set({ kind: 'connecting' });
    this.#decoder.disconnect();
    this.#socket.connect(url);
  }

  retry(): void {
    this.#socket.retryNow();
  }

  send(message: ClientMessage): void {
    this.#socket.send(message);
  }

  setVisible(isVisible: boolean): void {
    clearTimeout(this.#hiddenTimer);
    if (isVisible) this.#decoder.resume();
    else this.#hiddenTimer = setTimeout(() => this.#decoder.pause(), HIDDEN_DECODE_MS);
  }

  stats(): ViewerStats {
    const decoder = this.#decoder.counts;
    const { offset, roundTrip } = this.#clock;
    return {
      framesDecoded: decoder.framesDecoded,
      framesDrawn: this.painter.framesDrawn,
      framesReplaced: this.painter.framesReplaced,
      drops: decoder.drops,
      skippedHidden: decoder.skipped,
      serverDrops: this.#serverDrops,
      decoderErrors: decoder.errors,
      connections: this.#socket.connections,
      keyframeRequests: decoder.requests,
      packetsReceived: this.#packetsReceived,
      bytesReceived: this.#bytes.total,
      framesPerSecond: this.#drawn.perSecond(),
      bytesPerSecond: this.#bytes.perSecond(performance.now()),
      decoderQueue: this.#decoder.queueSize,
      latencyMs: this.#latency.quantile(0.5),
      latencyP95Ms: this.#latency.quantile(0.95),
      roundTripMs: roundTrip === undefined ? Number.NaN : roundTrip / 1e3,
      clockOffsetMs: offset === undefined ? Number.NaN : offset / 1e3,
      ...this.painter.size,
      codec: this.#codec,
    };
  }

  #onOpen(): void {
    this.#clock.reset();
    this.#latency = new Percentiles(LATENCY_WINDOW);
    this.#pings = 0;
    this.#ping();
  }

  #onMessage(message: ServerMessage): void {
    this.#bytes.mark(0, performance.now());
    switch (message.type) {
      case 'hello':
        if (message.version !== PROTOCOL_VERSION) {
          this.#stop({ kind: 'version-mismatch', got: message.version });
          return;
        }
        this.#status.connected();
        this.#post({ type: 'hello', hello: message });
        break;
      case 'format':
        this.#codec = message.format.codec;
        this.painter.sampleAspect = message.format.sampleAspect;
        this.#decoder.configure(message.format);
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
        this.#status.streamState(message.state, message.message);
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
    this.#bytes.mark(buffer.byteLength, performance.now());
    const version = new Uint8Array(buffer)[0] ?? 0;
    if (version === PROTOCOL_VERSION) this.#decoder.decode(decodePacket(buffer));
    else this.#stop({ kind: 'version-mismatch', got: version });
  }

  #onDrawn(times: FrameTimes, drawnAt: Micros): void {
    this.#drawn.mark();
    const { offset } = this.#clock;
    if (offset !== undefined && !times.isBacklog) this.#latency.add((drawnAt + offset - times.capturedAt) / 1e3);
    this.#status.drawn();
  }

  #ping(): void {
    this.send({ type: 'ping', clientTime: wallClock() });
    const pauseMs = ++this.#pings < FIRST_PINGS ? FIRST_PING_PAUSE_MS : PING_PAUSE_MS;
    this.#pingTimer = setTimeout(() => this.#ping(), pauseMs);
  }

  /** Ends the tries: a person must act. */
  #stop(status: Parameters<StatusTrack['set']>[0]): void {
    clearTimeout(this.#pingTimer);
    this.#socket.close();
    this.#decoder.disconnect();
    this.#status.set(status);
  }
}
