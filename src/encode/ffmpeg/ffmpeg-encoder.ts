import { NocturneError } from '../../core/errors.js';
import { isSameFormat, type Frame, type FrameFormat } from '../../core/frame.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { Packet, VideoFormat } from '../../core/packet.js';
import { SystemFfmpeg, type FfmpegSettings } from '../../ffmpeg/system-ffmpeg.js';
import { codecString } from '../access-unit.js';
import type { Encoder, EncoderOptions } from '../encoder.js';
import { KeyframeClock } from '../keyframe-clock.js';
import { chooseFfmpegEncoder } from './choose-encoder.js';
import { EncoderProcess } from './encoder-process.js';

/** Options of {@link openFfmpegEncoder}. */
export type FfmpegEncoderOptions = EncoderOptions & { readonly logger?: Logger };

/**
 * Opens a live encoder in the user's own FFmpeg. Rejects with NocturneError: FFMPEG_UNAVAILABLE, or ENCODER_UNAVAILABLE when the named
 * encoder is not in its build, is not one of H.264 or does not open. The process starts at the first frame, and again when size, colour
 * or sample aspect change.
 */
export async function openFfmpegEncoder(options: FfmpegEncoderOptions, settings: FfmpegSettings): Promise<Encoder> {
  const system = await SystemFfmpeg.open(settings);
  const name = await chooseFfmpegEncoder(system, options);
  const logger = options.logger ?? silentLogger;
  logger.info(
    { encoder: name, ffmpeg: system.path, version: system.version },
    "Selected an encoder of the user's FFmpeg.",
  );
  return new FfmpegEncoder(system, name, options);
}

class FfmpegEncoder implements Encoder {
  readonly name: string;
  readonly #system: SystemFfmpeg;
  readonly #options: EncoderOptions;
  #process: EncoderProcess | undefined;
  #frameFormat: FrameFormat | undefined;
  #format: VideoFormat | undefined;
  readonly #keyframes: KeyframeClock;
  #isClosed = false;
  #inFlight: Promise<unknown> = Promise.resolve();

  constructor(system: SystemFfmpeg, name: string, options: EncoderOptions) {
    this.#system = system;
    this.name = name;
    this.#options = options;
    this.#keyframes = new KeyframeClock(options.keyframeIntervalS);
  }

  get format(): VideoFormat | undefined {
    return this.#format;
  }

  encode(frame: Frame): Promise<readonly Packet[]> {
    if (this.#isClosed) {
      frame.close();
      return Promise.reject(new TypeError('cannot encode after close'));
    }
    const packets = this.#encode(frame).finally(() => frame.close());
    this.#inFlight = packets.catch(() => undefined);
    return packets;
  }

  requestKeyframe(): void {
    this.#keyframes.request();
  }

  async flush(): Promise<readonly Packet[]> {
    await this.#inFlight;
    return this.#endProcess();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#inFlight;
    await this.#process?.stop();
    this.#process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #encode(frame: Frame): Promise<readonly Packet[]> {
    const last = this.#frameFormat && isSameFormat(this.#frameFormat, frame) ? [] : await this.#endProcess();
    const process = (this.#process ??= await this.#start(frame));
    const packets = [...last, ...(await process.encode(frame, this.#keyframes.isDue(frame.pts)))];
    const keyframe = packets.findLast(({ isKeyframe }) => isKeyframe);
    if (keyframe) this.#updateFormat(keyframe);
    return packets;
  }

  async #start(frame: Frame): Promise<EncoderProcess> {
    const { width, height, color, sampleAspect } = frame;
    this.#frameFormat = { width, height, color, sampleAspect };
    this.#keyframes.reset();
    return EncoderProcess.start({
      ...{ system: this.#system, encoder: this.name, options: this.#options },
      ...{ format: this.#frameFormat, firstPts: frame.pts },
    });
  }

  /** Ends the process and returns the packets that it still held. */
  async #endProcess(): Promise<readonly Packet[]> {
    const process = this.#process;
    this.#process = undefined;
    this.#frameFormat = undefined;
    return process ? await process.finish() : [];
  }

  #updateFormat({ data }: Packet): void {
    const codec = codecString(data);
    if (codec === undefined || !this.#frameFormat) {
      const message = `The encoder ${this.name} of your FFmpeg wrote a keyframe without parameter sets.`;
      throw new NocturneError({ code: 'ENCODER_FAILED', stage: 'encode', message });
    }
    const { width, height, sampleAspect } = this.#frameFormat;
    this.#format = { codec, width, height, sampleAspect, frameRate: this.#options.frameRate };
  }
}
