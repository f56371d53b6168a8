/** The page's script: finds the stream, starts the worker, and shows what it reports. */
import { AccessToken } from './access-token.js';
import { StatusBadge } from './status-badge.js';
import { availablePlayers } from './capability.js';
import { AutoHide } from './auto-hide.js';
import { requireElement } from './dom.js';
import { DialPanel } from './dial-panel.js';
import { saveSnapshot } from './snapshot-file.js';
import { SplitLine } from './split-line.js';
import { StatusOverlay } from './status-overlay.js';
import { StatsPanel } from './stats-panel.js';
import { parsePageUrl, socketUrl, type PlayerKind } from './page-url.js';
import { openPlayback, type PlaybackClient, type PlaybackEvent } from './playback-client.js';
import { waitForStreams } from './stream-list.js';
import { StreamPicker } from './stream-picker.js';
import { Toast } from './toast.js';
import { Toolbar } from './toolbar.js';
import { SNAPSHOT_MAX_WIDTH, type ViewerApi } from './viewer-api.js';
import type { ViewerStats, ViewerStatus } from './worker-messages.js';

class Viewer {
  #canvas = requireElement('video', HTMLCanvasElement);
  readonly #token: AccessToken;
  readonly #badge = new StatusBadge();
  readonly #stats = new StatsPanel();
  readonly #toast = new Toast();
  readonly #overlay: StatusOverlay;
  readonly #panel: DialPanel;
  readonly #splitLine: SplitLine;
  readonly #picker: StreamPicker;
  /** The players that may play here, best first; the first one plays. */
  #players: readonly PlayerKind[];
  #playback: PlaybackClient | undefined;
  #streamSearch = new AbortController();
  readonly #wantedPlayer: PlayerKind | undefined;
  #stream = '';
  #latestStats: ViewerStats | undefined;
  /** While the server checks a control token: the token before it. */
  #trial: { readonly previous: string | undefined } | undefined;

