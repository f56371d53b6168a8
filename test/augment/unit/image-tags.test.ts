import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readDay } from '../../../src/augment/unit/day-image.js';
import { withoutThumbnail } from '../../../src/augment/unit/exif-block.js';
import { encodeNight } from '../../../src/augment/unit/night-image.js';
import { tagJpeg } from '../../../src/augment/unit/jpeg-tags.js';

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>';
const THUMBNAIL = Buffer.from([0xff, 0xd8, 1, 2, 3, 4, 5, 0xff, 0xd9]);

/** EXIF with orientation, a maker's note at an absolute offset and a thumbnail. @param order of its bytes. */
function exifBlock(order: 'II' | 'MM', { orientation = 1, isThumbnailLast = true, hasThumbnail = true } = {}): Buffer {
  const isLittle = order === 'II';
  const noteAt = 8 + 2 + 2 * 12 + 4;
  const note = Buffer.from('maker’s note', 'utf8');
  const secondAt = noteAt + note.length + (note.length % 2);
  const afterSecond = secondAt + 2 + 2 * 12 + 4;
  const tail = isThumbnailLast ? Buffer.alloc(0) : Buffer.from('tail');
  const block = Buffer.alloc(afterSecond + (hasThumbnail ? THUMBNAIL.length : 0) + tail.length);
  const short = (value: number, at: number) =>
    isLittle ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    isLittle ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at);
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    short(tag, at);
    short(type, at + 2);
    long(count, at + 4);
    if (type === 3) short(value, at + 8);
    else long(value, at + 8);
  };
  block.write(order, 0, 'latin1');
  short(42, 2);
  long(8, 4);
  short(2, 8);
  entry(10, 0x0112, 3, 1, orientation);
  entry(22, 0x010f, 2, note.length, noteAt);
  long(hasThumbnail ? secondAt : 0, 34);
  note.copy(block, noteAt);
  short(2, secondAt);
  entry(secondAt + 2, 0x0201, 4, 1, afterSecond);
  entry(secondAt + 14, 0x0202, 4, 1, THUMBNAIL.length);
  if (hasThumbnail) THUMBNAIL.copy(block, afterSecond);
  tail.copy(block, block.length - tail.length);
  return block;
}

describe('withoutThumbnail', () => {
  for (const order of ['II', 'MM'] as const) {
    it(`cuts a thumbnail off and changes nothing else: ${order}`, () => {
      const block = exifBlock(order);
      const bare = withoutThumbnail(block);
      expect(bare?.hadThumbnail).toBe(true);
      const { exif = new Uint8Array() } = bare ?? {};
      expect(Buffer.from(exif).includes(THUMBNAIL)).toBe(false);
      expect(exif.length).toBe(block.length - THUMBNAIL.length);
      const changed = [...exif].flatMap((byte, i) => (byte === block[i] ? [] : [i]));
      expect(changed.every((i) => i >= 34 && i < 38)).toBe(true); // the link to the thumbnail's directory
      expect(withoutThumbnail(Buffer.from(exif))?.hadThumbnail).toBe(false);
    });

    it(`blanks a thumbnail that something follows: ${order}`, () => {
      const block = exifBlock(order, { isThumbnailLast: false });
      const { exif = new Uint8Array() } = withoutThumbnail(block) ?? {};
      expect(exif.length).toBe(block.length);
      expect(Buffer.from(exif).includes(THUMBNAIL)).toBe(false);
      expect(Buffer.from(exif).subarray(-4).toString()).toBe('tail');
    });
  }

  it('lends a block without one as it is', () => {
    const block = exifBlock('II', { hasThumbnail: false });
    expect(withoutThumbnail(block)).toEqual({ exif: block, hadThumbnail: false });
  });

  it('knows what is no EXIF', () => {
    expect(withoutThumbnail(Buffer.from('MM'))).toBeUndefined();
    expect(withoutThumbnail(Buffer.from('nothing of the kind'))).toBeUndefined();
    const block = exifBlock('II');
    block.writeUInt32LE(1_000_000, 4);
    expect(withoutThumbnail(block)).toBeUndefined();
  });
});

function day(): Sharp {
  return sharp({ create: { width: 40, height: 24, channels: 3, background: '#8090a0' } });
}

/** What a file becomes. */
async function nightOf(bytes: Uint8Array, name: string): Promise<{ bytes: Buffer; losses: readonly string[] }> {
  const read = await readDay(bytes, name);
  using frame = read.frame;
  const night = await encodeNight(frame, read.file, name);
  return { bytes: night.bytes, losses: [...read.losses, ...night.losses] };
}

const EXIF_TAGS = { isConverted: false } as const;

