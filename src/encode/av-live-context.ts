import { AV_CODEC_FLAG_LOW_DELAY } from 'node-av/constants';
import { Codec, CodecContext, Rational } from 'node-av/lib';
import type { FrameFormat } from '../core/frame.js';
import { checkStatus, quietLibav } from './av-error.js';
import { describeFormat, pixelFormat } from './av-encoder-input.js';
import type { FrameLayout } from './av-encoder-input.js';
import type { EncoderOptions } from './encoder.js';

/** An H.264 encoder this product can feed from system memory. */
export interface LiveCodec {
  readonly name: string;
  readonly layout: FrameLayout;
  /** Settings for the lowest delay, as FFmpeg names them; one the build does not know is left out for hardware. */
  settings(options: EncoderOptions): Readonly<Record<string, string>>;
}

/** In order of preference. VA-API and Vulkan want pictures uploaded to the device and V4L2 holds several back: they are left out. */
export const LIVE_CODECS: readonly LiveCodec[] = [
  {
    name: 'h264_videotoolbox',
    layout: 'nv12',
    settings: () => ({ realtime: '1', prio_speed: '1', allow_sw: '0' }),
  },
  {
    name: 'h264_nvenc',
    layout: 'i420',
    settings: (options) => ({
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
    layout: 'nv12',
    settings: (options) => ({
      preset: 'veryfast',
      async_depth: '1',
      look_ahead: '0',
      forced_idr: '1',
      ...(options.bitrateBps === undefined ? { global_quality: String(options.crf) } : {}),
    }),
  },
  {
    name: 'h264_amf',
    layout: 'nv12',
    settings: () => ({ usage: 'ultralowlatency', quality: 'speed', header_insertion_mode: 'idr', forced_idr: '1' }),
  },
  { name: 'h264_mf', layout: 'nv12', settings: () => ({ hw_encoding: '1', scenario: 'live_streaming' }) },
  {
    name: 'libx264',
    layout: 'i420',
    settings: (options) => ({
      preset: options.preset,
      tune: 'zerolatency',
      'forced-idr': '1',
      // Sliced threads split one picture instead of holding several; no lookahead of any kind.
      'x264-params': 'sliced-threads=1:rc-lookahead=0:sync-lookahead=0:repeat-headers=1',
      ...(options.bitrateBps === undefined ? { crf: String(options.crf) } : {}),
    }),
  },
];

/** Frames a second taken where the source does not say. */
const ASSUMED_FRAME_RATE = 30;
/** Bits a pixel for a hardware encoder without constant quality. */
const DEFAULT_BITS_PER_PIXEL = 0.1;
/** Pictures are counted in microseconds, so that a pts comes out as it went in. */
const MICROSECONDS = new Rational(1, 1_000_000);

/** FFmpeg's encoder of that name, or null when the build has none. */
export function findEncoder(name: string): Codec | null {
  return Codec.findEncoderByName(name as Parameters<typeof Codec.findEncoderByName>[0]); // the brand lists known names; an unknown one gives null
}

/** An open codec context; the caller frees it. Throws LibavError. */
export function openLiveContext(codec: LiveCodec, frameFormat: FrameFormat, options: EncoderOptions): CodecContext {
  quietLibav();
  const found = findEncoder(codec.name);
  if (!found) throw new RangeError(`encoder must be in this build of libav, got ${codec.name}`);
  const context = new CodecContext();
  try {
    context.allocContext3(found);
    describeFormat(context, frameFormat);
    configure(context, codec, options);
    checkStatus(context.open2Sync(found), `open ${codec.name}`);
    return context;
  } catch (error) {
    context.freeContext();
    throw error;
  }
}

function configure(context: CodecContext, codec: LiveCodec, options: EncoderOptions): void {
  const frameRate = options.frameRate > 0 ? options.frameRate : ASSUMED_FRAME_RATE;
  context.pixelFormat = pixelFormat(codec.layout);
  context.timeBase = MICROSECONDS;
  context.framerate = new Rational(Math.round(frameRate * 1000), 1000);
  context.gopSize = Math.max(1, Math.ceil(frameRate * options.keyframeIntervalS));
  context.maxBFrames = 0;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  context.threadCount = options.threads ?? sliceThreads(context.width * context.height);
  const isSoftware = codec.name === 'libx264';
  for (const [name, value] of Object.entries(codec.settings(options))) {
    const status = context.setOption(name, value);
    if (isSoftware) checkStatus(status, `set ${name}=${value}`);
  }
  const bitrate =
    options.bitrateBps ?? (isSoftware ? 0 : DEFAULT_BITS_PER_PIXEL * context.width * context.height * frameRate);
  if (bitrate > 0) {
    context.bitRate = BigInt(Math.round(bitrate));
    context.rcMaxRate = context.bitRate;
    context.rcBufferSize = Math.round(bitrate / 2); // half a second: how much a picture may run ahead of the rate
  }
}

/** Each slice costs compression and a hand-over, and the pipeline's other stages want cores: one for 720p, four for 4K. */
function sliceThreads(pixels: number): number {
  return Math.min(4, Math.max(1, Math.round(pixels / (1280 * 720))));
}
