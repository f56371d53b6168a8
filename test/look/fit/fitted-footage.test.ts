import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { readRgb, readThumbnail } from '../../../src/image/image-file.js';
import { imageToYuv, yuvToImage } from '../../../src/image/rgb-image.js';
import { createLookFitter } from '../../../src/look/fit/create-look-fitter.js';
import type { YuvPlanes } from '../../../src/look/fit/look-fitter.js';
import { footage } from '../../support/footage.js';
import { applied, psnr } from './smooth-looks.js';

const SIDE = 256;
const folder = footage('frames/testA');
const days = folder
  ? readdirSync(folder)
      .sort()
      .filter((_, i) => i % 60 === 11)
  : [];

/** What files hold of an image: 8 bits a channel. */
function asImage({ width, height, data }: YuvPlanes): YuvPlanes {
  return { width, height, data: imageToYuv(yuvToImage(data, width, height)) };
}

describe.skipIf(!folder)('looks fitted to nights of real days', () => {
  it('reproduce a lit street, squeezed to a square, with at least 28 dB', async () => {
    const fitter = await createLookFitter();
    await using generator = await openGenerator({ generator: 'lit' });
    for (const name of days) {
      const path = join(folder ?? '', name);
      const { data } = await readRgb(path, [SIDE, SIDE]);
      const day: YuvPlanes = { width: SIDE, height: SIDE, data: imageToYuv({ width: SIDE, height: SIDE, data }) };
      const night = asImage(applied(await generator.translate(await readThumbnail(path)), day));
      expect(psnr(asImage(applied(fitter.fit(day, night), day)), night), name).toBeGreaterThan(28);
    }
  });
});
