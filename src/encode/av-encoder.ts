import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { Packet as AvPacket } from 'node-av/lib';
import type { CodecContext } from 'node-av/lib';
import { silentLogger } from '../core/logger.js';
import type { Logger } from '../core/logger.js';
import { isSameFormat, type Frame, type FrameFormat } from '../core/frame.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import { fromSeconds, micros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { codecString, parameterSets } from './access-unit.js';
import { chooseEncoder } from './av-encoder-trial.js';
import { checkStatus, encoderFailure } from './av-error.js';
import { LIVE_CODECS, openLiveContext } from './av-live-context.js';
import type { LiveCodec } from './av-live-context.js';
import { EncoderInput } from './av-encoder-input.js';
import type { Encoder, EncoderOptions } from './encoder.js';

/** What {@link openEncoder} takes. */
export type OpenEncoderOptions = EncoderOptions & { readonly logger?: Logger };

/** The encoder of last resort, which every build of node-av has. */
const SOFTWARE = 'libx264';

/** A frame inside the encoder: what its packet needs and libav does not carry. */
interface Pending {
  readonly pts: Micros;
  readonly duration: Micros;
  readonly capturedAt: Micros;
}

/**
 * A live encoder, ready for its first frame. Throws NocturneError `ENCODER_UNAVAILABLE` when the named one does not work
 * here; `auto` falls back to libx264. The codec itself opens at the first frame and again whenever size, colour or sample
 * aspect change.
 */
export async function openEncoder(options: OpenEncoderOptions): Promise<Encoder> {
  const codec = await chooseEncoder(options.encoder);
  const logger = options.logger ?? silentLogger;
  logger.info({ encoder: codec.name }, 'The video encoder is chosen.');
  return new AvEncoder(codec, options, logger);
}

class AvEncoder implements Encoder {
  readonly #options: EncoderOptions;
  readonly #logger: Logger;
  readonly #received = new AvPacket();
  #codec: LiveCodec;
  #input: EncoderInput;
  #context: CodecContext | undefined;
  #frameFormat: FrameFormat | undefined;
  #format: VideoFormat | undefined;
  #parameterSets: Uint8Array | undefined;
  #pending: Pending[] = [];
  #lastKeyframe: Micros | undefined;
  #wantsKeyframe = false;
  #closed = false;
  #inFlight: Promise<unknown> = Promise.resolve();

  constructor(codec: LiveCodec, options: EncoderOptions, logger: Logger) {
    this.#codec = codec;
    this.#options = options;
    this.#logger = logger;
    this.#input = new EncoderInput(codec.layout);
    this.#received.alloc();
  }

  get format(): VideoFormat | undefined {
    return this.#format;
  }

  get name(): string {
    return this.#codec.name;
  }

