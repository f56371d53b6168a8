import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { imageSignature } from '../../src/image/image-kind.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

function signatureOf(name: string, content: Uint8Array | string): ReturnType<typeof imageSignature> {
  writeFileSync(join(folder, name), content);
  return imageSignature(join(folder, name));
}

const red = sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } });

describe('imageSignature', () => {
  it.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)(
    'knows %s by its content, whatever its name',
    async (kind) => {
      const bytes = await red.clone().toFormat(kind).toBuffer();
      for (const name of ['a.mp4', 'a', 'a.png']) expect(signatureOf(name, bytes)).toEqual({ kind, isAnimated: false });
    },
  );

  it('knows animations', async () => {
    const images = [await red.clone().png().toBuffer(), await red.clone().negate().png().toBuffer()];
    const frames = await sharp(images, { join: { animated: true } })
      .webp()
      .toBuffer();
    expect(signatureOf('a.webp', frames)).toEqual({ kind: 'webp', isAnimated: true });
    expect(signatureOf('a.gif', await red.clone().gif().toBuffer())).toEqual({ kind: 'gif', isAnimated: true });
  });

  it('knows HEIC and AVIF apart by their brands', () => {
    const heif = (...brands: string[]): Buffer => {
      const content = Buffer.from(`ftyp${brands[0]}\0\0\0\0${brands.join('')}`, 'latin1');
      const size = Buffer.alloc(4);
      size.writeUInt32BE(content.length + 4);
      return Buffer.concat([size, content, Buffer.from('\0\0\0\x08mdat', 'latin1')]);
    };
    expect(signatureOf('a.jpg', heif('heic', 'mif1'))?.kind).toBe('heic');
    expect(signatureOf('a.jpg', heif('mif1', 'heic'))?.kind).toBe('heic');
    expect(signatureOf('a.jpg', heif('mif1', 'avif'))?.kind).toBe('avif');
    expect(signatureOf('a.jpg', heif('avis', 'avif'))).toEqual({ kind: 'avif', isAnimated: true });
    expect(signatureOf('a.mp4', heif('isom', 'mp42'))).toBeUndefined();
  });

  it('knows no image in text, in an empty file, in motion JPEG, in a named pipe and in nothing', async () => {
    expect(signatureOf('a.jpg', 'BM is no bitmap, and Pf no float map')).toBeUndefined();
    expect(signatureOf('empty.png', '')).toBeUndefined();
    expect(signatureOf('a.mjpeg', await red.clone().jpeg().toBuffer())).toBeUndefined();
    expect(imageSignature(join(folder, 'none.png'))).toBeUndefined();
    mkdirSync(join(folder, 'folder.png'));
    expect(imageSignature(join(folder, 'folder.png'))).toBeUndefined();
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [join(folder, 'pipe.png')]);
    expect(imageSignature(join(folder, 'pipe.png'))).toBeUndefined();
  });
});
