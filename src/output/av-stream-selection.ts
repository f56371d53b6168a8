import {
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
  AV_CODEC_ID_DVB_SUBTITLE,
  AV_CODEC_ID_DVB_TELETEXT,
} from 'node-av/constants';
import type { OutputFormat, Stream } from 'node-av/lib';
import type { ContainerTrial } from './av-container-trial.js';
import { describeStream, isCoverArt } from './av-output-stream.js';
import type { StreamSample } from './av-trial-file.js';

/** Streams to copy to an output. */
export interface StreamSelection {
  readonly streams: readonly Stream[];
  /** One line for each stream that the container does not support. */
  readonly notices: readonly string[];
}

/**
 * Selects the streams that the output's container holds. Throws LibavError when the disk fails.
 * @param candidates the input's streams, without its video.
 */
export async function selectStreams(
  candidates: readonly StreamSample[],
  format: OutputFormat,
  trial: ContainerTrial,
): Promise<StreamSelection> {
  const held: StreamSample[] = [];
  const notices: string[] = [];
  for (const candidate of candidates) {
    const { stream } = candidate;
    const isWanted = isCopyable(stream) && !isUnreadableSubtitle(stream, format) && !isVideoCoverArt(stream, format);
    if (isWanted && (await trial.holds(candidate, held))) held.push(candidate);
    else if (!isChapterTrack(stream)) notices.push(`not copied: ${describeStream(stream)}`);
  }
  return { streams: held.map(({ stream }) => stream), notices };
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

/** FFmpeg 8.1: the MPEG-TS muxer accepts every subtitle codec, as private data that no player reads. */
function isUnreadableSubtitle(stream: Stream, format: OutputFormat): boolean {
  if (format.name !== 'mpegts' || stream.codecpar.codecType !== AVMEDIA_TYPE_SUBTITLE) return false;
  return stream.codecpar.codecId !== AV_CODEC_ID_DVB_SUBTITLE && stream.codecpar.codecId !== AV_CODEC_ID_DVB_TELETEXT;
}

/** Outside the MP4 family, cover art would become a video of one frame. */
function isVideoCoverArt(stream: Stream, format: OutputFormat): boolean {
  return isCoverArt(stream) && !/^(mp4|mov|ipod)$/.test(format.name ?? '');
}
