import { Codec, CodecContext, Frame as AvFrame, type Packet, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { NocturneError } from '../core/errors.js';
import { openError, reason } from './av-errors.js';

/** Failures in a row after one packet beyond which the decoder is not asked again for it. */
const MAX_FAILURES = 64;

/** What decides how the decoder works. */
export interface DecoderSettings {
  /** True: no thread may hold frames back. False: frames are decoded side by side, some ahead. */
  readonly lowDelay: boolean;
  /** Threads; 0 lets libav choose. */
  readonly threads: number;
  /** The input for people, for errors. */
  readonly label: string;
}

/** One video stream's decoder. Frames it gives are lent: give them back with `recycle`. */
export class AvDecoder implements Disposable {
  /** Codec as FFmpeg names it. */
  readonly codec: string;
  readonly codecId: number;
  readonly #context: CodecContext;
  readonly #spare: AvFrame[] = [];
  #open = true;
  #corrupt = 0;

  private constructor(context: CodecContext, codec: Codec) {
    this.#context = context;
    this.codec = codec.name ?? 'unknown';
    this.codecId = codec.id;
  }

  static async open(stream: Stream, settings: DecoderSettings): Promise<AvDecoder> {
    const codec = Codec.findDecoder(stream.codecpar.codecId);
    if (!codec) throw openError(av.AVERROR_DECODER_NOT_FOUND, settings.label, false);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.parametersToContext(stream.codecpar);
    context.pktTimebase = stream.timeBase;
    context.threadCount = settings.threads;
    if (settings.lowDelay) {
      context.threadType = av.FF_THREAD_SLICE;
      context.setFlags(av.AV_CODEC_FLAG_LOW_DELAY);
    }
    const code = await context.open2(codec);
    if (code < 0) {
      context.freeContext();
      throw new NocturneError({
        code: 'INPUT_UNSUPPORTED',
        stage: 'ingest',
        message: `${settings.label} could not be decoded: ${codec.name ?? ''}: ${reason(code)}.`,
      });
    }
    return new AvDecoder(context, codec);
  }

  /** Packets that could not be decoded so far. */
  get corrupt(): number {
    return this.#corrupt;
  }

  /** Frames a second as the codec's own headers tell; 0 when they do not. */
  get frameRate(): number {
    const rate = this.#context.framerate;
    return rate.num > 0 && rate.den > 0 ? rate.num / rate.den : 0;
  }

  /**
   * Sends a packet (null: the end) and gives the frames that became ready, none or more. The work is in flight, off this
   * thread, until the promise resolves. A packet that cannot be decoded is counted and skipped. One call at a time.
   */
  async decode(packet: Packet | null): Promise<AvFrame[]> {
    const sent = await this.#context.sendPacket(packet);
    if (sent < 0 && sent !== av.AVERROR_EOF && sent !== av.AVERROR_EAGAIN) this.#corrupt++;
    const ready: AvFrame[] = [];
    let failures = 0;
    for (;;) {
      const frame = this.#spare.pop() ?? emptyFrame();
      // After a packet the frame lies ready and taking it costs microseconds; at the end it must be waited for.
      const code = packet ? this.#context.receiveFrameSync(frame) : await this.#context.receiveFrame(frame);
      if (code >= 0) {
        ready.push(frame);
        continue;
      }
      this.#spare.push(frame);
      if (code === av.AVERROR_EOF || code === av.AVERROR_EAGAIN || ++failures > MAX_FAILURES) return ready;
      this.#corrupt++;
    }
  }

  /** Takes back a frame that `decode` gave; its pixels are gone then. */
  recycle(frame: AvFrame): void {
    frame.unref();
    if (this.#open) this.#spare.push(frame);
    else frame.free();
  }

  /** Forgets what is inside, before a seek. */
  flush(): void {
    this.#context.flushBuffers();
  }

  /** Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const frame of this.#spare.splice(0)) frame.free();
    this.#context.freeContext();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function emptyFrame(): AvFrame {
  const frame = new AvFrame();
  frame.alloc();
  return frame;
}
