import { SoftwareScaleContext, type Frame as AvFrame } from 'node-av/lib';
import type { FrameFormat } from '../core/frame.js';
import { createAvFrame, setMatrixAndRange } from '../encode/av-encoder-input.js';
import { checkStatus } from '../encode/av-error.js';
import { areaFor, type FrameArea } from './frame-fit.js';

/** Luma of black, by range, and chroma of grey. */
const BLACK = { limited: 16, full: 0 } as const;
const NO_CHROMA = 128;

/** Scales AVFrames to one format and converts their colour to its own; what does not fill it gets black bars. */
export class AvFrameFitter implements Disposable {
  readonly #to: FrameFormat;
  readonly #scaler = new SoftwareScaleContext();

  constructor(to: FrameFormat) {
    this.#to = to;
    this.#scaler.allocContext();
  }

  /** Borrows an I420 AVFrame of a format, and sets its colour tags. The caller frees the result. Throws LibavError. */
  async fit(avFrame: AvFrame, from: FrameFormat): Promise<AvFrame> {
    const to = this.#to;
    const area = areaFor(from, to);
    setMatrixAndRange(avFrame, from.color);
    const scaled = createAvFrame(area.width, area.height, 'i420');
    try {
      setMatrixAndRange(scaled, to.color);
      checkStatus(await this.#scaler.scaleFrame(scaled, avFrame), 'scale a frame');
      if (area.width === to.width && area.height === to.height) return scaled;
      const whole = createAvFrame(to.width, to.height, 'i420');
      fillAround(whole, scaled, area, BLACK[to.color.range]);
      free(scaled);
      return whole;
    } catch (error) {
      free(scaled);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#scaler.freeContext();
  }
}

/** Frees an AVFrame and its buffers at once: node-av 6.1 leaves them to the garbage collector without `unref`. */
export function free(avFrame: AvFrame): void {
  avFrame.unref();
  avFrame.free();
}

/** Copies a frame into a part of a larger one, black around it. */
function fillAround(whole: AvFrame, part: AvFrame, area: FrameArea, black: number): void {
  for (const [n, to] of (whole.data ?? []).entries()) {
    const from = part.data?.[n];
    if (!from) continue;
    const scale = n === 0 ? 1 : 2;
    const [toStride = 0, fromStride = 0] = [whole.linesize[n], part.linesize[n]];
    to.fill(n === 0 ? black : NO_CHROMA);
    for (let row = 0; row < area.height / scale; row++) {
      const start = row * fromStride;
      to.set(from.subarray(start, start + area.width / scale), (area.y / scale + row) * toStride + area.x / scale);
    }
  }
}
