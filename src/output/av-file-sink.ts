import { Packet as AvPacket } from 'node-av/lib';
import type { Frame as AvFrame, OutputFormat } from 'node-av/lib';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame } from '../core/frame.js';
import { microsToTicks, ticksToMicros } from '../core/time.js';
import type { Micros } from '../core/time.js';
import { checkStatus, silenceLibavLog } from '../encode/av-error.js';
import { AvEncoderInput } from '../encode/av-encoder-input.js';
import { AtomicFile } from './atomic-file.js';
import { AtomicFileSink, type FileStart, type VideoFileWriter } from './atomic-file-sink.js';
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
import type { FileSinkOptions, FileSink, SinkReport } from './file-options.js';
import { FitCounter } from './frame-fit.js';
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
    const { temporaryPath } = file;
    const parts = { temporaryPath, encoder, format, sinkOptions: trial.sinkOptions, keepsTimes: trial.keepsTimes };
    const sinkOf = (rest: Pick<AvFileWriterOptions, 'streamCopy' | 'chapters'>): FileSink =>
      new AtomicFileSink(path, file, new AvFileWriter({ ...parts, ...rest }));
    if (inputPath === undefined) return sinkOf({ streamCopy, chapters: [] });
    const { startS = 0, durationS, signal, copyTimeoutMs: timeoutMs } = options;
    streamCopy = await StreamCopy.open({ inputPath, format, trial, startS, durationS, signal, timeoutMs });
    const chapters = await readChapters(inputPath, { startS, durationS });
    return sinkOf({ streamCopy, chapters });
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

interface AvFileWriterOptions {
  readonly temporaryPath: string;
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

class AvFileWriter implements VideoFileWriter {
  readonly #options: AvFileWriterOptions;
  readonly #converter = new AvEncoderInput('i420');
  readonly #packet = new AvPacket();
  readonly #notices: string[];
  /** Durations of the frames inside the encoder, by pts; both in ticks of the time base. */
  readonly #durations = new Map<bigint, bigint>();
  readonly #rate: ConstantRate | undefined;
  /** The last frame, for a container of one frame rate, which may need it again. */
  #lastFrame: AvFrame | undefined;
  #opened: Opened | undefined;
  #frames = 0;

  constructor(options: AvFileWriterOptions) {
    this.#options = options;
    this.#notices = [...(options.streamCopy?.notices ?? [])];
    this.#rate = options.keepsTimes ? undefined : new ConstantRate(options.sinkOptions.timeBase);
    this.#packet.alloc();
  }

  startOf(first: Frame): number {
    const { streamCopy, sinkOptions, keepsTimes, format } = this.#options;
    if ((sinkOptions.startS ?? 0) > 0) return 0; // frames of a part that begins later count from there
    const earliest = Math.min(first.pts, streamCopy?.soundStart ?? Number.POSITIVE_INFINITY);
    const canBeginLater = keepsTimes && keepsStart(format);
    return canBeginLater ? Math.min(0, earliest) : earliest;
  }

  async write(frame: Frame, pts: Micros, start: FileStart): Promise<void> {
    const { output, fitter, fits } = this.#openFor(start);
    const avFrame = this.#converter.convert(frame, 0n, false);
    const fitted = fits.count(frame) ? await fitter.fit(avFrame, frame) : undefined;
    try {
      await this.#encode(fitted ?? avFrame, { pts, duration: frame.duration }, output);
    } finally {
      if (fitted) free(fitted);
    }
  }

  async finish(): Promise<Omit<SinkReport, 'path' | 'bytes'>> {
    const { streamCopy, encoder, sinkOptions } = this.#options;
    const opened = this.#opened;
    if (!opened) throw new TypeError('finish needs a frame before it');
    const { output } = opened.output;
    await opened.output.encoder.encode(null, this.#packet, () => this.#writePacket(opened.output));
    await streamCopy?.writeUntil(Number.POSITIVE_INFINITY, output);
    checkStatus(await output.writeTrailer(), 'write the trailer');
    checkStatus(Math.min(0, output.pb?.error ?? 0), 'write the trailer');
    await this.close();
    const chapters = await this.#writeChapters();
    const converted = [...opened.fits.notices, ...(this.#rate?.notices(extname(sinkOptions.path)) ?? [])];
    return {
      ...{ frames: this.#frames, encoder, chapters },
      copiedStreams: streamCopy?.count ?? 0,
      notices: [...this.#notices, ...converted, ...(streamCopy?.dropNotices ?? [])],
    };
  }

  interrupt(): void {
    this.#options.streamCopy?.stop();
  }

  async close(): Promise<void> {
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

  #openFor({ frameFormat, start }: FileStart): Opened {
    if (this.#opened) return this.#opened;
    const { temporaryPath, chapters, ...options } = this.#options;
    const hasChapters = chapters.length > 0;
    const output = openFileOutput({ ...options, frameFormat, start, temporaryPath, hasChapters });
    return (this.#opened = { output, fitter: new AvFrameFitter(frameFormat), fits: new FitCounter(frameFormat) });
  }

  /** Encodes a frame at its time, or at its slot in a container of one frame rate. */
  async #encode(
    avFrame: AvFrame,
    { pts, duration }: { readonly pts: Micros; readonly duration: Micros },
    output: FileOutput,
  ): Promise<void> {
    const { timeBase } = this.#options.sinkOptions;
    if (!this.#rate) {
      await this.#encodeAt(avFrame, microsToTicks(pts, timeBase), microsToTicks(duration, timeBase), output);
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
    const { chapters, sinkOptions, temporaryPath } = this.#options;
    if (chapters.length === 0) return 0;
    if (supportsChapters(sinkOptions.path)) {
      await writeChapters(temporaryPath, chapters);
      return chapters.length;
    }
    this.#notices.push(`not copied: ${chapters.length} chapters`);
    return 0;
  }
}
