import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { OutputFormat, Packet as AvPacket } from 'node-av/lib';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abortedError, NocturneError } from '../core/errors.js';
import { isSameFormat, type Frame } from '../core/frame.js';
import { microsToTicks, ticksToMicros } from '../core/time.js';
import { CopiedStreams } from './av-copied-streams.js';
import { LibavError, checkStatus, encoderFailure, quietLibav } from '../encode/av-error.js';
import { outputFailure } from './output-error.js';
import { fileCodec, fileEncoderName } from './av-file-context.js';
import { openFileOutput, unsupported } from './av-file-output.js';
import type { FileOutput } from './av-file-output.js';
import { EncoderInput } from '../encode/av-encoder-input.js';
import { canCarryChapters, readChapters, writeChapters } from './chapters/chapters.js';
import type { Chapter } from './chapters/chapter.js';
import type { FileSinkOptions, FileSink, SinkReport } from './file-options.js';
import { OutputTarget } from './output-target.js';

/**
 * A file ready for its first frame. Checks at once all that can be known: the container, the codec, the place, the input
 * to copy from. Throws NocturneError.
 */
export async function openFileSink(options: FileSinkOptions): Promise<FileSink> {
  quietLibav();
  const encoder = fileEncoderName(fileCodec(options));
  const format = OutputFormat.guessFormat(null, options.path, null);
  if (!format || format.videoCodec === 0 || format.name?.startsWith('image2')) {
    const extension = extname(options.path) || 'no extension';
    throw unsupported(`The output ${options.path} names no video container that can be written (${extension}).`);
  }
  const { path, overwrite = false } = options;
  const inputPath = options.copyFrom === undefined ? undefined : localPath(options.copyFrom);
  const target = await OutputTarget.open({ path, overwrite, ...(inputPath === undefined ? {} : { inputPath }) });
  let copied: CopiedStreams | undefined;
  try {
    const { startS = 0, durationS, signal, copyTimeoutMs: patienceMs } = options;
    if (inputPath === undefined) return new AvFileSink({ target, copied, chapters: [], options, encoder, format });
    const trialPath = target.temporaryPath;
    copied = await CopiedStreams.open({ inputPath, trialPath, startS, durationS, signal, patienceMs });
    const chapters = await readChapters(inputPath, { startS, durationS });
    return new AvFileSink({ target, copied, chapters, options, encoder, format });
  } catch (error) {
    await copied?.close();
    await target.discard();
    throw outputFailure(path, error);
  }
}

/** The path that a `file:` address means; other addresses and paths as they are. */
function localPath(address: string): string {
  if (!address.startsWith('file:')) return address;
  return address.startsWith('file://') ? fileURLToPath(address) : address.slice('file:'.length);
}

interface AvFileSinkOptions {
  readonly target: OutputTarget;
  readonly copied: CopiedStreams | undefined;
  readonly chapters: readonly Chapter[];
  readonly options: FileSinkOptions;
  readonly encoder: string;
  readonly format: OutputFormat;
}

class AvFileSink implements FileSink {
  readonly #options: AvFileSinkOptions;
  readonly #input = new EncoderInput('i420');
  readonly #packet = new AvPacket();
  readonly #notices: string[];
  /** Durations in microseconds of the frames inside the encoder, by pts in ticks. */
  readonly #durations = new Map<bigint, bigint>();
  #open: FileOutput | undefined;
  #frames = 0;
  #isOver = false;
  #inFlight: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> = Promise.resolve();

  constructor(parts: AvFileSinkOptions) {
    this.#options = parts;
    this.#notices = [...(parts.copied?.notices ?? [])];
    this.#packet.alloc();
  }