  constructor() {
    const pageUrl = parsePageUrl(location.href);
    this.#token = new AccessToken(pageUrl.token);
    if (pageUrl.token !== undefined) history.replaceState(null, '', pageUrl.withoutToken);
    this.#stream = pageUrl.stream ?? '';
    this.#players = availablePlayers(pageUrl.player);
    this.#wantedPlayer = pageUrl.player;
    this.#splitLine = new SplitLine({
      onDragStart: () => this.#panel.beginDrag('split'),
      onDragEnd: () => this.#panel.endDrag('split'),
      onMove: (split) => this.#panel.change({ split }),
    });
    this.#panel = new DialPanel({
      onChange: (controls) => this.#playback?.send({ type: 'controls', controls }),
      onDisplayed: (controls) => this.#splitLine.show(controls, this.#panel.canControl),
      onControlToken: (token) => this.#tryControlToken(token),
    });
    this.#overlay = new StatusOverlay({
      onRetry: () => void this.#open(),
      onToken: (token) => {
        this.#token.set(token);
        void this.#open();
      },
      onStream: (stream) => this.#selectStream(stream),
    });
    this.#picker = new StreamPicker((stream) => this.#selectStream(stream));
    new Toolbar({
      onSnapshot: () => void this.#saveSnapshot(),
      onNextView: () => this.#panel.nextView(),
      onView: (view) => this.#panel.change({ view }),
    });
    new AutoHide(
      () => this.#overlay.status.kind === 'live' && document.querySelector('.chrome :focus-visible') === null,
    );
    this.#listenToPage();
    window.nocturne = this.#createApi();
  }

  /** Opens the stream with the best player of this browser. */
  start(): void {
    const [kind] = this.#players;
    if (kind === undefined) {
      this.#setStatus({ kind: 'no-such-player', player: this.#wantedPlayer ?? '' });
      return;
    }
    this.#stats.player = kind;
    document.body.dataset.player = kind;
    this.#playback = openPlayback(
      kind,
      this.#canvas,
      (event) => this.#onPlaybackEvent(event),
      (message) => this.#setStatus({ kind: 'crashed', message }),
    );
    this.#playback.setVisible(!document.hidden);
    void this.#open();
  }

  /** Goes on with the next player, on a new canvas: a worker keeps the one it took. False when there is none. */
  #tryNextPlayer(): boolean {
    if (this.#players.length < 2) return false;
    this.#players = this.#players.slice(1);
    this.#playback?.close();
    const canvas = this.#canvas.cloneNode(false);
    if (!(canvas instanceof HTMLCanvasElement)) return false;
    this.#canvas.replaceWith(canvas);
    this.#canvas = canvas;
    this.start();
    return true;
  }

  /** Reconnects at once when the page is visible or online again. */
  #listenToPage(): void {
    document.addEventListener('visibilitychange', () => {
      this.#playback?.setVisible(!document.hidden);
      if (!document.hidden) this.#playback?.retry();
    });
    document.addEventListener('pointerdown', () => {
      if (this.#overlay.status.kind === 'needs-gesture') this.#playback?.setVisible(true); // plays
    });
    window.addEventListener('online', () => this.#playback?.retry());
  }

  /** Opens the stream of the URL, or the server's first one. */
  async #open(): Promise<void> {
    this.#streamSearch.abort();
    const search = new AbortController();
    this.#streamSearch = search;
    this.#setStatus({ kind: 'connecting' });
    if (this.#stream === '') {
      const streams = await waitForStreams(this.#token.value, search.signal, (status) => {
        if (!search.signal.aborted) this.#setStatus(status);
      });
      if (!streams || search.signal.aborted) return;
      this.#stream = streams[0] ?? '';
    }
    if (this.#stream === '') this.#setStatus({ kind: 'no-such-stream' });
    else {
      const url = socketUrl(location.href, this.#stream, this.#token.value, this.#players[0] ?? 'mjpeg');
      this.#playback?.connect(url);
    }
  }

  /** Connects with another token; a wrong one is replaced by the one before. */
  #tryControlToken(token: string): void {
    this.#trial = { previous: this.#token.value };
    this.#token.set(token);
    void this.#open();
  }

  /** Ends the trial of a control token. True when it was wrong. */
  #endTrial(canControl: boolean): boolean {
    const trial = this.#trial;
    this.#trial = undefined;
    if (!trial || canControl) return false;
    this.#token.set(trial.previous);
    this.#panel.showWrongToken(true);
    return true;
  }

  #selectStream(stream: string): void {
    this.#stream = stream;
    const url = new URL(location.href);
    url.searchParams.set('stream', stream);
    history.replaceState(null, '', url);
    this.#stats.server = undefined;
    void this.#open();
  }

  #onPlaybackEvent(message: PlaybackEvent): void {
    switch (message.type) {
      case 'status':
        if (message.status.kind !== 'unsupported-codec' || !this.#tryNextPlayer()) this.#setStatus(message.status);
        break;
      case 'hello':
        this.#stream = message.hello.stream;
        this.#picker.show(message.hello.streams, message.hello.stream);
        this.#overlay.streamNames = message.hello.streams;
        this.#endTrial(message.hello.canControl);
        this.#panel.onHello(message.hello);
        break;
      case 'controls':
        this.#panel.onServerControls(message.controls);
        break;
      case 'format':
        this.#canvas.setAttribute('aria-label', `Live video of ${this.#stream}`);
        break;
      case 'server-stats':
        this.#stats.server = message.stats;
        this.#badge.showOverload(message.stats.overload);
        this.#badge.showDegraded(message.stats.degraded);
        break;
      case 'server-error':
        this.#toast.show(message.message);
        break;
      case 'stats':
        this.#latestStats = message.stats;
        this.#stats.show(message.stats);
        this.#badge.showRate(message.stats.framesPerSecond);
        if (message.stats.framesDrawn > 0) document.body.dataset.hasFrame = '';
        this.#splitLine.setFrameSize(message.stats.width, message.stats.height);
        break;
    }
  }

  #setStatus(status: ViewerStatus): void {
    if (status.kind === 'unauthorized') {
      const isTrialOver = this.#endTrial(false);
      // A token that no longer counts may not be needed either: the server may let anyone watch.
      const isStale = !isTrialOver && this.#token.value !== undefined;
      if (isStale) this.#token.set(undefined);
      if (isTrialOver || isStale) {
        void this.#open();
        return;
      }
    }
    this.#overlay.show(status);
    this.#badge.showStatus(status);
    const isConnected = ['live', 'waiting', 'starting', 'input-lost', 'stalled'].includes(status.kind);
    if (!isConnected) {
      this.#panel.setAccess('offline');
      this.#stats.server = undefined;
    }
    if (status.kind === 'no-such-stream') void this.#listStreams();
  }

  async #listStreams(): Promise<void> {
    const streams = await waitForStreams(this.#token.value, this.#streamSearch.signal, () => undefined);
    if (streams) this.#overlay.streamNames = streams;
  }

  async #saveSnapshot(): Promise<void> {
    try {
      this.#toast.show(`Saved ${saveSnapshot(await this.#session.png(), this.#stream)}`);
    } catch (cause) {
      this.#toast.show(cause instanceof Error ? `Snapshot failed: ${cause.message}` : 'Snapshot failed.');
    }
  }

  /** What plays. Throws where nothing does. */
  get #session(): PlaybackClient {
    if (!this.#playback) throw new Error('there is no player');
    return this.#playback;
  }

  #createApi(): ViewerApi {
    return {
      stats: () => this.#latestStats ?? NO_STATS,
      status: () => this.#overlay.status,
      stream: () => this.#stream,
      player: () => (this.#playback ? this.#players[0] : undefined),
      snapshot: async (crop = {}, maxWidth = SNAPSHOT_MAX_WIDTH) => this.#session.snapshot(crop, maxWidth),
      grab: async (count, crop = {}) => this.#session.grab(count, crop),
    };
  }
}

/** Statistics before the worker's first. */
const NO_STATS: ViewerStats = {
  framesDecoded: 0,
  framesDrawn: 0,
  framesReplaced: 0,
  drops: 0,
  skippedHidden: 0,
  serverDrops: 0,
  decoderErrors: 0,
  connections: 0,
  keyframeRequests: 0,
  packetsReceived: 0,
  bytesReceived: 0,
  framesPerSecond: 0,
  bytesPerSecond: 0,
  decoderQueue: 0,
  latencyMs: Number.NaN,
  latencyP95Ms: Number.NaN,
  roundTripMs: Number.NaN,
  clockOffsetMs: Number.NaN,
  width: 0,
  height: 0,
  codec: '',
};

new Viewer().start();
