import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import { OutputFormat, Packet as AvPacket } from 'node-av/lib';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abortedError, NocturneError } from '../core/errors.js';
import { isSameFormat, type Frame } from '../core/frame.js';
import { microsToTicks, ticksToMicros } from '../core/time.js';
import { LibavError, checkStatus, encoderFailure, silenceLibavLog } from '../encode/av-error.js';
import { AvFrameConverter } from '../encode/av-frame-converter.js';
import { AtomicFile } from './atomic-file.js';
import { fileCodec, fileEncoderName } from './av-file-context.js';
import { openFileOutput, unsupported } from './av-file-output.js';
import type { FileOutput } from './av-file-output.js';
import { StreamCopy } from './av-stream-copy.js';
import { readChapters, supportsChapters, writeChapters } from './chapters/chapters.js';
import type { Chapter } from './chapters/chapter.js';
import type { FileSinkOptions, FileSink, SinkReport } from './file-options.js';
import { outputFailure } from './output-error.js';

/**
 * Opens a file sink. Checks at once what does not depend on frames: container, codec, path, and the input to copy from.
 * Throws NocturneError.
 */
export async function openFileSink(options: FileSinkOptions): Promise<FileSink> {
  silenceLibavLog();
  const encoder = fileEncoderName(fileCodec(options));
  const format = OutputFormat.guessFormat(null, options.path, null);
  if (!format || format.videoCodec === 0 || format.name?.startsWith('image2')) {
    const extension = extname(options.path) || 'no extension';
    throw unsupported(`The output ${options.path} needs the extension of a video container, got ${extension}.`);
  }
  const { path, overwrite = false } = options;
  const inputPath = options.copyFrom === undefined ? undefined : localPath(options.copyFrom);
  const file = await AtomicFile.open({ path, overwrite, ...(inputPath === undefined ? {} : { inputPath }) });
  let streamCopy: StreamCopy | undefined;
  try {
    const { startS = 0, durationS, signal, copyTimeoutMs: timeoutMs } = options;
    if (inputPath === undefined)
      return new AvFileSink({ file, streamCopy, chapters: [], sinkOptions: options, encoder, format });
    const probePath = file.temporaryPath;
    streamCopy = await StreamCopy.open({ inputPath, probePath, startS, durationS, signal, timeoutMs });
    const chapters = await readChapters(inputPath, { startS, durationS });
    return new AvFileSink({ file, streamCopy, chapters, sinkOptions: options, encoder, format });
  } catch (error) {
    await streamCopy?.close();
    await file.discard();
    throw outputFailure(path, error);
  }
}

/** The path of a `file:` address; other addresses and paths unchanged. */
function localPath(address: string): string {
  if (!address.startsWith('file:')) return address;
  return address.startsWith('file://') ? fileURLToPath(address) : address.slice('file:'.length);
}

interface AvFileSinkOptions {
  readonly file: AtomicFile;
  readonly streamCopy: StreamCopy | undefined;
  readonly chapters: readonly Chapter[];
  readonly sinkOptions: FileSinkOptions;
  readonly encoder: string;
  readonly format: OutputFormat;
}

class AvFileSink implements FileSink {
  readonly #options: AvFileSinkOptions;
  readonly #converter = new AvFrameConverter('i420');
  readonly #packet = new AvPacket();
  readonly #notices: string[];
  /** Durations of the frames inside the encoder, by pts; both in ticks of the source's time base. */
  readonly #durations = new Map<bigint, bigint>();
  #output: FileOutput | undefined;
  #frames = 0;
  #isOver = false;
  #inFlight: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> = Promise.resolve();

  constructor(options: AvFileSinkOptions) {
    this.#options = options;
    this.#notices = [...(options.streamCopy?.notices ?? [])];
    this.#packet.alloc();
  }

