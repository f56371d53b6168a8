import { micros, wallClock, type Micros } from '../src/core/time.js';
import type { FrameTimes } from './frame-decoder.js';
import { displaySize } from './frame-fit.js';
import type { Crop, GrabbedFrame, Pixels } from './worker-messages.js';

/** Most pictures one grab may ask for: about 20 s at 30 frames a second. */
const MAX_GRAB = 600;

interface Grab {
  readonly crop: Crop;
  readonly count: number;
  readonly frames: GrabbedFrame[];
  readonly resolve: (frames: GrabbedFrame[]) => void;
}

/** Draws the newest picture, at most once in each refresh of the screen; holds one picture at most. */
export class Painter {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #onDrawn: (times: FrameTimes, drawnAt: Micros) => void;
  #pending: { frame: VideoFrame; times: FrameTimes } | undefined;
  #refresh: number | undefined;
  #sampleAspect: readonly [number, number] = [1, 1];
  #grabs: Grab[] = [];
  #framesDrawn = 0;
  #framesReplaced = 0;

  /** @param onDrawn told of each picture right after it was drawn, with the time on this machine's clock. */
  constructor(canvas: OffscreenCanvas, onDrawn: (times: FrameTimes, drawnAt: Micros) => void) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('the browser gives no 2D context for the canvas');
    this.#canvas = canvas;
    this.#context = context;
    this.#onDrawn = onDrawn;
  }

  get framesDrawn(): number {
    return this.#framesDrawn;
  }

  get framesReplaced(): number {
    return this.#framesReplaced;
  }

  /** Size of the drawn picture; 0 x 0 before the first. */
  get size(): { width: number; height: number } {
    return this.#framesDrawn > 0 ? { width: this.#canvas.width, height: this.#canvas.height } : { width: 0, height: 0 };
  }

  /** Width over height of one sample of the pictures to come. */
  set sampleAspect(aspect: readonly [number, number]) {
    this.#sampleAspect = aspect;
  }

  /** Takes a frame that a newer one follows at once; it is not drawn. */
  pass(frame: VideoFrame): void {
    frame.close();
    this.#framesReplaced++;
  }

  /** Takes the frame. Drawn now, or at the screen's next refresh when one was drawn since the last. */
  offer(frame: VideoFrame, times: FrameTimes): void {
    if (this.#pending) this.pass(this.#pending.frame);
    this.#pending = { frame, times };
    if (this.#refresh === undefined) this.#paint();
  }

  /** Pixels of the picture on the canvas, scaled down to `maxWidth`. Throws RangeError when there is none. */
  read(crop: Crop, maxWidth: number): Pixels {
    const { x, y, width, height } = this.#area(crop);
    if (width <= maxWidth) return this.#pixels(this.#context.getImageData(x, y, width, height));
    const scaled = new OffscreenCanvas(maxWidth, Math.max(1, Math.round((height * maxWidth) / width)));
    const context = scaled.getContext('2d', { alpha: false, willReadFrequently: true });
    if (!context) throw new Error('the browser gives no 2D context for the snapshot');
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#canvas, x, y, width, height, 0, 0, scaled.width, scaled.height);
    return this.#pixels(context.getImageData(0, 0, scaled.width, scaled.height));
  }

  /** The picture as a PNG file. */
  async png(): Promise<Blob> {
    if (this.#framesDrawn === 0) throw new RangeError('there is no picture yet');
    return this.#canvas.convertToBlob({ type: 'image/png' });
  }

  /** The next `count` drawn pictures, 1 to 600. */
  async grab(count: number, crop: Crop): Promise<GrabbedFrame[]> {
    if (!(count >= 1 && count <= MAX_GRAB)) throw new RangeError(`count must be 1 to ${MAX_GRAB}, got ${count}`);
    return new Promise((resolve) => {
      this.#grabs.push({ crop, count, frames: [], resolve });
    });
  }

  #paint(): void {
    const next = this.#pending;
    if (!next) return;
    this.#pending = undefined;
    const { visibleRect } = next.frame;
    const size = displaySize(
      visibleRect?.width ?? next.frame.codedWidth,
      visibleRect?.height ?? next.frame.codedHeight,
      this.#sampleAspect,
    );
    if (this.#canvas.width !== size.width) this.#canvas.width = size.width; // setting it clears the canvas
    if (this.#canvas.height !== size.height) this.#canvas.height = size.height;
    this.#context.drawImage(next.frame, 0, 0, size.width, size.height);
    next.frame.close();
    const drawnAt = wallClock();
    this.#framesDrawn++;
    // Without refreshes (a hidden page) this never fires: newer pictures replace the pending one, nothing piles up.
    this.#refresh = requestAnimationFrame(() => {
      this.#refresh = undefined;
      this.#paint();
    });
    this.#serveGrabs(next.times, drawnAt);
    this.#onDrawn(next.times, drawnAt);
  }

  #serveGrabs(times: FrameTimes, drawnAt: Micros): void {
    for (const grab of this.#grabs) {
      grab.frames.push({
        ...this.read(grab.crop, Number.POSITIVE_INFINITY),
        drawnAtMs: drawnAt / 1e3,
        pts: times.pts,
        capturedAt: micros(times.capturedAt),
      });
      if (grab.frames.length === grab.count) grab.resolve(grab.frames);
    }
    this.#grabs = this.#grabs.filter((grab) => grab.frames.length < grab.count);
  }

  #area(crop: Crop): { x: number; y: number; width: number; height: number } {
    if (this.#framesDrawn === 0) throw new RangeError('there is no picture yet');
    const { left = 0, bottom = 0, width = this.#canvas.width, height = this.#canvas.height } = crop;
    const x = Math.min(Math.max(0, Math.floor(left)), this.#canvas.width - 1);
    const fromBottom = Math.min(Math.max(0, Math.floor(bottom)), this.#canvas.height - 1);
    const w = Math.max(1, Math.min(Math.floor(width), this.#canvas.width - x));
    const h = Math.max(1, Math.min(Math.floor(height), this.#canvas.height - fromBottom));
    return { x, y: this.#canvas.height - fromBottom - h, width: w, height: h };
  }

  #pixels(image: ImageData): Pixels {
    return {
      rgba: image.data, // getImageData gives memory of its own, never a shared one
      width: image.width,
      height: image.height,
      pictureWidth: this.#canvas.width,
      pictureHeight: this.#canvas.height,
    };
  }
}
