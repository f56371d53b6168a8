import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { nocturne, type CommandResult } from '../support/command.js';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { footage } from '../support/footage.js';
import { smallDisk } from '../support/small-disk.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { labelledDays, type SetFiles } from './field-sets.js';
import { oddImages, type OddImage } from './odd-images.js';
import { filesIn, hashesOf, manifestOf } from './run/day-set.js';
import { streetJpegs } from './unit/unit-set.js';

/** Exit codes of docs/errors.md. */
const [INPUT, OUTPUT] = [3, 4];
/** A user without rights to what others own. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** The grade needs no network. */
const FAST = ['--generator', 'grade', '--rejects', 'keep', '--no-report', '--jobs', '1', '--recipe', 'plain'];
const root = temporaryFolder();
const at = (...names: string[]): string => join(root, ...names);
const disk = smallDisk(root, '5m');
const GOOD = ['harbour', 'market', 'station'] as const;
let good: SetFiles = {};
/** What the good images become alone. */
let reference: Record<string, string> = {};

beforeAll(async () => {
  chmodSync(root, 0o755);
  const jpegs = await streetJpegs(GOOD.length);
  good = Object.fromEntries(
    GOOD.flatMap((name, i) => [
      [`images/${name}.jpg`, jpegs[i] ?? ''],
      [`labels/${name}.txt`, `${i} 0.5 0.5 0.25 0.25\n`],
    ]),
  );
  writeSet('good', {});
  const { exitCode, stderr } = await augment('good', 'good-night');
  expect(exitCode, stderr).toBe(0);
  reference = hashesOf(at('good-night'));
  expect(Object.keys(reference)).toHaveLength(2 * GOOD.length + 1);
});

/** Writes the good images with their labels, and what is odd. */
function writeSet(name: string, odd: SetFiles): string {
  for (const [path, bytes] of Object.entries({ 'classes.txt': 'car\ntruck\nbus\n', ...good, ...odd })) {
    mkdirSync(dirname(at(name, path)), { recursive: true });
    writeFileSync(at(name, path), bytes);
  }
  return at(name);
}

function augment(input: string, output: string, ...more: readonly string[]): Promise<CommandResult> {
  return nocturne(['augment', at(input), at(output), ...FAST, ...more], { cwd: root });
}

/** Expects a whole run whose good images are as they would be alone; returns all lines. */
async function expectUnharmed(name: string, odd: SetFiles = {}, ...more: readonly string[]): Promise<string> {
  writeSet(name, odd);
  const { exitCode, stdout, stderr } = await augment(name, `${name}-night`, ...more);
  expect(exitCode, stderr).toBe(0);
  expectGood(`${name}-night`);
  return stdout + stderr;
}

function expectGood(output: string): void {
  expect(hashesOf(at(output))).toMatchObject(reference);
  expect(filesIn(at(output)).filter((path) => /(^|\/)\./.test(path))).toEqual([]);
}

/** Expects a refusal in one line; returns it. */
function expectRefused({ exitCode, stderr }: CommandResult, expected: number): string {
  expect(exitCode, stderr).toBe(expected);
  const lines = stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
  expect(lines, stderr).toHaveLength(1);
  return lines[0] ?? '';
}

/** Lines of a text that name a file; the grade's nights of a painted street are rejected and kept. */
const linesWith = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.includes(name) && !line.startsWith('rejected: '));
const label = '0 0.5 0.5 0.2 0.2\n';

