import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDraw, drawNumbers } from '../../../src/augment/proof/describe-draw.js';
import { reportHtml } from '../../../src/augment/proof/report.js';
import { storedImages } from '../../../src/augment/proof/row-images.js';
import { RunDigest } from '../../../src/augment/proof/run-digest.js';
import { RowSample } from '../../../src/augment/proof/row-sample.js';
import { VariantSheet } from '../../../src/augment/proof/variant-sheet.js';
import { LocalStore } from '../../../src/augment/store/local-store.js';
import type { ItemRow } from '../../../src/augment/unit/item-row.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hasBrowser, openBrowser } from '../../web-viewer/browser.js';
import { rowOf } from './rows.js';

const NASTY = 'a "b"/<img src=x onerror=alert(1)>/</script><b>é.jpg';
const EMPTY = { title: 'x', facts: {}, images: () => Promise.resolve({}) };

function image(red: number): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 360, channels: 3, background: { r: red, g: 30, b: 60 } } })
    .jpeg()
    .toBuffer();
}

/** Rows of a run of `items` items with two variants, some rejected, failed and at night already. */
function* manyRows(items: number): Generator<ItemRow> {
  for (let i = 0; i < items; i++) {
    for (let variant = 0; variant < 2; variant++) {
      const night = i % 50 === 7 ? 0.1 : 0.9 + 0.09 * ((i % 11) / 11);
      const draw = {
        style: i % 3 ? 'city-led' : 'suburb',
        dials: { exposure: ((i * 7) % 100) / 50 - 1 },
        darkKinds: [],
      };
      const row = rowOf(`frames/${i}.jpg`, { variant, draw, scores: { structure: 0.4 + (i % 40) / 100, night } });
      if (i % 50 === 7)
        yield { ...row, verdict: 'rejected', reason: `more like a day than a night (${night} below 0.5)` };
      else if (i % 50 === 8)
        yield { ...row, verdict: 'failed', output: '', reason: `frames/${i}.jpg cannot be decoded`, scores: {} };
      else if (i % 50 === 9) yield { ...row, verdict: 'alreadyNight' };
      else yield { ...row, losses: i % 5 === 0 ? ['16 bit became 8 bit'] : [] };
    }
  }
}

