import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLookGenerator } from '../../src/infer/look-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { asThumbnail, rampThumbnail } from './synthetic-thumbnails.js';
import { tinyGridWeights, tinyModel, writeTinyModel } from './tiny-model.js';

const folder = temporaryFolder();

/** Opens a model and returns the grid that it makes. */
async function gridOf(model: string): Promise<Float32Array> {
  await using generator = await openLookGenerator({ model });
  return (await generator.translate(asThumbnail(rampThumbnail()))).grid.slice();
}

describe('a model with its weights in a file beside it', () => {
  const external = (name: string, weightsFile: string): string => writeTinyModel(folder, name, { weightsFile });

  it('gives the look of the same model in one file', async () => {
    const model = external('beside', 'beside.onnx.data');
    writeFileSync(join(folder, 'beside.onnx.data'), tinyGridWeights());
    expect(await gridOf(model)).toEqual(await gridOf(writeTinyModel(folder, 'whole')));
  });

  it('may keep them in a folder of its own', async () => {
    mkdirSync(join(folder, 'parts'));
    writeFileSync(join(folder, 'parts/one'), tinyGridWeights());
    expect(await gridOf(external('parted', 'parts/one'))).toHaveLength((await gridOf(writeTinyModel(folder))).length);
  });

  it('is refused in one line that says how to merge them, where they are missing, too short or elsewhere', async () => {
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'secret'), tinyGridWeights());
    writeFileSync(join(folder, 'short'), tinyGridWeights().subarray(0, 99));
    const inner = writeTinyModel(join(folder, 'inner'), 'out', { weightsFile: '../secret' });
    symlinkSync(join(folder, 'secret'), join(folder, 'inner/link'));
    const linked = writeTinyModel(join(folder, 'inner'), 'linked', { weightsFile: 'link' });
    for (const [model, reason] of [
      [external('lost', 'lost.data'), 'its weights lost.data are missing beside it'],
      [inner, 'its weights ../secret lie outside its folder'],
      [linked, 'its weights link lie outside its folder'],
      [external('cut', 'short'), 'its weights (gridWeight) lie in another file, which is missing or too short'],
    ] as const) {
      const failure = { code: 'MODEL_INVALID', message: expect.stringContaining(`: ${reason}.`) as string };
      await expect(openLookGenerator({ model })).rejects.toMatchObject(failure);
    }
    const remedy = expect.stringContaining('onnx.save(onnx.load(') as string;
    await expect(openLookGenerator({ model: inner })).rejects.toMatchObject({ remedy });
  });
});

describe('a model card', () => {
  it('may have a byte order mark, lines of Windows and a checksum in capitals', async () => {
    const upper = (card: Record<string, unknown>): void => {
      card['sha256'] = String(card['sha256']).toUpperCase();
    };
    const model = writeTinyModel(folder, 'windows', {}, upper);
    const card = model.replace('.onnx', '.json');
    const text = JSON.stringify(JSON.parse(readFileSync(card, 'utf8')), undefined, 1).replaceAll('\n', '\r\n');
    for (const encoding of ['utf8', 'utf16le'] as const) {
      writeFileSync(card, `\ufeff${text}`, encoding);
      expect(await gridOf(model)).toHaveLength(9 * 16 * 8 * 12);
    }
  });
});

describe('what ONNX Runtime refuses', () => {
  const whole = tinyModel();
  const op = Buffer.from(whole);
  op.write('Cxnv', op.indexOf('Conv'));
  const opset = Buffer.from(whole);
  opset[opset.length - 1] = 99;
  const version = Buffer.from(whole);
  version[1] = 99;
  it.each([
    ['a text', Buffer.from('no model'), 'it is not an ONNX file, or not all of one'],
    ['a part of a model', whole.subarray(0, 900), 'it is not an ONNX file, or not all of one'],
    ['an unknown operator', op, 'operator set 13 has no operator Cxnv'],
    ['a newer operator set', opset, /it needs operator set 99; \d+ is the newest known/],
    ['a newer format', version, /its format has version 99; \d+ is the newest known/],
  ])('is said in words for people: %s', async (name, bytes, reason) => {
    const model = writeTinyModel(folder, 'foreign', {}, (card) => {
      card['sha256'] = createHash('sha256').update(bytes).digest('hex');
    });
    writeFileSync(model, bytes);
    const error: unknown = await openLookGenerator({ model }).catch((thrown: unknown) => thrown);
    expect(error, name).toMatchObject({ code: 'MODEL_INVALID' });
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).not.toMatch(/\.cc|\.h:|::|escapes/);
  });
});
