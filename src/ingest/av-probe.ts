import { avGetCodecName, avGetMediaTypeString, avGetPixFmtName, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { COLOR_PRIMARIES, COLOR_TRANSFERS } from '../core/color.js';
import type { AvInput } from './av-input.js';
import { codeName } from './av-color.js';
import { frameRateOf, sampleAspectOf } from './av-stream.js';
import { rotationFilters } from './rotation.js';
import type { StreamReport } from './stream-report.js';

const MATRIX_NAMES = new Map<number, string>([
  [av.AVCOL_SPC_RGB, 'rgb'],
  [av.AVCOL_SPC_BT709, 'bt709'],
  [av.AVCOL_SPC_FCC, 'fcc'],
  [av.AVCOL_SPC_BT470BG, 'bt470bg'],
  [av.AVCOL_SPC_SMPTE170M, 'smpte170m'],
  [av.AVCOL_SPC_SMPTE240M, 'smpte240m'],
  [av.AVCOL_SPC_BT2020_NCL, 'bt2020nc'],
  [av.AVCOL_SPC_BT2020_CL, 'bt2020c'],
  [av.AVCOL_SPC_YCGCO, 'ycgco'],
  [av.AVCOL_SPC_CHROMA_DERIVED_NCL, 'chroma-derived-nc'],
  [av.AVCOL_SPC_ICTCP, 'ictcp'],
]);

/** Stream types that `render` copies. */
const COPIED_TYPES: readonly number[] = [av.AVMEDIA_TYPE_AUDIO, av.AVMEDIA_TYPE_SUBTITLE, av.AVMEDIA_TYPE_ATTACHMENT];

/**
 * Reports the container of an opened input and all its streams.
 * @param canCopy whether the input can be read a second time, which copying needs.
 */
export function probeStreams(
  input: AvInput,
  canCopy: boolean,
): { container: string; streams: readonly StreamReport[] } {
  const streams = input.streams.map((stream) => {
    if (stream.index === input.video.index) return describeStream(stream, 'night');
    return describeStream(stream, canCopy && isCopied(stream) ? 'copied' : 'left out');
  });
  return { container: input.container, streams };
}

/** Cover art counts as a copied stream. */
function isCopied(stream: Stream): boolean {
  return COPIED_TYPES.includes(stream.codecpar.codecType) || stream.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC);
}

function describeStream(stream: Stream, handling: StreamReport['handling']): StreamReport {
  const { codecpar } = stream;
  const { num, den } = stream.timeBase;
  const bitrate = Number(codecpar.bitRate);
  return {
    index: stream.index,
    type: avGetMediaTypeString(codecpar.codecType) ?? 'unknown',
    isUsed: handling === 'night',
    handling,
    codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
    ...(codecpar.codecType === av.AVMEDIA_TYPE_VIDEO ? describeVideo(stream) : {}),
    ...(stream.duration > 0n ? { durationS: (Number(stream.duration) * num) / den } : {}),
    ...(bitrate > 0 ? { bitrateBps: bitrate } : {}),
  };
}

function describeVideo(stream: Stream): Partial<StreamReport> {
  const { codecpar } = stream;
  const frameRate = frameRateOf(stream);
  const sampleAspect = sampleAspectOf(stream);
  const pixelFormat = avGetPixFmtName(codecpar.format as av.AVPixelFormat); // a video stream's format is a pixel format
  const matrix = MATRIX_NAMES.get(codecpar.colorSpace);
  const primaries = codeName(COLOR_PRIMARIES, codecpar.colorPrimaries);
  const transfer = codeName(COLOR_TRANSFERS, codecpar.colorTrc);
  const displayMatrix = codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX);
  const upright = displayMatrix ? rotationFilters(displayMatrix) : [];
  return {
    width: codecpar.width,
    height: codecpar.height,
    ...(pixelFormat === null ? {} : { pixelFormat }),
    ...(frameRate > 0 ? { frameRate } : {}),
    ...(sampleAspect ? { sampleAspect } : {}),
    ...(matrix === undefined ? {} : { matrix }),
    ...(primaries === undefined ? {} : { primaries }),
    ...(transfer === undefined ? {} : { transfer }),
    ...(codecpar.colorRange === av.AVCOL_RANGE_MPEG ? { range: 'limited' } : {}),
    ...(codecpar.colorRange === av.AVCOL_RANGE_JPEG ? { range: 'full' } : {}),
    isHdr: codecpar.colorTrc === av.AVCOL_TRC_SMPTE2084 || codecpar.colorTrc === av.AVCOL_TRC_ARIB_STD_B67,
    ...(upright.length > 0 ? { upright } : {}),
  };
}
