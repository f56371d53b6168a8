import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { hasBrowser } from './browser.js';
import { LiveServer, type LiveServerOptions } from './live-server.js';
import { FaultyServer, type FaultyServerOptions } from './faulty-server.js';
import { POLL, ViewerPage } from './viewer-page.js';
import { useViewerStage } from './viewer-stage.js';

/** The toolbar buttons and the split grip that a panel covers. */
const COVERED = `[...document.querySelectorAll('.toolbar button, .split-grip')]
  .filter((part) => part.checkVisibility())
  .filter((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return !hit?.closest('.toolbar, .split-line');
  })
  .map((part) => part.id || part.className)`;

/** Taps a toolbar button; shows the bars first, which hide after three seconds on a slow machine. */
async function tapButton(page: Page, selector: string): Promise<void> {
  await page.dispatchEvent('body', 'pointermove');
  await page.tap(selector);
}

describe.skipIf(!hasBrowser())('the viewer page in Chromium, with a faulty server, network or browser', () => {
  const stage = useViewerStage();
  let faulty: FaultyServer;
  let server: FaultyServer | LiveServer;
  let viewer: ViewerPage;

  afterEach(async () => {
    await viewer.close();
    await server.close();
  });

  async function watchFaulty(options: Partial<FaultyServerOptions> = {}): Promise<void> {
    server = faulty = await FaultyServer.open({ clip: stage.clip, page: stage.page, ...options });
    viewer = await ViewerPage.open(stage.browser, server.url);
  }

  async function serve(options: Partial<LiveServerOptions> = {}): Promise<LiveServer> {
    const live = await LiveServer.open({ clip: stage.clip, page: stage.page, ...options });
    server = live;
    return live;
  }

  it('reconnects when a connection times out', async () => {
    await watchFaulty();
    await viewer.waitForFrames(5);
    faulty.freeze(true);
    await expect.poll(() => viewer.title(), POLL).toBe('Reconnecting');
    faulty.freeze(false);
    await expect.poll(async () => (await viewer.stats()).connections, POLL).toBeGreaterThan(1);
    await viewer.waitForMoreFrames();
  });

  it('requests a keyframe when a packet is missing, and draws no corrupt frame until it arrives', async () => {
    await watchFaulty();
    await viewer.waitForFrames(10);
    faulty.skipPackets(1);
    await expect.poll(() => faulty.received.some(({ type }) => type === 'keyframe'), POLL).toBe(true);
    await viewer.waitForMoreFrames(20);
    await expect.poll(async () => (await viewer.stats()).drops, POLL).toBeGreaterThan(0);
    expect((await viewer.stats()).decoderErrors).toBe(0);
  });

  it('drops packets up to a keyframe when it falls behind, and recovers', async () => {
    await watchFaulty();
    await viewer.waitForFrames(120); // the catch-up time is over
    faulty.burst(900);
    await expect.poll(async () => (await viewer.stats()).drops, POLL).toBeGreaterThan(0);
    await viewer.waitForMoreFrames(30);
    await expect.poll(async () => (await viewer.stats()).decoderQueue, POLL).toBeLessThan(20);
    expect(await viewer.stats()).toMatchObject({ decoderErrors: 0, connections: 1 });
  });

  it.each([
    ['Origin not allowed', { refuseWith: CLOSE_CODES.FORBIDDEN_ORIGIN }],
    ['Version mismatch', { version: 2 }],
  ])('shows "%s"', async (title, options) => {
    await watchFaulty(options);
    await expect.poll(() => viewer.title(), POLL).toBe(title);
    expect(await viewer.page.isVisible('#state')).toBe(true);
  });

  it('shows that the player that its address names cannot decode the codec', async () => {
    const live = await serve({ codec: 'avc1.FF000A' });
    viewer = await ViewerPage.open(stage.browser, `${live.url}?player=webcodecs`);
    await expect.poll(() => viewer.title(), POLL).toBe('H.264 not supported');
    await expect.poll(() => live.stream.viewerCount, POLL).toBe(0);
  });

  it('saves a snapshot, and opens statistics and help by keys', async () => {
    const live = await serve();
    live.stream.setStats({ ...live.stream.stats, generator: 'grade', encoder: 'libx264' });
    viewer = await ViewerPage.open(stage.browser, live.url);
    const { page } = viewer;
    await viewer.waitForFrames(5);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('p')]);
    expect(download.suggestedFilename()).toMatch(/^nocturne-street-[\d-]+\.png$/);
    await page.keyboard.press('s');
    await expect.poll(async () => page.textContent('#stat-list'), POLL).toContain('libx264');
    await page.keyboard.press('?');
    expect(await page.evaluate("document.getElementById('help').open")).toBe(true);
    expect(await page.textContent('#help')).toContain('Live streams have no audio');
  });

  it.each([
    ['in portrait', 390, 844],
    ['in landscape', 844, 390],
  ])(
    'covers neither toolbar nor split grip with a panel on a phone %s, and its help describes taps',
    async (_, width, height) => {
      const live = await serve();
      live.stream.setControls({ view: 'split' });
      const phone = { viewport: { width, height }, hasTouch: true, isMobile: true };
      viewer = await ViewerPage.open(stage.browser, live.url, '', phone);
      const { page } = viewer;
      await viewer.waitForFrames(5);
      for (const button of ['#dials-button', '#stats-button']) await tapButton(page, button);
      expect(await page.evaluate(COVERED)).toEqual([]);
      await tapButton(page, '#dials-button');
      expect(await page.evaluate(COVERED)).toEqual([]);
      await tapButton(page, '#help-button');
      expect(await page.innerText('#help')).toContain('Double-tap a dial');
      expect(await page.innerText('#help')).not.toContain('Double-click');
    },
  );

  it('keeps its name visible when the bars hide, and a tap that shows them presses no button', async () => {
    const live = await serve();
    viewer = await ViewerPage.open(stage.browser, live.url, '', { hasTouch: true });
    const { page } = viewer;
    await viewer.waitForFrames(5);
    const help = await page.locator('#help-button').boundingBox();
    await page.waitForSelector('body[data-idle]');
    const opacity = async (selector: string): Promise<number> =>
      page.evaluate(`Number(getComputedStyle(document.querySelector('${selector}')).opacity)`);
    await expect.poll(async () => opacity('.toolbar'), POLL).toBe(0);
    expect(await opacity('.brand')).toBeGreaterThan(0.3);
    await page.touchscreen.tap(help!.x + 20, help!.y + 20);
    await page.waitForSelector('body:not([data-idle])');
    expect(await page.evaluate("document.getElementById('help').open")).toBe(false);
  });
});
