import { AVFMT_GLOBALHEADER } from 'node-av/constants';
import { FormatContext, Rational } from 'node-av/lib';
import type { CodecContext, OutputFormat, Stream } from 'node-av/lib';
import { extname } from 'node:path';
import { NocturneError } from '../core/errors.js';
import type { FrameFormat } from '../core/frame.js';
import type { TimeBase } from '../core/time.js';
import type { StreamCopy } from './av-stream-copy.js';
import { checkStatus, encoderFailure } from '../encode/av-error.js';
import { checkHeader } from './output-error.js';
import { fileCodec, openFileContext, rationalRate } from './av-file-context.js';
import type { FileSinkOptions } from './file-options.js';

/** What {@link openFileOutput} takes. */
export interface FileOutputOptions {
  readonly frameFormat: FrameFormat;
  readonly temporaryPath: string;
  /** True when chapters come into the finished file: they move an MP4's index to the front themselves. */
  readonly hasChapters: boolean;
  readonly copied: StreamCopy | undefined;
  readonly options: FileSinkOptions;
  /** Encoder name as FFmpeg spells it. */
  readonly encoder: string;
  readonly format: OutputFormat;
}

/** A file with its header written and its encoder open: what exists once the first frame told the size. */
export interface FileOutput {
  readonly frameFormat: FrameFormat;
  readonly context: CodecContext;
  readonly output: FormatContext;
  readonly video: Stream;
}

/** Opens encoder and file; the caller frees both. Throws LibavError or NocturneError. */
export function openFileOutput(init: FileOutputOptions): FileOutput {
  const { frameFormat, format, options, copied } = init;
  const context = openContext(init);
  const output = new FormatContext();
  try {
    checkStatus(output.allocOutputContext2(format, null, init.temporaryPath), 'choose the container');
    const video = output.newStream(null);
    checkStatus(video.codecpar.fromContext(context), 'describe the video');
    if (fileCodec(options) === 'hevc' && isMp4(format)) video.codecpar.codecTag = 'hvc1'; // what Apple's players ask for
    video.timeBase = context.timeBase;
    video.avgFrameRate = rationalRate(options.frameRate);
    video.sampleAspectRatio = new Rational(...frameFormat.sampleAspect);
    copied?.describeInto(output, video);
    if (isMp4(format)) setMp4Options(output, options.timeBase, init.hasChapters);
    checkStatus(output.openOutputSync(), 'open the output');
    if (checkHeader(output.writeHeaderSync()) < 0) {
      throw unsupported(`The container ${extname(options.path)} does not take what ${init.encoder} makes.`);
    }
    return { frameFormat, context, output, video };
  } catch (error) {
    context.freeContext();
    output.closeOutputSync();
    output.freeContext();
    throw error;
  }
}

/** A NocturneError of the output's code for what cannot be written. */
export function unsupported(message: string): NocturneError {
  return new NocturneError({ code: 'OUTPUT_UNSUPPORTED', stage: 'output', message });
}

function openContext({ format, frameFormat, options, encoder }: FileOutputOptions): CodecContext {
  try {
    return openFileContext(frameFormat, options, {
      hasGlobalHeader: (format.flags & AVFMT_GLOBALHEADER) !== 0,
      hasReordering: isMp4(format) || format.name === 'matroska' || format.name === 'webm',
    });
  } catch (error) {
    throw encoderFailure('ENCODER_UNAVAILABLE', encoder, error);
  }
}

/** Ticks a second under which libav's muxer doubles a track's time scale; done here so that the movie's is the same. */
const MP4_LEAST_TIMESCALE = 10_000;

/** Index at the front, and clocks as fine as the video's, so that the offset of the first picture is exact too. */
function setMp4Options(output: FormatContext, timeBase: TimeBase, hasChapters: boolean): void {
  if (!hasChapters) output.setOption('movflags', '+faststart');
  if (timeBase.num !== 1) return;
  let scale = timeBase.den;
  while (scale < MP4_LEAST_TIMESCALE) scale *= 2;
  output.setOption('video_track_timescale', String(scale));
  output.setOption('movie_timescale', String(scale));
}

function isMp4(format: OutputFormat): boolean {
  return format.name === 'mp4' || format.name === 'mov' || format.name === 'ipod';
}
