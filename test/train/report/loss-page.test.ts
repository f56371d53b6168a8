import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeImage } from '../../../src/image/image-file.js';
import { LossLog } from '../../../src/train/report/loss-log.js';
import { listSheets, lossPageData, sheetPath, writeLossPage } from '../../../src/train/report/loss-page.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hasBrowser, openBrowser } from '../../web-viewer/browser.js';

const OPTIONS = { title: 'first night', totalSteps: 400, isRunning: false };

/** Writes a run of 200 steps with three sheets, each of a different width; returns its folder. */
async function writeRun(): Promise<string> {
  const folder = temporaryFolder();
  const log = await LossLog.open(folder);
  for (let step = 1; step <= 200; step++) {
    const losses = { 'G/cycle': 1 / step, 'D/A': step === 7 ? NaN : 0.25 };
    const metrics = step % 100 === 0 ? { metrics: { 'layout distance': 0.1 } } : {};
    await log.append({ step, seconds: step * 0.5, epoch: 3, losses, learningRates: { G: 2e-4, D: 3e-4 }, ...metrics });
  }
  await log.close();
  mkdirSync(join(folder, 'sheets'));
  for (const [i, step] of [50, 100, 200].entries()) {
    const width = 10 * (i + 1);
    await writeImage(sheetPath(folder, step), { width, height: 8, data: new Uint8Array(3 * width * 8).fill(90) });
  }
  return folder;
}

describe('lossPageData', () => {
  const records = [1, 2, 100].map((step) => ({ step, seconds: step * 2, epoch: 0, losses: {}, learningRates: {} }));

  it('has progress, time left, backend and facts', () => {
    const backend = { name: 'tfjs-node-gpu', device: 'NVIDIA H200' };
    const options = { ...OPTIONS, isRunning: true, secondsLeft: 600, backend, facts: { images: '12 days' } };
    expect(lossPageData(records, [], options)).toMatchObject({
      status: 'training',
      progress: 0.25,
      facts: {
        step: '100 of 400',
        'steps per second': '0.5',
        'time left': '10 min 0 s',
        backend: 'tfjs-node-gpu',
        device: 'NVIDIA H200',
        images: '12 days',
      },
    });
  });

  it('distinguishes a finished training from a stopped one', () => {
    expect(lossPageData(records, [], OPTIONS).status).toBe('stopped');
    expect(lossPageData(records, [], { ...OPTIONS, totalSteps: 100 }).status).toBe('finished');
  });
});

describe('listSheets', () => {
  it('returns the sheets by step', async () => {
    expect((await listSheets(await writeRun())).map(({ step, file }) => `${step} ${file}`)).toEqual([
      '50 sheets/step-0000050.png',
      '100 sheets/step-0000100.png',
      '200 sheets/step-0000200.png',
    ]);
    expect(await listSheets(temporaryFolder())).toEqual([]);
  });
});

