import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRgb } from '../../../src/image/image-file.js';
import { renderSampleSheet, writeSampleSheet, type SheetCell } from '../../../src/train/report/sample-sheet.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PIXELS = 256 * 144;
/** The same red in every layout. */
const RED = [0.2126, -0.1146, 0.5] as const;
const nhwc: SheetCell = { layout: 'nhwc', data: Float32Array.from({ length: 3 * PIXELS }, (_, i) => RED[i % 3]!) };
const nchw: SheetCell = {
  layout: 'nchw',
  data: Float32Array.from({ length: 3 * PIXELS }, (_, i) => RED[Math.floor(i / PIXELS)]!),
};
/** Left black, right white. */
const map: SheetCell = {
  layout: 'map',
  data: Float32Array.from({ length: 128 * 72 }, (_, i) => (i % 128 < 64 ? 0 : 1)),
  width: 128,
  height: 72,
};

describe('sample sheet', () => {
  it('draws images of every layout in their cells', async () => {
    const path = join(temporaryFolder(), 'deep', 'sheet.png');
    const rows = [
      { label: 'one.jpg', cells: [nhwc, nchw, map] },
      { label: 'two.jpg', cells: [map, undefined, nhwc] },
    ];
    await writeSampleSheet(path, { title: 'step 5', columns: ['day', 'night', 'lights'], rows });
    const sheet = await readRgb(path);
    expect([sheet.width, sheet.height]).toEqual([8 + 3 * 264, 8 + 52 + 2 * 178]);
    const at = (x: number, y: number): number[] => [...sheet.data.subarray(3 * (y * sheet.width + x)).subarray(0, 3)];
    const [first, second] = [8 + 52 + 26, 8 + 52 + 178 + 26];
    for (const [x, y] of [
      [8, first],
      [263, first + 143],
      [272, first],
      [536 + 255, second + 143],
    ] as const) {
      const [r, g, b] = at(x, y);
      expect(r).toBeGreaterThan(252);
      expect(Math.max(g!, b!)).toBeLessThan(4);
    }
    expect([at(536 + 127, first), at(536 + 128, first)]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ]);
    expect(at(300, second + 70)).toEqual([24, 30, 42]);
  });

  it('draws its labels, and keeps the end of one that is too long', () => {
    const labels = ['short', `${'x'.repeat(40)}1`, `${'x'.repeat(40)}2`];
    const strips = labels.map((label) => {
      const sheet = renderSampleSheet({ title: '', columns: [''], rows: [{ label, cells: [map] }] });
      return sheet.data.subarray(3 * sheet.width * 60, 3 * sheet.width * 86);
    });
    for (const strip of strips) expect(new Set(strip).size).toBeGreaterThan(4);
    expect(strips[1]).not.toEqual(strips[2]);
  });

  it('rejects invalid sheets, and throws when the file cannot be written', async () => {
    const row = { label: '', cells: [map] };
    expect(() => renderSampleSheet({ title: '', columns: ['a', 'b'], rows: [row] })).toThrow(/2 cells, got 1/);
    expect(() => renderSampleSheet({ title: '', columns: ['a'], rows: [] })).toThrow(RangeError);
    const short = { layout: 'nchw', data: new Float32Array(5) } as const;
    expect(() => renderSampleSheet({ title: '', columns: ['a'], rows: [{ label: '', cells: [short] }] })).toThrow(
      /got 5/,
    );
    await expect(
      writeSampleSheet('/dev/null/sheet.png', { title: '', columns: ['a'], rows: [row] }),
    ).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  });
});
