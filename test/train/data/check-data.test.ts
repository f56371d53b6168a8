import { describe, expect, it } from 'vitest';
import { checkData } from '../../../src/train/data/check-data.js';
import { dataReportLines, type DataReport, type FindingKind } from '../../../src/train/data/data-report.js';
import { readDataFolders } from '../../../src/train/data/data-folders.js';
import { hashDistance } from '../../../src/train/data/image-statistics.js';
import { ImageStore, type StoredImage } from '../../../src/train/data/image-store.js';
import { synthDomains } from '../../../src/train/data/synth-domains.js';
import { footage } from '../../support/footage.js';
import { storedImage } from './stored-images.js';

const CROP = { width: 256, height: 144 };
const street = synthDomains({ count: 4, seed: 3 });

function find(report: DataReport, kind: FindingKind): readonly string[] | undefined {
  return report.findings.find((finding) => finding.kind === kind)?.names;
}

/** The images of a store, changed sample by sample, with another source. */
function changed(
  store: ImageStore,
  source: string,
  code: (value: number, channel: number) => number,
): readonly StoredImage[] {
  return store.images.map((image, i) => ({
    ...image,
    ...storedImage(`${source}__${i}.png`, [image.width, image.height], (x, y, channel) =>
      Math.min(255, code(image.data[3 * (y * image.width + x) + channel]!, channel)),
    ),
  }));
}

describe('checkData', () => {
  it('reports counts and statistics by source', () => {
    const report = checkData(street.a, street.b, CROP);
    expect([report.a.count, report.b.count]).toEqual([4, 4]);
    expect(report.a.sources).toHaveLength(1);
    expect(report.a.sources[0]!.daylight).toBeGreaterThan(0.9);
    expect(report.b.sources[0]!.daylight).toBeLessThan(0.1);
    expect(report.a.sources[0]!.meanLuma).toBeGreaterThan(2 * report.b.sources[0]!.meanLuma);
    expect(find(report, 'few')).toEqual([]);
  });

  it('finds days among nights and nights among days', () => {
    const report = checkData(street.b, street.a, CROP);
    expect([...find(report, 'notDay')!].sort()).toEqual(street.b.images.map(({ name }) => name).sort());
    expect(find(report, 'notNight')).toHaveLength(4);
    const right = checkData(street.a, street.b, CROP);
    expect([find(right, 'notDay'), find(right, 'notNight')]).toEqual([undefined, undefined]);
  });

  it('names sources with a colour cast, with grey blacks, and nearly black ones', () => {
    const magenta = changed(street.b, 'magenta', (value, channel) => (channel === 0 ? value : value + 14));
    const grey = changed(street.b, 'grey', (value, channel) => (channel === 0 ? 25 + 0.9 * value : 128));
    const black = changed(street.b, 'black', (value, channel) => (channel === 0 ? 0.2 * value : 128));
    const clean = changed(street.b, 'clean', (value, channel) => (channel === 0 ? value : 128));
    const report = checkData(street.a, ImageStore.of([...magenta, ...grey, ...black, ...clean]), CROP);
    expect(find(report, 'cast')).toEqual(['magenta']);
    expect(find(report, 'greyBlack')).toEqual(['grey']);
    expect(find(report, 'nearBlack')).toEqual(['black']);
  });

  it('finds an image that is in both domains, even if lighter, and copies within one', () => {
    const [first, second] = street.a.images;
    const lighter = changed(ImageStore.of([first!]), 'lighter', (value, channel) =>
      channel === 0 ? value + 3 : value,
    );
    const report = checkData(street.a, ImageStore.of([...street.b.images, ...lighter]), CROP);
    expect(find(report, 'shared')).toEqual([`${first!.name} = lighter__0.png`]);
    const copied = ImageStore.of([...street.a.images, { ...second!, name: 'copy.png' }]);
    expect(find(checkData(copied, street.b, CROP), 'repeated')).toEqual(['copy.png']);
    expect(find(checkData(street.a, street.b, CROP), 'shared')).toBeUndefined();
  });

  it('names files smaller than the crop', () => {
    const small = { ...street.a.images[0]!, name: 'small.png', fileWidth: 200 };
    expect(find(checkData(ImageStore.of([small]), street.b, CROP), 'small')).toEqual(['small.png']);
  });

  it('formats the report as lines', () => {
    const lines = dataReportLines(checkData(street.b, street.a, CROP));
    expect(lines[0]).toMatch(/^A \(day\): 4 images, sources: 1, \d+ MB$/);
    expect(lines.some((line) => /^! A: probably night: 4 images \(street-.*\)$/.test(line))).toBe(true);
    for (const line of lines) expect(line).not.toMatch(/\n|NaN|undefined/);
  });

  const frames = footage('frames');
  it.skipIf(!frames)('finds known problems in real frames', async () => {
    const { a, b } = await readDataFolders({ root: frames! });
    const [days, nights] = [await ImageStore.load(a), await ImageStore.load(b)];
    const report = checkData(days, nights, CROP);
    expect(find(report, 'corrupt')).toBeUndefined();
    expect(find(report, 'shared')).toBeUndefined();
    expect(find(report, 'nearBlack')).toContain('vid-tmo324-night');
    expect(find(report, 'notDay')!.length).toBeLessThan(10);
    expect(find(report, 'notNight')!.length).toBeLessThan(25);
  });
});

describe('hashDistance', () => {
  it('counts differing bits, the sign bit included', () => {
    expect(hashDistance([0, 0], [-1, -1])).toBe(64);
    expect(hashDistance([1 << 31, 5], [0, 4])).toBe(2);
  });
});