  encode(frame: Frame): Promise<readonly Packet[]> {
    try {
      if (this.#closed) throw new TypeError('cannot encode after close');
      const context = this.#contextFor(frame);
      const picture = this.#input.avFrame(frame, BigInt(frame.pts), this.#keyframeDue(frame.pts));
      const sending = context.sendFrame(picture);
      this.#pending.push({ pts: frame.pts, duration: frame.duration, capturedAt: frame.capturedAt });
      const packets = this.#collect(context, sending, () => context.sendFrame(picture)).finally(() => frame.close());
      this.#inFlight = packets.catch(() => undefined);
      return packets;
    } catch (error) {
      frame.close();
      return Promise.reject(error instanceof TypeError ? error : encoderFailure('ENCODER_FAILED', this.name, error));
    }
  }

  requestKeyframe(): void {
    this.#wantsKeyframe = true;
  }

  async flush(): Promise<readonly Packet[]> {
    await this.#inFlight;
    const context = this.#context;
    if (!context) return [];
    const packets = await this.#collect(context, context.sendFrame(null), () => context.sendFrame(null));
    this.#closeContext(); // a flushed libav encoder takes nothing more; the next frame opens another
    return packets;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#inFlight;
    this.#closeContext();
    this.#input[Symbol.dispose]();
    this.#received.free();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #contextFor(frame: Frame): CodecContext {
    if (this.#context && this.#frameFormat && isSameFormat(this.#frameFormat, frame)) return this.#context;
    if (this.#context) this.#drainBeforeChange(this.#context);
    const { width, height, color, sampleAspect } = frame;
    this.#frameFormat = { width, height, color, sampleAspect };
    this.#context = this.#open(this.#frameFormat);
    this.#lastKeyframe = undefined;
    this.#parameterSets = undefined;
    return this.#context;
  }

  /** Opens the chosen encoder; where `auto` chose hardware and it refuses this size, libx264 takes over. */
  #open(frameFormat: FrameFormat): CodecContext {
    try {
      return openLiveContext(this.#codec, frameFormat, this.#options);
    } catch (error) {
      const software = LIVE_CODECS.find((codec) => codec.name === SOFTWARE);
      if (this.#options.encoder !== 'auto' || !software || this.#codec === software) throw error;
      const { width, height } = frameFormat;
      this.#logger.warn({ encoder: this.name, width, height, err: error }, `${this.name} refused; libx264 takes over.`);
      this.#input[Symbol.dispose]();
      this.#codec = software;
      this.#input = new EncoderInput(software.layout);
      return openLiveContext(software, frameFormat, this.#options);
    }
  }

  /** The old context goes. What a hardware encoder still held belongs to a format that is over: counted in the log. */
  #drainBeforeChange(context: CodecContext): void {
    context.sendFrameSync(null);
    while (context.receivePacketSync(this.#received) >= 0) this.#received.unref();
    if (this.#pending.length > 0) {
      this.#logger.warn({ frames: this.#pending.length }, 'Frames were left in the encoder when the picture changed.');
    }
    this.#closeContext();
  }

  #closeContext(): void {
    this.#context?.freeContext();
    this.#context = undefined;
    this.#pending = [];
  }

  /** True for the first frame, after a request, and when the last keyframe is long ago by pts (a variable rate fools a count). */
  #keyframeDue(pts: Micros): boolean {
    const last = this.#lastKeyframe;
    const isDue =
      this.#wantsKeyframe ||
      last === undefined ||
      pts < last ||
      pts - last >= fromSeconds(this.#options.keyframeIntervalS);
    this.#wantsKeyframe = false;
    if (isDue) this.#lastKeyframe = pts;
    return isDue;
  }

  async #collect(
    context: CodecContext,
    sending: Promise<number>,
    sendAgain: () => Promise<number>,
  ): Promise<readonly Packet[]> {
    const packets: Packet[] = [];
    try {
      let status = await sending;
      while (status === AVERROR_EAGAIN) {
        this.#receiveInto(packets, context);
        status = await sendAgain();
      }
      if (status !== AVERROR_EOF) checkStatus(status, 'send a frame');
      this.#receiveInto(packets, context);
      return packets;
    } catch (error) {
      throw encoderFailure('ENCODER_FAILED', this.name, error);
    }
  }

  #receiveInto(packets: Packet[], context: CodecContext): void {
    // The work was done on libav's side of sendFrame; taking the result out is a few microseconds.
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
    if (isKeyframe) this.#lastKeyframe = pts;
    const pending = this.#takePending(pts);
    return {
      data: isKeyframe ? this.#withParameterSets(bytes) : new Uint8Array(bytes),
      pts,
      duration: pending?.duration ?? micros(0),
      capturedAt: pending?.capturedAt ?? micros(0),
      isKeyframe,
    };
  }

  /** The frame of a packet; those before it were dropped by the encoder. */
  #takePending(pts: Micros): Pending | undefined {
    const index = this.#pending.findIndex((pending) => pending.pts === pts);
    return index < 0 ? undefined : this.#pending.splice(0, index + 1).at(-1);
  }

  /** Copies a keyframe and puts parameter sets before it where the encoder left them out; updates the format. */
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
