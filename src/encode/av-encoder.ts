import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { Packet as AvPacket } from 'node-av/lib';
import type { CodecContext } from 'node-av/lib';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import { isSameFormat, type Frame, type FrameFormat } from '../core/frame.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import { micros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { codecString, parameterSets } from './access-unit.js';
import { chooseEncoder } from './av-encoder-probe.js';
import { checkStatus, encoderFailure } from './av-error.js';
import { H264_ENCODERS, openLiveContext } from './av-live-context.js';
import type { H264Encoder } from './av-live-context.js';
import { AvEncoderInput } from './av-encoder-input.js';
import type { Encoder, EncoderOptions } from './encoder.js';
import { KeyframeClock } from './keyframe-clock.js';

/** Options of {@link openEncoder}. */
export type OpenEncoderOptions = EncoderOptions & { readonly logger?: Logger };

/** Fallback that every build of node-av has. */
const SOFTWARE_ENCODER = 'libx264';

/** A frame inside the encoder: what its packet needs and libav does not keep. */
interface FrameInEncoder {
  readonly pts: Micros;
  readonly duration: Micros;
  readonly capturedAt: Micros;
}

/**
 * Opens a live encoder. Throws NocturneError `ENCODER_UNAVAILABLE` when the named one does not work on this machine; `auto`
 * falls back to libx264. The codec context opens at the first frame and reopens when size, colour or sample aspect change.
 */
export async function openEncoder(options: OpenEncoderOptions): Promise<Encoder> {
  const encoder = await chooseEncoder(options.encoder);
  const logger = options.logger ?? silentLogger;
  logger.info({ encoder: encoder.name }, 'Selected the video encoder.');
  return new AvEncoder(encoder, options, logger);
}

class AvEncoder implements Encoder {
  readonly #options: EncoderOptions;
  readonly #logger: Logger;
  readonly #received = new AvPacket();
  #encoder: H264Encoder;
  #converter: AvEncoderInput;
  #context: CodecContext | undefined;
  #frameFormat: FrameFormat | undefined;
  #format: VideoFormat | undefined;
  #parameterSets: Uint8Array | undefined;
  #pending: FrameInEncoder[] = [];
  readonly #keyframes: KeyframeClock;
  #isClosed = false;
  #inFlight: Promise<unknown> = Promise.resolve();

  constructor(encoder: H264Encoder, options: EncoderOptions, logger: Logger) {
    this.#encoder = encoder;
    this.#options = options;
    this.#keyframes = new KeyframeClock(options.keyframeIntervalS);
    this.#logger = logger;
    this.#converter = new AvEncoderInput(encoder.pixelFormat);
    this.#received.alloc();
  }

  get format(): VideoFormat | undefined {
    return this.#format;
  }

  get name(): string {
    return this.#encoder.name;
  }

