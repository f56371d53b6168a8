import { rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import type { GrabbedFrame, Pixels, ViewerStats } from '../../web-viewer/worker-messages.js';
import { hasBrowser, openBrowser } from './browser.js';
import { encodeClip, type H264Clip } from './h264-clip.js';
import { bundleViewer } from './viewer-bundle.js';
import { ViewerServer, type ViewerServerOptions } from './viewer-server.js';

/** A name that resolves to this machine and that browsers do not trust as they trust localhost. */
const INSECURE_HOST = 'viewer.test';
const POLL = { timeout: 30_000, interval: 100 };

describe.skipIf(!hasBrowser())('the viewer in Chromium', () => {
  let browser: Browser;
  let clip: H264Clip;
  let folder: string;
  let server: ViewerServer;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [browser, clip, folder] = await Promise.all([
      openBrowser([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]),
      encodeClip(640, 360, 4),
      bundleViewer(),
    ]);
  });

  afterEach(async () => {
    await page.context().close();
    await server.close();
    expect(problems.splice(0), 'errors on the page').toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function serve(options: Partial<ViewerServerOptions> = {}): Promise<void> {
    server = await ViewerServer.open({ clip, page: folder, ...options });
  }

  async function openPage(url = server.url): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, acceptDownloads: true });
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) problems.push(message.text());
    });
    await page.goto(url);
  }

  const stats = async (): Promise<ViewerStats> => page.evaluate('nocturne.stats()');
  const status = async (): Promise<string> => page.evaluate('nocturne.status().kind');
  const title = async (): Promise<string | null> => page.textContent('#state-title');

  async function drawn(count: number): Promise<void> {
    await expect.poll(async () => (await stats()).framesDrawn, POLL).toBeGreaterThanOrEqual(count);
  }

  it('decodes and draws a stream, and reads its own pixels and times', async () => {
    await serve();
    await openPage();
    await drawn(100);
    const figures = await stats();
    expect(figures.framesDecoded).toBeGreaterThanOrEqual(figures.framesDrawn);
    expect(figures).toMatchObject({ decoderErrors: 0, connections: 1, width: 640, height: 360 });
    expect(figures.latencyMs).toBeGreaterThan(-100);
    expect(await status()).toBe('live');
    expect(await page.isVisible('#state')).toBe(false);
    expect(await page.title()).toBe('street · Nocturne');

    const picture = await page.evaluate<Pixels>('nocturne.snapshot({}, 320)');
    expect(picture).toMatchObject({ width: 320, height: 180, pictureWidth: 640, pictureHeight: 360 });
    expect(new Set(picture.rgba).size, 'shades of the test picture').toBeGreaterThan(50);

    const frames = await page.evaluate<GrabbedFrame[]>('nocturne.grab(5, { width: 64, height: 16 })');
    expect(frames.map(({ rgba }) => rgba.length)).toEqual(Array(5).fill(64 * 16 * 4));
    const times = frames.map(({ drawnAtMs, capturedAt, pts }) => ({ drawnAtMs, capturedAt, pts }));
    expect(times.toSorted((a, b) => a.pts - b.pts)).toEqual(times);
    expect(Math.abs(times[0]!.drawnAtMs - Date.now())).toBeLessThan(60_000);
  });

  it('catches up with the cached GOP of a join without a drop', async () => {
    await serve();
    server.mute(true);
    for (const unit of clip.accessUnits.slice(0, 55)) server.sendPacket(unit.data, unit.isKeyframe);
    await openPage();
    await expect.poll(async () => (await stats()).framesDecoded, POLL).toBe(55);
    expect(await stats()).toMatchObject({ drops: 0, keyframeRequests: 0 });
    expect((await stats()).framesDrawn).toBeGreaterThan(0);
  });

  it('turns dials for all, and follows those whom others turn', async () => {
    await serve();
    await openPage();
    await drawn(1);
    await page.keyboard.press('d');
    await page.locator('#dial-exposure').fill('-1.5');
    await page.locator('.switch label', { hasText: 'Split' }).click();
    await expect.poll(() => server.controls, POLL).toEqual({ ...DEFAULT_CONTROLS, exposure: -1.5, view: 'split' });

    server.send({ type: 'controls', controls: { ...server.controls, warmth: 0.4, split: 0.25 } });
    await expect.poll(async () => page.inputValue('#dial-warmth'), POLL).toBe('0.4');
    await expect.poll(async () => page.getAttribute('#split-line', 'aria-valuenow'), POLL).toBe('25');

    await page.locator('.dial-row', { hasText: 'Exposure' }).dblclick({ position: { x: 5, y: 5 } });
    await expect.poll(() => server.controls.exposure, POLL).toBe(0);
    await page.mouse.move(320, 300);
    await page.mouse.down();
    await page.mouse.move(640, 300, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => server.controls.split, POLL).toBe(0.5);
    await page.click('#dials-reset');
    await expect.poll(() => server.controls, POLL).toEqual(DEFAULT_CONTROLS);
  });

  it('turns nothing where it may only watch', async () => {
    await serve({ canControl: false });
    await openPage();
    await drawn(1);
    await page.keyboard.press('d');
    expect(await page.isDisabled('#dial-exposure')).toBe(true);
    expect(await page.textContent('#dials-note')).toContain('Only watching');
    await page.keyboard.press('v');
    await page.waitForTimeout(300);
    expect(server.received.filter(({ type }) => type === 'controls')).toEqual([]);
  });

  it('comes back after a cut connection, after a shutdown and after a restart of the server', async () => {
    await serve();
    await openPage();
    await drawn(10);
    server.dropAll();
    await expect.poll(async () => (await stats()).connections, POLL).toBe(2);
    await drawn((await stats()).framesDrawn + 10);
    server.closeAll(CLOSE_CODES.SHUTDOWN);
    await expect.poll(async () => (await stats()).connections, POLL).toBe(3);

    const { port } = server;
    await server.close();
    await expect.poll(title, POLL).toBe('Reconnecting');
    expect(await page.isVisible('#state-text')).toBe(true);
    await serve({ port });
    await expect.poll(status, POLL).toBe('live');
    await drawn((await stats()).framesDrawn + 10);
  });

  it('takes a connection that says nothing for dead, and opens another', async () => {
    await serve();
    await openPage();
    await drawn(5);
    server.freeze(true);
    await expect.poll(title, POLL).toBe('Reconnecting');
    server.freeze(false);
    await expect.poll(async () => (await stats()).connections, POLL).toBeGreaterThan(1);
    await drawn((await stats()).framesDrawn + 5);
  });

  it('asks for a keyframe after a decoder error and goes on', async () => {
    await serve();
    await openPage();
    await drawn(10);
    server.sendPacket(new Uint8Array([0, 0, 0, 1, 0x67, 255, 255, 255, 0, 0, 0, 1, 0x65, 255, 255]), true);
    await expect.poll(() => server.received.some(({ type }) => type === 'keyframe'), POLL).toBe(true);
    await expect.poll(async () => (await stats()).decoderErrors, POLL).toBeGreaterThan(0);
    await drawn((await stats()).framesDrawn + 20);
    expect(await status()).toBe('live');
  });

  it('asks for a keyframe when a packet is missing, and draws nothing broken until it comes', async () => {
    await serve();
    await openPage();
    await drawn(10);
    server.loseNext(1);
    await expect.poll(() => server.received.some(({ type }) => type === 'keyframe'), POLL).toBe(true);
    await drawn((await stats()).framesDrawn + 20);
    await expect.poll(async () => (await stats()).drops, POLL).toBeGreaterThan(0);
    expect((await stats()).decoderErrors).toBe(0);
  });

  it('drops to a keyframe when more comes than it can decode, and is on time again', async () => {
    await serve();
    await openPage();
    await drawn(120); // the time of catching up is over
    server.burst(900);
    await expect.poll(async () => (await stats()).drops, POLL).toBeGreaterThan(0);
    await drawn((await stats()).framesDrawn + 30);
    await expect.poll(async () => (await stats()).decoderQueue, POLL).toBeLessThan(20);
    expect(await stats()).toMatchObject({ decoderErrors: 0, connections: 1 });
  });

  it('stops decoding while nobody looks, and asks for a keyframe when somebody does', async () => {
    await serve();
    await openPage();
    await drawn(5);
    const setHidden = async (isHidden: boolean): Promise<void> => {
      await page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    };
    await setHidden(true);
    await expect.poll(async () => (await stats()).skippedHidden, POLL).toBeGreaterThan(0);
    expect(server.received.filter(({ type }) => type === 'keyframe')).toEqual([]);
    await setHidden(false);
    await expect.poll(() => server.received.some(({ type }) => type === 'keyframe'), POLL).toBe(true);
    await drawn((await stats()).framesDrawn + 10);
    expect((await stats()).decoderErrors).toBe(0);
  });

  it('asks for the token, refuses a wrong one in words, keeps the right one out of the address', async () => {
    await serve({ token: 's3cret' });
    await openPage();
    await expect.poll(title, POLL).toBe('Token needed');
    await page.fill('#token-input', 'guess');
    await page.keyboard.press('Enter');
    await expect.poll(async () => page.isVisible('#token-wrong'), POLL).toBe(true);
    await page.fill('#token-input', 's3cret');
    await page.keyboard.press('Enter');
    await drawn(5);
    await page.goto('about:blank');
    await page.goto(server.url);
    await drawn(5);
    expect(page.url()).toBe(server.url);
  });

  it('takes the token from the address and hides it', async () => {
    await serve({ token: 's3cret', streams: ['yard', 'street'] });
    await openPage(`${server.url}?stream=street#token=s3cret`);
    await drawn(5);
    expect(page.url()).toBe(`${server.url}?stream=street`);
    expect(await page.locator('#stream-select option').allTextContents()).toEqual(['yard', 'street']);
    await page.selectOption('#stream-select', 'yard');
    await expect.poll(async () => page.title(), POLL).toBe('yard · Nocturne');
  });

  it.each([
    ['Full house', { refuseWith: CLOSE_CODES.TOO_MANY_VIEWERS }],
    ['Not from this address', { refuseWith: CLOSE_CODES.FORBIDDEN_ORIGIN }],
    ['No such stream', { refuseWith: CLOSE_CODES.NO_SUCH_STREAM }],
    ['The end', { refuseWith: CLOSE_CODES.ENDED }],
    ['Another version', { version: 2 }],
    ['No H.264 here', { codec: 'avc1.FF000A' }],
  ])('says "%s"', async (words, options) => {
    await serve(options);
    await openPage();
    await expect.poll(title, POLL).toBe(words);
    expect(await page.isVisible('#state')).toBe(true);
  });

  it('keeps the last picture, dimmed, while the input is lost', async () => {
    await serve();
    await openPage();
    await drawn(10);
    server.mute(true);
    server.send({ type: 'state', state: 'reconnecting', message: 'The camera fell silent.' });
    await expect.poll(async () => page.textContent('#state-text'), POLL).toBe('The camera fell silent.');
    await expect
      .poll(async () => page.evaluate("Number(getComputedStyle(document.getElementById('picture')).opacity)"), POLL)
      .toBeCloseTo(0.34);
    server.mute(false);
    server.send({ type: 'state', state: 'live', message: '' });
    await expect.poll(status, POLL).toBe('live');
  });

  it('says what to do on a plain http address', async () => {
    await serve();
    await openPage(`http://${INSECURE_HOST}:${server.port}/`);
    expect(await title()).toBe('Needs a secure address');
    expect(await page.textContent('#state-remedies')).toContain(`ssh -N -L ${server.port}:localhost:${server.port}`);
    expect(server.viewers).toBe(0);
  });

  it('says that the browser lacks WebCodecs', async () => {
    await serve();
    const context = await browser.newContext();
    page = await context.newPage();
    await page.addInitScript('delete globalThis.VideoDecoder');
    await page.goto(server.url);
    expect(await title()).toBe('This browser has no WebCodecs');
  });

  it('saves the picture, shows figures and help by keys, and says that there is no sound', async () => {
    await serve();
    await openPage();
    await drawn(5);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('p')]);
    expect(download.suggestedFilename()).toMatch(/^nocturne-street-[\d-]+\.png$/);
    await page.keyboard.press('s');
    await expect.poll(async () => page.textContent('#stat-list'), POLL).toContain('libx264');
    await page.keyboard.press('?');
    expect(await page.textContent('#help')).toContain('sound is not carried');
    expect(await page.evaluate("document.getElementById('help').open")).toBe(true);
  });
});
