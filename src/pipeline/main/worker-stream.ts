import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Backoff } from '../../core/backoff.js';
import type { Controls } from '../../core/controls.js';
import { abortedError, deserializeError, type NocturneError } from '../../core/errors.js';
import { redact } from '../../core/secrets.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import { isLiveInput } from '../../ingest/open-source.js';
import type { StreamState } from '../../stream/protocol.js';
import type { GeneratorChange } from '../../stream/live-stream.js';
import { StreamHub } from '../../stream/stream-hub.js';
import type { NightStream, OpenStreamOptions, StreamEnd } from './night-stream.js';
import type { ModelSettings, StreamSettings } from '../stream-settings.js';
import { Demand } from './demand.js';
import { OverloadLog } from './overload-log.js';
import { GeneratorChanger } from './generator-changer.js';
import { LadderLog } from './ladder-log.js';
import { WorkerProcess, type WorkerMessage } from './worker-process.js';
import { WorkerWatch } from './worker-watch.js';

/** Pauses before a worker is restarted, milliseconds. */
const RESTART = { firstMs: 250, maxMs: 15_000 } as const;
/** A worker that lived this long is restarted with the first pause again, milliseconds. */
const HEALTHY_AFTER_MS = 30_000;

/** How long nobody watches a stream on demand before it sleeps, milliseconds, where no time is given. */
const DEFAULT_IDLE_MS = 10_000;

/** A stream whose frames live in a worker process; `openStream` opens it. */
export class WorkerStream implements NightStream {
  readonly live: StreamHub;
  readonly opened: Promise<SourceInfo>;
  readonly ended: Promise<StreamEnd>;
  #settings: StreamSettings;
  readonly #logger: Logger;
  readonly #backoff = new Backoff(RESTART);
  readonly #overload: OverloadLog;
  readonly #ladder: LadderLog;
  #generator: GeneratorChanger;
  /** Undefined: the stream runs whether somebody watches or not. */
  #demand: Demand | undefined;
  /** True while the stream sleeps, or is about to. */
  #isIdle = false;
  #halting: Promise<void> | undefined;
  /** The generator that a viewer chose; undefined: that of the settings. */
  #chosenModel: ModelSettings | undefined;
  #worker: WorkerProcess | undefined;
  #watch: WorkerWatch | undefined;
  /** What the worker reported last, or what it has not reported yet. */
  #workerState: { readonly state: StreamState; readonly message: string } = { state: 'starting', message: '' };
  #startedMs = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  #info: SourceInfo | undefined;
  #closing: Promise<void> | undefined;
  #resolveOpened: (info: SourceInfo) => void = () => undefined;
  #rejectOpened: (error: NocturneError) => void = () => undefined;
  #end: (end: StreamEnd) => void = () => undefined;

