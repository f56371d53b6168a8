import { expect, it } from 'vitest';
import { openStream, render } from '../src/library.js';

it('refuses raw pixels with what only a look has, before anything starts', async () => {
  const rawPixels = true;
  for (const [refused, message] of [
    [render('day.mp4', 'night.mp4', { rawPixels, lamps: 'lamps.jsonl' }), '--lamps lists the lamps of looks'],
    [render('day.mp4', 'night.mp4', { rawPixels, applyDevice: 'webgpu' }), '--apply-device webgpu says where'],
    [openStream('street', { rawPixels, applyDevice: 'cpu' }), '--apply-device cpu says where'],
  ] as const) {
    await expect(refused).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(`^${message}.*, and --raw-pixels makes no looks\\.$`) as string,
    });
  }
});
