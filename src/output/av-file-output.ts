import { AVFMT_FLAG_BITEXACT } from 'node-av/constants';
import { FormatContext } from 'node-av/lib';
import type { CodecContext, Stream } from 'node-av/lib';
import type { Micros } from '../core/time.js';
import { checkStatus } from '../encode/av-error.js';
import { FileEncoder } from './av-file-encoder.js';
import { addVideo, isMp4, openEncoder, unsupportedVideo } from './av-output-video.js';
import type { VideoOptions } from './av-output-video.js';
import type { StreamCopy } from './av-stream-copy.js';
import { checkHeader } from './output-error.js';

/** Options of {@link openFileOutput}. */
export interface FileOutputOptions extends VideoOptions {
  /** True when chapters are added to the finished file: that also moves an MP4's index to the front. */
  readonly hasChapters: boolean;
  readonly streamCopy: StreamCopy | undefined;
  /** Time of copied streams that becomes 0. */
  readonly start: Micros;
}

/** A file with its header written and its encoder open, from the first frame on, which gives the size. */
export interface FileOutput {
  readonly context: CodecContext;
  /** Of the context. */
  readonly encoder: FileEncoder;
  readonly output: FormatContext;
  readonly video: Stream;
  /** Frees everything. */
  close(): Promise<void>;
}

/** Opens encoder and file; the caller closes them. Throws LibavError or NocturneError. */
export function openFileOutput(options: FileOutputOptions): FileOutput {
  const { sinkOptions, streamCopy } = options;
  const context = openEncoder(options);
  const output = new FormatContext();
  try {
    const video = addVideo(output, context, options);
    streamCopy?.addTo(output, video, options.start);
    if (isMp4(options.format) && !options.hasChapters) output.setOption('movflags', '+faststart');
    if (sinkOptions.isReproducible) output.setFlags(AVFMT_FLAG_BITEXACT);
    checkStatus(output.openOutputSync(), 'open the output');
    if (checkHeader(output.writeHeaderSync()) < 0) throw unsupportedVideo(sinkOptions, options.encoder);
    const encoder = new FileEncoder(context, options.encoder);
    const close = async (): Promise<void> => {
      if (!encoder.hasHung) context.freeContext();
      await output.closeOutput();
      output.freeContext();
    };
    return { context, encoder, output, video, close };
  } catch (error) {
    context.freeContext();
    output.closeOutputSync();
    output.freeContext();
    throw error;
  }
}
