import { Packet as AvPacket } from 'node-av/lib';
import type { Frame as AvFrame, OutputFormat } from 'node-av/lib';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { abortedError, NocturneError } from '../core/errors.js';
import type { Frame, FrameFormat } from '../core/frame.js';
import { micros, microsToTicks, ticksToMicros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { checkStatus, silenceLibavLog } from '../encode/av-error.js';
import { AvEncoderInput } from '../encode/av-encoder-input.js';
import { AtomicFile } from './atomic-file.js';
import { keepsStart, videoContainer } from './av-container.js';
import { ContainerTrial } from './av-container-trial.js';
import { fileCodec, fileEncoderName } from './av-file-context.js';
import { openFileOutput } from './av-file-output.js';
import type { FileOutput } from './av-file-output.js';
import { AvFrameFitter, free } from './av-frame-fitter.js';
import { StreamCopy } from './av-stream-copy.js';
import { readChapters, supportsChapters, writeChapters } from './chapters/chapters.js';
import type { Chapter } from './chapters/chapter.js';
import { ConstantRate } from './constant-rate.js';
import type { FileSinkOptions, FileSink, FramePlace, SinkReport } from './file-options.js';
import { areaFor, FitCounter } from './frame-fit.js';
import { outputFailure } from './output-error.js';

/**
 * Opens a file sink. Checks at once what does not depend on frames: codec, path, the input to copy from, and by a trial what
 * the container holds. Throws NocturneError.
 */
export async function openFileSink(options: FileSinkOptions): Promise<FileSink> {
  silenceLibavLog();
  const encoder = fileEncoderName(fileCodec(options));
  const format = videoContainer(options.path);
  const { path, overwrite = false } = options;
  const inputPath = options.copyFrom === undefined ? undefined : localPath(options.copyFrom);
  const file = await AtomicFile.open({ path, overwrite, ...(inputPath === undefined ? {} : { inputPath }) });
  let streamCopy: StreamCopy | undefined;
  try {
    const trialOptions = { temporaryPath: file.temporaryPath, sinkOptions: options, encoder, format };
    using trial = await ContainerTrial.open(trialOptions);
    const parts = { file, encoder, format, sinkOptions: trial.sinkOptions, keepsTimes: trial.keepsTimes };
    if (inputPath === undefined) return new AvFileSink({ ...parts, streamCopy, chapters: [] });
    const { startS = 0, durationS, signal, copyTimeoutMs: timeoutMs } = options;
    streamCopy = await StreamCopy.open({ inputPath, format, trial, startS, durationS, signal, timeoutMs });
    const chapters = await readChapters(inputPath, { startS, durationS });
    return new AvFileSink({ ...parts, streamCopy, chapters });
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
  /** With a time base that the container keeps. */
  readonly sinkOptions: FileSinkOptions;
  readonly encoder: string;
  readonly format: OutputFormat;
  /** False for a container of one frame rate. */
  readonly keepsTimes: boolean;
}

/** What the first frame decides. */
interface Opened {
  readonly output: FileOutput;
  readonly fitter: AvFrameFitter;
  readonly fits: FitCounter;
}

class AvFileSink implements FileSink {
  readonly #options: AvFileSinkOptions;
  readonly #converter = new AvEncoderInput('i420');
  readonly #packet = new AvPacket();
  readonly #notices: string[];
  /** Durations of the frames inside the encoder, by pts; both in ticks of the time base. */
  readonly #durations = new Map<bigint, bigint>();
  readonly #rate: ConstantRate | undefined;
  /** The last frame, for a container of one frame rate, which may need it again. */
  #lastFrame: AvFrame | undefined;
  #first: { readonly frameFormat: FrameFormat; readonly start: Micros } | undefined;
  #opened: Opened | undefined;
  #frames = 0;
  #isOver = false;
  #inFlight: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> = Promise.resolve();

  constructor(options: AvFileSinkOptions) {
    this.#options = options;
    this.#notices = [...(options.streamCopy?.notices ?? [])];
    this.#rate = options.keepsTimes ? undefined : new ConstantRate(options.sinkOptions.timeBase);
    this.#packet.alloc();
  }

  placeOf(frame: Frame): FramePlace {
    const { frameFormat, start } = this.#firstOr(frame);
    return { ...areaFor(frame, frameFormat), pts: micros(frame.pts - start) };
  }

  write(frame: Frame): Promise<void> {
    const written = this.#write(frame).finally(() => frame.close());
    this.#inFlight = written.catch(() => undefined);
    return written;
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
    const opened = this.#opened;
    if (!opened) throw outputFailed(`Cannot write ${sinkOptions.path}: the input has no frames.`);
    const { output } = opened.output;
    await opened.output.encoder.encode(null, this.#packet, () => this.#writePacket(opened.output));
    await streamCopy?.writeUntil(Number.POSITIVE_INFINITY, output);
    checkStatus(await output.writeTrailer(), 'write the trailer');
    checkStatus(Math.min(0, output.pb?.error ?? 0), 'write the trailer');
    await this.#closeLibav();
    const chapters = await this.#writeChapters();
    if (this.#isOver) throw abortedError(`${sinkOptions.path} was complete`, 'output');
    await file.commit();
    this.#isOver = true;
    return this.#report(chapters, opened.fits);
  }

  async #stop(): Promise<void> {
    this.#isOver = true;
    this.#options.streamCopy?.stop();
    await this.#inFlight;
    await this.#closeLibav();
    await this.#options.file.discard();
  }

  /** The first frame gives the file its format, and its start where the input begins before 0. */
  #firstOr(frame: Frame): { readonly frameFormat: FrameFormat; readonly start: Micros } {
    if (this.#first) return this.#first;
    const { width, height, color, sampleAspect } = frame;
    const { streamCopy, sinkOptions, keepsTimes, format } = this.#options;
    const canBeginLater = keepsTimes && keepsStart(format);
    const earliest = Math.min(frame.pts, streamCopy?.soundStart ?? Number.POSITIVE_INFINITY);
    // Frames of a part that begins later count from there.
    const start = (sinkOptions.startS ?? 0) > 0 ? 0 : canBeginLater ? Math.min(0, earliest) : earliest;
    return (this.#first = { frameFormat: { width, height, color, sampleAspect }, start: micros(start) });
  }

  #openFor(frame: Frame): Opened {
    if (this.#opened) return this.#opened;
    const { frameFormat, start } = this.#firstOr(frame);
    const { file, chapters, ...options } = this.#options;
    const hasChapters = chapters.length > 0;
    const output = openFileOutput({ ...options, frameFormat, start, temporaryPath: file.temporaryPath, hasChapters });
    return (this.#opened = { output, fitter: new AvFrameFitter(frameFormat), fits: new FitCounter(frameFormat) });
  }

  async #write(frame: Frame): Promise<void> {
    if (this.#isOver) throw new TypeError('cannot write after finish or abort');
    try {
      const { output, fitter, fits } = this.#openFor(frame);
      const avFrame = this.#converter.convert(frame, 0n, false);
      const fitted = fits.count(frame) ? await fitter.fit(avFrame, frame) : undefined;
      try {
        await this.#encode(fitted ?? avFrame, frame, output);
      } finally {
        if (fitted) free(fitted);
      }
    } catch (error) {
      throw outputFailure(this.#options.sinkOptions.path, error);
    }
  }

  /** Encodes a frame at its time, or at its slot in a container of one frame rate. */
  async #encode(avFrame: AvFrame, frame: Frame, output: FileOutput): Promise<void> {
    const { pts } = this.placeOf(frame);
    const { timeBase } = this.#options.sinkOptions;
    if (!this.#rate) {
      const [ticks, duration] = [microsToTicks(pts, timeBase), microsToTicks(frame.duration, timeBase)];
      await this.#encodeAt(avFrame, ticks, duration, output);
      return;
    }
    const { empty, slot } = this.#rate.place(pts);
    if (slot === undefined) return;
    const filler = this.#lastFrame ?? avFrame;
    for (let n = slot - empty; n < slot; n++) await this.#encodeAt(filler, BigInt(n), 1n, output);
    await this.#encodeAt(avFrame, BigInt(slot), 1n, output);
    if (this.#lastFrame) free(this.#lastFrame);
    this.#lastFrame = avFrame.clone() ?? undefined;
  }

  async #encodeAt(avFrame: AvFrame, pts: bigint, duration: bigint, output: FileOutput): Promise<void> {
    avFrame.pts = pts;
    this.#durations.set(pts, duration);
    await output.encoder.encode(avFrame, this.#packet, () => this.#writePacket(output));
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

  async #report(chapters: number, fits: FitCounter): Promise<SinkReport> {
    const { file, streamCopy, encoder, sinkOptions } = this.#options;
    const { size } = await stat(file.path);
    const converted = [...fits.notices, ...(this.#rate?.notices(extname(sinkOptions.path)) ?? [])];
    return {
      path: sinkOptions.path,
      frames: this.#frames,
      bytes: size,
      encoder,
      copiedStreams: streamCopy?.count ?? 0,
      chapters,
      notices: [...this.#notices, ...converted, ...(streamCopy?.dropNotices ?? [])],
    };
  }

  /** Frees all memory of libav. Idempotent. */
  async #closeLibav(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened) {
      await opened.output.close();
      opened.fitter[Symbol.dispose]();
    }
    if (this.#lastFrame) free(this.#lastFrame);
    this.#lastFrame = undefined;
    await this.#options.streamCopy?.close();
    this.#converter[Symbol.dispose]();
    this.#packet.free();
  }
}

function outputFailed(message: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_FAILED', stage: 'output', message });
}