describe('tags of a JPEG', () => {
  const exif = exifBlock('MM', { orientation: 3, hasThumbnail: false });

  it('are kept byte for byte: EXIF, XMP, sRGB profile, density, comment', async () => {
    const plain = await day().withXmp(XMP).withIccProfile('srgb').jpeg().toBuffer();
    const { icc } = await sharp(plain).metadata();
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 7]), Buffer.from('hello')]);
    const tagged = tagJpeg(await day().jpeg().toBuffer(), {
      ...EXIF_TAGS,
      ...{ exif, xmp: Buffer.from(XMP), ...(icc && { icc }) },
    }).bytes;
    const jfif = Buffer.from('ffe000104a46494600010101012c012c0000', 'hex'); // 300 dots an inch
    const source = Buffer.concat([tagged.subarray(0, 2), jfif, comment, tagged.subarray(2)]);
    const { bytes, losses } = await nightOf(source, 'a.jpg');
    expect(losses).toEqual([]);
    const metadata = await sharp(bytes).metadata();
    expect(metadata.exif?.subarray(6)).toEqual(exif);
    expect(metadata.xmp?.toString()).toBe(XMP);
    expect(metadata.icc).toEqual(icc);
    expect(metadata.orientation).toBe(3);
    expect(bytes.subarray(2, 20)).toEqual(jfif);
    expect(bytes.includes(comment)).toBe(true);
  });

  it('lose their thumbnail, by name, and what is not known', async () => {
    const app5 = Buffer.concat([Buffer.from([0xff, 0xe5, 0, 9]), Buffer.from('unknown')]);
    const tagged = tagJpeg(await day().jpeg().toBuffer(), { ...EXIF_TAGS, exif: exifBlock('II') }).bytes;
    const source = Buffer.concat([tagged.subarray(0, 2), app5, tagged.subarray(2)]);
    expect(source.includes(THUMBNAIL)).toBe(true);
    const { bytes, losses } = await nightOf(source, 'a.jpg');
    expect(losses).toEqual(['the EXIF thumbnail, which shows the day, is left out', 'JPEG segments APP5 are left out']);
    expect(bytes.includes(THUMBNAIL)).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
  });

  it('take several segments where a profile is large', async () => {
    const icc = Buffer.alloc(100_000, 7);
    const { bytes } = tagJpeg(await day().jpeg().toBuffer(), { ...EXIF_TAGS, icc });
    expect((await sharp(bytes).metadata()).icc).toEqual(icc);
  });

  it('are named as lost where a JPEG cannot hold them', async () => {
    const { losses } = tagJpeg(await day().jpeg().toBuffer(), { ...EXIF_TAGS, xmp: Buffer.alloc(70_000, 32) });
    expect(losses).toEqual(['XMP of 70000 bytes is more than a JPEG holds']);
  });
});

describe('tags of other formats', () => {
  for (const format of ['png', 'webp'] as const) {
    it(`are kept byte for byte: ${format}`, async () => {
      const source = await day()
        .withExif({ IFD0: { Copyright: 'nobody' } })
        .withXmp(XMP)
        .withIccProfile('srgb')
        .toFormat(format)
        .toBuffer();
      const { bytes, losses } = await nightOf(source, `a.${format}`);
      expect(losses).toEqual([]);
      const [before, after] = [await sharp(source).metadata(), await sharp(bytes).metadata()];
      const bare = (exif: Buffer | undefined): Buffer | undefined =>
        exif?.subarray(0, 4).toString() === 'Exif' ? exif.subarray(6) : exif;
      expect(bare(after.exif)).toEqual(bare(before.exif));
      expect(after.xmp).toEqual(before.xmp);
      expect(after.icc).toEqual(before.icc);
      expect(await sharp(bytes).raw().toBuffer()).toHaveLength(3 * 40 * 24); // it can be read whole
    });
  }

  it('of a PNG keep texts and density, and name other chunks', async () => {
    const plain = await day().withMetadata({ density: 144 }).png().toBuffer();
    const gamma = Buffer.from('00000004674151410000b18f', 'hex'); // a chunk `gAQA` nobody knows
    const source = Buffer.concat([plain.subarray(0, 33), gamma, Buffer.alloc(4), plain.subarray(33)]);
    const { bytes, losses } = await nightOf(source, 'a.png');
    expect(losses).toEqual(['PNG chunks gAQA are left out']);
    expect((await sharp(bytes).metadata()).density).toBe(144);
  });

  it('of a TIFF keep orientation, density and XMP, and name EXIF', async () => {
    const source = await day().withXmp(XMP).withMetadata({ orientation: 8, density: 200 }).tiff().toBuffer();
    const { bytes } = await nightOf(source, 'a.tif');
    const { orientation, density, xmp, width, height } = await sharp(bytes).metadata();
    expect([orientation, density, width, height]).toEqual([8, 200, 40, 24]);
    expect(xmp?.toString()).toBe(XMP);
  });

  it('name the EXIF of an AVIF as lost', async () => {
    const source = await day()
      .withExif({ IFD0: { Copyright: 'nobody' } })
      .avif()
      .toBuffer();
    expect((await nightOf(source, 'a.avif')).losses).toEqual(['EXIF is left out: AVIF is written without']);
  });
});