describe('odd images', () => {
  let odd: readonly OddImage[] = [];
  let text = '';

  beforeAll(async () => {
    odd = await oddImages(Buffer.from(good['images/harbour.jpg'] ?? ''));
    const images = odd.map(({ name, bytes }) => [`images/${name}`, bytes] as const);
    const labels = odd.map(({ name }) => [`labels/${name.replace(/\.\w+$/, '')}.txt`, label] as const);
    const files: SetFiles = Object.fromEntries<string | Uint8Array>([...images, ...labels]);
    text = await expectUnharmed('odd', files);
  });

  it('are each a row with its line, and files that fail take nothing with them', async () => {
    const rows = new Map(manifestOf(at('odd-night')).map((row) => [row.item, row]));
    expect(rows.size).toBe(odd.length + GOOD.length);
    for (const { name, line, fails = false, output = name, night } of odd) {
      const row = rows.get(`images/${name}`);
      const said = fails ? (row?.reason ?? '') : (row?.losses.join('; ') ?? '');
      expect([name, row?.verdict === 'failed', row?.output], said).toEqual([
        name,
        fails,
        fails ? '' : `images/${output}`,
      ]);
      if (name.startsWith('cut')) {
        expect(row).toMatchObject({ verdict: 'rejected', reason: 'the source is incomplete or damaged' });
      }
      if (line) expect(said).toMatch(line);
      else expect([name, said]).toEqual([name, '']);
      if (fails) expect(linesWith(text, `failed: images/${name}`)).toHaveLength(1);
      expect(existsSync(at('odd-night/labels', name.replace(/\.\w+$/, '.txt'))), name).toBe(!fails);
      if (!fails) expect(readFileSync(at('odd-night/labels', name.replace(/\.\w+$/, '.txt')), 'utf8')).toBe(label);
      if (night) expect(await sharp(at('odd-night/images', output)).metadata()).toMatchObject(night);
    }
  });

  it('show at night what their upright day shows, in its colours', async () => {
    const whole = odd.filter(({ name, fails }) => !fails && !/^(?:cut|dot|wide|odd-sides)/.test(name));
    const expected = await thumbnail(at('good-night/images/harbour.jpg'));
    for (const { name, output = name } of whole) {
      const found = await thumbnail(at('odd-night/images', output));
      const compare = name.startsWith('grey') ? grey : (values: number[]): number[] => values;
      // Ink has fewer colours, and a grey day is weighted otherwise than luma.
      const tolerance = /^(?:cmyk|grey)/.test(name) ? 30 : 14;
      const differences = compare(found).map((value, i) => Math.abs(value - (compare(expected)[i] ?? 0)));
      expect(Math.max(...differences), name).toBeLessThan(tolerance);
    }
  });
});

/** Upright, 8 x 6, RGB. */
async function thumbnail(path: string): Promise<number[]> {
  const image = sharp(path).autoOrient().removeAlpha().toColourspace('srgb').resize(8, 6, { fit: 'fill' });
  return [...(await image.raw().toBuffer())];
}

const grey = (rgb: number[]): number[] =>
  rgb.flatMap((value, i) =>
    i % 3 === 0 ? [0.299 * value + 0.587 * (rgb[i + 1] ?? 0) + 0.114 * (rgb[i + 2] ?? 0)] : [],
  );