  write(frame: Frame): Promise<void> {
    try {
      if (this.#isOver) throw new TypeError('cannot write after finish or abort');
      const opened = this.#outputFor(frame);
      const { timeBase } = this.#options.options;
      const pts = microsToTicks(frame.pts, timeBase);
      this.#durations.set(pts, microsToTicks(frame.duration, timeBase));
      const sending = opened.context.sendFrame(this.#input.avFrame(frame, pts, false));
      const written = this.#writeReady(opened, sending, () => frame.close());
      this.#inFlight = written.catch(() => undefined);
      return written;
    } catch (error) {
      frame.close();
      return Promise.reject(error instanceof TypeError ? error : outputFailure(this.#options.options.path, error));
    }
  }

  async finish(): Promise<SinkReport> {
    if (this.#isOver) throw new TypeError('cannot finish twice, or after abort');
    const finishing = this.#finishAfter(this.#inFlight);
    this.#inFlight = finishing.catch(() => undefined);
    try {
      return await finishing;
    } catch (error) {
      await this.abort();
      throw outputFailure(this.#options.options.path, error);
    }
  }

  async abort(): Promise<void> {
    if (!this.#isOver) this.#stopping = this.#stop();
    await this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }

  async #finishAfter(written: Promise<unknown>): Promise<SinkReport> {
    await written;
    const { copied, options, target } = this.#options;
    const opened = this.#open;
    if (!opened) throw failed(`Cannot write ${options.path}: the input gave no frames.`);
    await this.#writeReady(opened, opened.context.sendFrame(null), () => undefined);
    await copied?.writeUntil(Number.POSITIVE_INFINITY, opened.output);
    checkStatus(await opened.output.writeTrailer(), 'write the end of the file');
    checkStatus(Math.min(0, opened.output.pb?.error ?? 0), 'write the end of the file');
    await this.#closeLibav();
    const chapters = await this.#writeChapters();
    if (this.#isOver) throw abortedError(`${options.path} was complete`, 'output');
    await target.commit();
    this.#isOver = true;
    return this.#report(chapters);
  }

  async #stop(): Promise<void> {
    this.#isOver = true;
    this.#options.copied?.stop();
    await this.#inFlight;
    await this.#closeLibav();
    await this.#options.target.discard();
  }

  #outputFor(frame: Frame): FileOutput {
    if (this.#open) {
      if (isSameFormat(this.#open.frameFormat, frame)) return this.#open;
      const { width, height } = this.#open.frameFormat;
      throw unsupported(
        `The picture changes from ${width}x${height} to ${frame.width}x${frame.height} or in colour at ${(frame.pts / 1e6).toFixed(3)} s; a file has one.`,
      );
    }
    const { width, height, color, sampleAspect } = frame;
    const { target, copied, options, encoder, format, chapters } = this.#options;
    this.#open = openFileOutput({
      frameFormat: { width, height, color, sampleAspect },
      temporaryPath: target.temporaryPath,
      hasChapters: chapters.length > 0,
      copied,
      options,
      encoder,
      format,
    });
    return this.#open;
  }

  async #writeReady(opened: FileOutput, sending: Promise<number>, release: () => void): Promise<void> {
    try {
      const status = await sending.finally(release);
      if (status < 0)
        throw encoderFailure('ENCODER_FAILED', this.#options.encoder, new LibavError(status, 'send a frame'));
      for (;;) {
        const received = opened.context.receivePacketSync(this.#packet);
        if (received === AVERROR_EAGAIN || received === AVERROR_EOF) return;
        checkStatus(received, 'receive a packet');
        await this.#writePacket(opened);
      }
    } catch (error) {
      throw outputFailure(this.#options.options.path, error);
    }
  }

  async #writePacket({ context, output, video }: FileOutput): Promise<void> {
    const packet = this.#packet;
    const duration = this.#durations.get(packet.pts);
    this.#durations.delete(packet.pts);
    if (duration !== undefined && duration > 0n) packet.duration = duration;
    await this.#options.copied?.writeUntil(ticksToMicros(packet.dts, this.#options.options.timeBase), output);
    packet.rescaleTs(context.timeBase, video.timeBase);
    packet.streamIndex = video.index;
    checkStatus(output.interleavedWriteFrameSync(packet), 'write a packet');
    packet.unref();
    this.#frames++;
  }

  async #writeChapters(): Promise<number> {
    const { chapters, options, target } = this.#options;
    if (chapters.length === 0) return 0;
    if (canCarryChapters(options.path)) {
      await writeChapters(target.temporaryPath, chapters);
      return chapters.length;
    }
    this.#notices.push(`not carried: ${chapters.length} chapters`);
    return 0;
  }

  async #report(chapters: number): Promise<SinkReport> {
    const { target, copied, encoder, options } = this.#options;
    const { size } = await stat(target.path);
    return {
      path: options.path,
      frames: this.#frames,
      bytes: size,
      encoder,
      copiedStreams: copied?.count ?? 0,
      chapters,
      notices: [...this.#notices, ...(copied?.losses ?? [])],
    };
  }

  /** Frees all that libav holds. Idempotent. */
  async #closeLibav(): Promise<void> {
    const opened = this.#open;
    this.#open = undefined;
    if (opened) {
      opened.context.freeContext();
      await opened.output.closeOutput();
      opened.output.freeContext();
    }
    await this.#options.copied?.close();
    this.#input[Symbol.dispose]();
    this.#packet.free();
  }
}

function failed(message: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message });
}
