import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeImage } from '../../../src/image/image-file.js';
import { LossLog } from '../../../src/train/report/loss-log.js';
import { listSheets, renderLossPage, sheetPath, writeLossPage } from '../../../src/train/report/loss-page.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hasBrowser, openBrowser } from '../../web-viewer/browser.js';

const OPTIONS = { title: 'first night', totalSteps: 400, isRunning: false };

/** A run of 200 steps with three sheets, each of a width of its own. */
async function run(): Promise<string> {
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

describe('renderLossPage', () => {
  it('needs nothing from elsewhere and lets no name break out', () => {
    const record = { step: 1, seconds: 1, epoch: 0, losses: { '</script><b>x': 1 }, learningRates: {} };
    const html = renderLossPage([record], [], { ...OPTIONS, title: '<img src=x>', facts: { 'a<b': '"&' } });
    expect(html).not.toMatch(/https?:|src="(?!sheets)|<img src=x>|<\/script><b>/);
    expect(html).toContain('&lt;img src=x&gt;');
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });

  it('tells where a run is', () => {
    const records = [1, 2, 100].map((step) => ({ step, seconds: step * 2, epoch: 0, losses: {}, learningRates: {} }));
    const html = renderLossPage(records, [], { ...OPTIONS, isRunning: true, secondsLeft: 600 });
    expect(html).toContain('100 of 400');
    expect(html).toContain('10 min 0 s');
    expect(renderLossPage([], [], OPTIONS)).toContain('No losses yet');
  });
});

describe('listSheets', () => {
  it('finds sheets in the order of their steps', async () => {
    expect((await listSheets(await run())).map(({ step, file }) => `${step} ${file}`)).toEqual([
      '50 sheets/step-0000050.png',
      '100 sheets/step-0000100.png',
      '200 sheets/step-0000200.png',
    ]);
    expect(await listSheets(temporaryFolder())).toEqual([]);
  });
});

describe.skipIf(!hasBrowser())('the page in a browser', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    const folder = await run();
    await writeLossPage(folder, OPTIONS);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
  });
  afterAll(async () => {
    await browser.close();
  });

  async function sheetWidth(): Promise<unknown> {
    await page.waitForFunction('document.getElementById("sheet").complete');
    return page.evaluate('document.getElementById("sheet").naturalWidth');
  }

  it('has a chart for each loss and metric and one for the learning rates', async () => {
    expect(await page.locator('h2').allTextContents()).toEqual(['Samples', 'Losses', 'Validation', 'Learning rate']);
    expect(await page.locator('figure').count()).toBe(4);
    expect(await page.locator('.broken').allTextContents()).toEqual(['1 not a number']);
    expect(await page.locator('.state').textContent()).toBe('stopped');
  });

  it('shows the values of one step in all charts while the pointer is there', async () => {
    const outputs = page.locator('figure output');
    const idle = await outputs.allTextContents();
    await page.locator('figure svg').first().hover();
    const shown = await outputs.allTextContents();
    expect(shown).toHaveLength(4);
    for (const text of shown) expect(text).toMatch(/^step \d+: /);
    expect(new Set(shown.map((text) => text.split(':')[0])).size).toBe(1);
    expect(shown[1]).toContain('0.25');
    await page.locator('h1').hover();
    expect(await outputs.allTextContents()).toEqual(idle);
  });

  it('steps through the sheets by slider, and goes to the nearest by a click on a chart', async () => {
    expect(await page.locator('#sheet-step').textContent()).toBe('step 200');
    expect(await sheetWidth()).toBe(30);
    await page.locator('#sheet-slider').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('#sheet-step').textContent()).toBe('step 100');
    expect(await sheetWidth()).toBe(20);
    const box = (await page.locator('figure svg').first().boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.5);
    expect(await page.locator('#sheet-step').textContent()).toBe('step 50');
    expect(page.url()).toMatch(/#step-50$/);
    await page.reload();
    expect(await page.locator('#sheet-step').textContent()).toBe('step 50');
    expect(await sheetWidth()).toBe(10);
  });

  it('throws nothing and asks for nothing but its sheets', () => {
    expect(errors).toEqual([]);
    expect(requests.every((url) => /\/(index\.html|sheets\/step-\d+\.png)(#.*)?$/.test(url))).toBe(true);
  });
});
