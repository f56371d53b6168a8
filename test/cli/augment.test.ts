import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentReport, PlanSummary } from '../../src/index.js';
import { filesIn, hashesOf, manifestOf, yoloSet } from '../augment/run/day-set.js';
import { nocturne, type CommandResult } from '../support/command.js';
import { smallDisk } from '../support/small-disk.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Exit codes of docs/errors.md. */
const [USAGE, INPUT, OUTPUT, INTERRUPTED] = [2, 3, 4, 130];

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
const day = at('day');
/** The grade needs no network. */
const FAST = ['--generator', 'grade', '--rejects', 'keep', '--variants', '2', '--no-report'];
const IMAGES = 12;

beforeAll(() => yoloSet(day, IMAGES));

function augment(...args: readonly string[]): Promise<CommandResult> {
  return nocturne(['augment', ...args], { cwd: folder });
}

async function expectDone(...args: readonly string[]): Promise<AugmentReport> {
  const result = await augment(...args, '--json');
  expect(result.exitCode, result.stderr).toBe(0);
  return JSON.parse(result.stdout) as AugmentReport; // written by printJson
}

/** Expects a failure in one line with its code; returns the line. */
async function expectFailure(exitCode: number, ...args: readonly string[]): Promise<string> {
  const result = await augment(...args);
  expect(result.exitCode, result.stderr).toBe(exitCode);
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('nocturne: '));
  expect(lines, result.stderr).toHaveLength(1);
  return lines[0] ?? '';
}

/** Starts a run, waits until some nights are in its journal, and sends a signal to its main process. */
async function interrupt(output: string, signal: NodeJS.Signals): Promise<{ exitCode: number | null; stderr: string }> {
  const args = [MAIN, 'augment', day, output, ...FAST, '--jobs', '2'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, 'close') as Promise<[number | null]>; // code and signal
  const timer = setInterval(() => {
    if (!existsSync(output) || filesIn(output).filter((path) => path.endsWith('.png')).length < 5) return;
    clearInterval(timer);
    child.kill(signal);
  }, 5);
  const [exitCode] = await exited;
  clearInterval(timer);
  return { exitCode, stderr };
}

function hasNight(output: string): boolean {
  return filesIn(output).some((path) => /^variant-0\/.*\.png$/.test(path));
}

