/** Demuxers of the segments that HLS has (RFC 8216, 3, and what FFmpeg's own writer makes). None renders text as video. */
const SEGMENT_FORMATS = 'hls,mpegts,mov,aac,mp3,ac3,eac3,webvtt,mpeg,flv,matroska';

/**
 * libav's options for an HLS playlist, none for another address. FFmpeg 8.1 refuses segments without a known extension, so
 * that a playlist cannot show any file of the machine; here their content decides, which must be video or sound. Protocols
 * are limited elsewhere. @param address a path, or an address of http(s).
 */
export function playlistOptions(address: string): Readonly<Record<string, string>> {
  const path = address.includes('://') ? address.replace(/[?#].*$/, '') : address;
  if (!/\.m3u8?$/i.test(path)) return {};
  return {
    extension_picky: '0',
    allowed_extensions: 'ALL',
    allowed_segment_extensions: 'ALL',
    format_whitelist: SEGMENT_FORMATS,
  };
}
