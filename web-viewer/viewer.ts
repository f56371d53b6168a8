/** The page: finds the stream, starts the worker, puts what it says where people see it. */
import { AccessToken } from './access-token.js';
import { Badge } from './badge.js';
import { missingCapability } from './capability.js';
import { Idle } from './idle.js';
import { pageElement } from './page-element.js';
import { Panel } from './panel.js';
import { saveSnapshot } from './snapshot-file.js';
import { SplitLine } from './split-line.js';
import { StateOverlay } from './state-overlay.js';
import { StatsOverlay } from './stats-overlay.js';
import { readPageAddress, socketAddress } from './stream-address.js';
import { findStreams } from './stream-list.js';
import { StreamPicker } from './stream-picker.js';
import { Toast } from './toast.js';
import { Toolbar } from './toolbar.js';
import { SNAPSHOT_MAX_WIDTH, type ViewerHook } from './viewer-hook.js';
import { WorkerClient } from './worker-client.js';
import type { FromWorker, ViewerStats, ViewerStatus } from './worker-messages.js';

class Viewer {
  readonly #canvas = pageElement('picture', HTMLCanvasElement);
  readonly #token: AccessToken;
  readonly #badge = new Badge();
  readonly #stats = new StatsOverlay();
  readonly #toast = new Toast();
  readonly #state: StateOverlay;
  readonly #panel: Panel;
  readonly #splitLine: SplitLine;
  readonly #picker: StreamPicker;
  readonly #worker: WorkerClient;
  #search = new AbortController();
  #stream = '';
  #latest: ViewerStats | undefined;

  constructor() {
    const address = readPageAddress(location.href);
    this.#token = new AccessToken(address.token);
    if (address.token !== undefined) history.replaceState(null, '', address.shown);
    this.#stream = address.stream ?? '';
    this.#worker = new WorkerClient(
      (message) => this.#onTold(message),
      (message) => this.#setStatus({ kind: 'broken', message }),
    );
    this.#splitLine = new SplitLine({
      onHold: () => this.#panel.hold('split'),
      onRelease: () => this.#panel.release('split'),
      onMove: (split) => this.#panel.turn({ split }),
    });
    this.#panel = new Panel(
      (controls) => this.#worker.send({ type: 'controls', controls }),
      (controls) => this.#splitLine.show(controls, this.#panel.canControl),
    );
    this.#state = new StateOverlay({
      onRetry: () => void this.#open(),
      onToken: (token) => {
        this.#token.set(token);
        void this.#open();
      },
      onStream: (stream) => this.#choose(stream),
    });
    this.#picker = new StreamPicker((stream) => this.#choose(stream));
    new Toolbar({
      onSnapshot: () => void this.#savePicture(),
      onNextView: () => this.#panel.nextView(),
      onView: (view) => this.#panel.turn({ view }),
    });
    new Idle(() => this.#state.status.kind === 'live' && document.querySelector('.chrome :focus-visible') === null);
    document.addEventListener('visibilitychange', () => {
      this.#worker.setVisible(!document.hidden);
      if (!document.hidden) this.#worker.retry();
    });
    window.addEventListener('online', () => this.#worker.retry());
    window.nocturne = this.#hook();
  }

  /** Shows what is missing, or opens the stream. */
  start(): void {
    const missing = missingCapability();
    if (missing) this.#setStatus(missing);
    else void this.#open();
  }

  /** Finds the stream to watch, unless the address named it, and opens it. */
  async #open(): Promise<void> {
    this.#search.abort();
    const search = new AbortController();
    this.#search = search;
    this.#setStatus({ kind: 'connecting' });
    if (this.#stream === '') {
      const streams = await findStreams(this.#token.value, search.signal, (status) => {
        if (!search.signal.aborted) this.#setStatus(status);
      });
      if (!streams || search.signal.aborted) return;
      this.#stream = streams[0] ?? '';
    }
    if (this.#stream === '') this.#setStatus({ kind: 'no-such-stream' });
    else this.#worker.connect(this.#canvas, socketAddress(location.href, this.#stream, this.#token.value));
  }

  #choose(stream: string): void {
    this.#stream = stream;
    const url = new URL(location.href);
    url.searchParams.set('stream', stream);
    history.replaceState(null, '', url);
    this.#stats.server = undefined;
    void this.#open();
  }

  #onTold(message: Exclude<FromWorker, { type: 'answer' | 'failure' }>): void {
    switch (message.type) {
      case 'status':
        this.#setStatus(message.status);
        break;
      case 'hello':
        this.#stream = message.hello.stream;
        this.#picker.show(message.hello.streams, message.hello.stream);
        this.#state.streamNames = message.hello.streams;
        this.#panel.restart(message.hello);
        break;
      case 'controls':
        this.#panel.follow(message.controls);
        break;
      case 'format':
        this.#canvas.setAttribute('aria-label', `Live picture of ${this.#stream}`);
        break;
      case 'server-stats':
        this.#stats.server = message.stats;
        break;
      case 'server-error':
        this.#toast.show(message.message);
        break;
      case 'stats':
        this.#latest = message.stats;
        this.#stats.show(message.stats);
        this.#badge.showRate(message.stats.framesPerSecond);
        if (message.stats.framesDrawn > 0) document.body.dataset.picture = '';
        this.#splitLine.setPicture(message.stats.width, message.stats.height);
        break;
    }
  }

  #setStatus(status: ViewerStatus): void {
    this.#state.show(status);
    this.#badge.showStatus(status);
    const isConnected = ['live', 'waiting', 'starting', 'input-lost'].includes(status.kind);
    if (!isConnected) {
      this.#panel.setAccess(false, true);
      this.#stats.server = undefined;
    }
    if (status.kind === 'no-such-stream') void this.#listStreams();
  }

  async #listStreams(): Promise<void> {
    const streams = await findStreams(this.#token.value, this.#search.signal, () => undefined);
    if (streams) this.#state.streamNames = streams;
  }

  async #savePicture(): Promise<void> {
    try {
      this.#toast.show(`Saved ${saveSnapshot(await this.#worker.png(), this.#stream)}`);
    } catch (cause) {
      this.#toast.show(cause instanceof Error ? `Not saved: ${cause.message}` : 'Not saved.');
    }
  }

  #hook(): ViewerHook {
    return {
      stats: () => this.#latest ?? NO_STATS,
      status: () => this.#state.status,
      stream: () => this.#stream,
      snapshot: async (crop = {}, maxWidth = SNAPSHOT_MAX_WIDTH) => this.#worker.snapshot(crop, maxWidth),
      grab: async (count, crop = {}) => this.#worker.grab(count, crop),
    };
  }
}

/** Figures before the worker's first. */
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
