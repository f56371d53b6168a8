import {
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  AV_PIX_FMT_YUV420P,
} from 'node-av/constants';
import type { AVColorSpace } from 'node-av/constants';
import { Frame as AvFrame, SoftwareScaleContext } from 'node-av/lib';
import type { Color, ColorMatrix } from '../core/color.js';
import type { FrameFormat } from '../core/frame.js';
import { checkStatus } from '../encode/av-error.js';
import { areaFor, type FrameArea } from './frame-fit.js';

const MATRICES: Readonly<Record<ColorMatrix, AVColorSpace>> = {
  bt601: AVCOL_SPC_SMPTE170M,
  bt709: AVCOL_SPC_BT709,
  bt2020: AVCOL_SPC_BT2020_NCL,
};

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
    setColor(avFrame, from.color);
    const scaled = allocateI420(area);
    try {
      setColor(scaled, to.color);
      checkStatus(await this.#scaler.scaleFrame(scaled, avFrame), 'scale a frame');
      if (area.width === to.width && area.height === to.height) return scaled;
      const whole = allocateI420(to);
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

/** Sets the matrix and range, between which libswscale converts. */
function setColor(avFrame: AvFrame, { matrix, range }: Color): void {
  avFrame.colorSpace = MATRICES[matrix];
  avFrame.colorRange = range === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

function allocateI420({ width, height }: { readonly width: number; readonly height: number }): AvFrame {
  const avFrame = new AvFrame();
  avFrame.alloc();
  avFrame.width = width;
  avFrame.height = height;
  avFrame.format = AV_PIX_FMT_YUV420P;
  checkStatus(avFrame.getBuffer(0), 'allocate a frame');
  return avFrame;
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
