import { writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../src/ingest/open-source.js';
import { ffmpeg, hasFfmpeg, options, pattern, pull, temporaryFolder } from './media.js';
import { describeSourceContract } from './source-contract.js';

const folder = temporaryFolder();
const images = join(folder, 'images');

describe.runIf(hasFfmpeg)('images', () => {
  beforeAll(async () => {
    mkdirSync(images);
    // frame-1.png to frame-12.png, each brighter than the one before, so that the order is visible.
    const grey = 'color=black:size=64x48:rate=25:duration=0.48,format=gray,geq=lum=16+N*18';
    await ffmpeg('-f', 'lavfi', '-i', grey, '-start_number', '1', join(images, 'frame-%d.png'));
    await writeFile(join(images, 'notes.txt'), 'not an image');
    await writeFile(join(images, '.hidden.png'), 'hidden');
  });

  it('reads a folder in natural order, at 25 frames per second', async () => {
    await using source = await openSource(images, options());
    expect(source.info).toMatchObject({ codec: 'image', frameRate: 25, isLive: false, duration: 480_000 });
    const seen = await pull(source);
    expect(seen.map(({ pts }) => pts)).toEqual(Array.from({ length: 12 }, (_, index) => index * 40_000));
    seen.slice(1).forEach(({ luma }, index) => expect(luma).toBeGreaterThan(seen[index]?.luma ?? 0));
  });

  it('applies a rate, a start and a duration', async () => {
    await using source = await openSource(images, options({ imageRate: 10, startS: 0.25, durationS: 0.4 }));
    const seen = await pull(source);
    expect(seen.map(({ pts }) => pts)).toEqual([0, 100_000, 200_000, 300_000]);
  });

  it('begins at the frame of a start that is a multiple of its time', async () => {
    for (const [startS, frames] of [
      [0.28, 5],
      [0.29, 4],
    ] as const) {
      await using source = await openSource(images, options({ imageRate: 25, startS }));
      expect(await pull(source)).toHaveLength(frames);
    }
  });

  it('reads one image as one frame', async () => {
    const file = join(folder, '100% real.jpg');
    await ffmpeg(...pattern('64x48', 25, 0.04), '-frames:v', '1', '-update', '1', join(folder, 'real.jpg'));
    await ffmpeg('-i', join(folder, 'real.jpg'), '-c', 'copy', '-f', 'mjpeg', file);
    await using source = await openSource(file, options());
    expect(source.info.color.range).toBe('full');
    expect(await pull(source)).toHaveLength(1);
  });

  it('skips an unreadable image and keeps the times of later ones', async () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    await ffmpeg(...pattern('64x48', 25, 0.12), join(mixed, '%d.png'));
    await writeFile(join(mixed, '2.png'), 'broken');
    await using source = await openSource(mixed, options());
    expect((await pull(source)).map(({ pts }) => pts)).toEqual([0, 80_000]);
    expect(source.stats.corrupt).toBe(1);
  });

  describeSourceContract('a folder of images', { ends: true, open: () => openSource(images, options()) });
});
