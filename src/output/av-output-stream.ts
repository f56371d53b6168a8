import {
  AVMEDIA_TYPE_ATTACHMENT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_DATA,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
  AV_CHANNEL_ORDER_NATIVE,
  AV_CHANNEL_ORDER_UNSPEC,
  AV_DISPOSITION_ATTACHED_PIC,
} from 'node-av/constants';
import { Dictionary, avGetCodecName } from 'node-av/lib';
import type { FormatContext, OutputFormat, Stream } from 'node-av/lib';
import { checkStatus } from '../encode/av-error.js';

/** Metadata that describes the bytes of the old file and is wrong for the new one. */
const STALE_TAGS =
  /^(major_brand|minor_version|compatible_brands|encoder|vendor_id|duration|rotate|bps|number_of_(frames|bytes)|_statistics_.*)(-\w+)?$/i;

const MEDIA_TYPE_NAMES = new Map<number, string>([
  [AVMEDIA_TYPE_VIDEO, 'video'],
  [AVMEDIA_TYPE_AUDIO, 'audio'],
  [AVMEDIA_TYPE_SUBTITLE, 'subtitle'],
  [AVMEDIA_TYPE_ATTACHMENT, 'attachment'],
  [AVMEDIA_TYPE_DATA, 'data'],
]);

/** libav's masks of the layouts that a number of channels leaves no doubt about: mono and stereo. */
const CHANNEL_MASKS: Readonly<Record<number, bigint>> = { 1: 0x4n, 2: 0x3n };

/** True for a container with edit lists, which can hide some of its packets: MP4 and its family. */
export function hasEditLists(format: OutputFormat | null): boolean {
  return /^(mp4|mov|ipod|3gp|3g2|psp|f4v)$/.test(format?.name ?? '');
}

/** True for cover art, which libav shows as a video stream of one packet. */
export function isCoverArt(stream: Stream): boolean {
  return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0;
}

/** Adds a stream for the packets of another. The muxer chooses the codec tag of its own container. Throws LibavError. */
export function addCopiedStream(output: FormatContext, from: Stream): Stream {
  const to = output.newStream(null);
  checkStatus(from.codecpar.copy(to.codecpar), 'copy stream parameters');
  to.codecpar.codecTag = 0;
  setChannelLayout(to);
  to.timeBase = from.timeBase;
  to.disposition = from.disposition;
  to.metadata = Dictionary.fromObject(copiedTags(from.metadata));
  return to;
}

/** Mono and stereo need no layout to be understood, but the MP4 muxer does: AVI and others store only the number of channels. */
function setChannelLayout({ codecpar }: Stream): void {
  const { order, nbChannels } = codecpar.channelLayout;
  const mask = CHANNEL_MASKS[nbChannels];
  if (order !== AV_CHANNEL_ORDER_UNSPEC || mask === undefined) return;
  codecpar.channelLayout = { order: AV_CHANNEL_ORDER_NATIVE, nbChannels, mask };
}

/** The tags of a file or stream that are valid for a copy of it. */
export function copiedTags(metadata: Dictionary | null): Record<string, string> {
  const tags = metadata?.getAll() ?? {};
  // FFmpeg 8.1: the MP4 demuxer names a track's title `name`, the MP4 muxer `title`.
  if (tags['name'] !== undefined) tags['title'] ??= tags['name'];
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !STALE_TAGS.test(name)));
}

/** A stream for people: kind, index, codec and language. */
export function describeStream(stream: Stream): string {
  const kind = MEDIA_TYPE_NAMES.get(stream.codecpar.codecType) ?? 'unknown';
  const tags = stream.metadata?.getAll() ?? {};
  const language = tags['language'] === undefined ? '' : `, ${tags['language']}`;
  return `${kind} stream ${stream.index} (${avGetCodecName(stream.codecpar.codecId) ?? 'unknown codec'}${language})`;
}
