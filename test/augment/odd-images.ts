import sharp, { type Sharp } from 'sharp';

/** An image file that is odd, and what should be said of it. */
export interface OddImage {
  readonly name: string;
  readonly bytes: Buffer;
  /** The line of its row: a reason where it fails, else what is lost; undefined where there is nothing to say. */
  readonly line?: RegExp;
  readonly fails?: boolean;
  /** Its night's name, where it is another. */
  readonly output?: string;
  /** What sharp reads of its night. */
  readonly night?: Readonly<Record<string, unknown>>;
}

/** A day of 320 x 180 or larger as every odd file that a set may hold. */
export async function oddImages(day: Buffer): Promise<OddImage[]> {
  const { width, height } = await sharp(day).metadata();
  const open = (): Sharp => sharp(day);
  const other = open().flop().png();
  const frames = [await open().png().toBuffer(), await other.toBuffer()];
  const animated = (): Sharp => sharp(frames, { join: { animated: true } });
  const deep = await open().toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
  const heic = Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), Buffer.alloc(400, 7)]);
  const jpeg = await open().jpeg({ quality: 95 }).toBuffer();
  const corrupt = Buffer.concat([jpeg.subarray(0, 4), Buffer.alloc(2000, 0x55)]);
  return [
    { name: 'corrupt.jpg', bytes: corrupt, fails: true, line: /cannot decode the image .*corrupt\.jpg/ },
    { name: 'cut.jpg', bytes: jpeg.subarray(0, jpeg.length / 2), line: /incomplete or damaged/ },
    { name: 'cut.png', bytes: frames[0]?.subarray(0, frames[0].length / 2) ?? jpeg, line: /incomplete or damaged/ },
    { name: 'empty.jpg', bytes: Buffer.alloc(0), fails: true, line: /empty\.jpg: its file is empty/ },
    {
      name: 'text.jpg',
      bytes: Buffer.from('A text file, named as an image.\n'),
      fails: true,
      line: /text\.jpg.*no image format/,
    },
    {
      name: 'page.png',
      bytes: Buffer.from('<!DOCTYPE html><html><body>404</body></html>'),
      fails: true,
      line: /page\.png.*no image format/,
    },
    { name: 'phone.heic', bytes: heic, fails: true, output: '', line: /phone\.heic is a HEIC image/ },
    { name: 'phone-b.jpg', bytes: heic, fails: true, line: /phone-b\.jpg is a HEIC image/ },
    { name: 'is-png.jpg', bytes: frames[0] ?? jpeg, line: /png became jpeg/, night: { format: 'jpeg' } },
    { name: 'is-jpeg.png', bytes: jpeg, line: /jpeg became png/, night: { format: 'png' } },
    {
      ...{
        name: 'cmyk.jpg',
        bytes: await open().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }).toBuffer(),
      },
      ...{ line: /CMYK became sRGB/, night: { space: 'srgb', channels: 3 } },
    },
    {
      ...{
        name: 'deep.png',
        bytes: await sharp(new Uint16Array(deep.buffer, deep.byteOffset, deep.length / 2), {
          raw: { width, height, channels: 3 },
        })
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      },
      ...{ line: /16 bit became 8 bit/, night: { depth: 'uchar', channels: 3 } },
    },
    {
      name: 'palette.png',
      bytes: await open().png({ palette: true, colours: 128 }).toBuffer(),
      line: /palette became RGB/,
      night: { channels: 3 },
    },
    {
      name: 'grey.jpg',
      bytes: await open().greyscale().toColourspace('b-w').jpeg().toBuffer(),
      night: { space: 'b-w', channels: 1 },
    },
    {
      ...{ name: 'alpha.png', bytes: await open().ensureAlpha(0.5).png().toBuffer() },
      night: { channels: 4, hasAlpha: true },
    },
    {
      name: 'moving.webp',
      bytes: await animated().webp().toBuffer(),
      line: /only the first of several/,
      night: { format: 'webp' },
    },
    {
      name: 'rotated.jpg',
      bytes: await open().rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
      night: { orientation: 6, width: height, height: width },
    },
    {
      name: 'odd-sides.png',
      bytes: await open()
        .extract({ left: 0, top: 0, width: width - 1, height: height - 1 })
        .png()
        .toBuffer(),
      night: { width: width - 1, height: height - 1 },
    },
    {
      name: 'wide.jpg',
      bytes: await open().resize(1000, 20, { fit: 'fill' }).jpeg().toBuffer(),
      night: { width: 1000, height: 20 },
    },
    { name: 'dot.png', bytes: await open().resize(1, 1).png().toBuffer(), night: { width: 1, height: 1 } },
    {
      name: 'old.bmp',
      bytes: bitmapOf(await open().removeAlpha().raw().toBuffer(), width, height),
      output: 'old.png',
      line: /bmp became png/,
      night: { format: 'png' },
    },
  ];
}

/** An uncompressed bitmap of RGB pixels. */
function bitmapOf(rgb: Buffer, width: number, height: number): Buffer {
  const stride = Math.ceil((3 * width) / 4) * 4;
  const bytes = Buffer.alloc(54 + stride * height);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(-height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) bytes[54 + y * stride + 3 * x + c] = rgb[3 * (y * width + x) + 2 - c] ?? 0;
    }
  }
  return bytes;
}
