import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Unit } from '../../../src/augment/dataset.js';
import { meanScores } from '../../../src/augment/unit/score-mean.js';
import { openSource } from '../../../src/ingest/open-source.js';
import { DEFAULT_SOURCE_OPTIONS } from '../../../src/ingest/source-options.js';
import { audioMd5, ffmpeg, hasFfmpeg, videoPts } from '../../support/ffmpeg.js';
import { footage } from '../../support/footage.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { quickSettings, runUnit, streetJpegs } from './unit-set.js';

const root = temporaryFolder();
const newFolder = (): string => mkdtempSync(join(root, 'set-'));
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const input = newFolder();

function unitOf(source: string, output = source): Unit {
  return { index: 3, kind: 'video', items: [{ id: source, kind: 'video', source, output, labels: [] }] };
}

/** Mean luma of the frames of a video. */
async function lumaOf(path: string): Promise<number[]> {
  const means: number[] = [];
  await using source = await openSource(path, { ...DEFAULT_SOURCE_OPTIONS, live: false });
  for await (using frame of source.frames()) {
    const { y, width, height, strides } = frame;
    let sum = 0;
    for (let row = 0; row < height; row++) for (let x = 0; x < width; x++) sum += y[row * strides[0] + x] ?? 0;
    means.push(sum / (width * height));
  }
  return means;
}

