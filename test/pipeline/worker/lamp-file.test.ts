import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromSeconds } from '../../../src/core/time.js';
import type { ModelCard } from '../../../src/infer/model-card.js';
import { emptyLook, LAMP_KINDS, MAX_LAMPS } from '../../../src/look/look.js';
import type { FramePlace } from '../../../src/output/file-options.js';
import { LampFile } from '../../../src/pipeline/worker/lamp-file.js';
import { lampRecords } from '../../../src/pipeline/worker/lamp-record.js';
import { lookOfLamps } from '../../support/lamps.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const frame = (seconds: number): { pts: ReturnType<typeof fromSeconds>; width: number; height: number } => {
  return { pts: fromSeconds(seconds), width: 640, height: 360 };
};
const linesOf = (name: string): unknown[] =>
  readFileSync(at(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

async function openFile(name: string, overwrite = false): Promise<LampFile> {
  const file = await LampFile.open({ lamps: at(name), input: at('in.mp4'), overwrite });
  return file!;
}

describe('a record', () => {
  it('has the lamp in pixels, its rim’s colour and a reason', () => {
    const look = lookOfLamps([
      { kind: 'tailLamp', x: 0.25, y: 0.5, radiusX: 0.01, radiusY: 0.005, luma: 1.4, u: -0.49, v: 1.8, id: 7 },
      { kind: 'streetLamp', u: 0, v: 0 },
    ]);
    const [tail, street] = lampRecords(look, { width: 640, height: 360 });
    expect(tail).toEqual({
      kind: 'tailLamp',
      x: 160,
      y: 180,
      radiusX: 6.4,
      radiusY: 3.2,
      color: expect.stringMatching(/^#ff[0-3].[0-3].$/) as string,
      luma: 1.4,
      reason: 'tail lamp of a vehicle seen from behind',
      id: 7,
    });
    expect(street?.color).toBe('#ffffff');
  });

  it('has a reason of its own for each kind', () => {
    const records = lampRecords(lookOfLamps(LAMP_KINDS.map((kind) => ({ kind }))), { width: 64, height: 36 });
    expect(records.map(({ kind }) => kind)).toEqual(LAMP_KINDS);
    expect(new Set(records.map(({ reason }) => reason)).size).toBe(LAMP_KINDS.length);
  });
});

/** The place of a frame that is the whole output. */
function placeOf(seconds: number): FramePlace {
  return { ...frame(seconds), x: 0, y: 0 };
}

it('says of a lamp of a fitted look that the image has it', async () => {
  const look = lookOfLamps([{ kind: 'farLamp' }]);
  const reasons = [false, true].map((isFitted) => lampRecords(look, frame(0), { isFitted })[0]?.reason);
  expect(reasons[1]).toBe('light fitted to the image of the generator');
  expect(reasons[0]).not.toBe(reasons[1]);
  await using file = await openFile('fitted.jsonl');
  file.card = { kind: 'image', name: 'n', version: '1', description: '', licence: 'MIT' } as ModelCard;
  await file.addImage('a.png', frame(0), look);
  await file.finish();
  await file.commit();
  expect(linesOf('fitted.jsonl')).toEqual([{ name: 'a.png', lamps: lampRecords(look, frame(0), { isFitted: true }) }]);
});

describe('the list of lamps', () => {
  it('has one line a frame in order, and appears when it is complete', async () => {
    await using file = await openFile('a.jsonl');
    const look = lookOfLamps([{ kind: 'signal', id: 3 }]);
    await file.addFrame(frame(0.04), look, placeOf(0.04));
    await file.addFrame(frame(0.08), emptyLook(), placeOf(0.08));
    await file.finish();
    expect(readdirSync(folder)).not.toContain('a.jsonl');
    await file.commit();
    expect(linesOf('a.jsonl')).toEqual([
      { frame: 0, pts: 0.04, lamps: lampRecords(look, frame(0)) },
      { frame: 1, pts: 0.08, lamps: [] },
    ]);
  });

  it('keeps all lines of many full lists', async () => {
    await using file = await openFile('full.jsonl');
    const full = lookOfLamps(Array.from({ length: MAX_LAMPS }, (_, id) => ({ id, kind: 'window' as const })));
    for (let i = 0; i < 12; i++) await file.addFrame(frame(i), full, placeOf(i));
    await file.finish();
    await file.commit();
    const lines = linesOf('full.jsonl') as { lamps: unknown[] }[];
    expect(lines.map(({ lamps }) => lamps.length)).toEqual(Array.from({ length: 12 }, () => MAX_LAMPS));
  });

  it('names images', async () => {
    await using file = await openFile('images.jsonl');
    await file.addImage('b.jpg', { width: 300, height: 200 }, emptyLook());
    await file.finish();
    await file.commit();
    expect(linesOf('images.jsonl')).toEqual([{ name: 'b.jpg', lamps: [] }]);
  });

  it('leaves nothing when it is not complete', async () => {
    {
      await using file = await openFile('gone.jsonl');
      await file.addFrame(frame(0), emptyLook(), placeOf(0));
    }
    expect(readdirSync(folder).filter((name) => name.includes('gone'))).toEqual([]);
  });

  it('replaces a file only where that is allowed', async () => {
    writeFileSync(at('old.jsonl'), 'old');
    await expect(openFile('old.jsonl')).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await using file = await openFile('old.jsonl', true);
    await file.finish();
    expect(readFileSync(at('old.jsonl'), 'utf8')).toBe('old');
    await file.commit();
    expect(readFileSync(at('old.jsonl'), 'utf8')).toBe('');
  });

  it('fails at once with a clear reason', async () => {
    await expect(openFile('lamps.txt')).rejects.toThrow(/lamps\.txt must be a \.jsonl file/);
    await expect(openFile('no/folder.jsonl')).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
    const intoProc = LampFile.open({ lamps: '/proc/lamps.jsonl', input: 'in.mp4', overwrite: false });
    await expect(intoProc).rejects.toMatchObject({ code: 'OUTPUT_NO_PERMISSION' });
    expect(await LampFile.open({ input: 'in.mp4', overwrite: false })).toBeUndefined();
  });

  it('reports a full disk, and leaves nothing there', async ({ skip }) => {
    const small = at('small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'pipe' });
    } catch (error) {
      console.warn(`SKIPPED: a full disk needs a tmpfs, and mounting one failed (${String(error).split('\n')[0]})`);
      skip();
    }
    try {
      const full = lookOfLamps(Array.from({ length: MAX_LAMPS }, () => ({})));
      const writing = async (): Promise<void> => {
        await using file = await openFile('small/lamps.jsonl');
        for (let i = 0; i < 20; i++) await file.addFrame(frame(i), full, placeOf(i));
        await file.finish();
      };
      await expect(writing()).rejects.toMatchObject({ code: 'OUTPUT_NO_SPACE' });
      expect(readdirSync(small)).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
