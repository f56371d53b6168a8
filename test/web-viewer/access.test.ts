import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser } from './browser.js';
import { LiveServer, type LiveServerOptions } from './live-server.js';
import { ReverseProxy } from './reverse-proxy.js';
import { POLL, ViewerPage } from './viewer-page.js';
import { useViewerStage } from './viewer-stage.js';

describe.skipIf(!hasBrowser())('the viewer page in Chromium, where the server refuses something', () => {
  const stage = useViewerStage();
  let server: LiveServer;
  let viewer: ViewerPage;

  afterEach(async () => {
    await viewer.close();
    await server.close();
  });

  async function serve(options: Partial<LiveServerOptions> = {}): Promise<LiveServer> {
    server = await LiveServer.open({ clip: stage.clip, page: stage.page, ...options });
    return server;
  }

  describe('behind a reverse proxy with a prefix', () => {
    let proxy: ReverseProxy;

    beforeAll(async () => {
      proxy = await new ReverseProxy('/night').open();
    });
    afterAll(() => proxy.close());

    it.each(['/night/', '/night', '/night/?stream=street'])('names the option that allows it: %s', async (path) => {
      proxy.target = (await serve()).port;
      viewer = await ViewerPage.open(stage.browser, proxy.origin + path);
      await expect.poll(async () => viewer.title(), POLL).toBe('Origin not allowed');
      expect(await viewer.page.textContent('#state-remedies')).toContain(`--allow-origin ${proxy.origin}`);
      expect(server.stream.viewerCount).toBe(0);
    });

    it.each(['/night/', '/night', '/night#token=sesame'])('plays where its origin is allowed: %s', async (path) => {
      proxy.target = (await serve({ allowedOrigins: [proxy.origin] })).port;
      viewer = await ViewerPage.open(stage.browser, proxy.origin + path);
      await viewer.waitForFrames(5);
      expect(new URL(viewer.page.url()).pathname).toBe('/night/');
    });

    it('says when its script does not load', async () => {
      proxy.target = (await serve()).port;
      const page = await stage.browser.newPage();
      await page.route('**/viewer.js', async (route) => route.fulfill({ status: 404 }));
      await page.goto(`${proxy.origin}/night/`);
      await expect.poll(async () => page.textContent('#state-title'), POLL).toBe('Page incomplete');
      expect(await page.textContent('#state-text')).toContain('/night/viewer.js did not load.');
      await page.close();
      viewer = await ViewerPage.open(stage.browser, server.url);
    });
  });

  it('watches with the token, and turns the dials once the control token is entered', async () => {
    await serve({ token: 'open-sesame', controlToken: 'turn-sesame' });
    viewer = await ViewerPage.open(stage.browser, `${server.url}?token=open-sesame`);
    const { page } = viewer;
    const enter = async (token: string): Promise<void> => {
      await page.fill('#control-input', token);
      await page.click('#control-form button');
    };
    await viewer.waitForFrames(1);
    await page.keyboard.press('d');
    expect(await page.isDisabled('#dial-exposure')).toBe(true);
    expect(await page.textContent('#dials-note')).toBe('View only: changing the dials needs the control token.');

    await enter('wrong');
    await expect.poll(async () => page.isVisible('#control-wrong'), POLL).toBe(true);
    await expect.poll(async () => viewer.status(), POLL).toBe('live'); // with the token before
    expect(await page.isDisabled('#dial-exposure')).toBe(true);

    await enter('turn-sesame');
    await expect.poll(async () => page.isDisabled('#dial-exposure'), POLL).toBe(false);
    expect(await page.isVisible('#control-form')).toBe(false);
    await page.locator('#dial-exposure').fill('-1.5');
    await expect.poll(() => server.controlChanges, POLL).toEqual([{ exposure: -1.5 }]);
  });

  it('keeps watching after a wrong control token where watching needs none', async () => {
    await serve({ controlToken: 'turn-sesame' });
    viewer = await ViewerPage.open(stage.browser, server.url);
    const { page } = viewer;
    await viewer.waitForFrames(1);
    await page.keyboard.press('d');
    await page.fill('#control-input', 'wrong');
    await page.click('#control-form button');
    await expect.poll(async () => page.isVisible('#control-wrong'), POLL).toBe(true);
    await viewer.waitForMoreFrames(5);
    expect(await page.evaluate("sessionStorage.getItem('nocturne.token')")).toBeNull();
  });
});
