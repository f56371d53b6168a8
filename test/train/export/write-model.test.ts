import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelCardError, type OnnxModelCard } from '../../../src/infer/model-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { writeModel } from '../../../src/train/export/write-model.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CARD: Omit<OnnxModelCard, 'sha256'> = {
  name: 'night',
  version: '1.2.3',
  description: 'for tests',
  licence: 'MIT',
  input: { name: 'day', shape: [1, 3, 144, 256], layout: 'NCHW', matrix: 'bt709', range: 'full' },
  outputs: {
    grid: { name: 'grid', shape: [1, 96, 9, 16], layout: 'B34HW' },
    lights: { name: 'lights', shape: [1, 4, 72, 128] },
  },
  sources: [{ name: 'our street', licence: 'CC0-1.0', url: 'https://example.org' }],
  training: { recipe: 'cyclegan', seed: 7, steps: 4000, options: { lambdaCycle: 0.5 } },
  metrics: { 'layout distance': 0.08 },
};
const BYTES = Buffer.from('any model');

/** The code of the error that a promise rejects with. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

describe('writeModel', () => {
  it('creates a folder with the model and its card, and nothing else', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'dusk');
    const written = await writeModel({ out, bytes: BYTES, card: CARD });
    const found = await readModelFile(out);
    expect(found.card).toEqual({ ...CARD, sha256: written.card.sha256 });
    expect(Buffer.compare(found.bytes, BYTES)).toBe(0);
    expect(written.path).toBe(join(out, 'dusk.onnx'));
    expect(readdirSync(out).sort()).toEqual(['dusk.json', 'dusk.onnx']);
    expect(readdirSync(folder)).toEqual(['dusk']);
  });

  it('replaces a model only with overwrite, and keeps other files', async () => {
    const out = join(temporaryFolder(), 'dusk');
    await writeModel({ out, bytes: BYTES, card: CARD });
    writeFileSync(join(out, 'sheet.jpg'), 'mine');
    const other = { out, bytes: Buffer.from('another'), card: { ...CARD, version: '2.0.0' } };
    expect(await codeOf(writeModel(other))).toBe('OUTPUT_EXISTS');
    expect((await readModelFile(out)).card.version).toBe('1.2.3');
    await writeModel({ ...other, overwrite: true });
    expect((await readModelFile(out)).card.version).toBe('2.0.0');
    expect(readdirSync(out).sort()).toEqual(['dusk.json', 'dusk.onnx', 'sheet.jpg']);
  });

  it('writes into an empty folder', async () => {
    const out = join(temporaryFolder(), 'dusk');
    mkdirSync(out);
    await writeModel({ out, bytes: BYTES, card: CARD });
    expect((await readModelFile(out)).card.name).toBe('night');
  });

  it('leaves no partial files when it fails', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'dusk'), 'a file');
    expect(await codeOf(writeModel({ out: join(folder, 'dusk'), bytes: BYTES, card: CARD }))).toBe('OUTPUT_EXISTS');
    expect(await codeOf(writeModel({ out: join(folder, 'no', 'dusk'), bytes: BYTES, card: CARD }))).toBe(
      'OUTPUT_FAILED',
    );
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'taken.json'), { recursive: true }); // a folder where the card belongs
    writeFileSync(join(taken, 'taken.json', 'file'), '');
    const failed = writeModel({ out: taken, bytes: BYTES, card: CARD, overwrite: true });
    expect(await codeOf(failed)).toBe('OUTPUT_FAILED');
    expect(readdirSync(folder).sort()).toEqual(['dusk', 'taken']);
    expect(readdirSync(taken)).not.toContainEqual(expect.stringContaining('partial'));
    expect(readFileSync(join(folder, 'dusk'), 'utf8')).toBe('a file');
  });

  it('rejects an invalid card before it writes', async () => {
    const folder = temporaryFolder();
    const wrong = { ...CARD, sources: [{ name: 'our street', licence: '' }] };
    const failed = writeModel({ out: join(folder, 'dusk'), bytes: BYTES, card: wrong });
    await expect(failed).rejects.toThrow(ModelCardError);
    await expect(failed).rejects.toThrow('sources[0].licence');
    await expect(writeModel({ out: join(folder, 'dusk.onnx'), bytes: BYTES, card: CARD })).rejects.toThrow(RangeError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['sources', 'a street'],
    ['training', 'by hand'],
    ['training.steps', { steps: 'many' }],
    ['metrics.layout', { layout: 'good' }],
  ])('rejects a card with a wrong %s', async (field, value) => {
    const card = { ...CARD, [field.split('.')[0]!]: value } as typeof CARD;
    const failed = writeModel({ out: join(temporaryFolder(), 'dusk'), bytes: BYTES, card });
    await expect(failed).rejects.toThrow(`${field} must be`);
  });
});