describe('nocturne augment', () => {
  const reference = at('reference');
  let report: AugmentReport;

  beforeAll(async () => {
    report = await expectDone(day, reference, ...FAST, '--jobs', '1');
  });

  it('makes whole sets: every night, every label byte for byte, every row', () => {
    expect(report).toMatchObject({ made: 2 * IMAGES, found: 0, skipped: 0, missing: 0 });
    const own = filesIn(day);
    for (const variant of ['variant-0', 'variant-1']) {
      expect(filesIn(join(reference, variant))).toEqual(own);
      for (const path of own.filter((name) => !name.endsWith('.png'))) {
        expect(readFileSync(join(reference, variant, path))).toEqual(readFileSync(join(day, path)));
      }
      for (const path of own.filter((name) => name.endsWith('.png'))) {
        expect(readFileSync(join(reference, variant, path))).not.toEqual(readFileSync(join(day, path)));
      }
    }
    const rows = manifestOf(reference);
    const images = own.filter((name) => name.endsWith('.png'));
    expect(rows.map(({ item, variant }) => [item, variant])).toEqual(
      images.flatMap((name) => [0, 1].map((v) => [name, v])),
    );
    expect(rows[0]).toMatchObject({ recipe: 'varied', generator: 'grade', nocturne: '0.1.0', cardSha256: '' });
    const hashes = hashesOf(reference);
    for (const row of rows) expect(hashes[row.output]).toBe(row.outputSha256);
  });

  it('gives the same bytes and rows with two jobs and in three parts, and others with another seed', async () => {
    const files = hashesOf(reference);
    const rows = manifestOf(reference);
    await expectDone(day, at('jobs'), ...FAST, '--jobs', '2');
    expect(hashesOf(at('jobs'))).toEqual(files);
    expect(manifestOf(at('jobs'))).toEqual(rows);
    const parts = [];
    for (const shard of ['3/3', '1/3', '2/3']) {
      parts.push(await expectDone(day, at('parts'), ...FAST, '--jobs', '2', '--shard', shard));
    }
    expect(parts.map(({ summary }) => summary !== undefined)).toEqual([false, false, true]);
    expect(parts.reduce((sum, { made }) => sum + made, 0)).toBe(2 * IMAGES);
    expect(hashesOf(at('parts'))).toEqual(files);
    expect(manifestOf(at('parts'))).toEqual(rows);
    await expectDone(day, at('seed'), ...FAST, '--seed', '2');
    const others = hashesOf(at('seed'));
    for (const { output } of rows) expect(others[output]).not.toBe(files[output]);
  });

  it('says what it would do, and writes nothing, with --dry-run', async () => {
    const { exitCode, stdout } = await augment(day, 'nowhere', '--dry-run', '--variants', '3', '--lamp-labels', 'coco');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/: yolo \(.*labels.*\)\n.* 12 images/);
    expect(stdout).toContain('36 nights in 3 sets, variant-0 to variant-2');
    expect(stdout).toContain('lamps.coco.json');
    const plan = JSON.parse((await augment(day, 'nowhere', '--dry-run', '--json')).stdout) as PlanSummary;
    expect(plan).toMatchObject({ layout: 'yolo', images: IMAGES, videos: 0, nights: IMAGES, rewritten: 0 });
    expect(plan.labels + plan.otherFiles).toBe(IMAGES + 2);
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it('continues where SIGKILL ended it, with the bytes of an undisturbed run', async () => {
    const output = at('killed');
    for (let kill = 0; kill < 2; kill++) await interrupt(output, 'SIGKILL');
    const kept = filesIn(join(output, 'nocturne/journal')).length;
    expect(kept).toBeGreaterThan(0);
    const { pid: deadId } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(output, 'variant-0', `.half.nocturne-${deadId}-1.png`), 'half');
    const { made, found } = await expectDone(day, output, ...FAST);
    expect(made + found).toBe(2 * IMAGES);
    expect(found).toBeGreaterThan(0);
    expect(hashesOf(output)).toEqual(hashesOf(reference));
    expect(manifestOf(output)).toEqual(manifestOf(reference));
    expect(filesIn(output).filter((path) => /(^|\/)\./.test(path))).toEqual([]);
    // Nothing is left to do: the same command again makes nothing.
    expect(await expectDone(day, output, ...FAST)).toMatchObject({ made: 0, found: 2 * IMAGES });
  });

  it.skipIf(process.platform !== 'linux')('goes on when a process of it dies, and leaves nothing half', async () => {
    const output = at('died');
    const child = spawn(process.execPath, [MAIN, 'augment', day, output, ...FAST, '--jobs', '1'], { stdio: 'ignore' });
    const exited = once(child, 'close');
    await expect.poll(() => existsSync(output) && hasNight(output), { timeout: 60_000, interval: 2 }).toBe(true);
    const [unitProcess = 0] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    process.kill(unitProcess, 'SIGKILL');
    writeFileSync(join(output, 'variant-0', `.half.nocturne-${unitProcess}-1.png`), 'half');
    expect(await exited).toEqual([0, null]);
    expect(hashesOf(output)).toEqual(hashesOf(reference)); // of hidden files, too
    expect(manifestOf(output)).toEqual(manifestOf(reference));
  });

  it('ends within seconds of Ctrl-C in one line that says how to go on', async () => {
    const output = at('stopped');
    const { exitCode, stderr } = await interrupt(output, 'SIGINT');
    expect(exitCode).toBe(INTERRUPTED);
    expect(stderr).toMatch(
      /nocturne: stopped before .*stopped was complete: \d+ of 24 nights are done\. Run the same command again/,
    );
    expect(filesIn(output).filter((path) => /(^|\/)\./.test(path))).toEqual([]);
    await expectDone(day, output, ...FAST);
    expect(hashesOf(output)).toEqual(hashesOf(reference));
  });

  it('makes what is missing or cut again', async () => {
    const output = at('damaged');
    cpSync(reference, output, { recursive: true });
    const [first, second] = manifestOf(output);
    rmSync(join(output, first?.output ?? ''));
    writeFileSync(join(output, second?.output ?? ''), 'cut');
    expect(await expectDone(day, output, ...FAST)).toMatchObject({ made: 2, found: 2 * IMAGES - 2 });
    expect(hashesOf(output)).toEqual(hashesOf(reference));
  });

  it('renders a row again, with the same bytes', async () => {
    const row = manifestOf(reference)[7];
    const replayed = await augment(day, 'again.png', '--replay', `${reference}/nocturne/manifest.jsonl#7`);
    expect(replayed.exitCode, replayed.stderr).toBe(0);
    expect(replayed.stdout).toContain(`${row?.item}, variant 1: the same bytes`);
    expect(readFileSync(at('again.png'))).toEqual(readFileSync(join(reference, row?.output ?? '')));
    expect(
      await expectFailure(OUTPUT, day, 'again.png', '--replay', `${reference}/nocturne/manifest.jsonl#7`),
    ).toContain('already exists');
    expect(await expectFailure(INPUT, day, 'x.png', '--replay', `${reference}/nocturne/manifest.jsonl#24`)).toContain(
      'has no row 24',
    );
    expect(await expectFailure(USAGE, day, 'x.png', '--replay', 'manifest.jsonl')).toContain('MANIFEST#ROW');
    writeFileSync(join(reference, 'nocturne/other.jsonl'), '{"output":"a"}\n');
    const noRow = await expectFailure(INPUT, day, 'x.png', '--replay', `${reference}/nocturne/other.jsonl#0`);
    rmSync(join(reference, 'nocturne/other.jsonl'));
    expect(noRow).toContain('is no row of a manifest');
    cpSync(day, at('edited'), { recursive: true });
    cpSync(join(day, 'images/street-a.png'), join(at('edited'), row?.source ?? ''));
    const other = await augment(at('edited'), 'other.png', '--replay', `${reference}/nocturne/manifest.jsonl#7`);
    expect(other.exitCode).toBe(1);
    expect(other.stdout).toMatch(/other bytes.*is another file now/s);
  });
});

