import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ViewerStats } from '../../web-viewer/worker-messages.js';

/** How long a state is waited for: generous, because a slow machine is no fault. */
export const POLL = { timeout: 30_000, interval: 100 };

/** The viewer's page in a browser, read through its hook and its elements. */
export class ViewerPage {
  readonly page: Page;
  /** What went wrong on the page: exceptions and breaches of the content security policy. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.problems.push(message.text());
    });
  }

  /** @param script runs before the page's own. @param device other than a mouse and 1280 x 720 pixels. */
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

  /** The words over the picture. */
  async title(): Promise<string | null> {
    return this.page.textContent('#state-title');
  }

  /** Waits until so many pictures were drawn since the page opened. */
  async drawn(count: number): Promise<void> {
    await expect.poll(async () => (await this.stats()).framesDrawn, POLL).toBeGreaterThanOrEqual(count);
  }

  /** Waits for so many more pictures. */
  async drawsOn(count = 10): Promise<void> {
    await this.drawn((await this.stats()).framesDrawn + count);
  }

  /** Shows or hides the page as another tab would. */
  async setHidden(isHidden: boolean): Promise<void> {
    await this.page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    expect(this.problems, 'problems of the page').toEqual([]);
  }
}
