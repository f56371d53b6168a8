import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LossLog, readLossLog, type LossRecord } from '../../../src/train/report/loss-log.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

function record(step: number, loss = step / 10): LossRecord {
  return { step, seconds: step * 2, epoch: 0, losses: { 'G/cycle': loss }, learningRates: { G: 2e-4 } };
}

async function write(folder: string, records: readonly LossRecord[]): Promise<void> {
  const log = await LossLog.open(folder);
  for (const each of records) await log.append(each);
  await log.close();
  await log.close();
}

describe('LossLog', () => {
  it('reads back what was appended, with metrics where a step has them', async () => {
    const folder = temporaryFolder();
    const records = [record(1), { ...record(2), metrics: { layout: 0.1 } }];
    await write(folder, records);
    expect(await readLossLog(folder)).toEqual(records);
    expect(readFileSync(join(folder, 'losses.jsonl'), 'utf8').split('\n')).toHaveLength(3);
  });

  it('keeps the later record of a step that a resumed run wrote again', async () => {
    const folder = temporaryFolder();
    await write(
      folder,
      [1, 2, 3, 4, 5].map((step) => record(step)),
    );
    await write(folder, [record(4, 9), record(5, 9), record(6, 9)]);
    const records = await readLossLog(folder);
    expect(records.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(records.map(({ losses }) => losses['G/cycle'])).toEqual([0.1, 0.2, 0.3, 9, 9, 9]);
  });

  it('skips an incomplete line of a killed run, and appends after it', async () => {
    const folder = temporaryFolder();
    await write(folder, [record(1)]);
    appendFileSync(join(folder, 'losses.jsonl'), '{"step":2,"sec');
    expect(await readLossLog(folder)).toEqual([record(1)]);
    await write(folder, [record(2)]);
    expect(await readLossLog(folder)).toEqual([record(1), record(2)]);
  });

  it('reads a loss that is not finite as NaN', async () => {
    const folder = temporaryFolder();
    await write(folder, [record(1, NaN), record(2, Infinity)]);
    expect((await readLossLog(folder)).map(({ losses }) => losses['G/cycle'])).toEqual([NaN, NaN]);
  });

  it('is empty without a file, and throws when it cannot be opened', async () => {
    expect(await readLossLog(temporaryFolder())).toEqual([]);
    await expect(LossLog.open('/dev/null')).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  });
});