describe.skipIf(!hasBrowser())('the loss page in Chromium', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    const folder = await writeRun();
    await writeLossPage(folder, { ...OPTIONS, backend: { name: 'wasm', device: 'CPU' } });
    browser = await openBrowser();
    page = await openPage(folder);
  });
  afterAll(async () => {
    await browser.close();
  });

  async function openPage(folder: string): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    opened.on('pageerror', (error) => errors.push(error.message));
    opened.on('request', (request) => requests.push(request.url()));
    await opened.goto(pathToFileURL(join(folder, 'index.html')).href);
    return opened;
  }

  async function sheetWidth(): Promise<unknown> {
    await page.waitForFunction('document.getElementById("sheet").complete');
    return page.evaluate('document.getElementById("sheet").naturalWidth');
  }

  /** Pixels of a chart's canvas that have the colour of its first line. */
  async function linePixels(chart: number): Promise<number> {
    return page.evaluate(`(() => {
      const canvas = document.querySelectorAll('figure canvas')[${chart}];
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const color = getComputedStyle(document.documentElement).getPropertyValue('--line-0').trim();
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) count++;
      }
      return count;
    })()`);
  }

  async function stepAtLeftEdge(chart: number): Promise<string | null> {
    const figure = page.locator('figure').nth(chart);
    await figure.locator('.u-over').hover({ position: { x: 1, y: 50 } });
    return figure.locator('output').textContent();
  }

  it('has a chart for each loss and metric and one for the learning rates', async () => {
    expect(await page.locator('h2').allTextContents()).toEqual(['Samples', 'Losses', 'Validation', 'Learning rate']);
    expect(await page.locator('figure').count()).toBe(4);
    expect(await page.locator('.warning:visible').allTextContents()).toEqual(['1 not a number']);
    expect(await page.locator('.state').textContent()).toBe('stopped');
    expect(await page.title()).toBe('first night');
    expect(await page.locator('.tiles').textContent()).toMatch(/backendwasm.*deviceCPU/);
  });

  it('draws the curve of every chart, in the colours of either colour scheme', async () => {
    for (const colorScheme of ['light', 'dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const chart of [0, 1, 2, 3]) await expect.poll(async () => linePixels(chart)).toBeGreaterThan(50);
    }
  });

  it('shows the values of one step in all charts while the pointer is on one', async () => {
    const outputs = page.locator('figure output');
    const idle = await outputs.allTextContents();
    expect(idle).toEqual(['0.00513', '0.25', '0.1', 'G 2e-4, D 3e-4']);
    await page.locator('figure .u-over').first().hover();
    const shown = await outputs.allTextContents();
    expect(shown).toHaveLength(4);
    for (const text of shown) expect(text).toMatch(/^step \d+: /);
    expect(new Set(shown.map((text) => text.split(':')[0])).size).toBe(1);
    expect(shown[0]).toMatch(/^step (99|100|101): 0\.0\d+ \(0\.01(01|0|99)?\)$/);
    expect(shown[1]).toContain('0.25');
    await page.locator('h1').hover();
    expect(await outputs.allTextContents()).toEqual(idle);
  });

  it('zooms all charts by a drag and resets them by a double click', async () => {
    const plots = page.locator('figure .u-over');
    const box = (await plots.first().boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.5, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.99, y, { steps: 5 });
    await page.mouse.up();
    expect(await page.locator('#sheet-step').textContent(), 'a drag is not a click').toBe('step 200');
    for (const chart of [0, 3]) expect(await stepAtLeftEdge(chart)).toMatch(/^step (99|100|101|102): /);
    await plots.first().dblclick({ position: { x: box.width / 2, y: box.height / 2 } });
    for (const chart of [0, 3]) expect(await stepAtLeftEdge(chart)).toMatch(/^step [012]: /);
  });

  it('selects a sheet by the slider, and the nearest one by a click on a chart', async () => {
    expect(await page.locator('#sheet-step').textContent()).toBe('step 200');
    expect(await sheetWidth()).toBe(30);
    await page.locator('#sheet-slider').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('#sheet-step').textContent()).toBe('step 100');
    expect(await sheetWidth()).toBe(20);
    const box = (await page.locator('figure .u-over').first().boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.5);
    await expect.poll(async () => page.locator('#sheet-step').textContent()).toBe('step 50');
    expect(page.url()).toMatch(/#step-50$/);
    await page.reload();
    expect(await page.locator('#sheet-step').textContent()).toBe('step 50');
    expect(await sheetWidth()).toBe(10);
  });

  it('shows names as text, whatever they contain', async () => {
    const folder = temporaryFolder();
    const log = await LossLog.open(folder);
    const name = '</script><b id="injected">x';
    await log.append({ step: 1, seconds: 1, epoch: 0, losses: { [name]: 1 }, learningRates: {} });
    await log.close();
    await writeLossPage(folder, { ...OPTIONS, title: '<img src=x>', facts: { 'a<b': '"&' } });
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html).not.toMatch(/https?:|src="(?!sheets)|<img src=x>|<\/script><b/);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    const opened = await openPage(folder);
    expect(await opened.locator('h1').textContent()).toBe('<img src=x>');
    expect(await opened.locator('figcaption b').textContent()).toBe(name);
    expect(await opened.locator('.tiles').textContent()).toContain('a<b"&');
    expect(await opened.locator('img, #injected').count()).toBe(0);
    await opened.close();
  });

  it('shows that there are no losses yet', async () => {
    const folder = temporaryFolder();
    await writeLossPage(folder, OPTIONS);
    const opened = await openPage(folder);
    expect(await opened.locator('.hint').textContent()).toBe('No losses yet.');
    await opened.close();
  });

  it('throws no error and requests nothing but its sheets', () => {
    expect(errors).toEqual([]);
    expect(requests.every((url) => /^file:.*\/(index\.html|sheets\/step-\d+\.png)(#.*)?$/.test(url))).toBe(true);
  });
});
