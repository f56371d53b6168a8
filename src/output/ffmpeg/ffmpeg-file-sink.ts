import { fileURLToPath } from 'node:url';
import { abortedError, NocturneError, type ErrorCode } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import { micros, type Micros } from '../../core/time.js';
import { AvEncoderInput } from '../../encode/av-encoder-input.js';
import { FfmpegLog } from '../../ffmpeg/ffmpeg-log.js';
import { FfmpegProcess } from '../../ffmpeg/ffmpeg-process.js';
import { matroskaFrame, matroskaHeader } from '../../ffmpeg/matroska-frames.js';
import { SystemFfmpeg, type FfmpegSettings } from '../../ffmpeg/system-ffmpeg.js';
import { AtomicFile, temporaryPathOf } from '../atomic-file.js';
import { AtomicFileSink, type FileStart, type VideoFileWriter } from '../atomic-file-sink.js';
import { videoContainer } from '../av-container.js';
import { fileEncoderOptions } from '../av-file-context.js';
import { AvFrameFitter, free } from '../av-frame-fitter.js';
import type { FileSink, FileSinkOptions, SinkReport } from '../file-options.js';
import { FitCounter } from '../frame-fit.js';
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
  const { temporaryPath } = file;
  const writer = new FfmpegFileWriter({ system, temporaryPath, sinkOptions, name, encoder, container, copied });
  return new AtomicFileSink(path, file, writer);
}

interface FfmpegFileWriterOptions {
  readonly system: SystemFfmpeg;
  readonly temporaryPath: string;
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

class FfmpegFileWriter implements VideoFileWriter {
  readonly #options: FfmpegFileWriterOptions;
  readonly #converter = new AvEncoderInput('i420');
  readonly #log = new FfmpegLog();
  #opened: Opened | undefined;
  #frames = 0;
  #isInterrupted = false;

  constructor(options: FfmpegFileWriterOptions) {
    this.#options = options;
  }

  startOf(first: Frame): number {
    return (this.#options.sinkOptions.startS ?? 0) > 0 ? 0 : Math.min(0, first.pts);
  }

  async write(frame: Frame, pts: Micros, start: FileStart): Promise<void> {
    const { process, fitter, fits, base } = await this.#openFor(frame, start);
    const time = micros(Math.max(0, pts - base));
    if (!fits.count(frame)) await process.write(matroskaFrame(frame, time));
    else {
      const { width, height } = start.frameFormat;
      const fitted = await fitter.fit(this.#converter.convert(frame, 0n, false), frame);
      const [y, u, v] = fitted.data ?? [];
      const [strideY = 0, strideU = 0, strideV = 0] = fitted.linesize;
      try {
        if (!y || !u || !v) throw new TypeError('an I420 frame must have three planes');
        await process.write(matroskaFrame({ width, height, y, u, v, strides: [strideY, strideU, strideV] }, time));
      } finally {
        free(fitted);
      }
    }
    if (process.end !== undefined && !this.#isInterrupted) throw this.#failure(process.end.reason);
    this.#frames++;
  }

  async finish(): Promise<Omit<SinkReport, 'path' | 'bytes'>> {
    const { sinkOptions, name, copied } = this.#options;
    const { path, signal } = sinkOptions;
    const opened = this.#opened;
    if (!opened) throw new TypeError('finish needs a frame before it');
    opened.process.endInput();
    const onAbort = (): void => void opened.process.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    const { isOk, reason } = await opened.process.ended;
    signal?.removeEventListener('abort', onAbort);
    if (this.#isInterrupted || signal?.aborted) throw abortedError(`${path} was complete`, 'output');
    // A release may report a full disk and end well.
    if (!isOk || /No space left|Disk quota/i.test(this.#log.all)) throw this.#failure(reason);
    this.#free();
    return {
      ...{ frames: this.#frames, encoder: name },
      copiedStreams: copied?.indexes.length ?? 0,
      chapters: copied?.chapters ?? 0,
      notices: [...(copied?.notices ?? []), ...opened.fits.notices],
    };
  }

  async interrupt(): Promise<void> {
    this.#isInterrupted = true;
    await this.#opened?.process.stop();
  }

  async close(): Promise<void> {
    await this.#opened?.process.stop(); // a write that was in flight may have started it
    this.#free();
  }

  async #openFor(frame: Frame, { frameFormat, start }: FileStart): Promise<Opened> {
    if (this.#opened) return this.#opened;
    const { system, ...request } = this.#options;
    const base = (request.sinkOptions.startS ?? 0) > 0 ? micros(Math.max(0, frame.pts)) : micros(0);
    const args = fileArguments({ ...request, system, start, base });
    const process = await FfmpegProcess.start(system, args, { log: this.#log });
    this.#opened = { process, fitter: new AvFrameFitter(frameFormat), fits: new FitCounter(frameFormat), base };
    await process.write([matroskaHeader(frameFormat, request.sinkOptions.frameRate)]);
    return this.#opened;
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
