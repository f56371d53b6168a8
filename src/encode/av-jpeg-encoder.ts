import { AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P } from 'node-av/constants';
import { Codec, CodecContext, Packet as AvPacket, Rational, SoftwareScaleContext } from 'node-av/lib';
import type { Frame as AvFrame } from 'node-av/lib';
import { isSameFormat, type Frame, type FrameFormat } from '../core/frame.js';
import type { StillImage } from '../core/still-image.js';
import { AvEncoderInput, createAvFrame, setFrameFormat, setMatrixAndRange } from './av-encoder-input.js';
import { checkStatus, encoderFailure, LibavError, silenceLibavLog } from './av-error.js';

/** JPEG is BT.601 in full range, whatever the video is. */
const JPEG_COLOR = { matrix: 'bt601', range: 'full' } as const;
/** Quantizer of FFmpeg's mjpeg, 2 (best) to 31: 4 is about quality 90. */
const QUANTIZER = 4;
/** Ticks a second of the time base, of no meaning here. */
const RATE = 30;

/** Encodes single frames as JPEG, one at a time. */
export class JpegEncoder implements Disposable {
  readonly #converter = new AvEncoderInput('i420');
  readonly #scaler = new SoftwareScaleContext();
  readonly #received = new AvPacket();
  #context: CodecContext | undefined;
  #image: AvFrame | undefined;
  #format: FrameFormat | undefined;
  #inFlight: Promise<unknown> | undefined;
  #isClosed = false;

  constructor() {
    silenceLibavLog();
    this.#scaler.allocContext();
    this.#received.alloc();
  }

  /** True while an image is being encoded; the next one must wait. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined;
  }

  /**
   * Borrows the frame until this returns; resolves to the image. Rejects with NocturneError `ENCODER_FAILED`, and with TypeError while
   * it is busy or after it was closed.
   */
  encode(frame: Frame): Promise<StillImage> {
    if (this.isBusy || this.#isClosed) return Promise.reject(new TypeError('the JPEG encoder must be open and idle'));
    const { pts, capturedAt } = frame;
    let sending: Promise<number>;
    let context: CodecContext;
    try {
      context = this.#contextFor(frame);
      sending = context.sendFrame(this.#convert(frame));
    } catch (error) {
      return Promise.reject(encoderFailure('ENCODER_FAILED', 'mjpeg', error));
    }
    const image = this.#receive(context, sending)
      .then((data): StillImage => ({ data, pts, capturedAt }))
      .finally(() => {
        this.#inFlight = undefined;
        if (this.#isClosed) this.#free();
      });
    this.#inFlight = image.catch(() => undefined);
    return image;
  }

  /** Idempotent. An image that is being encoded is finished first. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.isBusy) this.#free();
  }

  async #receive(context: CodecContext, sending: Promise<number>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      checkStatus(await sending, 'send a frame');
      checkStatus(context.receivePacketSync(this.#received), 'receive an image');
      const data = new Uint8Array(this.#received.data ?? []);
      this.#received.unref();
      return data;
    } catch (error) {
      throw encoderFailure('ENCODER_FAILED', 'mjpeg', error);
    }
  }

  /** The frame in JPEG's colours, in memory of its own. The encoder is idle, so it no longer reads the last one. */
  #convert(frame: Frame): AvFrame {
    const image = this.#image;
    if (!image) throw new TypeError('the JPEG encoder must have a frame');
    const from = this.#converter.convert(frame, 0n, false);
    setMatrixAndRange(from, frame.color);
    image.format = AV_PIX_FMT_YUVJ420P;
    setMatrixAndRange(image, JPEG_COLOR);
    checkStatus(this.#scaler.scaleFrameSync(image, from), 'convert a frame');
    image.pts = 0n;
    image.quality = QUANTIZER;
    return image;
  }

  #contextFor(frame: Frame): CodecContext {
    if (this.#context && this.#format && isSameFormat(this.#format, frame)) return this.#context;
    this.#close();
    const { width, height, color, sampleAspect } = frame;
    this.#image = createAvFrame(width, height, 'i420');
    this.#context = openContext({ width, height, color: { ...color, ...JPEG_COLOR }, sampleAspect });
    this.#format = { width, height, color, sampleAspect };
    return this.#context;
  }

  #close(): void {
    this.#context?.freeContext();
    this.#context = undefined;
    this.#image?.unref();
    this.#image?.free();
    this.#image = undefined;
  }

  #free(): void {
    this.#close();
    this.#scaler.freeContext();
    this.#converter[Symbol.dispose]();
    this.#received.free();
  }
}

function openContext(format: FrameFormat): CodecContext {
  const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
  if (!codec) throw new RangeError('the build of libav must have the mjpeg encoder');
  const context = new CodecContext();
  try {
    context.allocContext3(codec);
    setFrameFormat(context, format);
    context.pixelFormat = AV_PIX_FMT_YUVJ420P;
    context.timeBase = new Rational(1, RATE);
    context.qMin = QUANTIZER;
    context.qMax = QUANTIZER;
    context.threadCount = 1; // frame threads would hold images back
    checkStatus(context.open2Sync(codec), 'open mjpeg');
    return context;
  } catch (error) {
    context.freeContext();
    throw error instanceof LibavError ? encoderFailure('ENCODER_FAILED', 'mjpeg', error) : error;
  }
}
