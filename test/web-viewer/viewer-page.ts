import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ViewerStats } from '../../web-viewer/worker-messages.js';

/** Timeout for a state of the page: generous, because a slow machine is not a failure. */
export const POLL = { timeout: 30_000, interval: 100 };

/** The viewer page in a browser, read through `window.nocturne` and its elements. */
export class ViewerPage {
  readonly page: Page;
  /** Exceptions of the page and violations of its content security policy. */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.errors.push(message.text());
    });
  }

  /** @param script runs before the page's own. @param device overrides a mouse and 1280 x 720 pixels. */
  static async open(
    browser: Browser,
    url: string,
    script = '',
    device: BrowserContextOptions = {},
  ): Promise<ViewerPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...device });
    const viewer = new ViewerPage(await context.newPage());
    await viewer.page.addInitScript(script);
    await viewer.page.goto(url);
    return viewer;
  }

  async stats(): Promise<ViewerStats> {
    return this.page.evaluate('nocturne.stats()');
  }

  async status(): Promise<string> {
    return this.page.evaluate('nocturne.status().kind');
  }

  /** Title of the status over the video. */
  async title(): Promise<string | null> {
    return this.page.textContent('#state-title');
  }

  /** Waits until `count` frames were drawn since the page opened. */
  async waitForFrames(count: number): Promise<void> {
    await expect.poll(async () => (await this.stats()).framesDrawn, POLL).toBeGreaterThanOrEqual(count);
  }

  /** Waits until `count` more frames were drawn. */
  async waitForMoreFrames(count = 10): Promise<void> {
    await this.waitForFrames((await this.stats()).framesDrawn + count);
  }

  /** Shows or hides the page as another tab would. */
  async setHidden(isHidden: boolean): Promise<void> {
    await this.page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    expect(this.errors, 'errors of the page').toEqual([]);
  }
}
