import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { abortedError, NocturneError, type ErrorCode } from '../../core/errors.js';
import type { Frame, FrameFormat } from '../../core/frame.js';
import { micros, type Micros } from '../../core/time.js';
import { AvEncoderInput } from '../../encode/av-encoder-input.js';
import { FfmpegLog } from '../../ffmpeg/ffmpeg-log.js';
import { FfmpegProcess } from '../../ffmpeg/ffmpeg-process.js';
import { matroskaFrame, matroskaHeader } from '../../ffmpeg/matroska-frames.js';
import { SystemFfmpeg, type FfmpegSettings } from '../../ffmpeg/system-ffmpeg.js';
import { AtomicFile, temporaryPathOf } from '../atomic-file.js';
import { videoContainer } from '../av-container.js';
import { fileEncoderOptions } from '../av-file-context.js';
import { AvFrameFitter, free } from '../av-frame-fitter.js';
import type { FileSink, FileSinkOptions, FramePlace, SinkReport } from '../file-options.js';
import { areaFor, FitCounter } from '../frame-fit.js';
import { outputFailure } from '../output-error.js';
import { planCopiedStreams, type CopiedStreams } from './copied-streams.js';
import { fileArguments } from './file-arguments.js';

/**
 * Opens a file sink that encodes and muxes with the user's own FFmpeg. Rejects with NocturneError: FFMPEG_UNAVAILABLE,
 * ENCODER_UNAVAILABLE for an encoder that its build lacks, and as the sink of the bundled libav does for paths.
 * @param encoder its name; undefined: the usual one of the codec.
 */
export async function openFfmpegFileSink(
  options: FileSinkOptions,
  settings: FfmpegSettings,
  encoder?: string,
): Promise<FileSink> {
  const system = await SystemFfmpeg.open(settings);
  const name = encoder ?? fileEncoderOptions(options).name;
  if (!(await system.encoders()).has(name)) {
    const message = `FFmpeg ${system.version} has no video encoder ${name}.`;
    const remedy = 'See `ffmpeg -encoders` for one it has, and name it with --encoder.';
    throw new NocturneError({ code: 'ENCODER_UNAVAILABLE', stage: 'output', message, remedy });
  }
  const { path, overwrite = false } = options;
  const container = videoContainer(path).name ?? '';
  const copyFrom = options.copyFrom?.startsWith('file://') ? fileURLToPath(options.copyFrom) : options.copyFrom;
  const file = await AtomicFile.open({ path, overwrite, ...(copyFrom === undefined ? {} : { inputPath: copyFrom }) });
  const copied =
    copyFrom === undefined
      ? undefined
      : await planCopiedStreams(system, { copyFrom, trialPath: temporaryPathOf(path), container });
  const sinkOptions = { ...options, ...(copyFrom === undefined ? {} : { copyFrom }) };
  return new FfmpegFileSink({ system, file, sinkOptions, name, encoder, container, copied });
}

interface FfmpegFileSinkOptions {
  readonly system: SystemFfmpeg;
  readonly file: AtomicFile;
  readonly sinkOptions: FileSinkOptions;
  /** Of the encoder in use. */
  readonly name: string;
  readonly encoder: string | undefined;
  readonly container: string;
  readonly copied: CopiedStreams | undefined;
}

/** What the first frame decides. */
interface Opened {
  readonly process: FfmpegProcess;
  readonly fitter: AvFrameFitter;
  readonly fits: FitCounter;
  /** Time in the file of the first frame of a part; else 0. */
  readonly base: Micros;
}

class FfmpegFileSink implements FileSink {
  readonly #options: FfmpegFileSinkOptions;
  readonly #converter = new AvEncoderInput('i420');
  readonly #log = new FfmpegLog();
  #first: { readonly frameFormat: FrameFormat; readonly start: Micros } | undefined;
  #opened: Opened | undefined;
  #frames = 0;
  #isOver = false;
  #inFlight: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> = Promise.resolve();

