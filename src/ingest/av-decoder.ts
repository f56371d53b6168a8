import { Codec, CodecContext, type Frame as AvFrame, type Packet, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { alphaDecoderOf } from './av-alpha.js';
import { openError, errorText } from './av-errors.js';
import { allocateAvFrame } from './av-frame.js';
import { AvHardware, downloadFrame } from './av-hardware.js';
import type { Hwaccel } from './hwaccel.js';

/** Failures after one packet before the decoder gives up on it. */
const MAX_FAILURES_PER_PACKET = 64;

/** Options of an {@link AvDecoder}. */
export interface AvDecoderOptions {
  /** True: no thread holds frames back. False: threads decode several frames at once, which adds latency. */
  readonly lowDelay: boolean;
  /** Threads; 0 lets libav choose. */
  readonly threads: number;
  /** Name of the input for errors, secrets masked. */
  readonly label: string;
  /** A frame with more pixels counts as corrupt: libav refuses it before it takes memory. */
  readonly maxPixels: number;
  /** What decodes; default `none`, the CPU. */
  readonly hwaccel?: Hwaccel;
}

/** Decoder of one video stream. It lends its AVFrames; return each with `recycle`. */
export class AvDecoder implements Disposable {
  /** FFmpeg's name of the codec. */
  readonly codec: string;
  readonly #context: CodecContext;
  readonly #hwaccel: Hwaccel;
  readonly #hardware: AvHardware | undefined;
  readonly #spare: AvFrame[] = [];
  #hardwareFrames = 0;
  #isOpen = true;
  #corruptCount = 0;

  private constructor(context: CodecContext, codec: Codec, hwaccel: Hwaccel, hardware: AvHardware | undefined) {
    this.#context = context;
    this.#hwaccel = hwaccel;
    this.#hardware = hardware;
    this.codec = codec.name ?? 'unknown';
  }

  /** Opens the decoder of a stream. Rejects with NocturneError INPUT_UNSUPPORTED, or DEVICE_UNAVAILABLE for `hwaccel`. */
  static async open(stream: Stream, options: AvDecoderOptions): Promise<AvDecoder> {
    const codec = alphaDecoderOf(stream) ?? Codec.findDecoder(stream.codecpar.codecId);
    if (!codec) {
      const isDamaged = stream.codecpar.codecId === av.AV_CODEC_ID_NONE;
      throw openError(isDamaged ? av.AVERROR_INVALIDDATA : av.AVERROR_DECODER_NOT_FOUND, options.label, false);
    }
    const { hwaccel = 'none' } = options;
    const hardware = AvHardware.open(hwaccel, codec);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.parametersToContext(stream.codecpar);
    context.pktTimebase = stream.timeBase;
    context.threadCount = options.threads;
    context.setOption('max_pixels', BigInt(options.maxPixels));
    if (hardware) context.hwDeviceCtx = hardware.device;
    if (options.lowDelay) {
      context.threadType = av.FF_THREAD_SLICE;
      context.setFlags(av.AV_CODEC_FLAG_LOW_DELAY);
    }
    const code = await context.open2(codec);
    if (code < 0) {
      context.freeContext();
      hardware?.[Symbol.dispose]();
      throw new NocturneError({
        code: 'INPUT_UNSUPPORTED',
        stage: 'ingest',
        message: `${options.label} could not be decoded: ${codec.name ?? ''}: ${errorText(code)}.`,
      });
    }
    return new AvDecoder(context, codec, hwaccel, hardware);
  }

  /** Packets that could not be decoded so far. */
  get corruptCount(): number {
    return this.#corruptCount;
  }

  /** What really decodes, once a frame was decoded: one line, where `hwaccel` asks for more than the CPU; else none. */
  get notices(): readonly string[] {
    if (this.#hwaccel === 'none') return [];
    const { name } = this.#hardware ?? {};
    if (name === undefined) return ['decoded on the CPU: no device that decodes opens here'];
    if (this.#hardwareFrames > 0) return [`decoded on ${name}`];
    return [`decoded on the CPU: ${name} does not take this kind of ${this.codec}`];
  }

  /** Frames per second from the codec's headers; 0 when unknown. */
  get frameRate(): number {
    const rate = this.#context.framerate;
    return rate.num > 0 && rate.den > 0 ? rate.num / rate.den : 0;
  }

  /**
   * Sends a packet (null: end of stream) and lends the AVFrames that are ready, none or more. The work runs off this thread
   * until the promise resolves. Counts and skips a packet that cannot be decoded. One call at a time.
   */
  async decode(packet: Packet | null): Promise<AvFrame[]> {
    const sent = await this.#context.sendPacket(packet);
    if (sent < 0 && sent !== av.AVERROR_EOF && sent !== av.AVERROR_EAGAIN) this.#corruptCount++;
    const avFrames: AvFrame[] = [];
    let failures = 0;
    for (;;) {
      const avFrame = this.#spare.pop() ?? allocateAvFrame();
      // After a packet, receiving costs microseconds; at the end of the stream it waits for the decoder's threads.
      const code = packet ? this.#context.receiveFrameSync(avFrame) : await this.#context.receiveFrame(avFrame);
      if (code >= 0) {
        const inMemory = await this.#toMemory(avFrame);
        if (inMemory) avFrames.push(inMemory);
        continue;
      }
      this.#spare.push(avFrame);
      if (code === av.AVERROR_EOF || code === av.AVERROR_EAGAIN || ++failures > MAX_FAILURES_PER_PACKET)
        return avFrames;
      this.#corruptCount++;
    }
  }

  /** Takes back an AVFrame that {@link decode} lent; its pixels become invalid. */
  recycle(avFrame: AvFrame): void {
    avFrame.unref();
    if (this.#isOpen) this.#spare.push(avFrame);
    else avFrame.free();
  }

  /** Discards buffered frames, before a seek. */
  flush(): void {
    this.#context.flushBuffers();
  }

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const avFrame of this.#spare.splice(0)) avFrame.free();
    this.#context.freeContext();
    this.#hardware?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A frame as the converter reads it. Takes one that is on a device; counts it as corrupt where it cannot be copied. */
  async #toMemory(avFrame: AvFrame): Promise<AvFrame | undefined> {
    if (avFrame.format !== this.#hardware?.pixelFormat) return avFrame;
    try {
      const copy = await downloadFrame(avFrame);
      this.#hardwareFrames++;
      return copy;
    } catch {
      this.#corruptCount++;
      return undefined;
    } finally {
      this.recycle(avFrame);
    }
  }
}
