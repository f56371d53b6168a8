import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { EMPTY_PIPELINE_STATS } from '../../src/stream/pipeline-stats.js';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import type { GrabbedFrame, Pixels } from '../../web-viewer/worker-messages.js';
import { hasBrowser } from './browser.js';
import { LiveServer, type LiveServerOptions } from './live-server.js';
import { POLL, ViewerPage } from './viewer-page.js';
import { useViewerStage } from './viewer-stage.js';

describe.skipIf(!hasBrowser())('the viewer page in Chromium, with the real server', () => {
  const stage = useViewerStage();
  let server: LiveServer;
  let viewer: ViewerPage;

  afterEach(async () => {
    await viewer.close();
    await server.close();
  });

  async function serve(options: Partial<LiveServerOptions> = {}): Promise<void> {
    server = await LiveServer.open({ clip: stage.clip, page: stage.page, ...options });
  }

  async function watch(options: Partial<LiveServerOptions> = {}, query = ''): Promise<void> {
    await serve(options);
    viewer = await ViewerPage.open(stage.browser, server.url + query);
  }

  it('decodes and draws a stream, and returns pixels and times', async () => {
    await watch();
    const { page } = viewer;
    await viewer.waitForFrames(100);
    const stats = await viewer.stats();
    expect(stats.framesDecoded).toBeGreaterThanOrEqual(stats.framesDrawn);
    expect(stats).toMatchObject({ decoderErrors: 0, connections: 1, width: 640, height: 360 });
    expect(stats.latencyMs).toBeGreaterThan(-100);
    expect(await viewer.status()).toBe('live');
    expect(await page.isVisible('#state')).toBe(false);
    expect(await page.title()).toBe('street · Nocturne');

    const snapshot = await page.evaluate<Pixels>('nocturne.snapshot({}, 320)');
    expect(snapshot).toMatchObject({ width: 320, height: 180, frameWidth: 640, frameHeight: 360 });
    expect(new Set(snapshot.rgba).size, 'shades of the test pattern').toBeGreaterThan(50);

    const frames = await page.evaluate<GrabbedFrame[]>('nocturne.grab(5, { width: 64, height: 16 })');
    expect(frames.map(({ rgba }) => rgba.length)).toEqual(Array(5).fill(64 * 16 * 4));
    const drawnAt = frames.map(({ drawnAtMs }) => drawnAtMs);
    expect(drawnAt.toSorted((a, b) => a - b)).toEqual(drawnAt);
    expect(Math.abs(drawnAt[0]! - Date.now())).toBeLessThan(60_000);
  });

  it('catches up with the cached GOP after a join without a drop, and shows its newest frame', async () => {
    await serve();
    server.setMuted(true);
    for (const unit of stage.clip.accessUnits.slice(0, 55)) server.publish(unit.data, unit.isKeyframe);
    viewer = await ViewerPage.open(stage.browser, server.url);
    await expect.poll(async () => (await viewer.stats()).framesDecoded, POLL).toBe(55);
    expect(await viewer.stats()).toMatchObject({ drops: 0, keyframeRequests: 0 });
    expect((await viewer.stats()).framesDrawn).toBeGreaterThan(0);
  });

  it('changes dials for all viewers, and follows changes of others', async () => {
    await watch();
    const { page } = viewer;
    await viewer.waitForFrames(1);
    await page.keyboard.press('d');
    await page.locator('#dial-exposure').fill('-1.5');
    await page.locator('.switch label', { hasText: 'Split' }).click();
    const turned = { ...DEFAULT_CONTROLS, exposure: -1.5, view: 'split' };
    await expect.poll(() => server.stream.controls, POLL).toEqual(turned);

    server.stream.setControls({ warmth: 0.4, split: 0.25 });
    await expect.poll(async () => page.inputValue('#dial-warmth'), POLL).toBe('0.4');
    await expect.poll(async () => page.getAttribute('#split-line', 'aria-valuenow'), POLL).toBe('25');

    await page.locator('.dial-row', { hasText: 'Exposure' }).dblclick({ position: { x: 5, y: 5 } });
    await expect.poll(() => server.stream.controls.exposure, POLL).toBe(0);
    await page.mouse.move(320, 300);
    await page.mouse.down();
    await page.mouse.move(640, 300, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => server.stream.controls.split, POLL).toBe(0.5);
  });

  it('resets only the dials, to the initial values of the stream', async () => {
    const controls = { ...DEFAULT_CONTROLS, exposure: 1 };
    await watch({ controls });
    const { page } = viewer;
    await viewer.waitForFrames(1);
    await page.keyboard.press('d');
    expect(await page.inputValue('#dial-exposure')).toBe('1');
    expect(await page.locator('.dial-row.turned').count(), 'dials marked as changed').toBe(0);
    server.stream.setControls({ exposure: -2, grain: 3, view: 'split', split: 0.25 });
    await expect.poll(async () => page.inputValue('#dial-grain'), POLL).toBe('3');
    expect(await page.locator('.dial-row.turned').count(), 'dials marked as changed').toBe(2);
    await page.click('#dials-reset');
    await expect.poll(() => server.stream.controls, POLL).toEqual({ ...controls, view: 'split', split: 0.25 });

    server.stream.setControls({ exposure: -2 });
    await expect.poll(async () => page.inputValue('#dial-exposure'), POLL).toBe('-2');
    await page.locator('.dial-row', { hasText: 'Exposure' }).dblclick({ position: { x: 5, y: 5 } });
    await expect.poll(() => server.stream.controls.exposure, POLL).toBe(1);
  });

  it('changes nothing where viewers may not control the stream', async () => {
    await watch({ canControl: false });
    await viewer.waitForFrames(1);
    await viewer.page.keyboard.press('d');
    expect(await viewer.page.isDisabled('#dial-exposure')).toBe(true);
    expect(await viewer.page.textContent('#dials-note')).toContain('View only');
    await viewer.page.keyboard.press('v');
    await viewer.waitForMoreFrames(20);
    expect(server.controlChanges).toEqual([]);
    expect(await viewer.page.isVisible('#toast'), 'a refusal from the server').toBe(false);
  });

  it('reconnects after a lost connection, after a shutdown and after a restart of the server', async () => {
    await watch();
    await viewer.waitForFrames(10);
    server.dropAll();
    await expect.poll(async () => (await viewer.stats()).connections, POLL).toBe(2);
    await viewer.waitForMoreFrames();
    server.closeAll(CLOSE_CODES.SHUTDOWN);
    await expect.poll(async () => (await viewer.stats()).connections, POLL).toBe(3);

    const { port } = server;
    await server.close();
    await expect.poll(() => viewer.title(), POLL).toBe('Server stopped');
    expect(await viewer.page.isVisible('#state-text')).toBe(true);
    await serve({ port });
    await expect.poll(() => viewer.status(), POLL).toBe('live');
    await viewer.waitForMoreFrames();
  });

  it('requests a keyframe after a decoder error and continues', async () => {
    await watch();
    await viewer.waitForFrames(10);
    server.publish(new Uint8Array([0, 0, 0, 1, 0x67, 255, 255, 255, 0, 0, 0, 1, 0x65, 255, 255]), true);
    await expect.poll(() => server.keyframeRequests, POLL).toBeGreaterThan(0);
    await expect.poll(async () => (await viewer.stats()).decoderErrors, POLL).toBeGreaterThan(0);
    await viewer.waitForMoreFrames(20);
    expect(await viewer.status()).toBe('live');
  });

  it('stops decoding while the page is hidden, and requests a keyframe when it is visible again', async () => {
    await watch();
    await viewer.waitForFrames(5);
    const before = server.keyframeRequests;
    await viewer.setHidden(true);
    await expect.poll(async () => (await viewer.stats()).skippedHidden, POLL).toBeGreaterThan(0);
    expect(server.keyframeRequests).toBe(before);
    await viewer.setHidden(false);
    await expect.poll(() => server.keyframeRequests, POLL).toBeGreaterThan(before);
    await viewer.waitForMoreFrames();
    expect((await viewer.stats()).decoderErrors).toBe(0);
  });

  it('asks for the token, shows that a wrong one was rejected, keeps the right one for the tab', async () => {
    await watch({ token: 's3cret' });
    const { page } = viewer;
    await expect.poll(() => viewer.title(), POLL).toBe('Token required');
    await page.fill('#token-input', 'guess');
    await page.keyboard.press('Enter');
    await expect.poll(async () => page.isVisible('#token-wrong'), POLL).toBe(true);
    await page.fill('#token-input', 's3cret');
    await page.keyboard.press('Enter');
    await viewer.waitForFrames(5);
    await page.goto('about:blank');
    await page.goto(server.url);
    await viewer.waitForFrames(5);
    expect(page.url()).toBe(server.url);
  });

  it('reads the token from the URL and hides it, and switches between streams', async () => {
    await watch({ token: 's3cret', names: ['yard', 'street'] }, '?stream=street#token=s3cret');
    const { page } = viewer;
    await viewer.waitForFrames(5);
    expect(page.url()).toBe(`${server.url}?stream=street`);
    expect(await page.locator('#stream-select option').allTextContents()).toEqual(['yard', 'street']);
    await page.selectOption('#stream-select', 'yard');
    await expect.poll(async () => page.title(), POLL).toBe('yard · Nocturne');
    await expect.poll(() => server.streams.get('yard')?.viewerCount, POLL).toBe(1);
    await expect.poll(() => server.streams.get('street')?.viewerCount, POLL).toBe(0);
    await viewer.waitForMoreFrames();
  });

  it('offers the existing streams when the requested one does not exist', async () => {
    await watch({}, '?stream=gone');
    await expect.poll(() => viewer.title(), POLL).toBe('Stream not found');
    await viewer.page.click('#state-streams button');
    await viewer.waitForFrames(5);
  });

  it('shows that there are too many viewers, and connects when one leaves', async () => {
    await watch({ maxViewers: 1 });
    await viewer.waitForFrames(5);
    const second = await ViewerPage.open(stage.browser, server.url);
    await expect.poll(() => second.title(), POLL).toBe('Too many viewers');
    await viewer.page.goto('about:blank');
    await second.waitForFrames(5);
    await second.close();
  });

  it('shows that the server is overloaded, with what to do, and that the stream stalls', async () => {
    await watch();
    const { page } = viewer;
    await viewer.waitForFrames(10);
    const overload = 'The stream plays at 40 % of its speed. Serve a smaller video.';
    server.stream.setStats({ ...EMPTY_PIPELINE_STATS, overload });
    await expect.poll(async () => page.textContent('#badge-text'), POLL).toBe('Overloaded');
    expect(await page.getAttribute('#badge', 'title')).toBe(overload);
    server.stream.setStats(EMPTY_PIPELINE_STATS);
    await expect.poll(async () => page.textContent('#badge-text'), POLL).toBe('Live');
    server.setMuted(true);
    server.stream.setState('stalled', 'The stream does not respond.');
    await expect.poll(() => viewer.title(), POLL).toBe('Stalled');
    expect(await page.textContent('#state-text')).toBe('The stream does not respond.');
    server.setMuted(false);
    server.stream.setState('live', '');
    await expect.poll(() => viewer.status(), POLL).toBe('live');
  });

  it('keeps the last frame, dimmed, while the input is lost, and shows that the stream ended', async () => {
    await watch();
    const { page } = viewer;
    await viewer.waitForFrames(10);
    server.setMuted(true);
    server.stream.setState('reconnecting', 'The camera timed out.');
    await expect.poll(async () => page.textContent('#state-text'), POLL).toBe('The camera timed out.');
    const opacity = "Number(getComputedStyle(document.getElementById('video')).opacity)";
    await expect.poll(async () => page.evaluate(opacity), POLL).toBeCloseTo(0.34);
    server.setMuted(false);
    server.stream.setState('live', '');
    await expect.poll(() => viewer.status(), POLL).toBe('live');
    server.setMuted(true);
    server.stream.setState('ended', 'The file has ended.');
    await expect.poll(() => viewer.title(), POLL).toBe('Stream ended');
    expect(await page.textContent('#state-text')).toBe('The file has ended.');
  });
});