  constructor(settings: StreamSettings, options: OpenStreamOptions) {
    this.#settings = settings;
    this.#logger = options.logger ?? silentLogger;
    this.#overload = new OverloadLog(settings.name, this.#logger);
    this.#ladder = new LadderLog(settings.name, this.#logger);
    this.#generator = this.#openGenerator(settings);
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    this.opened.catch(() => undefined); // `ended` reports it too; whoever awaits `opened` still gets it
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.live = new StreamHub({
      name: settings.name,
      controls: settings.controls,
      maxViewers: options.maxViewers,
      ...(options.viewerDelayMs === undefined ? {} : { viewerDelayMs: options.viewerDelayMs }),
      logger: this.#logger,
      onControls: () => {
        this.#postControls();
      },
      generator: {
        choice: () => this.#generator.choice,
        change: (change) => this.#changeGenerator(change),
      },
      onKeyframeRequest: () => this.#worker?.post({ type: 'keyframe' }),
      onWatchers: (count) => this.#demand?.update(count),
      onImageDemand: (perSecond) => this.#worker?.post({ type: 'images', perSecond }),
    });
    this.#demand = this.#demandOf(options);
    if (this.#demand) this.#rest();
    else this.#start();
  }

  get name(): string {
    return this.#settings.name;
  }

  /** Process id of the worker; undefined when there is none. */
  get workerPid(): number | undefined {
    return this.#worker?.pid;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  get info(): SourceInfo | undefined {
    return this.#info;
  }

  setControls(change: Partial<Controls>): void {
    this.live.setControls(change);
  }

  wake(): void {
    if (!this.#isIdle || this.#closing) return;
    this.#isIdle = false;
    this.#setState({ state: 'starting', message: 'Somebody watches: the stream starts.' });
    if (!this.#halting) this.#begin();
  }

  async restart(): Promise<void> {
    if (this.#closing || this.#isOver) return;
    if (!this.#isIdle) this.#setState({ state: 'starting', message: 'The stream is restarted.' });
    await this.#halt();
  }

  /**
   * Changes what the stream is; its viewers stay. Restarts the worker where it must open something else: then the controls that the settings
   * change take their new values, and those that viewers turned stay.
   */
  async reconfigure(settings: StreamSettings, options: OpenStreamOptions): Promise<void> {
    const before = this.#settings;
    const turned = changedControls(before.controls, settings.controls);
    this.#settings = settings;
    this.live.configure({ controls: settings.controls, ...options });
    if (Object.keys(turned).length > 0) this.live.setControls(turned);
    this.#demand?.[Symbol.dispose]();
    this.#demand = this.#demandOf(options);
    if (isDeepStrictEqual({ ...before, controls: null }, { ...settings, controls: null })) {
      if (this.#demand) this.#demand.update(this.live.watcherCount);
      else this.wake();
      return;
    }
    this.#info = undefined;
    if (!this.#demand) this.#isIdle = false;
    const restarted = this.restart();
    if (!isDeepStrictEqual(before.model, settings.model)) this.#chosenModel = undefined;
    await restarted;
    this.#demand?.update(this.live.watcherCount);
  }

  /** Process id of the generator process that runs its network; undefined when none does. */
  get generatorPid(): number | undefined {
    return this.#generator.pid;
  }

  /** Kills the worker as a crash would; for tests. */
  async killWorker(): Promise<void> {
    await this.#worker?.kill();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #isOver(): boolean {
    return this.live.state === 'ended' || this.live.state === 'failed';
  }

  #demandOf({ onDemand, idleMs = DEFAULT_IDLE_MS }: OpenStreamOptions): Demand | undefined {
    if (onDemand !== true) return undefined;
    return new Demand({ idleMs, wake: () => this.wake(), sleep: () => this.#sleep() });
  }

  #openGenerator(settings: StreamSettings): GeneratorChanger {
    return new GeneratorChanger(settings, {
      logger: this.#logger,
      post: (message) => this.#worker?.post(message),
      isOpen: () => this.live.state === 'live',
    });
  }

  /** Ends the worker until somebody watches. */
  #sleep(): void {
    if (this.#isIdle || this.#isOver) return;
    this.#isIdle = true;
    void this.#halt();
  }

  /** Ends the worker, then starts another, unless the stream is idle by then. Calls meanwhile join in. */
  #halt(): Promise<void> {
    this.#halting ??= this.#endWorker().then(() => {
      this.#halting = undefined;
      if (this.#closing) return;
      if (this.#isIdle) this.#rest();
      else this.#begin();
    });
    return this.#halting;
  }

  async #endWorker(): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#watch?.[Symbol.dispose]();
    const worker = this.#worker;
    this.#worker = undefined; // its messages count no more
    this.#chosenModel = this.#generator.model;
    await worker?.stop();
    await this.#generator.close();
  }

  #rest(): void {
    this.#isIdle = true;
    this.#clearRates();
    this.live.clearBacklog();
    this.#setState({ state: 'idle', message: 'Nobody watches: the stream starts with its first viewer.' });
  }

  #begin(): void {
    const { generators = [], model } = this.#settings;
    const chosen = { model: this.#chosenModel ?? model, generators: [...generators, model.generator] };
    this.#generator = this.#openGenerator({ ...this.#settings, ...chosen });
    this.live.clearBacklog();
    this.#start();
  }

  #postControls(): void {
    this.#worker?.post({ type: 'controls', controls: this.live.controls });
  }

  async #close(): Promise<void> {
    this.#demand?.[Symbol.dispose]();
    clearTimeout(this.#restartTimer);
    this.#watch?.[Symbol.dispose]();
    await this.#worker?.stop();
    await this.#halting;
    await this.#generator.close();
    if (!this.#isOver) this.live.setState('ended', 'The stream was closed.');
    this.#rejectOpened(abortedError(`${this.name} was open`));
    this.#end({ error: undefined });
  }

  #start(): void {
    this.#startedMs = performance.now();
    const watch = new WorkerWatch({
      onStalled: (what) => this.#onStalled(what),
      onRecovered: () => this.#onRecovered(),
      onHung: (what) => void worker.kill(what),
    });
    const worker = new WorkerProcess({
      job: {
        kind: 'stream',
        settings: { ...this.#settings, model: this.#generator.model, controls: this.live.controls },
        share: this.#generator.share,
        isRestart: this.#info !== undefined,
      },
      logger: this.#logger,
      onMessage: (message) => {
        if (this.#worker !== worker) return; // it ends
        if (message.type === 'opened') watch.onOpened();
        watch.onMessage(message.type === 'stats' ? message.stats.frameMs : undefined);
        if (message.type === 'done' || message.type === 'failed') watch[Symbol.dispose]();
        this.#onMessage(message);
      },
      onExit: (error) => {
        watch[Symbol.dispose]();
        if (this.#worker !== worker) return;
        this.#generator.onWorkerGone();
        if (error) this.#onDied(error);
      },
    });
    this.#watch = watch;
    this.#worker = worker;
  }

  async #changeGenerator(change: Partial<GeneratorChange>): Promise<void> {
    await this.#generator.change(change);
    const { generator, style, likePhotos } = this.#generator.choice;
    this.#logger.info({ stream: this.name, generator, style, likePhotos }, 'The stream has another generator.');
    this.#setState({
      state: 'live',
      message:
        likePhotos > 0
          ? likeMessage(likePhotos)
          : `${basename(generator)} makes the night now, in the style ${basename(style)}.`,
    });
  }

  /** Announces to viewers that another generator makes the night, and that the stream's own does again. */
  #announceLadder(degraded: string): void {
    if (!this.#ladder.update(degraded) || this.live.state !== 'live') return;
    this.#setState({ state: 'live', message: degraded || 'The stream has its own night again.' });
  }

  #onStalled(what: string): void {
    this.#logger.warn({ stream: this.name }, `The worker of the stream ${what}. It is restarted if this lasts.`);
    this.#clearRates();
    this.live.setState('stalled', 'The stream does not respond. It is restarted if this lasts.');
  }

  #onRecovered(): void {
    this.#logger.info({ stream: this.name }, 'The worker of the stream continues.');
    this.live.setState(this.#workerState.state, this.#workerState.message);
  }

  /** No frame comes: the last rates of the worker are not those of now. */
  #clearRates(): void {
    this.live.setStats({ ...this.live.stats, frameRate: 0, bitrateBps: 0, latencyMs: 0, overload: '' });
  }

  #onDied(error: NocturneError): void {
    if (this.#closing) return;
    if (!this.#info) this.#fail(error);
    else this.#restartAfter(error, performance.now() - this.#startedMs, 'Restarting the stream.');
  }

  #restartAfter(error: NocturneError, livedMs: number, message: string): void {
    if (livedMs > HEALTHY_AFTER_MS) this.#backoff.reset();
    const pauseMs = this.#backoff.nextMs();
    this.#logger.error({ stream: this.name, code: error.code, pauseMs }, `${error.toLine()} Restarting it.`);
    this.#clearRates();
    this.#setState({ state: 'starting', message });
    this.#restartTimer = setTimeout(() => {
      this.#start();
    }, pauseMs);
  }

  #onMessage(message: WorkerMessage): void {
    switch (message.type) {
      case 'opened':
        this.#info = message.info;
        this.#resolveOpened(message.info);
        this.#worker?.post({ type: 'images', perSecond: this.live.images.demand }); // a new worker knows of none
        for (const notice of message.info.notices) this.#logger.info({ stream: this.name }, notice);
        if (message.info.hasSound) this.#logger.info({ stream: this.name }, 'viewers get no sound');
        break;
      case 'format':
        this.live.setFormat(message.format);
        break;
      case 'packet':
        this.live.publish(message.packet);
        break;
      case 'image':
        this.live.images.publish(message.image);
        break;
      case 'state':
        this.#setState(message);
        break;
      case 'stats':
        this.live.setStats(message.stats);
        if (this.live.state === 'live') this.#overload.update(message.stats.overload);
        this.#announceLadder(message.stats.degraded);
        break;
      case 'generator':
        this.#generator.onAnswer(message.error);
        break;
      case 'alive':
        break; // the watch has it
      case 'progress':
        break; // renders alone report progress
      case 'done':
        if (this.#closing) break;
        void this.#generator.close();
        this.live.setState('ended', 'The input ended.');
        this.#end({ error: undefined });
        break;
      case 'failed':
        this.#onFailed(deserializeError(message.error));
        break;
    }
  }

  #setState({ state, message }: { readonly state: StreamState; readonly message: string }): void {
    this.#workerState = { state, message: redact(message) };
    this.live.setState(state, redact(message));
  }

  /** Retries a live input that cannot be reached, at the start too: a camera may be switched on later. Any other failure ends the stream. */
  #onFailed(error: NocturneError): void {
    if (this.#closing) return;
    const { input, source } = this.#settings;
    const isUnreachable = error.code === 'INPUT_REFUSED' || error.code === 'INPUT_LOST';
    if (error.code === 'WORKER_DIED') {
      this.#onDied(error); // a thread of the worker died; the worker itself ended in order
    } else if (isUnreachable && source.reconnect && (this.#info !== undefined || isLiveInput(input, source))) {
      this.#restartAfter(error, 0, 'Waiting for the input; retrying.');
    } else {
      this.#fail(error);
    }
  }

  #fail(error: NocturneError): void {
    if (this.#closing) return;
    void this.#generator.close();
    // Before the stream was open, `opened` reports the failure.
    if (this.#info) this.#logger.error({ stream: this.name, code: error.code }, error.toLine());
    this.#demand?.[Symbol.dispose]();
    this.live.setState('failed', redact(error.toLine()));
    this.#rejectOpened(error);
    this.#end({ error });
  }
}

function likeMessage(photos: number): string {
  return photos === 1 ? 'The night is like the photo now.' : `The night is like the ${photos} photos now.`;
}

/** The controls of `after` that differ. */
function changedControls(before: Controls, after: Controls): Partial<Controls> {
  const entries = Object.entries(after).filter(([name, value]) => before[name as keyof Controls] !== value);
  return Object.fromEntries(entries);
}