  write(frame: Frame): Promise<void> {
    try {
      if (this.#isOver) throw new TypeError('cannot write after finish or abort');
      const opened = this.#outputFor(frame);
      const { timeBase } = this.#options.sinkOptions;
      const pts = microsToTicks(frame.pts, timeBase);
      this.#durations.set(pts, microsToTicks(frame.duration, timeBase));
      const sending = opened.context.sendFrame(this.#converter.convert(frame, pts, false));
      const written = this.#writeReady(opened, sending, () => frame.close());
      this.#inFlight = written.catch(() => undefined);
      return written;
    } catch (error) {
      frame.close();
      return Promise.reject(error instanceof TypeError ? error : outputFailure(this.#options.sinkOptions.path, error));
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
      throw outputFailure(this.#options.sinkOptions.path, error);
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
    const { streamCopy, sinkOptions, file } = this.#options;
    const opened = this.#output;
    if (!opened) throw outputFailed(`Cannot write ${sinkOptions.path}: the input has no frames.`);
    await this.#writeReady(opened, opened.context.sendFrame(null), () => undefined);
    await streamCopy?.writeUntil(Number.POSITIVE_INFINITY, opened.output);
    checkStatus(await opened.output.writeTrailer(), 'write the trailer');
    checkStatus(Math.min(0, opened.output.pb?.error ?? 0), 'write the trailer');
    await this.#closeLibav();
    const chapters = await this.#writeChapters();
    if (this.#isOver) throw abortedError(`${sinkOptions.path} was complete`, 'output');
    await file.commit();
    this.#isOver = true;
    return this.#report(chapters);
  }

  async #stop(): Promise<void> {
    this.#isOver = true;
    this.#options.streamCopy?.stop();
    await this.#inFlight;
    await this.#closeLibav();
    await this.#options.file.discard();
  }

  #outputFor(frame: Frame): FileOutput {
    if (this.#output) {
      if (isSameFormat(this.#output.frameFormat, frame)) return this.#output;
      const { width, height } = this.#output.frameFormat;
      throw unsupported(
        `The frame format changes at ${(frame.pts / 1e6).toFixed(3)} s, from ${width}x${height} to ${frame.width}x${frame.height} or in colour; a file has one format.`,
      );
    }
    const { width, height, color, sampleAspect } = frame;
    const { file, streamCopy, sinkOptions, encoder, format, chapters } = this.#options;
    this.#output = openFileOutput({
      frameFormat: { width, height, color, sampleAspect },
      temporaryPath: file.temporaryPath,
      hasChapters: chapters.length > 0,
      streamCopy,
      sinkOptions,
      encoder,
      format,
    });
    return this.#output;
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
      throw outputFailure(this.#options.sinkOptions.path, error);
    }
  }

  async #writePacket({ context, output, video }: FileOutput): Promise<void> {
    const packet = this.#packet;
    const duration = this.#durations.get(packet.pts);
    this.#durations.delete(packet.pts);
    if (duration !== undefined && duration > 0n) packet.duration = duration;
    await this.#options.streamCopy?.writeUntil(ticksToMicros(packet.dts, this.#options.sinkOptions.timeBase), output);
    packet.rescaleTs(context.timeBase, video.timeBase);
    packet.streamIndex = video.index;
    checkStatus(output.interleavedWriteFrameSync(packet), 'write a packet');
    packet.unref();
    this.#frames++;
  }

  async #writeChapters(): Promise<number> {
    const { chapters, sinkOptions, file } = this.#options;
    if (chapters.length === 0) return 0;
    if (supportsChapters(sinkOptions.path)) {
      await writeChapters(file.temporaryPath, chapters);
      return chapters.length;
    }
    this.#notices.push(`not copied: ${chapters.length} chapters`);
    return 0;
  }

  async #report(chapters: number): Promise<SinkReport> {
    const { file, streamCopy, encoder, sinkOptions } = this.#options;
    const { size } = await stat(file.path);
    return {
      path: sinkOptions.path,
      frames: this.#frames,
      bytes: size,
      encoder,
      copiedStreams: streamCopy?.count ?? 0,
      chapters,
      notices: [...this.#notices, ...(streamCopy?.dropNotices ?? [])],
    };
  }

  /** Frees all memory of libav. Idempotent. */
  async #closeLibav(): Promise<void> {
    const opened = this.#output;
    this.#output = undefined;
    if (opened) {
      opened.context.freeContext();
      await opened.output.closeOutput();
      opened.output.freeContext();
    }
    await this.#options.streamCopy?.close();
    this.#converter[Symbol.dispose]();
    this.#packet.free();
  }
}

function outputFailed(message: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message });
}
