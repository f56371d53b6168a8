import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRgb, writeImage } from '../../src/image/image-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeTinyImageModel } from '../infer/image-network/tiny-image-model.js';

const folder = temporaryFolder();

function nocturne(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['dist/cli/main.js', ...args], { encoding: 'utf8' });
}

it('models inspect shows a network and writes the card with which it opens', () => {
  const path = writeTinyImageModel(folder, 'night');
  const { status, stdout } = nocturne('models', 'inspect', path, '--write');
  expect(status).toBe(0);
  expect(stdout).toContain('ONNX, operator set 17, format version 8');
  expect(stdout).toMatch(/range +\[-1, 1\] to \[-1, 1\]/);
  const card = join(folder, 'night.json');
  expect(JSON.parse(readFileSync(card, 'utf8'))).toMatchObject({ kind: 'image', name: 'night', input: { width: 64 } });
  const again = nocturne('models', 'inspect', path, '--write');
  expect(again.stderr).toContain('[OUTPUT_EXISTS]');
});

it('runs a network of NHWC in [0, 255] whose colours are BGR as its card says', async () => {
  const path = writeTinyImageModel(folder, 'bgr', { input: [1, 64, 64, 3], slope: 1, ending: 'Identity' });
  const [day, night] = [join(folder, 'red.png'), join(folder, 'swapped.png')];
  const red = [200, 90, 30];
  await writeImage(day, {
    width: 64,
    height: 64,
    data: Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => red[i % 3]!),
  });
  const port = { layout: 'NHWC', range: [0, 255] };
  const writeCard = (colors: readonly string[]): void => {
    const input = { ...port, name: 'day', width: 64, height: 64, colors: colors[0] };
    const card = { kind: 'image', name: 'bgr', version: '1.0.0', description: 'a test', licence: 'MIT', input };
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    writeFileSync(
      join(folder, 'bgr.json'),
      JSON.stringify({ ...card, sha256, output: { ...port, name: 'night', colors: colors[1] } }),
    );
  };
  const nightOf = async (): Promise<number[]> => {
    const { status, stderr } = nocturne('render', day, night, '--generator', path, '--raw-pixels', '--overwrite');
    expect(status, stderr).toBe(0);
    const { data } = await readRgb(night);
    return [...data.subarray(0, 3)];
  };
  for (const [colors, expected] of [
    [['BGR', 'BGR'], red],
    [['BGR', 'RGB'], red.toReversed()],
  ] as const) {
    writeCard(colors);
    for (const [i, code] of (await nightOf()).entries()) expect(Math.abs(code - expected[i]!)).toBeLessThanOrEqual(2);
  }
});

it('models inspect refuses a look network as a generator of images, and writes no card', () => {
  const { status, stdout } = nocturne('models', 'inspect', 'models/nightgrid/nightgrid.onnx', '--write');
  expect(status).toBe(1);
  expect(stdout).toContain('a look network: no generator');
});

it('models list names the networks of the package', () => {
  const { stdout } = nocturne('models', 'list', '--json');
  expect((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['nightgrid']),
  );
});

it('raw pixels are those of the network, at its own size', async () => {
  const path = writeTinyImageModel(folder, 'raw');
  const [day, night] = [join(folder, 'day.png'), join(folder, 'night.png')];
  await writeImage(day, { width: 128, height: 96, data: new Uint8Array(3 * 128 * 96).fill(204) });
  expect(nocturne('render', day, night, '--generator', path, '--raw-pixels').status).toBe(0);
  const { width, height, data } = await readRgb(night);
  expect([width, height]).toEqual([64, 64]);
  // tanh(0.5 * (2 * 204 / 255 - 1)) from [-1, 1] to a byte.
  expect(Math.abs((data[0] ?? 0) - 255 * ((Math.tanh(0.3) + 1) / 2))).toBeLessThanOrEqual(1);
});

it('raw pixels of a generator that makes looks are refused in one line', async () => {
  const [day, night] = [join(folder, 'small.png'), join(folder, 'none.png')];
  await writeImage(day, { width: 64, height: 36, data: new Uint8Array(3 * 64 * 36).fill(204) });
  const { status, stderr } = nocturne('render', day, night, '--generator', 'grade', '--raw-pixels');
  expect(status).not.toBe(0);
  expect(stderr.trim().split('\n').at(-1)).toContain('--raw-pixels needs a generator that makes images, got grade');
  expect(existsSync(night)).toBe(false);
});
