import type { Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { COLOR_PRIMARIES, COLOR_TRANSFERS } from '../core/color.js';
import type { StreamTags } from './ffmpeg/ffmpeg-description.js';

const MATRICES: Readonly<Record<string, av.AVColorSpace>> = {
  gbr: av.AVCOL_SPC_RGB,
  bt709: av.AVCOL_SPC_BT709,
  fcc: av.AVCOL_SPC_FCC,
  bt470bg: av.AVCOL_SPC_BT470BG,
  smpte170m: av.AVCOL_SPC_SMPTE170M,
  smpte240m: av.AVCOL_SPC_SMPTE240M,
  ycgco: av.AVCOL_SPC_YCGCO,
  bt2020nc: av.AVCOL_SPC_BT2020_NCL,
  bt2020c: av.AVCOL_SPC_BT2020_CL,
  smpte2085: av.AVCOL_SPC_SMPTE2085,
  'chroma-derived-nc': av.AVCOL_SPC_CHROMA_DERIVED_NCL,
  'chroma-derived-c': av.AVCOL_SPC_CHROMA_DERIVED_CL,
  ictcp: av.AVCOL_SPC_ICTCP,
};
/** Names of transfer functions that differ from {@link COLOR_TRANSFERS}. */
const TRANSFER_ALIASES: Readonly<Record<string, number>> = { 'iec61966-2-1': COLOR_TRANSFERS.srgb };

/** Sets colour tags that a container does not carry on its stream, before its decoder opens. */
export function setStreamTags({ codecpar }: Stream, { matrix, primaries, transfer, range }: StreamTags): void {
  const space = matrix === undefined ? undefined : MATRICES[matrix];
  if (space !== undefined) codecpar.colorSpace = space;
  if (range !== undefined) codecpar.colorRange = range === 'pc' ? av.AVCOL_RANGE_JPEG : av.AVCOL_RANGE_MPEG;
  // libav's numbers are the code points of H.273.
  const primary = new Map<string, number>(Object.entries(COLOR_PRIMARIES)).get(primaries ?? '');
  if (primary !== undefined) codecpar.colorPrimaries = primary as av.AVColorPrimaries;
  const curve =
    TRANSFER_ALIASES[transfer ?? ''] ?? new Map<string, number>(Object.entries(COLOR_TRANSFERS)).get(transfer ?? '');
  if (curve !== undefined) codecpar.colorTrc = curve as av.AVColorTransferCharacteristic;
}
