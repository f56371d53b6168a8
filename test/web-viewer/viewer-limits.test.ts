import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { hasBrowser, openBrowser } from './browser.js';
import { encodeClip, type H264Clip } from './h264-clip.js';
import { LiveServer, type LiveServerOptions } from './live-server.js';
import { RudeServer, type RudeServerOptions } from './rude-server.js';
import { bundleViewer } from './viewer-bundle.js';
import { POLL, ViewerPage } from './viewer-page.js';

/** A name that resolves to this machine and that browsers do not trust as they trust localhost. */
const INSECURE_HOST = 'viewer.test';

/** What of the toolbar and the grip lies under an open panel: a tap on it would hit something else. */
const COVERED = `[...document.querySelectorAll('.toolbar button, .split-grip')]
  .filter((part) => part.checkVisibility())
  .filter((part) => {
    const { left, top, width, height } = part.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return !hit?.closest('.toolbar, .split-line');
  })
  .map((part) => part.id || part.className)`;

describe.skipIf(!hasBrowser())('the viewer in Chromium, where server, network or browser misbehave', () => {
  let browser: Browser;
  let clip: H264Clip;
  let folder: string;
  let rude: RudeServer;
  let server: RudeServer | LiveServer;
  let viewer: ViewerPage;

  beforeAll(async () => {
    [browser, clip, folder] = await Promise.all([
      openBrowser([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]),
      encodeClip(640, 360, 4),
      bundleViewer(),
    ]);
  });

  afterEach(async () => {
    await viewer.close();
    await server.close();
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function watchRude(options: Partial<RudeServerOptions> = {}): Promise<void> {
    server = rude = await RudeServer.open({ clip, page: folder, ...options });
    viewer = await ViewerPage.open(browser, server.url);
  }

  async function serve(options: Partial<LiveServerOptions> = {}): Promise<LiveServer> {
    const live = await LiveServer.open({ clip, page: folder, ...options });
    server = live;
    return live;
  }

  it('takes a connection that says nothing for dead, and opens another', async () => {
    await watchRude();
    await viewer.drawn(5);
    rude.freeze(true);
    await expect.poll(() => viewer.title(), POLL).toBe('Reconnecting');
    rude.freeze(false);
    await expect.poll(async () => (await viewer.stats()).connections, POLL).toBeGreaterThan(1);
    await viewer.drawsOn();
  });

  it('asks for a keyframe when a packet is missing, and draws nothing broken until it comes', async () => {
    await watchRude();
    await viewer.drawn(10);
    rude.loseNext(1);
    await expect.poll(() => rude.received.some(({ type }) => type === 'keyframe'), POLL).toBe(true);
    await viewer.drawsOn(20);
    await expect.poll(async () => (await viewer.stats()).drops, POLL).toBeGreaterThan(0);
    expect((await viewer.stats()).decoderErrors).toBe(0);
  });

  it('drops to a keyframe when more comes than it can decode, and is on time again', async () => {
    await watchRude();
    await viewer.drawn(120); // the time of catching up is over
    rude.burst(900);
    await expect.poll(async () => (await viewer.stats()).drops, POLL).toBeGreaterThan(0);
    await viewer.drawsOn(30);
    await expect.poll(async () => (await viewer.stats()).decoderQueue, POLL).toBeLessThan(20);
    expect(await viewer.stats()).toMatchObject({ decoderErrors: 0, connections: 1 });
  });

  it.each([
    ['Not from this address', { refuseWith: CLOSE_CODES.FORBIDDEN_ORIGIN }],
    ['Another version', { version: 2 }],
  ])('says "%s"', async (words, options) => {
    await watchRude(options);
    await expect.poll(() => viewer.title(), POLL).toBe(words);
    expect(await viewer.page.isVisible('#state')).toBe(true);
  });

  it('says that the browser cannot decode the codec', async () => {
    const live = await serve({ codec: 'avc1.FF000A' });
    viewer = await ViewerPage.open(browser, live.url);
    await expect.poll(() => viewer.title(), POLL).toBe('No H.264 here');
    await expect.poll(() => live.stream.viewerCount, POLL).toBe(0);
  });

  it('says what to do on a plain http address', async () => {
    const live = await serve({ allowedOrigins: [`http://${INSECURE_HOST}`] });
    viewer = await ViewerPage.open(browser, `http://${INSECURE_HOST}:${live.port}/`);
    expect(await viewer.title()).toBe('Needs a secure address');
    const remedy = `ssh -N -L ${live.port}:localhost:${live.port} ${INSECURE_HOST}`;
    expect(await viewer.page.textContent('#state-remedies')).toContain(remedy);
    expect(live.stream.viewerCount).toBe(0);
  });

  it('says that the browser lacks WebCodecs', async () => {
    const { url } = await serve();
    viewer = await ViewerPage.open(browser, url, 'delete globalThis.VideoDecoder');
    expect(await viewer.title()).toBe('This browser has no WebCodecs');
  });

  it('saves the picture, shows figures and help by keys, and says that there is no sound', async () => {
    const live = await serve();
    live.stream.setStats({ ...live.stream.stats, generator: 'grade', encoder: 'libx264' });
    viewer = await ViewerPage.open(browser, live.url);
    const { page } = viewer;
    await viewer.drawn(5);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('p')]);
    expect(download.suggestedFilename()).toMatch(/^nocturne-street-[\d-]+\.png$/);
    await page.keyboard.press('s');
    await expect.poll(async () => page.textContent('#stat-list'), POLL).toContain('libx264');
    await page.keyboard.press('?');
    expect(await page.evaluate("document.getElementById('help').open")).toBe(true);
    expect(await page.textContent('#help')).toContain('sound is not carried');
  });

  it.each([
    ['upright', 390, 844],
    ['on its side', 844, 390],
  ])('leaves toolbar, grip and picture free of panels on a phone %s, and speaks of taps', async (_, width, height) => {
    const live = await serve();
    live.stream.setControls({ view: 'split' });
    const phone = { viewport: { width, height }, hasTouch: true, isMobile: true };
    viewer = await ViewerPage.open(browser, live.url, '', phone);
    const { page } = viewer;
    await viewer.drawn(5);
    for (const button of ['#dials-button', '#stats-button']) await page.tap(button);
    expect(await page.evaluate(COVERED)).toEqual([]);
    await page.tap('#dials-button');
    expect(await page.evaluate(COVERED)).toEqual([]);
    await page.tap('#help-button');
    expect(await page.innerText('#help')).toContain('Double-tap a dial');
    expect(await page.innerText('#help')).not.toContain('Double-click');
  });

  it('keeps its name in sight when the bars leave, and a tap that calls them presses nothing', async () => {
    const live = await serve();
    viewer = await ViewerPage.open(browser, live.url, '', { hasTouch: true });
    const { page } = viewer;
    await viewer.drawn(5);
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