describe('odd trees', () => {
  it('images without label and labels without image', async () => {
    const text = await expectUnharmed('pairs', {
      'images/lonely.jpg': good['images/market.jpg'] ?? '',
      'labels/orphan.txt': label,
    });
    expect(linesWith(text, 'lonely.jpg')).toEqual(['  note: 1 image without label: images/lonely.jpg']);
    expect(linesWith(text, 'orphan.txt')).toEqual(['  note: 1 label without image: labels/orphan.txt']);
    expect(readFileSync(at('pairs-night/labels/orphan.txt'), 'utf8')).toBe(label);
    expect(existsSync(at('pairs-night/images/lonely.jpg'))).toBe(true);
  });

  it('names that differ in extension or case alone', async () => {
    const jpeg = Buffer.from(good['images/market.jpg'] ?? '');
    const text = await expectUnharmed('twins', {
      'images/twin.jpg': jpeg,
      'images/twin.png': await sharp(jpeg).png().toBuffer(),
      'labels/twin.txt': label,
      'images/Market.jpg': Buffer.from(good['images/station.jpg'] ?? ''),
      'labels/Market.txt': label,
    });
    expect(linesWith(text, 'labels/twin.txt')).toEqual([
      '  note: 1 label belongs to several images of one name: labels/twin.txt',
    ]);
    expect(linesWith(text, 'but for case')).toHaveLength(1);
    for (const name of ['twin.jpg', 'twin.png', 'Market.jpg']) {
      expect(existsSync(at('twins-night/images', name)), name).toBe(true);
    }
    expect(readFileSync(at('twins-night/labels/twin.txt'), 'utf8')).toBe(label);
  });

  it('names of any script, with spaces, quotes and line ends, and very long ones', async () => {
    const jpeg = good['images/market.jpg'] ?? '';
    const deep = Array.from({ length: 12 }, (_, i) => `folder-${i}-${'x'.repeat(180)}`).join('/');
    const names = [
      ...['straße 東京 🚗', `quote ' " $HOME`, 'line\nend', '-rf', '#hash?query=1&x', 'e\u0301a', '100%', 'a..b'],
      ...['n'.repeat(251), '夜'.repeat(83), `deep/${deep}/image`],
    ];
    const odd = names.flatMap((name): [string, string | Uint8Array][] => [
      [`images/${name}.jpg`, jpeg],
      [`labels/${name}.txt`, label],
    ]);
    const files: SetFiles = Object.fromEntries<string | Uint8Array>(odd);
    const text = await expectUnharmed('names', files, '--lamp-labels', 'json', '--light-mask');
    expect(text).not.toMatch(/^failed:/m);
    const gained = filesIn(at('names-night/nocturne')).filter((path) => /^(lamps|light-masks)\//.test(path));
    expect(gained).toHaveLength(2 * (names.length + GOOD.length));
    expect(new Set(filesIn(at('names-night')).filter((path) => /^(images|labels)\//.test(path)))).toEqual(
      new Set(filesIn(at('names')).filter((path) => /^(images|labels)\//.test(path))),
    );
  });

  it('links out of the tree and circles', async () => {
    writeSet('links', {});
    mkdirSync(at('beside'));
    writeFileSync(at('beside/secret.jpg'), good['images/market.jpg'] ?? '');
    symlinkSync(at('beside'), at('links/images/out'));
    symlinkSync('..', at('links/images/round'));
    symlinkSync('gone.jpg', at('links/images/dead.jpg'));
    const text = await expectUnharmed('links');
    expect(linesWith(text, 'images/out')).toEqual(['  note: left out 1 link that leads out of the tree: images/out']);
    expect(linesWith(text, 'images/round')).toHaveLength(1);
    expect(linesWith(text, 'images/dead.jpg')).toHaveLength(1);
    expect(hashesOf(at('links-night'))).toEqual(reference);
  });

  it.skipIf(!isRoot)('files and folders that cannot be read', async () => {
    writeSet('locked', {
      'images/locked.jpg': good['images/market.jpg'] ?? '',
      'labels/locked.txt': label,
      'images/secret.jpg': good['images/market.jpg'] ?? '',
      'labels/secret.txt': label,
      'images/closed/inside.jpg': good['images/market.jpg'] ?? '',
    });
    for (const name of ['images/locked.jpg', 'labels/secret.txt', 'images/closed']) chmodSync(at('locked', name), 0);
    mkdirSync(at('free'), { mode: 0o777 });
    chmodSync(at('free'), 0o777);
    const args = ['augment', at('locked'), at('free/night'), ...FAST];
    const asNobody = { cwd: root, userId: NOBODY };
    const { exitCode, stdout, stderr } = await nocturne([...args, '--lamp-labels', 'json'], asNobody);
    expect(exitCode, stderr).toBe(0);
    expectGood('free/night');
    expect(linesWith(stdout + stderr, 'images/closed')).toHaveLength(1);
    expect(linesWith(stdout, 'locked.jpg')).toEqual([
      `failed: images/locked.jpg: ${at('locked/images/locked.jpg')} cannot be read: permission denied`,
    ]);
    // A night without its label would say that it shows nothing.
    expect(linesWith(stdout, 'secret.')).toEqual([
      'failed: images/secret.jpg: its label labels/secret.txt cannot be read: permission denied',
    ]);
    expect(filesIn(at('free/night')).filter((path) => /locked|secret/.test(path))).toEqual([]);
    // A file of the whole set stops the run before it starts, and names the input.
    writeFileSync(at('locked/README.md'), 'mine', { mode: 0 });
    const line = expectRefused(await nocturne([...args, '--overwrite'], asNobody), INPUT);
    expect(line).toMatch(/README\.md cannot be read: permission denied.*\[INPUT_NO_PERMISSION\]/);
    // Once they can be read, the rest is made.
    for (const name of ['images/locked.jpg', 'labels/secret.txt', 'README.md']) chmodSync(at('locked', name), 0o644);
    expect((await nocturne(args, asNobody)).exitCode).toBe(0);
    expect(manifestOf(at('free/night')).filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(readFileSync(at('free/night/labels/secret.txt'), 'utf8')).toBe(label);
  });

  it('an empty folder, masks beside images, and files of no known kind', async () => {
    const mask = await sharp({ create: { width: 320, height: 180, channels: 3, background: '#000' } })
      .composite([
        { input: { create: { width: 90, height: 60, channels: 3, background: '#070707' } }, left: 40, top: 50 },
      ])
      .toColourspace('b-w')
      .png()
      .toBuffer();
    mkdirSync(at('mixed/images/nothing'), { recursive: true });
    const others = {
      'masks/harbour.png': mask,
      'images/harbour_mask.png': mask,
      'images/Thumbs.db': 'db',
      'raw/market.dng': 'II*\0raw',
      'notes.txt': 'no image\n',
      'model.onnx': 'x',
    };
    const text = await expectUnharmed('mixed', others);
    for (const [path, bytes] of Object.entries(others)) {
      expect(readFileSync(at('mixed-night', path)).equals(Buffer.from(bytes)), path).toBe(true);
    }
    expect(text).toContain('2 label images');
    expect(linesWith(text, 'market.dng')).toHaveLength(1);
  });

  it.skipIf(!hasFfmpeg)('a video and an animation among images', async () => {
    writeSet('films', {});
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=160x96:rate=5:duration=1',
      '-pix_fmt',
      'yuv420p',
      at('films/images/clip.mp4'),
    );
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=160x96:rate=5:duration=1', at('films/images/moving.gif'));
    writeFileSync(at('films/images/broken.mp4'), 'no video');
    const text = await expectUnharmed('films');
    expect(text).toMatch(/become night: 3 images, 3 videos/);
    expect(linesWith(text, 'failed: images/broken.mp4')).toHaveLength(1);
    expect(linesWith(text, 'moving.gif')).toHaveLength(1);
    const rows = manifestOf(at('films-night')).filter(({ output }) => output.endsWith('.mp4'));
    expect(rows.map(({ output, verdict }) => [output, verdict === 'failed'])).toEqual([
      ['images/clip.mp4', false],
      ['images/moving.mp4', false],
    ]);
  });

  it('nights among days', async () => {
    const real = footage('frames/bddB');
    if (real === undefined) return;
    const night = readFileSync(join(real, filesIn(real)[3] ?? ''));
    const text = await expectUnharmed('nights', { 'images/late.jpg': night, 'labels/late.txt': label });
    const row = manifestOf(at('nights-night')).find(({ item }) => item === 'images/late.jpg');
    expect(row?.verdict, JSON.stringify(row?.scores)).toBe('alreadyNight');
    expect(readFileSync(at('nights-night/images/late.jpg')).equals(night)).toBe(true);
    expect(readFileSync(at('nights-night/labels/late.txt'), 'utf8')).toBe(label);
    expect(text).toContain('already night 1');
  });
});

describe('odd outputs', () => {
  it.skipIf(!disk)('a full disk: one line, nothing half, and the same command goes on', async () => {
    const days = await labelledDays();
    const jpeg = days[0]?.jpeg ?? Buffer.alloc(0);
    const many = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `images/day-${'abcdefgh'[i] ?? ''}.jpg`,
        Buffer.concat([jpeg, Buffer.alloc(i)]),
      ]),
    );
    writeSet('many', many);
    const output = join(disk?.folder ?? '', 'night');
    disk?.leave(200_000);
    const command = ['augment', at('many'), output, ...FAST];
    const line = expectRefused(await nocturne(command), OUTPUT);
    expect(line).toContain('[OUTPUT_NO_SPACE]');
    expect(line).toContain(output);
    for (const path of filesIn(output).filter((name) => name.endsWith('.jpg'))) {
      expect((await sharp(join(output, path)).raw().toBuffer()).length).toBeGreaterThan(0);
    }
    expect(filesIn(output).filter((path) => /(^|\/)\./.test(path))).toEqual([]);
    rmSync(join(disk?.folder ?? '', 'filling'));
    const { exitCode, stderr } = await nocturne(command);
    expect(exitCode, stderr).toBe(0);
    expect(hashesOf(output)).toMatchObject(reference);
    expect(manifestOf(output)).toHaveLength(GOOD.length + 8);
  });

  it('the input, a folder in it, by a link too', async () => {
    const before = hashesOf(at('good'));
    symlinkSync(at('good'), at('alias'));
    for (const output of ['good', 'good/night', 'good/images', 'alias', 'alias/night']) {
      expect(expectRefused(await augment('good', output), OUTPUT)).toContain('[OUTPUT_IS_INPUT]');
    }
    expect(hashesOf(at('good'))).toEqual(before);
  });

  it('an input inside the output', async () => {
    cpSync(at('good'), at('outer/good'), { recursive: true });
    const before = hashesOf(at('outer/good'));
    expectRefused(await augment('outer/good', 'outer'), OUTPUT);
    expect(hashesOf(at('outer'))).toEqual(Object.fromEntries(Object.entries(before).map(([p, h]) => [`good/${p}`, h])));
  });

  it.skipIf(!isRoot)('a folder that cannot be written', async () => {
    mkdirSync(at('fixed'), { mode: 0o555 });
    const result = await nocturne(['augment', at('good'), at('fixed/night'), ...FAST], { cwd: root, userId: NOBODY });
    expect(expectRefused(result, OUTPUT)).toContain('[OUTPUT_NO_PERMISSION]');
    expect(filesIn(at('fixed'))).toEqual([]);
  });

  it('a file, and inputs that are no folder or hold nothing', async () => {
    writeFileSync(at('plain.txt'), 'mine');
    expect(expectRefused(await augment('good', 'plain.txt'), OUTPUT)).toContain('is not a folder');
    expect(readFileSync(at('plain.txt'), 'utf8')).toBe('mine');
    expect(expectRefused(await augment('plain.txt', 'nowhere'), INPUT)).toContain('a data set is a folder');
    mkdirSync(at('hollow/images/train'), { recursive: true });
    expect(expectRefused(await augment('hollow', 'nowhere'), INPUT)).toContain('holds no files');
    expect(existsSync(at('nowhere'))).toBe(false);
  });
});
