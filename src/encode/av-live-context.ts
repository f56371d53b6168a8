import { AV_CODEC_FLAG_LOW_DELAY } from 'node-av/constants';
import { Codec, CodecContext, Rational } from 'node-av/lib';
import type { FrameFormat } from '../core/frame.js';
import { checkStatus, silenceLibavLog } from './av-error.js';
import { avPixelFormat, setFrameFormat } from './av-encoder-input.js';
import type { PixelFormat } from './av-encoder-input.js';
import type { EncoderOptions } from './encoder.js';

/** An H.264 encoder that takes frames from system memory. */
export interface H264Encoder {
  /** As FFmpeg names it. */
  readonly name: string;
  readonly pixelFormat: PixelFormat;
  /** AVOptions for the lowest delay. A hardware encoder's build may lack some; those are ignored. */
  avOptions(options: EncoderOptions): Readonly<Record<string, string>>;
}

/** In order of preference. Not VA-API and Vulkan, which need frames uploaded to the device, nor V4L2, which delays several frames. */
export const H264_ENCODERS: readonly H264Encoder[] = [
  {
    name: 'h264_videotoolbox',
    pixelFormat: 'nv12',
    avOptions: () => ({ realtime: '1', prio_speed: '1', allow_sw: '0' }),
  },
  {
    name: 'h264_nvenc',
    pixelFormat: 'i420',
    avOptions: (options) => ({
      preset: 'p3',
      tune: 'ull',
      zerolatency: '1',
      delay: '0',
      'forced-idr': '1',
      ...(options.bitrateBps === undefined ? { rc: 'vbr', cq: String(options.crf) } : { rc: 'cbr' }),
    }),
  },
  {
    name: 'h264_qsv',
    pixelFormat: 'nv12',
    avOptions: (options) => ({
      preset: 'veryfast',
      async_depth: '1',
      look_ahead: '0',
      forced_idr: '1',
      ...(options.bitrateBps === undefined ? { global_quality: String(options.crf) } : {}),
    }),
  },
  {
    name: 'h264_amf',
    pixelFormat: 'nv12',
    avOptions: () => ({ usage: 'ultralowlatency', quality: 'speed', header_insertion_mode: 'idr', forced_idr: '1' }),
  },
  { name: 'h264_mf', pixelFormat: 'nv12', avOptions: () => ({ hw_encoding: '1', scenario: 'live_streaming' }) },
  {
    name: 'libx264',
    pixelFormat: 'i420',
    avOptions: (options) => ({
      preset: options.preset,
      tune: 'zerolatency',
      'forced-idr': '1',
      // Sliced threads split one frame instead of delaying several; no lookahead of any kind.
      'x264-params': 'sliced-threads=1:rc-lookahead=0:sync-lookahead=0:repeat-headers=1',
      ...(options.bitrateBps === undefined ? { crf: String(options.crf) } : {}),
    }),
  },
];

/** Frames per second where the source's rate is unknown. */
const FALLBACK_FRAME_RATE = 30;
/** Bits per pixel for a hardware encoder without constant quality. */
const DEFAULT_BITS_PER_PIXEL = 0.1;
/** The encoder's time base: microseconds, so that each pts is exact. */
const MICROSECONDS = new Rational(1, 1_000_000);

/** FFmpeg's encoder of a name; null when this build has none. */
export function findEncoder(name: string): Codec | null {
  return Codec.findEncoderByName(name as Parameters<typeof Codec.findEncoderByName>[0]); // the type lists known names only; an unknown one returns null
}

/** Opens an encoder for frames of a format. The caller frees the context. Throws LibavError, and RangeError for an encoder this build lacks. */
export function openLiveContext(encoder: H264Encoder, frameFormat: FrameFormat, options: EncoderOptions): CodecContext {
  silenceLibavLog();
  const codec = findEncoder(encoder.name);
  if (!codec) throw new RangeError(`encoder must be in this build of libav, got ${encoder.name}`);
  const context = new CodecContext();
  try {
    context.allocContext3(codec);
    setFrameFormat(context, frameFormat);
    configure(context, encoder, options);
    checkStatus(context.open2Sync(codec), `open ${encoder.name}`);
    return context;
  } catch (error) {
    context.freeContext();
    throw error;
  }
}

function configure(context: CodecContext, encoder: H264Encoder, options: EncoderOptions): void {
  const frameRate = options.frameRate > 0 ? options.frameRate : FALLBACK_FRAME_RATE;
  context.pixelFormat = avPixelFormat(encoder.pixelFormat);
  context.timeBase = MICROSECONDS;
  context.framerate = new Rational(Math.round(frameRate * 1000), 1000);
  context.gopSize = Math.max(1, Math.ceil(frameRate * options.keyframeIntervalS));
  context.maxBFrames = 0;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  context.threadCount = options.threads ?? sliceThreads(context.width * context.height);
  const isSoftware = encoder.name === 'libx264';
  for (const [name, value] of Object.entries(encoder.avOptions(options))) {
    const status = context.setOption(name, value);
    if (isSoftware) checkStatus(status, `set ${name}=${value}`);
  }
  const bitrate =
    options.bitrateBps ?? (isSoftware ? 0 : DEFAULT_BITS_PER_PIXEL * context.width * context.height * frameRate);
  if (bitrate > 0) {
    context.bitRate = BigInt(Math.round(bitrate));
    context.rcMaxRate = context.bitRate;
    context.rcBufferSize = Math.round(bitrate / 2); // half a second: how much a frame may exceed the rate
  }
}

/** Slices cost compression and thread switches, and other stages of the pipeline need cores: one for 720p, four for 4K. */
function sliceThreads(pixels: number): number {
  return Math.min(4, Math.max(1, Math.round(pixels / (1280 * 720))));
}
