import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Orientation } from '../../../src/augment/unit/orientation.js';

const STORED = { width: 5, height: 3 };
const pixels = Uint8Array.from({ length: 3 * 15 }, (_, i) => (37 * i) % 251);

describe('Orientation', () => {
  for (let code = 1; code <= 8; code++) {
    it(`turns stored pixels upright as sharp does, and back: EXIF ${code}`, async () => {
      const raw = { ...STORED, channels: 3 as const };
      const tagged = await sharp(pixels, { raw })
        .withMetadata({ orientation: code })
        .tiff({ compression: 'none' })
        .toBuffer();
      const expected = await sharp(tagged).autoOrient().raw().toBuffer({ resolveWithObject: true });
      const orientation = new Orientation(code, STORED);
      expect(orientation.upright).toEqual({ width: expected.info.width, height: expected.info.height });
      const upright = orientation.toUpright(pixels, 3);
      expect(Buffer.from(upright)).toEqual(expected.data);
      expect(orientation.toStored(upright, 3)).toEqual(pixels);
    });

    it(`finds the place of an upright pixel in the stored image: EXIF ${code}`, () => {
      const orientation = new Orientation(code, STORED);
      const stored = new Uint8Array(15);
      const [x, y] = orientation.storedPlace(1.5, 0.5);
      stored[Math.floor(y) * STORED.width + Math.floor(x)] = 1;
      expect(orientation.toUpright(stored, 1).indexOf(1)).toBe(1);
      expect(orientation.storedSpan(7, 2)).toEqual(code >= 5 ? [2, 7] : [7, 2]);
    });
  }
});
