import { SoftwareScaleContext } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { cropImage, IMAGE_COLOR, type RgbImage } from '../image/rgb-image.js';
import { errorText } from './av-errors.js';
import { allocateAvFrame, freeAvFrame } from './av-frame.js';
import type { AvFramePool, DecodedFormat, DecodedFrame } from './av-frame-pool.js';

/** Converts RGB images to I420 frames: all in BT.709, full range, so that images of every kind have one colour meaning. */
export class AvRgbConverter implements Disposable {
  readonly #pool: AvFramePool;
  readonly #scaler = new SoftwareScaleContext();
  #format: DecodedFormat | undefined;
  #isOpen = true;

  constructor(pool: AvFramePool) {
    this.#pool = pool;
    this.#scaler.allocContext();
  }

  /**
   * Copies an image into a frame, which the caller passes on or releases. A last odd column or row is left out, or repeated
   * where it is the only one; `isCropped` reports both. Rejects with NocturneError INPUT_UNSUPPORTED.
   */
  async convert(odd: RgbImage): Promise<DecodedFrame & { readonly isCropped: boolean }> {
    const [width, height] = [Math.max(2, odd.width & ~1), Math.max(2, odd.height & ~1)];
    const image = cropImage(odd, width, height);
    const source = allocateAvFrame();
    const frame = this.#pool.acquire(this.#formatOf(width, height));
    try {
      Object.assign(source, { width, height, format: av.AV_PIX_FMT_RGB24 });
      source.colorSpace = av.AVCOL_SPC_RGB;
      source.colorRange = av.AVCOL_RANGE_JPEG;
      const code = source.getBuffer(0);
      if (code >= 0) copyRows(image, source.data?.[0], source.linesize[0] ?? 0);
      const scaled = code < 0 ? code : await this.#scaler.scaleFrame(frame.avFrame, source);
      if (scaled < 0) throw unsupported(`an image of ${width}x${height} could not be converted: ${errorText(scaled)}.`);
      return { ...frame, isCropped: image !== odd };
    } catch (error) {
      this.#pool.release(frame);
      throw error;
    } finally {
      freeAvFrame(source);
    }
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#scaler.freeContext();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The same object for images of the same size, so that a change is detected by identity. */
  #formatOf(width: number, height: number): DecodedFormat {
    if (this.#format?.width !== width || this.#format.height !== height) {
      this.#format = { width, height, color: IMAGE_COLOR, sampleAspect: [1, 1], notices: [] };
    }
    return this.#format;
  }
}

function copyRows({ width, height, data }: RgbImage, plane: Buffer | undefined, stride: number): void {
  const rowBytes = 3 * width;
  for (let y = 0; y < height; y++) plane?.set(data.subarray(rowBytes * y, rowBytes * (y + 1)), y * stride);
}

function unsupported(message: string): NocturneError {
  return new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message });
}