describe('RunDigest', () => {
  it('counts verdicts, reasons without what differs, losses and styles', () => {
    const digest = new RunDigest();
    for (const row of manyRows(500)) digest.add(row);
    expect(digest.verdicts).toEqual({ accepted: 940, rejected: 20, alreadyNight: 20, failed: 20 });
    expect(digest).toMatchObject({ nights: 1000, items: 500 });
    expect(digest.reasons.map(({ name, verdict, count, rows }) => [name, verdict, count, rows.length])).toEqual([
      ['more like a day than a night (… below 0.5)', 'rejected', 20, 4],
      ['the file cannot be decoded', 'failed', 20, 4],
    ]);
    expect(digest.losses).toEqual([{ name: '16 bit became 8 bit', count: 200 }]);
    expect(digest.scatters.map(({ label }) => label)).toEqual(['exposure']);
    expect(digest.scatters[0]!.points.filter(({ isAccepted }) => !isAccepted).length).toBe(20);
  });

  it('gives the same for the same rows in another order', () => {
    const rows = [...manyRows(300)];
    const [digest, reversed] = [new RunDigest(), new RunDigest()];
    for (const row of rows) digest.add(row);
    for (const row of rows.toReversed()) reversed.add(row);
    expect(reversed.sample.rows()).toEqual(digest.sample.rows());
    expect(reversed.worstAccepted.rows()).toEqual(digest.worstAccepted.rows());
    expect(reversed.reasons).toEqual(digest.reasons);
  });

  it('bounds the names that rows can add', () => {
    const digest = new RunDigest();
    for (let i = 0; i < 5000; i++) {
      const word = String.fromCodePoint(0x4e00 + i);
      digest.add(rowOf(`${i}`, { verdict: 'failed', reason: `reason ${word}`, losses: [`loss ${word}`] }));
    }
    expect(digest.reasons.length).toBeLessThanOrEqual(61);
    expect(digest.losses.length).toBeLessThanOrEqual(61);
    expect(digest.reasons.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
  });

  it('shows accepted nights nearest to a limit first', () => {
    const digest = new RunDigest();
    digest.add(rowOf('good'));
    digest.add(rowOf('flat', { scores: { structure: 0.27, night: 0.99 } }));
    digest.add(rowOf('doubtful', { scores: { structure: 0.8, night: 0.51 } }));
    expect(digest.worstAccepted.rows().map(({ item }) => item)).toEqual(['doubtful', 'flat', 'good']);
  });
});

describe('RowSample', () => {
  it('keeps the rows of the smallest keys', () => {
    const sample = new RowSample(3, ({ seed }) => seed);
    for (let seed = 200; seed > 0; seed--) sample.add(rowOf(`${seed}`, { seed }));
    expect(sample.rows().map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });
});

describe('describeDraw', () => {
  it('names all that a draw sets', () => {
    const draw = {
      ...{ style: 'suburb', dials: { exposure: -0.31234 }, darkKinds: ['window'] as const, noise: { iso: 1600 } },
      ...{ motionBlur: { exposureS: 0.012, speed: 0.3 }, glare: 0.2, whiteBalance: { mireds: 12, tint: -0.01 } },
      ...{ jpegQuality: 80, crf: 23 },
    };
    expect(describeDraw(draw)).toBe(
      'suburb, exposure -0.312, dark: window, ISO 1600, blur 12 ms at 0.3 widths a second, glare 0.2, white balance +12 mireds, tint -0.01, JPEG 80, rate factor 23',
    );
    expect(drawNumbers(draw)).toHaveLength(9);
  });
});

describe('reportHtml', () => {
  it('escapes names and closes no script with them', async () => {
    const html = await reportHtml([rowOf(NASTY)], { ...EMPTY, title: NASTY, facts: { command: NASTY } });
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toContain('<img src=x');
  });

  it('stays below 3 MB for 100,000 nights with images that hardly compress, and reads no more images than it shows', async () => {
    const noise = Buffer.alloc(3 * 640 * 480);
    for (let i = 0; i < noise.length; i++) noise[i] = (i * 2654435761) >>> 13;
    const jpeg = await sharp(noise, { raw: { width: 640, height: 480, channels: 3 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    let reads = 0;
    const images = (): Promise<{ day: Buffer; night: Buffer }> => {
      reads++;
      return Promise.resolve({ day: jpeg, night: jpeg });
    };
    const html = await reportHtml(manyRows(50_000), { ...EMPTY, images });
    expect(html.length).toBeLessThan(3e6);
    expect(reads).toBeGreaterThan(5);
    expect(reads).toBeLessThan(100);
  }, 60_000);

  it('is a page for a run without nights', async () => {
    expect(await reportHtml([], EMPTY)).toContain('"nights":0');
  });
});

describe('storedImages', () => {
  it('reads source and output, and leaves out what is not there', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.jpg'), 'day');
    const images = storedImages(new LocalStore(folder), new LocalStore(join(folder, 'out')));
    expect(await images(rowOf('a.jpg'))).toEqual({ day: Buffer.from('day') });
    expect(await images(rowOf('b.jpg', { output: '' }))).toEqual({});
  });
});

describe('VariantSheet', () => {
  it('shows an item in a row: its day, then its nights', async () => {
    const sheet = new VariantSheet();
    sheet.add(rowOf('b.jpg', { variant: 1 }));
    sheet.add(rowOf('b.jpg', { variant: 0 }));
    sheet.add(rowOf('a.jpg', { verdict: 'rejected', reason: 'structure 0.1 below 0.25' }));
    sheet.add(rowOf('gone.mp4'));
    const [day, night] = [await image(250), await image(20)];
    const drawn = await sheet.render(({ item }) => Promise.resolve(item === 'gone.mp4' ? {} : { day, night }));
    const columns = [0, 1, 2].map((column) => 8 + 160 + column * 328);
    const reds = (y: number): number[] => columns.map((x) => drawn!.data[3 * (y * drawn!.width + x)] ?? -1);
    expect(drawn!.width).toBe(8 + 3 * 328);
    const rows = [0, 1, 2].map((row) => reds(Math.round(8 + (row * (drawn!.height - 8)) / 3 + 124)));
    const shown = rows.map((row) => row.map((red) => (red > 200 ? 'day' : red < 22 && red > 17 ? 'night' : 'empty')));
    expect(shown.toSorted()).toEqual([
      ['day', 'night', 'empty'],
      ['day', 'night', 'night'],
      ['empty', 'empty', 'empty'],
    ]);
  });

  it('is undefined without rows', async () => {
    expect(await new VariantSheet().render(() => Promise.resolve({}))).toBeUndefined();
  });
});

describe.skipIf(!hasBrowser())('the report in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in'), join(folder, 'out')];
    mkdirSync(join(input, 'frames'), { recursive: true });
    mkdirSync(join(output, 'frames'), { recursive: true });
    for (let i = 0; i < 120; i++) {
      writeFileSync(join(input, `frames/${i}.jpg`), await image(250));
      writeFileSync(join(output, `frames/${i}.jpg`), await image(20));
    }
    const images = storedImages(new LocalStore(input), new LocalStore(output));
    const rows = [...manyRows(120), rowOf(NASTY, { verdict: 'rejected', reason: `<b>bold</b> ${NASTY}` })];
    const facts = { Nocturne: '0.1.0', command: 'nocturne augment in out --seed 7' };
    writeFileSync(join(folder, 'report.html'), await reportHtml(rows, { title: NASTY, facts, images }));
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme: 'dark' });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => errors.push(message.text()));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    await page.waitForSelector('.plot canvas');
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  it('has no errors and loads nothing', () => {
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !/^(data:|file:.*report\.html$)/.test(url))).toEqual([]);
  });

  it('shows counts, reasons, charts and facts', async () => {
    expect(await page.title()).toBe(`${NASTY}: report of a night set`);
    const tiles = await page.locator('.tiles div').allInnerTexts();
    expect(tiles.map((text) => text.replace('\n', ' '))).toContain('rejected 7 · 2.9 %');
    expect(await page.locator('h2').allInnerTexts()).toEqual([
      ...['Why nights were left out', 'Scores', 'Draws', 'Counts', 'Nights of this run', 'Worst accepted'],
      ...['Nights already', 'Examples of each reason', 'Facts of this run'],
    ]);
    expect(await page.locator('table').first().innerText()).toContain('more like a day than a night');
    expect(await page.locator('.plot canvas').count()).toBe(4);
    expect(await page.locator('code').allInnerTexts()).toEqual(['0.1.0', 'nocturne augment in out --seed 7']);
  });

  it('shows names as text, and pairs as images with a description', async () => {
    expect(await page.locator('b', { hasText: '<img src=x onerror' }).count()).toBeGreaterThan(0);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    const widths = await page.evaluate<number[]>(
      "[...document.querySelectorAll('.pair img')].map((one) => one.naturalWidth)",
    );
    expect(widths.length).toBeGreaterThan(40);
    expect(widths.every((width) => width === 320)).toBe(true);
    expect(await page.locator('.pair img:not([alt*="of "])').count()).toBe(0);
    expect(await page.locator('.missing').count()).toBeGreaterThan(0);
  });

  it('draws the bars of the scores', async () => {
    const colored = await page.evaluate<number>(`(() => {
      const canvas = document.querySelector('.plot canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let blue = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 2] > 230 && data[i] < 180 && data[i + 3] > 200) blue++;
      return blue;
    })()`);
    expect(colored).toBeGreaterThan(50);
  });
});
