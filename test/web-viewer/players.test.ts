import { afterEach, describe, expect, it } from 'vitest';
import type { GrabbedFrame, Pixels } from '../../web-viewer/worker-messages.js';
import { hasBrowser } from './browser.js';
import { LiveServer, type LiveServerOptions } from './live-server.js';
import { ReverseProxy } from './reverse-proxy.js';
import { POLL, ViewerPage } from './viewer-page.js';
import { useViewerStage } from './viewer-stage.js';

/** A name that is no secure context: neither https nor localhost. */
const HOST = 'night.test';

describe.skipIf(!hasBrowser())('the players of the page, at a plain http address', () => {
  const stage = useViewerStage([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]);
  let server: LiveServer;
  let viewer: ViewerPage;

  afterEach(async () => {
    await viewer.close();
    await server.close();
  });

  async function watch(query = '', script = '', options: Partial<LiveServerOptions> = {}): Promise<void> {
    server = await LiveServer.open({ clip: stage.clip, page: stage.page, host: HOST, ...options });
    viewer = await ViewerPage.open(stage.browser, `http://${HOST}:${server.port}/${query}`, script);
  }

  async function player(): Promise<unknown> {
    return viewer.page.evaluate('[isSecureContext, nocturne.player()]');
  }

  it('plays with Media Source by itself, near the live edge, also after it was hidden', async () => {
    await watch();
    await viewer.waitForFrames(60);
    expect(await player()).toEqual([false, 'mse']);
    expect(await viewer.stats()).toMatchObject({ decoderErrors: 0, connections: 1, width: 640, height: 360 });
    const frames = await viewer.page.evaluate<GrabbedFrame[]>('nocturne.grab(10, { width: 64, height: 16 })');
    const captured = frames.map(({ capturedAt }) => capturedAt);
    expect(new Set(captured).size, 'each drawn frame has times of its own').toBe(10);
    expect(captured.toSorted((a, b) => a - b)).toEqual(captured);
    expect(await viewer.status()).toBe('live');
    await viewer.page.keyboard.press('s');
    await expect.poll(async () => viewer.page.textContent('#stat-list'), POLL).toContain('Media Source');

    const before = server.keyframeRequests;
    await viewer.setHidden(true);
    await expect.poll(async () => (await viewer.stats()).skippedHidden, POLL).toBeGreaterThan(0);
    await viewer.setHidden(false);
    await expect.poll(() => server.keyframeRequests, POLL).toBeGreaterThan(before);
    await viewer.waitForMoreFrames();
    const edge =
      "(() => { const v = document.querySelector('video'); return v.buffered.end(v.buffered.length - 1) - v.currentTime; })()";
    await expect.poll(async () => viewer.page.evaluate<number>(edge), POLL).toBeLessThan(1.2);
  });

  it('starts another media source when the browser rejects the bytes', async () => {
    await watch();
    await viewer.waitForFrames(10);
    server.publish(
      new Uint8Array([0, 0, 0, 1, 0x67, 255, 255, 255, 0, 0, 0, 1, 0x68, 255, 0, 0, 0, 1, 0x65, 255]),
      true,
    );
    await expect.poll(async () => (await viewer.stats()).decoderErrors, POLL).toBeGreaterThan(0);
    await viewer.waitForMoreFrames(20);
    expect(await player()).toEqual([false, 'mse']);
  });

  it('plays JPEG images where the browser has neither, without packets, and asks for none once it has left', async () => {
    await watch('', 'delete window.MediaSource; delete window.ManagedMediaSource');
    await viewer.waitForFrames(20);
    expect(await player()).toEqual([false, 'mjpeg']);
    expect(await viewer.stats()).toMatchObject({ packetsReceived: 0, decoderErrors: 0, width: 640, height: 360 });
    const { rgba } = await viewer.page.evaluate<Pixels>('nocturne.snapshot({}, 320)');
    expect(new Set(rgba).size, 'shades of the test pattern').toBeGreaterThan(50);
    expect(server.imageDemand).toBe(30);
    await viewer.page.goto('about:blank');
    await expect.poll(() => server.imageDemand, POLL).toBe(0);
  });

  it('goes on with JPEG images where the browser cannot decode the codec', async () => {
    await watch('', '', { codec: 'avc1.FFFFFF' });
    await viewer.waitForFrames(5);
    expect(await player()).toEqual([false, 'mjpeg']);
  });

  it.each(['mse', 'mjpeg'])(
    'plays with %s below a path of a reverse proxy that passes its own name on',
    async (kind) => {
      const proxy = await new ReverseProxy('/night', true).open();
      const publicUrl = `${proxy.origin.replace('127.0.0.1', HOST)}/night/`;
      server = await LiveServer.open({ clip: stage.clip, page: stage.page, publicUrl, trustedProxies: ['127.0.0.1'] });
      proxy.target = server.port;
      viewer = await ViewerPage.open(stage.browser, `${publicUrl}?player=${kind}`);
      await viewer.waitForFrames(10);
      expect(await player()).toEqual([false, kind]);
      proxy.close();
    },
  );

  it('says so when the address names a player that the browser lacks', async () => {
    await watch('?player=webcodecs');
    await expect.poll(async () => viewer.title(), POLL).toBe('Player not available');
    expect(await viewer.page.textContent('#state-text')).toContain('Remove ?player=');
  });

  it.each(['mse', 'mjpeg'])('plays with %s where the address names it, at a secure address', async (kind) => {
    server = await LiveServer.open({ clip: stage.clip, page: stage.page });
    viewer = await ViewerPage.open(stage.browser, `${server.url}?player=${kind}`);
    await viewer.waitForFrames(10);
    expect(await player()).toEqual([true, kind]);
  });
});