  constructor(options: FfmpegFileSinkOptions) {
    this.#options = options;
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
    const { file, sinkOptions, name, copied } = this.#options;
    const opened = this.#opened;
    const { path, signal } = sinkOptions;
    if (!opened) throw this.#failure('the input has no frames');
    opened.process.endInput();
    const onAbort = (): void => void opened.process.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    const { isOk, reason } = await opened.process.ended;
    signal?.removeEventListener('abort', onAbort);
    if (this.#isOver || signal?.aborted) throw abortedError(`${path} was complete`, 'output');
    // A release may report a full disk and end well.
    if (!isOk || /No space left|Disk quota/i.test(this.#log.all)) throw this.#failure(reason);
    this.#free();
    await file.commit();
    this.#isOver = true;
    const { size } = await stat(file.path);
    return {
      ...{ path, frames: this.#frames, bytes: size, encoder: name },
      copiedStreams: copied?.indexes.length ?? 0,
      chapters: copied?.chapters ?? 0,
      notices: [...(copied?.notices ?? []), ...opened.fits.notices],
    };
  }

  async #stop(): Promise<void> {
    this.#isOver = true;
    await this.#opened?.process.stop();
    await this.#inFlight;
    await this.#opened?.process.stop(); // a write in flight may have started it
    this.#free();
    await this.#options.file.discard();
  }

  /** The first frame gives the file its format, and its start where the input begins before 0. */
  #firstOr(frame: Frame): { readonly frameFormat: FrameFormat; readonly start: Micros } {
    if (this.#first) return this.#first;
    const { width, height, color, sampleAspect } = frame;
    const start = (this.#options.sinkOptions.startS ?? 0) > 0 ? 0 : Math.min(0, frame.pts);
    return (this.#first = { frameFormat: { width, height, color, sampleAspect }, start: micros(start) });
  }

  async #openFor(frame: Frame): Promise<Opened> {
    if (this.#opened) return this.#opened;
    const { frameFormat, start } = this.#firstOr(frame);
    const { system, file, ...request } = this.#options;
    const base = (request.sinkOptions.startS ?? 0) > 0 ? micros(Math.max(0, frame.pts)) : micros(0);
    const args = fileArguments({ ...request, system, temporaryPath: file.temporaryPath, start, base });
    const process = await FfmpegProcess.start(system, args, { log: this.#log });
    this.#opened = { process, fitter: new AvFrameFitter(frameFormat), fits: new FitCounter(frameFormat), base };
    await process.write([matroskaHeader(frameFormat, request.sinkOptions.frameRate)]);
    return this.#opened;
  }

  async #write(frame: Frame): Promise<void> {
    if (this.#isOver) throw new TypeError('cannot write after finish or abort');
    const { process, fitter, fits, base } = await this.#openFor(frame);
    const pts = micros(Math.max(0, this.placeOf(frame).pts - base));
    if (!fits.count(frame)) await process.write(matroskaFrame(frame, pts));
    else {
      const { width, height } = this.#firstOr(frame).frameFormat;
      const fitted = await fitter.fit(this.#converter.convert(frame, 0n, false), frame);
      const [y, u, v] = fitted.data ?? [];
      const [strideY = 0, strideU = 0, strideV = 0] = fitted.linesize;
      try {
        if (!y || !u || !v) throw new TypeError('an I420 frame must have three planes');
        await process.write(matroskaFrame({ width, height, y, u, v, strides: [strideY, strideU, strideV] }, pts));
      } finally {
        free(fitted);
      }
    }
    this.#throwIfEnded(process);
    this.#frames++;
  }

  /** Throws when the program has ended by itself. */
  #throwIfEnded({ end }: FfmpegProcess): void {
    if (end !== undefined && !this.#isOver) throw this.#failure(end.reason);
  }

  /** The failure of the program to write the file. */
  #failure(reason: string): NocturneError {
    const { path } = this.#options.sinkOptions;
    const [code, known] = kindOf(this.#log.all);
    const message = `Cannot write ${path}: ${known ?? reason}.`;
    return new NocturneError({ code, stage: 'output', message });
  }

  #free(): void {
    this.#opened?.fitter[Symbol.dispose]();
    this.#opened = undefined;
    this.#converter[Symbol.dispose]();
  }
}

/** What a failure of ffmpeg to write means, by its words. */
function kindOf(words: string): [code: ErrorCode, reason?: string] {
  if (/No space left|Disk quota exceeded/i.test(words)) return ['OUTPUT_NO_SPACE', 'the disk is full'];
  if (/Permission denied|Read-only file system/i.test(words)) return ['OUTPUT_NO_PERMISSION', 'permission denied'];
  const isRefused =
    /not currently supported in container|incorrect codec parameters|Could not write header|Only .* supported|Unable to choose/i;
  if (isRefused.test(words)) return ['OUTPUT_UNSUPPORTED'];
  return [
    /while opening encoder|Error initializing output stream|Invalid encoder/i.test(words)
      ? 'ENCODER_FAILED'
      : 'OUTPUT_FAILED',
  ];
}
