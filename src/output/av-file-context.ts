import { AV_CODEC_FLAG_FRAME_DURATION, AV_CODEC_FLAG_GLOBAL_HEADER, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { CodecContext, Rational } from 'node-av/lib';
import { NocturneError } from '../core/errors.js';
import type { FrameFormat } from '../core/frame.js';
import { checkStatus, silenceLibavLog } from '../encode/av-error.js';
import { setFrameFormat } from '../encode/av-encoder-input.js';
import { findEncoder } from '../encode/av-live-context.js';
import { FILE_PRESETS } from './file-options.js';
import type { FileCodec, FilePreset, FileSinkOptions } from './file-options.js';

interface FileEncoder {
  readonly name: string;
  /** Default crf: about the same visual quality for each encoder. */
  readonly defaultCrf: number;
  /** Fewest columns and rows. Below them libx265 does not open, and SVT-AV1 3.1 hangs. */
  readonly minSide: number;
  /** AVOptions. `effort`: index in {@link FILE_PRESETS}, 0 fastest to 8 slowest. */
  avOptions(preset: FilePreset, effort: number): Readonly<Record<string, string>>;
}

/**
 * x264's kernels for AVX-512 read what the memory beyond a frame holds: the same frames gave other bytes each time. Those for SSE4.2, which
 * every 64-bit x86 of the last fifteen years has, give the bytes of its C code, in 6 % more time.
 */
const STEADY_X264: Readonly<Record<string, string>> = process.arch === 'x64' ? { 'x264-params': 'asm=SSE4.2' } : {};

const FILE_ENCODERS: Readonly<Record<FileCodec, FileEncoder>> = {
  h264: { name: 'libx264', defaultCrf: 20, minSide: 2, avOptions: (preset) => ({ preset, ...STEADY_X264 }) },
  hevc: {
    name: 'libx265',
    defaultCrf: 23,
    minSide: 16,
    avOptions: (preset) => ({ preset, 'x265-params': 'log-level=none' }),
  },
  // SVT-AV1: preset 13 is the fastest, lower ones are slower.
  av1: { name: 'libsvtav1', defaultCrf: 30, minSide: 26, avOptions: (_, effort) => ({ preset: String(12 - effort) }) },
  // libvpx: constant quality needs bit rate 0; cpu-used 8 is the fastest, lower ones are slower.
  vp9: {
    name: 'libvpx-vp9',
    defaultCrf: 31,
    minSide: 2,
    avOptions: (_, effort) => ({ b: '0', deadline: 'good', 'cpu-used': String(8 - effort), 'row-mt': '1' }),
  },
};

/** Traits of a container that the encoder must respect. */
export interface ContainerTraits {
  /** Its header holds the parameter sets. */
  readonly hasGlobalHeader: boolean;
  /** It stores B-frames without shifting every pts, as containers do whose decode times start at 0. */
  readonly supportsBFrames: boolean;
  /** Frames from one keyframe to the next, at most; undefined: the encoder decides. */
  readonly maxGop: number | undefined;
}

/** Encoder threads of a reproducible file: x264's bytes depend on their number, which it takes from the machine otherwise. */
const REPRODUCIBLE_THREADS = 2;

/** Frames per second where the source's rate is unknown. */
const FALLBACK_FRAME_RATE = 30;

/** The codec of a file: the one in the options, else VP9 for WebM and H.264 for other containers. */
export function fileCodec(options: Pick<FileSinkOptions, 'codec' | 'path'>): FileCodec {
  return options.codec ?? (/\.webm$/i.test(options.path) ? 'vp9' : 'h264');
}

/** The encoder of a codec by FFmpeg's name, and its options for crf and preset: the same for every FFmpeg. */
export function fileEncoderOptions(options: Pick<FileSinkOptions, 'codec' | 'path' | 'crf' | 'preset'>): {
  readonly name: string;
  readonly avOptions: Readonly<Record<string, string>>;
} {
  const encoder = FILE_ENCODERS[fileCodec(options)];
  const preset = options.preset ?? 'medium';
  const crf = String(options.crf ?? encoder.defaultCrf);
  const avOptions = { crf, ...encoder.avOptions(preset, FILE_PRESETS.indexOf(preset)) };
  return { name: encoder.name, avOptions };
}

/** FFmpeg's name of the encoder for a codec. Throws NocturneError when this build of libav lacks it. */
export function fileEncoderName(codec: FileCodec): string {
  const { name } = FILE_ENCODERS[codec];
  if (findEncoder(name)) return name;
  throw new NocturneError({
    code: 'OUTPUT_UNSUPPORTED',
    stage: 'output',
    message: `The codec ${codec} needs ${name}, which this build of libav lacks.`,
  });
}

/**
 * Opens an encoder for a file: B-frames and lookahead, pts in the source's time base. The caller frees the context. Throws
 * LibavError, and NocturneError for frames that are too small for the codec.
 */
export function openFileContext(
  frameFormat: FrameFormat,
  options: FileSinkOptions,
  container: ContainerTraits,
): CodecContext {
  silenceLibavLog();
  const encoder = FILE_ENCODERS[fileCodec(options)];
  checkSize(frameFormat, fileCodec(options), encoder);
  const context = new CodecContext();
  try {
    const codec = findEncoder(encoder.name);
    context.allocContext3(codec);
    setFrameFormat(context, frameFormat);
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(options.timeBase.num, options.timeBase.den);
    context.framerate = rationalRate(options.frameRate);
    context.setFlags(AV_CODEC_FLAG_FRAME_DURATION);
    if (options.isReproducible) context.threadCount = REPRODUCIBLE_THREADS;
    if (!container.supportsBFrames) context.maxBFrames = 0;
    if (container.maxGop !== undefined) context.gopSize = container.maxGop;
    if (container.hasGlobalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    const preset = options.preset ?? 'medium';
    const avOptions = {
      crf: String(options.crf ?? encoder.defaultCrf),
      ...encoder.avOptions(preset, FILE_PRESETS.indexOf(preset)),
    };
    for (const [name, value] of Object.entries(avOptions)) {
      checkStatus(context.setOption(name, value), `set ${name}=${value}`);
    }
    checkStatus(context.open2Sync(codec), `open ${encoder.name}`);
    return context;
  } catch (error) {
    context.freeContext();
    throw error;
  }
}

function checkSize({ width, height }: FrameFormat, codec: FileCodec, { name, minSide }: FileEncoder): void {
  if (Math.min(width, height) >= minSide) return;
  throw new NocturneError({
    code: 'OUTPUT_UNSUPPORTED',
    stage: 'output',
    message: `The codec ${codec} (${name}) needs frames of ${minSide}x${minSide} or more, got ${width}x${height}.`,
    remedy: 'Use --codec h264.',
  });
}

/** A frame rate as a fraction: n/1001 for NTSC rates, else in thousandths. */
export function rationalRate(frameRate: number): Rational {
  if (!(frameRate > 0)) return new Rational(FALLBACK_FRAME_RATE, 1);
  const ntsc = Math.round(frameRate * 1.001) * 1000;
  if (Math.abs(ntsc / 1001 - frameRate) < 0.002) return new Rational(ntsc, 1001);
  return new Rational(Math.round(frameRate * 1000), 1000);
}