describe.skipIf(!hasFfmpeg)('a video unit', () => {
  beforeAll(async () => {
    const frames = newFolder();
    for (const [n, jpeg] of (await streetJpegs(10)).entries()) writeFileSync(join(frames, `${n}.jpg`), jpeg);
    mkdirSync(join(input, 'train'));
    const video = ['-framerate', '10', '-i', join(frames, '%d.jpg'), '-f', 'lavfi', '-i', 'sine=duration=1'];
    for (const name of ['train/a.mp4', 'train/a.mkv'])
      ffmpeg(...video, '-pix_fmt', 'yuv420p', '-g', '5', join(input, name));
  });

  it('makes night of every frame at its time and size, and keeps the sound', async () => {
    const output = newFolder();
    const [row, ...more] = await runUnit(unitOf('train/a.mp4'), { input, output }, quickSettings({ hasLamps: true }));
    expect(more).toEqual([]);
    const [day, night] = [join(input, 'train/a.mp4'), join(output, 'train/a.mp4')];
    expect(row).toMatchObject({
      ...{
        item: 'train/a.mp4',
        variant: 0,
        unit: 3,
        source: 'train/a.mp4',
        output: 'train/a.mp4',
        width: 320,
        height: 180,
      },
      ...{ sourceSha256: sha256(day), outputSha256: sha256(night), outputBytes: readFileSync(night).length },
    });
    expect(row?.verdict).not.toBe('failed');
    expect(row?.scores.structure).toBeGreaterThan(0.2);
    expect(row?.scores.alreadyNight).toBeLessThan(0.5);
    expect(videoPts(night)).toEqual(videoPts(day));
    expect(audioMd5(night)).toBe(audioMd5(day));
    const [before, after] = [await lumaOf(day), await lumaOf(night)];
    expect(after).toHaveLength(10);
    for (const [n, luma] of after.entries()) expect(luma).toBeLessThan(0.7 * (before[n] ?? 0));
    const lines = readFileSync(join(output, 'nocturne/lamps/train/a.mp4.jsonl'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(10);
    expect(JSON.parse(lines[3] ?? '')).toMatchObject({ frame: 3, pts: 0.3 });
  });

  it.each(['train/a.mp4', 'train/a.mkv'])('gives the same bytes of %s again; variants differ', async (name) => {
    const settings = quickSettings({ variants: 2 });
    const [first, second] = [newFolder(), newFolder()];
    const rows = await runUnit(unitOf(name), { input, output: first }, settings);
    expect(rows.map(({ output }) => output)).toEqual([`variant-0/${name}`, `variant-1/${name}`]);
    expect(rows[0]?.outputSha256).not.toBe(rows[1]?.outputSha256);
    const again = await runUnit(unitOf(name), { input, output: second }, settings, (_, variant) => variant === 0);
    expect(again.map(({ variant, outputSha256 }) => [variant, outputSha256])).toEqual([[1, rows[1]?.outputSha256]]);
    expect(existsSync(join(second, `variant-0/${name}`))).toBe(false);
  });

  it('takes the quality of the draw', async () => {
    const sizeAt = async (crf: number): Promise<number> => {
      const recipe = JSON.stringify({ version: 1, name: 'one quality', crf: { choices: [crf] } });
      const [row] = await runUnit(unitOf('train/a.mp4'), { input, output: newFolder() }, quickSettings({ recipe }));
      expect(row?.draw.crf).toBe(crf);
      return row?.outputBytes ?? 0;
    };
    expect(await sizeAt(40)).toBeLessThan((await sizeAt(18)) / 2);
  });

  it('moves a rejected video to the reject folder, without its lamps', async () => {
    const output = newFolder();
    const settings = quickSettings({ rejects: 'bin', hasLamps: true });
    const [row] = await runUnit(unitOf('train/a.mp4'), { input, output }, settings);
    // The night from physics of a painted street is no night of the range.
    expect(row).toMatchObject({ verdict: 'rejected', output: 'nocturne/rejected/train/a.mp4' });
    expect(sha256(join(output, 'nocturne/rejected/train/a.mp4'))).toBe(row?.outputSha256);
    expect(existsSync(join(output, 'train/a.mp4'))).toBe(false);
    expect(existsSync(join(output, 'nocturne/lamps/train/a.mp4.jsonl'))).toBe(false);
  });

  it('reports a file that is no video, and one that is gone, as failed', async () => {
    writeFileSync(join(input, 'text.mp4'), 'no video');
    const [text] = await runUnit(unitOf('text.mp4'), { input, output: newFolder() }, quickSettings());
    expect(text).toMatchObject({ verdict: 'failed', output: '', outputBytes: 0 });
    expect(text?.reason).toMatch(/text\.mp4/);
    const [gone] = await runUnit(unitOf('gone.mp4'), { input, output: newFolder() }, quickSettings());
    expect(gone).toMatchObject({ verdict: 'failed', output: '' });
  });

  it('writes a video whose container cannot be written as the MP4 of its plan', async () => {
    ffmpeg('-i', join(input, 'train/a.mp4'), '-t', '0.5', '-an', join(input, 'a.gif'));
    const output = newFolder();
    const [row] = await runUnit(unitOf('a.gif', 'a.mp4'), { input, output }, quickSettings());
    expect(row).toMatchObject({ output: 'a.mp4', width: 320, height: 180 });
    expect((await lumaOf(join(output, 'a.mp4'))).length).toBeGreaterThan(3);
  });
});

const nights = footage('frames/bddB');

describe.skipIf(!hasFfmpeg || nights === undefined)('a video that is a night already', () => {
  it('is copied byte for byte, or left out, as the settings say', async () => {
    const folder = newFolder();
    const [frame = ''] = readdirSync(nights ?? '');
    ffmpeg('-loop', '1', '-t', '1', '-i', join(nights ?? '', frame), '-pix_fmt', 'yuv420p', join(folder, 'n.mp4'));
    const output = newFolder();
    const [row] = await runUnit(unitOf('n.mp4'), { input: folder, output }, quickSettings());
    const sourceHash = sha256(join(folder, 'n.mp4'));
    expect(row).toMatchObject({ verdict: 'alreadyNight', output: 'n.mp4', outputSha256: sourceHash });
    expect(sha256(join(output, 'n.mp4'))).toBe(sourceHash);
    const settings = quickSettings({ nights: 'reject', rejects: 'bin' });
    const [rejected] = await runUnit(unitOf('n.mp4'), { input: folder, output }, settings);
    expect(rejected).toMatchObject({ verdict: 'rejected', output: 'nocturne/rejected/n.mp4' });
  });
});

describe('meanScores', () => {
  it('averages measures and sums counts; what no frame has stays undefined', () => {
    const scores = meanScores([
      { structure: 0.5, signals: 2 },
      { structure: 0.7, signals: 1, layout: 0.1 },
    ]);
    expect(scores).toEqual({ structure: 0.6, signals: 3, layout: 0.1 });
  });
});
