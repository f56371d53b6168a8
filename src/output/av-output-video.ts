import { AVFMT_GLOBALHEADER } from 'node-av/constants';
import { Rational } from 'node-av/lib';
import type { CodecContext, FormatContext, OutputFormat, Stream } from 'node-av/lib';
import { extname } from 'node:path';
import type { NocturneError } from '../core/errors.js';
import type { FrameFormat } from '../core/frame.js';
import type { TimeBase } from '../core/time.js';
import { checkStatus, encoderFailure } from '../encode/av-error.js';
import { unsupported } from './av-container.js';
import { fileCodec, openFileContext, rationalRate } from './av-file-context.js';
import type { FileSinkOptions } from './file-options.js';

/** Options of {@link openEncoder} and {@link addVideo}. */
export interface VideoOptions {
  readonly frameFormat: FrameFormat;
  readonly temporaryPath: string;
  readonly sinkOptions: FileSinkOptions;
  /** Encoder name as FFmpeg spells it. */
  readonly encoder: string;
  readonly format: OutputFormat;
}

/** Opens the encoder for a container. The caller frees the context. Throws NocturneError. */
export function openEncoder({ format, frameFormat, sinkOptions, encoder }: VideoOptions): CodecContext {
  try {
    return openFileContext(frameFormat, sinkOptions, {
      hasGlobalHeader: (format.flags & AVFMT_GLOBALHEADER) !== 0,
      supportsBFrames: isMp4(format) || format.name === 'matroska' || format.name === 'webm',
      maxGop: format.name === 'mxf' ? MXF_MAX_GOP : undefined,
    });
  } catch (error) {
    throw encoderFailure('ENCODER_UNAVAILABLE', encoder, error);
  }
}

/** Sets the container of an output and adds the stream of its video. Throws LibavError. */
export function addVideo(output: FormatContext, context: CodecContext, options: VideoOptions): Stream {
  const { format, frameFormat, sinkOptions, temporaryPath } = options;
  checkStatus(output.allocOutputContext2(format, null, temporaryPath), 'choose the container');
  const video = output.newStream(null);
  checkStatus(video.codecpar.fromContext(context), 'set the parameters of the video');
  if (fileCodec(sinkOptions) === 'hevc' && isMp4(format)) video.codecpar.codecTag = 'hvc1'; // the tag that Apple's players require
  video.timeBase = context.timeBase;
  video.avgFrameRate = rationalRate(sinkOptions.frameRate);
  video.sampleAspectRatio = new Rational(...frameFormat.sampleAspect);
  if (isMp4(format)) setTimescales(output, sinkOptions.timeBase);
  return video;
}

/** The failure of a container that cannot hold the video of an encoder. */
export function unsupportedVideo({ path }: Pick<FileSinkOptions, 'path'>, encoder: string): NocturneError {
  return unsupported(`The container ${extname(path)} does not support video of ${encoder}.`);
}

/** FFmpeg 8.1: the MXF muxer fails in the middle of a file whose index, of one byte a frame, does not reach a keyframe. */
const MXF_MAX_GOP = 120;

/** FFmpeg 8.1: the MP4 muxer doubles a track's timescale until it reaches this. Done here, so that the movie's timescale is the same. */
const MP4_MIN_TIMESCALE = 10_000;

/** Makes MP4's timescales as fine as the video's, so that the start time of the first frame is exact. */
function setTimescales(output: FormatContext, timeBase: TimeBase): void {
  if (timeBase.num !== 1) return;
  let scale = timeBase.den;
  while (scale < MP4_MIN_TIMESCALE) scale *= 2;
  output.setOption('video_track_timescale', String(scale));
  output.setOption('movie_timescale', String(scale));
}

/** True for MP4 and its near kin. */
export function isMp4(format: OutputFormat): boolean {
  return format.name === 'mp4' || format.name === 'mov' || format.name === 'ipod';
}
