import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFacingMarks } from '../../../src/train/scene/facing-marks.js';

describe('readFacingMarks', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nocturne-marks-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads marks by frame and vehicle, and none where the file is missing', async () => {
    expect(await readFacingMarks(folder)).toEqual(new Map());
    await writeFile(
      join(folder, 'facings.tsv'),
      'frame\tvehicle\tfacing\na.jpg\t2\trear\r\na.jpg\t0\tnone\nb.jpg\t1\tside\n',
    );
    const marks = await readFacingMarks(folder);
    expect([...marks.keys()]).toEqual(['a.jpg', 'b.jpg']);
    expect([...(marks.get('a.jpg') ?? [])]).toEqual([
      [2, 'rear'],
      [0, 'none'],
    ]);
    expect([...(marks.get('b.jpg') ?? [])]).toEqual([[1, 'side']]);
  });

  it.each(['a.jpg\t2\tback', 'a.jpg\tx\trear', 'a.jpg'])('names the line of %j', async (row) => {
    await writeFile(join(folder, 'facings.tsv'), `frame\tvehicle\tfacing\nb.jpg\t1\tside\n${row}\n`);
    await expect(readFacingMarks(folder)).rejects.toMatchObject({
      code: 'INPUT_NOT_VIDEO',
      message: expect.stringContaining('line 3') as string,
    });
  });
});
