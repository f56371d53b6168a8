import { micros, wallClock, type Micros } from '../src/core/time.js';
import type { FrameTimes } from './frame-decoder.js';
import { displaySize } from './frame-fit.js';
import type { Crop, GrabbedFrame, Pixels } from './worker-messages.js';

/** Frames that one grab may request: about 20 s at 30 frames/s. */
const MAX_GRABBED_FRAMES = 600;

interface Grab {
  readonly crop: Crop;
  readonly count: number;
  readonly frames: GrabbedFrame[];
  readonly resolve: (frames: GrabbedFrame[]) => void;
}

/** Draws the newest frame on the canvas, at most once per screen refresh; holds one frame at most. */
export class CanvasRenderer {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #onDrawn: (times: FrameTimes, drawnAt: Micros) => void;
  #pending: { frame: VideoFrame; times: FrameTimes } | undefined;
  #animationFrame: number | undefined;
  #sampleAspect: readonly [number, number] = [1, 1];
  #grabs: Grab[] = [];
  #framesDrawn = 0;
  #framesReplaced = 0;

  /** @param onDrawn called right after each frame is drawn, with the local time. */
  constructor(canvas: OffscreenCanvas, onDrawn: (times: FrameTimes, drawnAt: Micros) => void) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('the browser has no 2D context for the canvas');
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

  /** Size of the drawn frame; 0 x 0 before the first. */
  get size(): { width: number; height: number } {
    return this.#framesDrawn > 0 ? { width: this.#canvas.width, height: this.#canvas.height } : { width: 0, height: 0 };
  }

  /** Width and height of one sample of the frames to come. */
  set sampleAspect(aspect: readonly [number, number]) {
    this.#sampleAspect = aspect;
  }

  /** Takes the frame; closes it without drawing it and counts it as replaced. */
  discard(frame: VideoFrame): void {
    frame.close();
    this.#framesReplaced++;
  }

  /** Takes the frame; draws it now, or at the next screen refresh when this one has a frame already. */
  render(frame: VideoFrame, times: FrameTimes): void {
    if (this.#pending) this.discard(this.#pending.frame);
    this.#pending = { frame, times };
    if (this.#animationFrame === undefined) this.#draw();
  }

  /** The canvas's pixels, scaled down to `maxWidth`. Throws RangeError before the first frame. */
  readPixels(crop: Crop, maxWidth: number): Pixels {
    const { x, y, width, height } = this.#cropArea(crop);
    if (width <= maxWidth) return this.#toPixels(this.#context.getImageData(x, y, width, height));
    const scaled = new OffscreenCanvas(maxWidth, Math.max(1, Math.round((height * maxWidth) / width)));
    const context = scaled.getContext('2d', { alpha: false, willReadFrequently: true });
    if (!context) throw new Error('the browser has no 2D context for the snapshot');
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#canvas, x, y, width, height, 0, 0, scaled.width, scaled.height);
    return this.#toPixels(context.getImageData(0, 0, scaled.width, scaled.height));
  }

  /** The canvas as a PNG file. Throws RangeError before the first frame. */
  async toPng(): Promise<Blob> {
    if (this.#framesDrawn === 0) throw new RangeError('there is no frame yet');
    return this.#canvas.convertToBlob({ type: 'image/png' });
  }

  /** The next `count` drawn frames, 1 to 600. */
  async grabFrames(count: number, crop: Crop): Promise<GrabbedFrame[]> {
    if (!(count >= 1 && count <= MAX_GRABBED_FRAMES))
      throw new RangeError(`count must be 1 to ${MAX_GRABBED_FRAMES}, got ${count}`);
    return new Promise((resolve) => {
      this.#grabs.push({ crop, count, frames: [], resolve });
    });
  }

  #draw(): void {
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
    // A hidden page has no refreshes, so this never fires: newer frames replace the pending one and none pile up.
    this.#animationFrame = requestAnimationFrame(() => {
      this.#animationFrame = undefined;
      this.#draw();
    });
    this.#addToGrabs(next.times, drawnAt);
    this.#onDrawn(next.times, drawnAt);
  }

  #addToGrabs(times: FrameTimes, drawnAt: Micros): void {
    for (const grab of this.#grabs) {
      grab.frames.push({
        ...this.readPixels(grab.crop, Number.POSITIVE_INFINITY),
        drawnAtMs: drawnAt / 1e3,
        pts: times.pts,
        capturedAt: micros(times.capturedAt),
      });
      if (grab.frames.length === grab.count) grab.resolve(grab.frames);
    }
    this.#grabs = this.#grabs.filter((grab) => grab.frames.length < grab.count);
  }

  #cropArea(crop: Crop): { x: number; y: number; width: number; height: number } {
    if (this.#framesDrawn === 0) throw new RangeError('there is no frame yet');
    const { left = 0, bottom = 0, width = this.#canvas.width, height = this.#canvas.height } = crop;
    const x = Math.min(Math.max(0, Math.floor(left)), this.#canvas.width - 1);
    const fromBottom = Math.min(Math.max(0, Math.floor(bottom)), this.#canvas.height - 1);
    const w = Math.max(1, Math.min(Math.floor(width), this.#canvas.width - x));
    const h = Math.max(1, Math.min(Math.floor(height), this.#canvas.height - fromBottom));
    return { x, y: this.#canvas.height - fromBottom - h, width: w, height: h };
  }

  #toPixels(image: ImageData): Pixels {
    return {
      rgba: image.data, // getImageData allocates it
      width: image.width,
      height: image.height,
      frameWidth: this.#canvas.width,
      frameHeight: this.#canvas.height,
    };
  }
}
