import { micros } from '../src/core/time.js';
import type { CanvasRenderer } from './canvas-renderer.js';
import { MultipartReader, type Part } from './multipart-reader.js';
import { imageStreamUrl } from './page-url.js';
import type { CreatePlayer, PlayerCounts, PlayerEvents, VideoPlayer } from './video-player.js';

/** Pause before the images are asked for again after a failure, milliseconds. */
const RETRY_MS = 1000;

/** Plays JPEG images of `stream.mjpeg`: any browser, many times the bytes. The packets of the socket are not asked for. */
export const createMjpegPlayer: CreatePlayer = (renderer, events) => new MjpegPlayer(renderer, events);

class MjpegPlayer implements VideoPlayer {
  readonly #renderer: CanvasRenderer;
  readonly #events: PlayerEvents;
  #url: string | undefined;
  #fetching: AbortController | undefined;
  #isDecoding = false;
  #isPaused = false;
  #framesDecoded = 0;
  #drops = 0;
  #errors = 0;

  constructor(renderer: CanvasRenderer, events: PlayerEvents) {
    this.#renderer = renderer;
    this.#events = events;
  }

  get counts(): PlayerCounts {
    return {
      framesDecoded: this.#framesDecoded,
      drops: this.#drops,
      skipped: 0,
      errors: this.#errors,
      keyframeRequests: 0,
    };
  }

  get queueSize(): number {
    return this.#isDecoding ? 1 : 0;
  }

  configure(): void {
    if (!this.#fetching && !this.#isPaused) this.#start();
  }

  decode(): void {
    this.#drops++; // not asked for
  }

  pause(): void {
    this.#isPaused = true;
    this.#stop();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#start();
  }

  reset(url: string | undefined): void {
    this.#stop();
    this.#url = url === undefined ? undefined : imageStreamUrl(url);
  }

  close(): void {
    this.#stop();
    this.#url = undefined;
  }

  #stop(): void {
    this.#fetching?.abort();
    this.#fetching = undefined;
  }

  #start(): void {
    const url = this.#url;
    if (url === undefined) return;
    const fetching = new AbortController();
    this.#fetching = fetching;
    void this.#read(url, fetching.signal).catch(() => {
      if (fetching.signal.aborted) return;
      fetching.abort(); // the server would go on to send
      this.#errors++;
      setTimeout(() => {
        if (this.#fetching === fetching) this.#start();
      }, RETRY_MS);
    });
  }

  /** Reads images until the signal aborts; throws when the stream ends before. */
  async #read(url: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const reader = response.body.getReader();
    const parts = new MultipartReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream of images ended');
      this.#events.onBytes(value.length);
      const images = parts.push(value);
      const newest = images.pop();
      this.#drops += images.length;
      if (newest) this.#show(newest, signal);
    }
  }

  /** Decodes and draws an image, unless one is being decoded. */
  #show({ headers, body }: Part, signal: AbortSignal): void {
    if (this.#isDecoding) {
      this.#drops++;
      return;
    }
    this.#isDecoding = true;
    const times = {
      pts: micros(Number(headers.get('x-pts') ?? 0)),
      capturedAt: micros(Number(headers.get('x-captured-at') ?? 0)),
      isBacklog: false,
    };
    createImageBitmap(new Blob([body], { type: 'image/jpeg' }))
      .then((bitmap) => {
        this.#framesDecoded++;
        if (!signal.aborted) this.#renderer.draw(bitmap, bitmap.width, bitmap.height, times);
        bitmap.close();
      })
      .catch(() => this.#errors++)
      .finally(() => {
        this.#isDecoding = false;
      });
  }
}
