import {
  AVMEDIA_TYPE_SUBTITLE,
  AV_CODEC_ID_DVB_SUBTITLE,
  AV_CODEC_ID_DVB_TELETEXT,
  AV_DISPOSITION_ATTACHED_PIC,
} from 'node-av/constants';
import { Dictionary, FormatContext } from 'node-av/lib';
import type { OutputFormat, Stream } from 'node-av/lib';
import { rm } from 'node:fs/promises';
import { checkStatus } from '../encode/av-error.js';
import { checkHeader } from './output-error.js';

/** Metadata that describes the old file's bytes and is wrong in the new one. */
const STALE_TAGS =
  /^(major_brand|minor_version|compatible_brands|encoder|vendor_id|duration|rotate|bps|number_of_(frames|bytes)|_statistics_.*)(-\w+)?$/i;

/** Whether the container can hide a part of its packets, as MP4 and its kin do. */
export function hasEditLists(format: OutputFormat | null): boolean {
  return /^(mp4|mov|ipod|3gp|3g2|psp|f4v)$/.test(format?.name ?? '');
}

/** Whether the container takes the stream: its muxer is asked, by a header written with this stream alone. Throws LibavError. */
export async function isCarried(stream: Stream, trialPath: string): Promise<boolean> {
  const trial = new FormatContext();
  try {
    checkStatus(trial.allocOutputContext2(null, null, trialPath), 'choose the container');
    if (isHiddenInTransportStream(stream, trial.oformat) || isLooseCover(stream, trial.oformat)) return false;
    addCopy(trial, stream);
    checkStatus(await trial.openOutput(), 'open the output');
    return checkHeader(await trial.writeHeader()) >= 0;
  } finally {
    await trial.closeOutput();
    trial.freeContext();
    await rm(trialPath, { force: true });
  }
}

/** MPEG-TS takes any subtitle as private data that nothing can read. */
function isHiddenInTransportStream(stream: Stream, format: OutputFormat | null): boolean {
  if (format?.name !== 'mpegts' || stream.codecpar.codecType !== AVMEDIA_TYPE_SUBTITLE) return false;
  return stream.codecpar.codecId !== AV_CODEC_ID_DVB_SUBTITLE && stream.codecpar.codecId !== AV_CODEC_ID_DVB_TELETEXT;
}

/** A cover picture outside the MP4 family would become a video of one picture. */
function isLooseCover(stream: Stream, format: OutputFormat | null): boolean {
  return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0 && !/^(mp4|mov|ipod)$/.test(format?.name ?? '');
}

/** Adds a stream like another, for its packets as they are; the muxer finds the tag numbers of its own container. */
export function addCopy(output: FormatContext, from: Stream): Stream {
  const to = output.newStream(null);
  checkStatus(from.codecpar.copy(to.codecpar), 'copy stream parameters');
  to.codecpar.codecTag = 0;
  to.timeBase = from.timeBase;
  to.disposition = from.disposition;
  to.metadata = Dictionary.fromObject(currentTags(from.metadata));
  return to;
}

/** The tags of a file or stream that hold for a copy of it. */
export function currentTags(metadata: Dictionary | null): Record<string, string> {
  const tags = metadata?.getAll() ?? {};
  // What libav's MP4 demuxer calls a track's name its muxer calls a title.
  if (tags['name'] !== undefined) tags['title'] ??= tags['name'];
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !STALE_TAGS.test(name)));
}