describe('nocturne augment refuses', () => {
  it('an output that is its input, inside it, or holds other files', async () => {
    expect(await expectFailure(OUTPUT, day, day)).toMatch(/is the input.*\[OUTPUT_IS_INPUT\]/);
    expect(await expectFailure(OUTPUT, day, join(day, 'night'))).toMatch(/is inside the input.*\[OUTPUT_IS_INPUT\]/);
    mkdirSync(at('taken'));
    writeFileSync(at('taken', 'notes.txt'), 'mine');
    expect(await expectFailure(OUTPUT, day, at('taken'), ...FAST)).toContain('[OUTPUT_EXISTS]');
    await expectDone(day, at('taken'), ...FAST, '--overwrite');
    expect(readFileSync(at('taken', 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('to mix two runs, and names what differs', async () => {
    const output = at('mixed');
    await expectDone(day, output, ...FAST);
    const before = hashesOf(output);
    expect(await expectFailure(OUTPUT, day, output, ...FAST, '--seed', '5', '--nights', 'reject')).toMatch(
      /differs in seed \(1, now 5\), nights \(copy, now reject\)\..*\[OUTPUT_EXISTS\]/,
    );
    cpSync(day, at('grown'), { recursive: true });
    cpSync(join(day, 'images/street-a.png'), at('grown', 'images/street-z.png'));
    expect(await expectFailure(OUTPUT, at('grown'), output, ...FAST)).toContain('the input (12 items, now 13)');
    expect(hashesOf(output)).toEqual(before);
    // --overwrite starts again: no night of the old run is left.
    await expectDone(day, output, '--generator', 'grade', '--rejects', 'keep', '--overwrite');
    expect(existsSync(join(output, 'variant-1/images/street-a.png'))).toBe(false);
    expect(manifestOf(output)).toHaveLength(IMAGES);
    // A set that lost an image has no label of it, and no gains of the run before; files of others stay.
    await expectDone(day, output, ...FAST, '--lamp-labels', 'json', '--overwrite');
    writeFileSync(join(output, 'notes.txt'), 'mine');
    cpSync(day, at('shrunk'), { recursive: true });
    for (const path of ['images/street-c.png', 'labels/street-c.txt', 'README ü.md']) rmSync(at('shrunk', path));
    await expectDone(at('shrunk'), output, '--generator', 'grade', '--rejects', 'keep', '--no-report', '--overwrite');
    const own = filesIn(output).filter((path) => !/^nocturne\/(journal\/|manifest|run\.json)/.test(path));
    expect(own).toEqual([...filesIn(at('shrunk')), 'notes.txt'].sort());
  });

  it('bad flags and inputs, in one line', async () => {
    expect(await expectFailure(USAGE, day, 'x', '--shard', '4/3')).toContain('--shard must be a part I of N');
    expect(await expectFailure(USAGE, day, 'x', '--layout', 'cityscape')).toContain('--layout must be one of');
    expect(await expectFailure(USAGE, day, 'x', '--recipe', 'none')).toContain('recipe');
    expect(await expectFailure(USAGE, day, 'x', '--detach')).toContain('--detach needs a --queue');
    expect(await expectFailure(USAGE, day, 'x', '--shard', '1/2', '--overwrite')).toContain('exclude each other');
    const worker = await nocturne(['worker', '--queue', 'redis://127.0.0.1:1', '--roots', ' , ']);
    expect([worker.exitCode, worker.stderr]).toEqual([USAGE, expect.stringContaining('--roots must name folders')]);
    expect(await expectFailure(INPUT, 'missing', 'x')).toContain('[INPUT_NOT_FOUND]');
    mkdirSync(at('empty'));
    await expectFailure(INPUT, at('empty'), 'x');
    expect(existsSync(at('x'))).toBe(false);
  });
});

describe('nocturne augment goes on', () => {
  it('past images that cannot be read, without their labels, and tries them again later', async () => {
    const input = at('corrupt');
    cpSync(day, input, { recursive: true });
    const bytes = readFileSync(join(day, 'images/street-b.png'));
    writeFileSync(join(input, 'images/street-b.png'), bytes.subarray(0, 200));
    writeFileSync(join(input, 'images/street-c.png'), 'no image');
    const output = at('corrupt-night');
    const { exitCode, stdout } = await augment(input, output, ...FAST);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('failed 4');
    expect(stdout).toMatch(/^failed: images\/street-b\.png \(variant 0\): .+$/m);
    const rows = manifestOf(output).filter(({ verdict }) => verdict === 'failed');
    expect(rows.map(({ item }) => item)).toEqual(['b', 'b', 'c', 'c'].map((name) => `images/street-${name}.png`));
    expect(existsSync(join(output, 'variant-0/labels/street-b.txt'))).toBe(false);
    for (const name of ['b', 'c'])
      cpSync(join(day, `images/street-${name}.png`), join(input, `images/street-${name}.png`));
    expect(await expectDone(input, output, ...FAST)).toMatchObject({ made: 4, found: 2 * IMAGES - 4 });
    expect(hashesOf(output)).toEqual(hashesOf(at('reference')));
  });

  it('but not where nothing can be read', async () => {
    const input = at('none');
    mkdirSync(join(input, 'images'), { recursive: true });
    for (const name of ['a', 'b']) writeFileSync(join(input, 'images', `${name}.png`), 'no image');
    expect(await expectFailure(INPUT, input, at('none-night'), '--layout', 'images', ...FAST)).toContain(
      '[INPUT_NOT_VIDEO]',
    );
  });

  it('after an input that vanished is there again', async () => {
    const input = at('vanishing');
    cpSync(day, input, { recursive: true });
    const output = at('vanishing-night');
    const watch = setInterval(() => {
      if (existsSync(output) && filesIn(output).some((path) => path.endsWith('.png')) && existsSync(input)) {
        renameSync(input, at('elsewhere'));
      }
    }, 2);
    const line = await expectFailure(INPUT, input, output, ...FAST, '--jobs', '1').finally(() => clearInterval(watch));
    expect(line).toMatch(/vanished while the run read it.*\[INPUT_NOT_FOUND\]/);
    renameSync(at('elsewhere'), input);
    await expectDone(input, output, ...FAST);
    expect(hashesOf(output)).toEqual(hashesOf(at('reference')));
  });

  it('with nights that the output has, and leaves them as they are', async () => {
    const output = at('skipping');
    mkdirSync(join(output, 'variant-0/images'), { recursive: true });
    writeFileSync(join(output, 'variant-0/images/street-a.png'), 'mine');
    const args = [day, output, ...FAST, '--skip-existing'];
    expect(await expectDone(...args)).toMatchObject({ made: 2 * IMAGES - 1, skipped: 1, missing: 0 });
    expect(readFileSync(join(output, 'variant-0/images/street-a.png'), 'utf8')).toBe('mine');
    expect(manifestOf(output)).toHaveLength(2 * IMAGES - 1);
    expect(await expectDone(...args)).toMatchObject({ made: 0, skipped: 1, missing: 0 });
  });
});

const disk = smallDisk(folder, '12m');

describe.skipIf(!disk)('nocturne augment on a full disk', () => {
  it('ends in one line, leaves nothing half, and goes on when there is space', async () => {
    const output = join(disk?.folder ?? '', 'night');
    disk?.leave(400_000);
    const line = await expectFailure(OUTPUT, day, output, ...FAST);
    expect(line).toMatch(/the disk is full.*\[OUTPUT_NO_SPACE\]/);
    expect(filesIn(output).filter((path) => /(^|\/)\./.test(path))).toEqual([]);
    const hashes = hashesOf(at('reference'));
    for (const [path, hash] of Object.entries(hashesOf(output))) expect(hash, path).toBe(hashes[path]);
    disk?.leave(5_000_000);
    await expectDone(day, output, ...FAST);
    expect(hashesOf(output)).toEqual(hashes);
  });
});
