import { micros, wallClock, type Micros } from '../src/core/time.js';
import { displaySize } from './frame-fit.js';
import type { FrameTimes } from './video-player.js';
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
  readonly #canvas: OffscreenCanvas | HTMLCanvasElement;
  readonly #context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
  readonly #onDrawn: (times: FrameTimes, drawnAt: Micros) => void;
  #pending: { frame: VideoFrame; times: FrameTimes } | undefined;
  #animationFrame: number | undefined;
  #sampleAspect: readonly [number, number] = [1, 1];
  #grabs: Grab[] = [];
  #framesDrawn = 0;
  #framesReplaced = 0;

  /** @param onDrawn called right after each frame is drawn, with the local time. */
  constructor(canvas: OffscreenCanvas | HTMLCanvasElement, onDrawn: (times: FrameTimes, drawnAt: Micros) => void) {
    const context = contextOf(canvas);
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

  /** Draws an image of so many samples at once. Borrows it. */
  draw(image: CanvasImageSource, width: number, height: number, times: FrameTimes): void {
    const size = displaySize(width, height, this.#sampleAspect);
    if (this.#canvas.width !== size.width) this.#canvas.width = size.width; // setting it clears the canvas
    if (this.#canvas.height !== size.height) this.#canvas.height = size.height;
    this.#context.drawImage(image, 0, 0, size.width, size.height);
    const drawnAt = wallClock();
    this.#framesDrawn++;
    this.#addToGrabs(times, drawnAt);
    this.#onDrawn(times, drawnAt);
  }

  /** The canvas's pixels, scaled down to `maxWidth`. Throws RangeError before the first frame. */
  readPixels(crop: Crop, maxWidth: number): Pixels {
    const { x, y, width, height } = this.#cropArea(crop);
    if (width <= maxWidth) return this.#toPixels(this.#context.getImageData(x, y, width, height));
    const scaled = emptyCanvas(maxWidth, Math.max(1, Math.round((height * maxWidth) / width)));
    const context = contextOf(scaled);
    if (!context) throw new Error('the browser has no 2D context for the snapshot');
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#canvas, x, y, width, height, 0, 0, scaled.width, scaled.height);
    return this.#toPixels(context.getImageData(0, 0, scaled.width, scaled.height));
  }

  /** The canvas as a PNG file. Throws RangeError before the first frame. */
  async toPng(): Promise<Blob> {
    if (this.#framesDrawn === 0) throw new RangeError('there is no frame yet');
    const canvas = this.#canvas;
    if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/png' });
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no image'))), 'image/png');
    });
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
    const { frame, times } = next;
    const { visibleRect } = frame;
    this.draw(frame, visibleRect?.width ?? frame.codedWidth, visibleRect?.height ?? frame.codedHeight, times);
    frame.close();
    // A hidden page has no refreshes, so this never fires: newer frames replace the pending one and none pile up.
    this.#animationFrame = requestAnimationFrame(() => {
      this.#animationFrame = undefined;
      this.#draw();
    });
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

/** The 2D context of a canvas of either kind. */
function contextOf(
  canvas: OffscreenCanvas | HTMLCanvasElement,
): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null {
  if ('toBlob' in canvas) return canvas.getContext('2d', { alpha: false });
  return canvas.getContext('2d', { alpha: false });
}

function emptyCanvas(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
  if ('OffscreenCanvas' in globalThis) return new OffscreenCanvas(width, height);
  const canvas = document.createElement('canvas'); // a browser without the other kind draws on the page
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
