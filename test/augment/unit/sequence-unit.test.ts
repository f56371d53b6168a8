import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SequenceClock } from '../../../src/augment/unit/steady-looks.js';
import { Frame } from '../../../src/core/frame.js';
import { readThumbnail } from '../../../src/image/image-file.js';
import { sampleBilinear } from '../../../src/image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../../src/image/thumbnail.js';
import { FLOW_HEIGHT, FLOW_WIDTH, openMotionEstimator } from '../../../src/temporal/motion.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { CLEAN_RECIPE, runUnit, unitOf, unitSettings, writeStreet } from './set-of-street.js';

const COUNT = 12;
const from = join(temporaryFolder(), 'day');
let names: string[] = [];

beforeAll(async () => {
  names = await writeStreet(from, COUNT, '480x270');
});
afterAll(() => expect(Frame.liveCount).toBe(0));

/** Mean squared difference of each frame's luma to the one before, moved along the day's motion, where that is sure. */
async function warpingError(days: readonly string[], images: readonly string[]): Promise<number> {
  const size = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
  const motion = await openMotionEstimator();
  let before: Float32Array | undefined;
  let [squared, count] = [0, 0];
  for (const [k, path] of images.entries()) {
    const found = motion.next((await readThumbnail(days[k] ?? '')).data);
    const now = (await readThumbnail(path)).data;
    for (let i = 0; found && before && i < size.width * size.height; i++) {
      const [x, y] = [i % size.width, Math.floor(i / size.width)];
      const vector =
        Math.floor((y * FLOW_HEIGHT) / size.height) * FLOW_WIDTH + Math.floor((x * FLOW_WIDTH) / size.width);
      if ((found.confidence[vector] ?? 0) < 0.5) continue;
      const dx = found.backward[vector] ?? 0;
      const dy = found.backward[FLOW_WIDTH * FLOW_HEIGHT + vector] ?? 0;
      if (x + dx < 0 || y + dy < 0 || x + dx > size.width - 1 || y + dy > size.height - 1) continue;
      squared += ((now[i] ?? 0) - sampleBilinear(before, x + dx, y + dy, size)) ** 2;
      count++;
    }
    before = now;
  }
  return squared / count;
}

describe('a unit of a sequence', () => {
  it('is steadier with smoothing', async () => {
    const days = names.map((name) => join(from, name));
    const errors: number[] = [];
    for (const smoothing of [0, 1]) {
      const to = temporaryFolder();
      const rows = await runUnit(
        { from, to },
        unitOf('sequence', names),
        unitSettings({ recipe: CLEAN_RECIPE, smoothing }),
      );
      expect(rows.map(({ item }) => item)).toEqual(names);
      errors.push(
        await warpingError(
          days,
          names.map((name) => join(to, name)),
        ),
      );
    }
    const [own = 0, steady = 0] = errors;
    console.log(
      `warping error of ${COUNT} frames: ${own.toExponential(3)} without smoothing, ${steady.toExponential(3)} with`,
    );
    expect(steady).toBeLessThan(0.9 * own);
  });

  it('has the same bytes after a resume, from one draw in all frames', async () => {
    const settings = unitSettings({ variants: 2, smoothing: 0.9 });
    const rows = await runUnit({ from, to: temporaryFolder() }, unitOf('sequence', names), settings);
    const hashes = new Map(rows.map((row) => [`${row.item} ${row.variant}`, row.outputSha256]));
    expect(new Set(rows.filter(({ variant }) => variant === 0).map(({ draw }) => JSON.stringify(draw))).size).toBe(1);
    const missing = [`${names[4]} 0`, `${names[7]} 1`, `${names[8]} 1`];
    const isDone = (item: string, variant: number): boolean => !missing.includes(`${item} ${variant}`);
    const resumed = await runUnit({ from, to: temporaryFolder() }, unitOf('sequence', names), settings, isDone);
    expect(resumed.map(({ item, variant }) => `${item} ${variant}`)).toEqual(missing);
    for (const row of resumed) expect(row.outputSha256).toBe(hashes.get(`${row.item} ${row.variant}`));
  });

  it('skips a frame that cannot be read, and takes one of another size', async () => {
    const folder = temporaryFolder();
    for (const name of names.slice(0, 4)) copyFileSync(join(from, name), join(folder, name));
    const [, broken = '', other = ''] = names;
    writeFileSync(join(folder, broken), 'no image');
    writeFileSync(
      join(folder, other),
      await sharp(join(from, other)).resize(320, 200, { fit: 'fill' }).png().toBuffer(),
    );
    const rows = await runUnit(
      { from: folder, to: temporaryFolder() },
      unitOf('sequence', names.slice(0, 4)),
      unitSettings(),
    );
    expect(rows.map(({ verdict }) => verdict === 'failed')).toEqual([false, true, false, false]);
    expect(rows.map(({ width }) => width)).toEqual([480, 0, 320, 480]);
  });
});

describe('SequenceClock', () => {
  it('starts again at another size and at a jump in time', () => {
    const clock = new SequenceClock();
    const size = { width: 64, height: 36 };
    const starts = [0, 0.1, 0.2, 3, 3.1, 3.1, 1].map((time) => clock.next(time, size).discontinuity);
    expect(starts).toEqual([true, false, false, true, false, true, true]);
    expect(clock.next(1.1, { width: 66, height: 36 }).discontinuity).toBe(true);
  });
});
