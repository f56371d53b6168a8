import type { Micros } from '../../core/time.js';
import { toSeconds } from '../../core/time.js';
import { LOG_OPTIONS } from '../../ffmpeg/ffmpeg-log.js';
import type { FfmpegArguments } from '../../ffmpeg/ffmpeg-process.js';
import { MATROSKA_INPUT_OPTIONS } from '../../ffmpeg/matroska-frames.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';
import { fileCodec, fileEncoderOptions } from '../av-file-context.js';
import type { FileSinkOptions } from '../file-options.js';
import { copyInput, MP4_FAMILY, type CopiedStreams } from './copied-streams.js';

/** Muxers that keep every timestamp. Others have one frame rate, for which ffmpeg repeats and drops frames by itself. */
const KEEPS_TIMES = new Set(['mp4', 'mov', 'matroska', 'webm', 'mpegts', 'nut', 'ipod', 'flv']);
/** FFmpeg 8.1: the MP4 muxer doubles a track's timescale until it reaches this. */
const MP4_MIN_TIMESCALE = 10_000;

/** What {@link fileArguments} needs. */
export interface FileRequest {
  readonly system: SystemFfmpeg;
  readonly sinkOptions: FileSinkOptions;
  /** Encoder that the user named; undefined: by codec. */
  readonly encoder: string | undefined;
  /** FFmpeg's name of the container. */
  readonly container: string;
  readonly temporaryPath: string;
  readonly copied: CopiedStreams | undefined;
  /** Time of the input that becomes 0. */
  readonly start: Micros;
  /** Time in the file at which the frames on stdin begin to count: 0 but for a part. */
  readonly base: Micros;
}

/** The command that writes a file: frames in Matroska on stdin, sound and subtitles from the input a second time. */
export function fileArguments(request: FileRequest): FfmpegArguments {
  const { system, sinkOptions, container, temporaryPath, copied, start, base } = request;
  const { copyFrom, startS = 0, durationS, timeBase } = sinkOptions;
  const hasCopy = copied !== undefined && copyFrom !== undefined;
  const input = hasCopy ? copyInput(copyFrom) : undefined;
  const isPart = startS > 0;
  // With -copyts every input keeps its own times, and those of the copy move as the frames did. Of a part, both inputs count from its start.
  const copyOptions = input && [
    ...input.options,
    ...(isPart ? ['-ss', String(startS)] : []),
    ...(durationS === undefined ? [] : ['-t', String(durationS)]),
    ...(isPart || start === 0 ? [] : ['-itsoffset', (-toSeconds(start)).toFixed(6)]),
  ];
  const frameOptions = isPart ? ['-itsoffset', toSeconds(base).toFixed(6)] : [];
  return {
    inputs: [
      { options: [...LOG_OPTIONS, ...frameOptions, ...MATROSKA_INPUT_OPTIONS], from: 'stdin' },
      ...(input && copyOptions ? [{ options: copyOptions, from: input.from }] : []),
    ],
    outputOptions: [
      // A seek lands before the part; what lies before it is not copied.
      ...(isPart ? ['-copypriorss', '0'] : ['-copyts']),
      ...['-map', '0:v:0', ...(copied?.indexes ?? []).flatMap((index) => ['-map', `1:${index}`])],
      ...['-map_metadata', hasCopy ? '1' : '-1', '-map_chapters', hasCopy ? '1' : '-1'],
      ...['-c', 'copy', ...encoderOptions(request)],
      ...(KEEPS_TIMES.has(container) ? [...system.keepTimes, '-enc_time_base', `${timeBase.num}:${timeBase.den}`] : []),
      ...(MP4_FAMILY.has(container) ? mp4Options(sinkOptions) : []),
    ],
    output: `file:${temporaryPath}`,
  };
}

function encoderOptions({ encoder, sinkOptions, container }: FileRequest): readonly string[] {
  const { crf, preset } = sinkOptions;
  if (encoder !== undefined) {
    return [
      ...['-c:v:0', encoder],
      ...(crf === undefined ? [] : ['-crf:v:0', String(crf)]),
      ...(preset === undefined ? [] : ['-preset:v:0', preset]),
    ];
  }
  const { name, avOptions } = fileEncoderOptions(sinkOptions);
  const isHevcInMp4 = fileCodec(sinkOptions) === 'hevc' && MP4_FAMILY.has(container);
  return [
    ...['-c:v:0', name, '-pix_fmt:v:0', 'yuv420p'],
    ...Object.entries(avOptions).flatMap(([option, value]) => [`-${option}:v:0`, value]),
    ...(isHevcInMp4 ? ['-tag:v:0', 'hvc1'] : []), // the tag that Apple's players require
  ];
}

function mp4Options({ timeBase }: FileSinkOptions): readonly string[] {
  let scale = timeBase.den;
  while (scale < MP4_MIN_TIMESCALE) scale *= 2;
  return ['-movflags', '+faststart', ...(timeBase.num === 1 ? ['-video_track_timescale', String(scale)] : [])];
}
