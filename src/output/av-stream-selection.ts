import {
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
  AV_CODEC_ID_DVB_SUBTITLE,
  AV_CODEC_ID_DVB_TELETEXT,
} from 'node-av/constants';
import { FormatContext, avGetCodecName } from 'node-av/lib';
import type { OutputFormat, Stream } from 'node-av/lib';
import { rm } from 'node:fs/promises';
import { checkStatus } from '../encode/av-error.js';
import { addCopiedStream, isCoverArt } from './av-output-stream.js';
import { checkHeader } from './output-error.js';

/** Streams to copy to an output. */
export interface StreamSelection {
  readonly streams: readonly Stream[];
  /** One line for each stream that the container does not support. */
  readonly notices: readonly string[];
}

const MEDIA_TYPE_NAMES = new Map<number, string>([
  [AVMEDIA_TYPE_VIDEO, 'video'],
  [AVMEDIA_TYPE_AUDIO, 'audio'],
  [AVMEDIA_TYPE_SUBTITLE, 'subtitle'],
  [AVMEDIA_TYPE_ATTACHMENT, 'attachment'],
  [AVMEDIA_TYPE_DATA, 'data'],
]);

/**
 * Selects the streams that the output's container can mux. Throws LibavError.
 * @param candidates the input's streams, without its video.
 * @param probePath a path with the output's extension; a file is written there and removed.
 */
export async function selectStreams(candidates: readonly Stream[], probePath: string): Promise<StreamSelection> {
  const streams: Stream[] = [];
  const notices: string[] = [];
  for (const stream of candidates) {
    if (isCopyable(stream) && (await canMux(stream, probePath))) streams.push(stream);
    else if (!isChapterTrack(stream)) notices.push(`not copied: ${describeStream(stream)}`);
  }
  return { streams, notices };
}

/** A stream for people: kind, index, codec and language. */
export function describeStream(stream: Stream): string {
  const kind = MEDIA_TYPE_NAMES.get(stream.codecpar.codecType) ?? 'unknown';
  const tags = stream.metadata?.getAll() ?? {};
  const language = tags['language'] === undefined ? '' : `, ${tags['language']}`;
  return `${kind} stream ${stream.index} (${avGetCodecName(stream.codecpar.codecId) ?? 'unknown codec'}${language})`;
}

/** False for streams that make no sense beside another video: timecode and telemetry. */
function isCopyable(stream: Stream): boolean {
  const kind = stream.codecpar.codecType;
  if (kind === AVMEDIA_TYPE_VIDEO) return isCoverArt(stream);
  return kind === AVMEDIA_TYPE_AUDIO || kind === AVMEDIA_TYPE_SUBTITLE || kind === AVMEDIA_TYPE_ATTACHMENT;
}

/** True for MP4's text track of chapters, which libav shows as data. Chapters are copied as chapters. */
function isChapterTrack(stream: Stream): boolean {
  return stream.codecpar.codecType === AVMEDIA_TYPE_DATA && stream.codecpar.codecTagString === 'text';
}

/** Whether the container's muxer writes a header for the stream alone. */
async function canMux(stream: Stream, probePath: string): Promise<boolean> {
  const output = new FormatContext();
  try {
    checkStatus(output.allocOutputContext2(null, null, probePath), 'choose the container');
    if (isUnreadableSubtitle(stream, output.oformat) || isVideoCoverArt(stream, output.oformat)) return false;
    addCopiedStream(output, stream);
    checkStatus(await output.openOutput(), 'open the output');
    return checkHeader(await output.writeHeader()) >= 0;
  } finally {
    await output.closeOutput();
    output.freeContext();
    await rm(probePath, { force: true });
  }
}

/** FFmpeg 8.1: the MPEG-TS muxer accepts every subtitle codec, as private data that no player reads. */
function isUnreadableSubtitle(stream: Stream, format: OutputFormat | null): boolean {
  if (format?.name !== 'mpegts' || stream.codecpar.codecType !== AVMEDIA_TYPE_SUBTITLE) return false;
  return stream.codecpar.codecId !== AV_CODEC_ID_DVB_SUBTITLE && stream.codecpar.codecId !== AV_CODEC_ID_DVB_TELETEXT;
}

/** Outside the MP4 family, cover art would become a video of one frame. */
function isVideoCoverArt(stream: Stream, format: OutputFormat | null): boolean {
  return isCoverArt(stream) && !/^(mp4|mov|ipod)$/.test(format?.name ?? '');
}
