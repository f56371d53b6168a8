import type { FrameFormat } from '../../core/frame.js';
import { LOG_OPTIONS } from '../../ffmpeg/ffmpeg-log.js';
import type { FfmpegArguments } from '../../ffmpeg/ffmpeg-process.js';
import { MATROSKA_INPUT_OPTIONS } from '../../ffmpeg/matroska-frames.js';
import type { SystemFfmpeg } from '../../ffmpeg/system-ffmpeg.js';
import { H264_ENCODERS } from '../av-live-context.js';
import type { EncoderOptions } from '../encoder.js';

/** Frames per second where the source's rate is unknown. */
const FALLBACK_FRAME_RATE = 30;
/** Frames between keyframes of the encoder's own accord: none, since each is requested. */
const MAX_GOP = 100_000;
/** Bits per pixel for an encoder without constant quality. */
const DEFAULT_BITS_PER_PIXEL = 0.1;
/** VA-API takes frames that lie on the device. */
const VAAPI_OPTIONS = ['-vf', 'format=nv12,hwupload'] as const;
const VAAPI_DEVICE = ['-vaapi_device', '/dev/dri/renderD128'] as const;

/** H.264 encoders that `auto` tries, in order: those of the bundled libav, and VA-API, which the program feeds by itself. */
export const FFMPEG_H264_ENCODERS = H264_ENCODERS.flatMap(({ name }) =>
  name === 'libx264' ? ['h264_vaapi', name, 'libopenh264'] : [name],
);

/**
 * The microsecond of a pts that says whether its frame is to be a keyframe. Nothing else reaches an encoder in another process with a
 * single frame: pts are even but for these, and `-force_key_frames` looks for the odd ones.
 */
export const KEYFRAME_TICK = 1;
const FORCE_KEYFRAMES = 'expr:eq(mod(round(t*1000000),2),1)';

/** The command of a live encoder: frames in Matroska on stdin, H.264 in FLV on stdout, each packet as soon as it is there. */
export function liveArguments(
  system: SystemFfmpeg,
  encoder: string,
  { width, height }: Pick<FrameFormat, 'width' | 'height'>,
  options: EncoderOptions,
): FfmpegArguments {
  const frameRate = options.frameRate > 0 ? options.frameRate : FALLBACK_FRAME_RATE;
  const known = H264_ENCODERS.find(({ name }) => name === encoder);
  const isVaapi = encoder === 'h264_vaapi';
  const isSoftware = encoder === 'libx264';
  const bitrate = options.bitrateBps ?? (isSoftware ? 0 : DEFAULT_BITS_PER_PIXEL * width * height * frameRate);
  const rate = String(Math.round(bitrate));
  return {
    inputs: [{ options: [...LOG_OPTIONS, ...(isVaapi ? VAAPI_DEVICE : []), ...MATROSKA_INPUT_OPTIONS], from: 'stdin' }],
    outputOptions: [
      ...[...system.keepTimes, '-copyts', '-enc_time_base', '1:1000000'],
      ...(isVaapi ? VAAPI_OPTIONS : ['-pix_fmt', known?.pixelFormat === 'nv12' ? 'nv12' : 'yuv420p']),
      ...['-c:v', encoder, '-bf', '0', '-g', String(MAX_GOP), '-force_key_frames', FORCE_KEYFRAMES],
      ...Object.entries(known?.avOptions(options) ?? {}).flatMap(([name, value]) => [`-${name}`, value]),
      ...(bitrate > 0 ? ['-b:v', rate, '-maxrate', rate, '-bufsize', String(Math.round(bitrate / 2))] : []),
      ...threadOptions(width * height, options, isSoftware),
      ...['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1'],
    ],
  };
}

/** As for the bundled libx264: one slice thread for 720p, four for 4K. Other encoders choose. */
function threadOptions(pixels: number, { threads }: EncoderOptions, isSoftware: boolean): readonly string[] {
  if (threads !== undefined) return ['-threads', String(threads)];
  return isSoftware ? ['-threads', String(Math.min(4, Math.max(1, Math.round(pixels / (1280 * 720)))))] : [];
}
