import { AVFMT_GLOBALHEADER } from 'node-av/constants';
import { FormatContext, Rational } from 'node-av/lib';
import type { CodecContext, OutputFormat, Stream } from 'node-av/lib';
import { extname } from 'node:path';
import { NocturneError } from '../core/errors.js';
import type { FrameFormat } from '../core/frame.js';
import type { TimeBase } from '../core/time.js';
import { checkStatus, encoderFailure } from '../encode/av-error.js';
import { fileCodec, openFileContext, rationalRate } from './av-file-context.js';
import type { StreamCopy } from './av-stream-copy.js';
import type { FileSinkOptions } from './file-options.js';
import { checkHeader } from './output-error.js';

/** Options of {@link openFileOutput}. */
export interface FileOutputOptions {
  readonly frameFormat: FrameFormat;
  readonly temporaryPath: string;
  /** True when chapters are added to the finished file: that also moves an MP4's index to the front. */
  readonly hasChapters: boolean;
  readonly streamCopy: StreamCopy | undefined;
  readonly sinkOptions: FileSinkOptions;
  /** Encoder name as FFmpeg spells it. */
  readonly encoder: string;
  readonly format: OutputFormat;
}

/** A file with its header written and its encoder open, from the first frame on, which gives the size. */
export interface FileOutput {
  readonly frameFormat: FrameFormat;
  readonly context: CodecContext;
  readonly output: FormatContext;
  readonly video: Stream;
}

/** Opens encoder and file; the caller frees both. Throws LibavError or NocturneError. */
export function openFileOutput(options: FileOutputOptions): FileOutput {
  const { frameFormat, format, sinkOptions, streamCopy } = options;
  const context = openContext(options);
  const output = new FormatContext();
  try {
    checkStatus(output.allocOutputContext2(format, null, options.temporaryPath), 'choose the container');
    const video = output.newStream(null);
    checkStatus(video.codecpar.fromContext(context), 'set the parameters of the video');
    if (fileCodec(sinkOptions) === 'hevc' && isMp4(format)) video.codecpar.codecTag = 'hvc1'; // the tag that Apple's players require
    video.timeBase = context.timeBase;
    video.avgFrameRate = rationalRate(sinkOptions.frameRate);
    video.sampleAspectRatio = new Rational(...frameFormat.sampleAspect);
    streamCopy?.addTo(output, video);
    if (isMp4(format)) setMp4Options(output, sinkOptions.timeBase, options.hasChapters);
    checkStatus(output.openOutputSync(), 'open the output');
    if (checkHeader(output.writeHeaderSync()) < 0) {
      throw unsupported(`The container ${extname(sinkOptions.path)} does not support video of ${options.encoder}.`);
    }
    return { frameFormat, context, output, video };
  } catch (error) {
    context.freeContext();
    output.closeOutputSync();
    output.freeContext();
    throw error;
  }
}

/** A NocturneError `OUTPUT_UNSUPPORTED`. */
export function unsupported(message: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_UNSUPPORTED', stage: 'output', message });
}

function openContext({ format, frameFormat, sinkOptions, encoder }: FileOutputOptions): CodecContext {
  try {
    return openFileContext(frameFormat, sinkOptions, {
      hasGlobalHeader: (format.flags & AVFMT_GLOBALHEADER) !== 0,
      supportsBFrames: isMp4(format) || format.name === 'matroska' || format.name === 'webm',
    });
  } catch (error) {
    throw encoderFailure('ENCODER_UNAVAILABLE', encoder, error);
  }
}

/** FFmpeg 8.1: the MP4 muxer doubles a track's timescale until it reaches this. Done here, so that the movie's timescale is the same. */
const MP4_MIN_TIMESCALE = 10_000;

/** Puts the index at the front, and makes timescales as fine as the video's, so that the start time of the first frame is exact. */
function setMp4Options(output: FormatContext, timeBase: TimeBase, hasChapters: boolean): void {
  if (!hasChapters) output.setOption('movflags', '+faststart');
  if (timeBase.num !== 1) return;
  let scale = timeBase.den;
  while (scale < MP4_MIN_TIMESCALE) scale *= 2;
  output.setOption('video_track_timescale', String(scale));
  output.setOption('movie_timescale', String(scale));
}

function isMp4(format: OutputFormat): boolean {
  return format.name === 'mp4' || format.name === 'mov' || format.name === 'ipod';
}
