import { AV_CODEC_FLAG_FRAME_DURATION, AV_CODEC_FLAG_GLOBAL_HEADER, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { CodecContext, Rational } from 'node-av/lib';
import { NocturneError } from '../core/errors.js';
import type { FrameFormat } from '../core/frame.js';
import { checkStatus, silenceLibavLog } from '../encode/av-error.js';
import { findEncoder } from '../encode/av-live-context.js';
import { setFrameFormat } from '../encode/av-frame-converter.js';
import { FILE_PRESETS } from './file-options.js';
import type { FileCodec, FilePreset, FileSinkOptions } from './file-options.js';

interface FileEncoder {
  readonly name: string;
  /** The crf taken when none is given: about the same to the eye for each. */
  readonly defaultCrf: number;
  /** Settings as FFmpeg names them. `effort`: 0 fastest to 8 slowest, the place in {@link FILE_PRESETS}. */
  settings(preset: FilePreset, effort: number): Readonly<Record<string, string>>;
}

const FILE_ENCODERS: Readonly<Record<FileCodec, FileEncoder>> = {
  h264: { name: 'libx264', defaultCrf: 20, settings: (preset) => ({ preset }) },
  hevc: { name: 'libx265', defaultCrf: 23, settings: (preset) => ({ preset, 'x265-params': 'log-level=none' }) },
  // SVT-AV1 counts presets from 13, fastest, down.
  av1: { name: 'libsvtav1', defaultCrf: 30, settings: (_, effort) => ({ preset: String(12 - effort) }) },
  // libvpx: constant quality wants no bit rate; cpu-used counts from 8, fastest, down.
  vp9: {
    name: 'libvpx-vp9',
    defaultCrf: 31,
    settings: (_, effort) => ({ b: '0', deadline: 'good', 'cpu-used': String(8 - effort), 'row-mt': '1' }),
  },
};

/** What a container asks of the encoder. */
export interface ContainerTraits {
  /** Parameter sets stand in its header. */
  readonly hasGlobalHeader: boolean;
  /** It carries B-frames without moving every pts: those that want decode times from zero on would. */
  readonly hasReordering: boolean;
}

/** Frames a second taken where the source does not say. */
const ASSUMED_FRAME_RATE = 30;

/** The codec for a file: the one asked for, else what its container is known for. */
export function fileCodec(options: Pick<FileSinkOptions, 'codec' | 'path'>): FileCodec {
  return options.codec ?? (/\.webm$/i.test(options.path) ? 'vp9' : 'h264');
}

/** Encoder used for a codec, as FFmpeg names it. Throws NocturneError when the build has none. */
export function fileEncoderName(codec: FileCodec): string {
  const { name } = FILE_ENCODERS[codec];
  if (findEncoder(name)) return name;
  throw new NocturneError({
    code: 'OUTPUT_UNSUPPORTED',
    stage: 'output',
    message: `The codec ${codec} needs ${name}, which this build of libav lacks.`,
  });
}

/** An open codec context for a file: B-frames and lookahead, pts in the source's time base. The caller frees it. Throws LibavError. */
export function openFileContext(
  frameFormat: FrameFormat,
  options: FileSinkOptions,
  container: ContainerTraits,
): CodecContext {
  silenceLibavLog();
  const encoder = FILE_ENCODERS[fileCodec(options)];
  const context = new CodecContext();
  try {
    const codec = findEncoder(encoder.name);
    context.allocContext3(codec);
    setFrameFormat(context, frameFormat);
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(options.timeBase.num, options.timeBase.den);
    context.framerate = rationalRate(options.frameRate);
    context.setFlags(AV_CODEC_FLAG_FRAME_DURATION);
    if (!container.hasReordering) context.maxBFrames = 0;
    if (container.hasGlobalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    const preset = options.preset ?? 'medium';
    const settings = {
      crf: String(options.crf ?? encoder.defaultCrf),
      ...encoder.settings(preset, FILE_PRESETS.indexOf(preset)),
    };
    for (const [name, value] of Object.entries(settings)) {
      checkStatus(context.setOption(name, value), `set ${name}=${value}`);
    }
    checkStatus(context.open2Sync(codec), `open ${encoder.name}`);
    return context;
  } catch (error) {
    context.freeContext();
    throw error;
  }
}

/** A rate as a fraction: n/1001 for the television ones, else in thousandths. */
export function rationalRate(frameRate: number): Rational {
  if (!(frameRate > 0)) return new Rational(ASSUMED_FRAME_RATE, 1);
  const television = Math.round(frameRate * 1.001) * 1000;
  if (Math.abs(television / 1001 - frameRate) < 0.002) return new Rational(television, 1001);
  return new Rational(Math.round(frameRate * 1000), 1000);
}
