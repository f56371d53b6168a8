import type { Metadata } from 'sharp';
import { isSrgbProfile } from '../../image/decode-image.js';
import { withoutThumbnail } from './exif-block.js';

/** What an image file says beside its pixels, for the file of its night. Lends the source's bytes. */
export interface ImageTags {
  /** EXIF without thumbnail; begins with a TIFF header. */
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  /** Photoshop's resources with IPTC metadata. */
  readonly iptc?: Uint8Array;
  /** The source's profile where it is sRGB. */
  readonly icc?: Uint8Array;
  /** Whether the pixels had another profile and are sRGB now: the file then says so, whatever its EXIF says. */
  readonly isConverted: boolean;
  /** Pixels an inch. */
  readonly density?: number;
}

/** Tags, and what of them is not kept, one clause each. */
export interface ReadTags {
  readonly tags: ImageTags;
  readonly losses: readonly string[];
}

const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');
/** Photoshop resources that hold a thumbnail, by their signature and number. */
const IPTC_THUMBNAILS = ['8BIM\x04\x09', '8BIM\x04\x0c'];
/** Words of XMP that holds an image: an XMP thumbnail, and what phones hold beside a day. */
const XMP_IMAGES = ['xmpGImg:image', 'GImage:Data', 'GDepth:Data', 'hdrgm:'];

/** Reads the tags of an image. Borrows the metadata. */
export function readTags({ exif, xmp, iptc, icc, space, density }: Metadata): ReadTags {
  const losses: string[] = [];
  const bare = exif && bareExif(exif);
  if (exif && !bare) losses.push('EXIF that cannot be read is left out');
  if (bare?.hadThumbnail) losses.push('the EXIF thumbnail, which shows the day, is left out');
  const keptXmp = xmp && !XMP_IMAGES.some((word) => xmp.includes(word)) ? xmp : undefined;
  if (xmp && !keptXmp) losses.push('XMP with an image of the day is left out');
  const keptIptc = iptc && !IPTC_THUMBNAILS.some((word) => iptc.includes(word, 'latin1')) ? iptc : undefined;
  if (iptc && !keptIptc) losses.push('IPTC with a thumbnail of the day is left out');
  const isSrgb = icc !== undefined && isSrgbProfile(icc);
  return {
    tags: {
      ...(bare && { exif: bare.exif }),
      ...(keptXmp && { xmp: keptXmp }),
      ...(keptIptc && { iptc: keptIptc }),
      ...(isSrgb && { icc }),
      isConverted: (icc !== undefined && !isSrgb) || space === 'cmyk',
      ...(density !== undefined && { density }),
    },
    losses,
  };
}

function bareExif(exif: Buffer): ReturnType<typeof withoutThumbnail> {
  const hasPrefix = exif.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX);
  return withoutThumbnail(hasPrefix ? exif.subarray(EXIF_PREFIX.length) : exif);
}
