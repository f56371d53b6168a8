import { NocturneError } from '../../core/errors.js';
import type { Frame, FrameFormat } from '../../core/frame.js';
import type { Packet } from '../../core/packet.js';
import type { Micros } from '../../core/time.js';
import { FfmpegLog } from '../../ffmpeg/ffmpeg-log.js';
import { FfmpegProcess } from '../../ffmpeg/ffmpeg-process.js';
import { matroskaFrame, matroskaHeader } from '../../ffmpeg/matroska-frames.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';
import type { EncoderOptions } from '../encoder.js';
import { FlvPackets, type FlvPacket } from './flv-packets.js';
import { KEYFRAME_TICK, liveArguments } from './live-arguments.js';

/**
 * How long `encode` waits for the packet of its frame, milliseconds. An encoder that is later holds frames back, as hardware does: one
 * more may then be inside it.
 */
const PACKET_WAIT_MS = 1000;
/** The same for the first one, which comes once the process has started. */
const FIRST_PACKET_WAIT_MS = 5000;
/** Frames that may be inside the process; then `encode` waits for a packet. */
const MAX_FRAMES_INSIDE = 8;
/** A process that takes frames and returns nothing for this long is stuck, milliseconds. */
const STUCK_TIMEOUT_MS = 10_000;
/** FLV's times are milliseconds. */
const MICROS_PER_MS = 1000;

/** Options of {@link EncoderProcess.start}. */
export interface EncoderProcessOptions {
  readonly system: SystemFfmpeg;
  readonly encoder: string;
  readonly options: EncoderOptions;
  readonly format: FrameFormat;
  /** The process counts its times from here. */
  readonly firstPts: Micros;
}

/** A frame inside the process: what its packet needs. */
interface FrameInside {
  readonly pts: Micros;
  readonly duration: Micros;
  readonly capturedAt: Micros;
  /** Time that FLV gives its packet. */
  readonly ms: number;
}

/** One ffmpeg that encodes frames of one format to packets, in order. */
export class EncoderProcess {
  readonly #options: EncoderProcessOptions;
  readonly #process: FfmpegProcess;
  readonly #splitter = new FlvPackets();
  #inside: FrameInside[] = [];
  #ready: Packet[] = [];
  /** Frames that the encoder holds back, as learnt from it. */
  #delay = 0;
  #lastPts = -Infinity;
  #failure: NocturneError | undefined;
  #wake: (() => void) | undefined;

  private constructor(options: EncoderProcessOptions, process: FfmpegProcess) {
    this.#options = options;
    this.#process = process;
    process.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    process.stdout.on('end', () => this.#signal());
    void process.ended.then(() => this.#signal());
  }

  /** Starts the process. Rejects with NocturneError. */
  static async start(options: EncoderProcessOptions): Promise<EncoderProcess> {
    const { system, encoder, format, options: encoderOptions } = options;
    const args = liveArguments(system, encoder, format, encoderOptions);
    const process = await FfmpegProcess.start(system, args, { log: new FfmpegLog() });
    await process.write([matroskaHeader(format, encoderOptions.frameRate)]);
    return new EncoderProcess(options, process);
  }

  /** Encodes a frame, which it borrows, and resolves to the packets that are ready. Rejects with NocturneError ENCODER_FAILED. */
  async encode(frame: Frame, isKeyframe: boolean): Promise<readonly Packet[]> {
    const { pts, duration, capturedAt } = frame;
    const waitMs = this.#lastPts === -Infinity ? FIRST_PACKET_WAIT_MS : PACKET_WAIT_MS;
    this.#delay = Math.min(this.#delay, this.#inside.length); // it was only slow for a moment
    const time = this.#timeOf(pts, isKeyframe);
    this.#inside.push({ pts, duration, capturedAt, ms: Math.round(time / MICROS_PER_MS) });
    await this.#process.write(matroskaFrame(frame, time));
    if (this.#delay < MAX_FRAMES_INSIDE && !(await this.#awaitPackets(this.#delay, waitMs))) this.#delay++;
    if (this.#inside.length > MAX_FRAMES_INSIDE && !(await this.#awaitPackets(MAX_FRAMES_INSIDE, STUCK_TIMEOUT_MS))) {
      throw this.#failed(`has returned nothing for ${STUCK_TIMEOUT_MS / 1000} s`);
    }
    if (this.#failure) throw this.#failure;
    if (this.#process.end) throw this.#failed(`ended: ${this.#process.end.reason || 'it wrote no more'}`);
    return this.#take();
  }

  /** Ends the input, and resolves to the packets that were still inside once the process is gone. */
  async finish(): Promise<readonly Packet[]> {
    this.#process.endInput();
    const timer = setTimeout(() => void this.#process.stop(), STUCK_TIMEOUT_MS);
    await this.#process.ended;
    clearTimeout(timer);
    await this.#awaitPackets(0, PACKET_WAIT_MS);
    await this.#process.stop();
    return this.#take();
  }

  /** Ends the process at once. Idempotent, never throws. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /**
   * Even microseconds from the first frame on, and odd ones for a keyframe; never back. The first frame is a keyframe by itself, and its
   * time must be 0: ffmpeg counts the time that it looks at from there.
   */
  #timeOf(pts: Micros, isKeyframe: boolean): Micros {
    const even = 2 * Math.floor(Math.max(0, pts - this.#options.firstPts) / 2);
    const later = Math.max(even, 2 * Math.floor(this.#lastPts / 2) + 2);
    const isFirst = this.#lastPts === -Infinity;
    this.#lastPts = isFirst ? 0 : later + (isKeyframe ? KEYFRAME_TICK : 0);
    return this.#lastPts as Micros; // an integer
  }

  /** Waits until at most `count` frames are inside; false when that takes too long. True when the process is over. */
  async #awaitPackets(count: number, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (this.#inside.length > count && !this.#failure && !this.#isOver) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return true;
  }

  /** True once nothing more comes. */
  get #isOver(): boolean {
    return this.#process.end !== undefined && this.#process.stdout.readableEnded;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const packet of this.#splitter.push(chunk)) this.#ready.push(this.#toPacket(packet));
    } catch (error) {
      this.#failure ??= this.#failed(error instanceof Error ? error.message : String(error));
    }
    this.#signal();
  }

  /** The packet of the frame with its time; frames before that one were dropped by the encoder. */
  #toPacket({ ms, data, isKeyframe }: FlvPacket): Packet {
    const index = this.#inside.findIndex((frame) => Math.abs(frame.ms - ms) <= 1);
    const frame = this.#inside.splice(0, Math.max(0, index) + 1).at(-1);
    if (!frame) throw new RangeError('it returned more packets than it was given frames');
    const { pts, duration, capturedAt } = frame;
    return { data, pts, duration, capturedAt, isKeyframe };
  }

  #take(): Packet[] {
    const packets = this.#ready;
    this.#ready = [];
    return packets;
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #failed(how: string): NocturneError {
    const message = `The encoder ${this.#options.encoder} of your FFmpeg ${how}.`;
    return new NocturneError({ code: 'ENCODER_FAILED', stage: 'encode', message });
  }
}