  encode(frame: Frame): Promise<readonly Packet[]> {
    try {
      if (this.#isClosed) throw new TypeError('cannot encode after close');
      const context = this.#contextFor(frame);
      const avFrame = this.#converter.convert(frame, BigInt(frame.pts), this.#keyframes.isDue(frame.pts));
      const sending = context.sendFrame(avFrame);
      this.#pending.push({ pts: frame.pts, duration: frame.duration, capturedAt: frame.capturedAt });
      const packets = this.#receiveAll(context, sending, () => context.sendFrame(avFrame)).finally(() => frame.close());
      this.#inFlight = packets.catch(() => undefined);
      return packets;
    } catch (error) {
      frame.close();
      return Promise.reject(error instanceof TypeError ? error : encoderFailure('ENCODER_FAILED', this.name, error));
    }
  }

  requestKeyframe(): void {
    this.#keyframes.request();
  }

  async flush(): Promise<readonly Packet[]> {
    await this.#inFlight;
    const context = this.#context;
    if (!context) return [];
    const packets = await this.#receiveAll(context, context.sendFrame(null), () => context.sendFrame(null));
    this.#closeContext(); // libav: a flushed encoder takes no more frames
    return packets;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#inFlight;
    this.#closeContext();
    this.#converter[Symbol.dispose]();
    this.#received.free();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #contextFor(frame: Frame): CodecContext {
    if (this.#context && this.#frameFormat && isSameFormat(this.#frameFormat, frame)) return this.#context;
    if (this.#context) this.#drain(this.#context);
    const { width, height, color, sampleAspect } = frame;
    this.#frameFormat = { width, height, color, sampleAspect };
    this.#context = this.#open(this.#frameFormat);
    this.#keyframes.reset();
    this.#parameterSets = undefined;
    return this.#context;
  }

  /** Opens the selected encoder; falls back to libx264 when `auto` selected hardware that does not take this size. */
  #open(frameFormat: FrameFormat): CodecContext {
    try {
      return openLiveContext(this.#encoder, frameFormat, this.#options);
    } catch (error) {
      const software = H264_ENCODERS.find((encoder) => encoder.name === SOFTWARE_ENCODER);
      if (this.#options.encoder !== 'auto' || !software || this.#encoder === software) throw error;
      const { width, height } = frameFormat;
      this.#logger.warn(
        { encoder: this.name, width, height, err: error },
        `${this.name} failed to open; falling back to libx264.`,
      );
      this.#converter[Symbol.dispose]();
      this.#encoder = software;
      this.#converter = new AvEncoderInput(software.pixelFormat);
      return openLiveContext(software, frameFormat, this.#options);
    }
  }

  /** Closes the context before a change of format. Logs the number of frames that a hardware encoder still held: their format is over. */
  #drain(context: CodecContext): void {
    context.sendFrameSync(null);
    while (context.receivePacketSync(this.#received) >= 0) this.#received.unref();
    if (this.#pending.length > 0) {
      this.#logger.warn({ frames: this.#pending.length }, 'Discarded frames inside the encoder at a change of format.');
    }
    this.#closeContext();
  }

  #closeContext(): void {
    this.#context?.freeContext();
    this.#context = undefined;
    this.#pending = [];
  }

  async #receiveAll(
    context: CodecContext,
    sending: Promise<number>,
    retry: () => Promise<number>,
  ): Promise<readonly Packet[]> {
    const packets: Packet[] = [];
    try {
      let status = await sending;
      while (status === AVERROR_EAGAIN) {
        this.#receiveInto(packets, context);
        status = await retry();
      }
      if (status !== AVERROR_EOF) checkStatus(status, 'send a frame');
      this.#receiveInto(packets, context);
      return packets;
    } catch (error) {
      throw encoderFailure('ENCODER_FAILED', this.name, error);
    }
  }

  #receiveInto(packets: Packet[], context: CodecContext): void {
    // sendFrame does the work on a thread of libav's; receiving the result takes a few microseconds.
    for (;;) {
      const status = context.receivePacketSync(this.#received);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      checkStatus(status, 'receive a packet');
      packets.push(this.#packet(this.#received));
      this.#received.unref();
    }
  }

  #packet(received: AvPacket): Packet {
    const bytes = received.data ?? new Uint8Array(0);
    const pts = micros(Number(received.pts));
    const isKeyframe = received.isKeyframe;
    if (isKeyframe) this.#keyframes.onKeyframe(pts);
    const pending = this.#takePending(pts);
    return {
      data: isKeyframe ? this.#withParameterSets(bytes) : new Uint8Array(bytes),
      pts,
      duration: pending?.duration ?? micros(0),
      capturedAt: pending?.capturedAt ?? micros(0),
      isKeyframe,
    };
  }

  /** Removes and returns the frame of a packet, and the frames before it, which the encoder dropped. */
  #takePending(pts: Micros): FrameInEncoder | undefined {
    const index = this.#pending.findIndex((pending) => pending.pts === pts);
    return index < 0 ? undefined : this.#pending.splice(0, index + 1).at(-1);
  }

  /** Copies a keyframe, with parameter sets where the encoder left them out, and updates the format. */
  #withParameterSets(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const own = parameterSets(bytes);
    if (own && !(this.#parameterSets && Buffer.compare(own, this.#parameterSets) === 0)) {
      this.#parameterSets = own;
      this.#updateFormat(own);
    }
    const missing = own ? new Uint8Array(0) : (this.#parameterSets ?? new Uint8Array(0));
    const data = new Uint8Array(missing.length + bytes.length);
    data.set(missing);
    data.set(bytes, missing.length);
    return data;
  }

  #updateFormat(sets: Uint8Array): void {
    const codec = codecString(sets);
    const frameFormat = this.#frameFormat;
    if (!codec || !frameFormat) return;
    const { width, height, sampleAspect } = frameFormat;
    this.#format = { codec, width, height, sampleAspect, frameRate: this.#options.frameRate };
  }
}
