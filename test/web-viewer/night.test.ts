import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import type { Pixels } from '../../web-viewer/worker-messages.js';
import { startServe, type ServeProcess } from '../support/command.js';
import { ffmpeg, hasFfmpeg } from '../support/ffmpeg.js';
import { footage } from '../support/footage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { hasBrowser, openBrowser } from './browser.js';
import { ViewerPage } from './viewer-page.js';

const folder = temporaryFolder();

/** Real footage where it exists, otherwise a clip that FFmpeg generates. */
function dayClip(): string {
  const real = footage('clips/freeway-dashcam-540p25.mp4');
  if (real !== undefined) return real;
  const made = join(folder, 'day.mp4');
  ffmpeg(
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=960x540:rate=25:duration=9',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    made,
  );
  return made;
}

/** Mean luma of the canvas, 0 to 1. */
async function meanLuma(viewer: ViewerPage): Promise<number> {
  const { rgba } = await viewer.page.evaluate<Pixels>('nocturne.snapshot()');
  let sum = 0;
  for (let i = 0; i < rgba.length; i += 4) sum += 0.2126 * rgba[i]! + 0.7152 * rgba[i + 1]! + 0.0722 * rgba[i + 2]!;
  return sum / (rgba.length / 4) / 255;
}

describe.skipIf(!hasFfmpeg || !hasBrowser())('a served clip in the browser', () => {
  let browser: Browser;
  let serve: ServeProcess;

  beforeAll(async () => {
    [browser, serve] = await Promise.all([openBrowser(), startServe([dayClip(), '--loop'])]);
  });

  afterAll(async () => {
    await browser.close();
    expect(await serve.stop()).toBe(0);
  });

  it('is night: 100 frames decoded and drawn, dark, under half of the day', async () => {
    const viewer = await ViewerPage.open(browser, serve.url);
    await viewer.waitForFrames(100);
    const { framesDecoded } = await viewer.stats();
    expect(framesDecoded).toBeGreaterThanOrEqual(100);
    const night = await meanLuma(viewer);
    const response = await fetch(new URL('/api/streams', serve.url));
    const [stream] = ((await response.json()) as { streams: { name: string }[] }).streams; // docs/protocol.md
    const change = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"view":"day"}' };
    const changed = await fetch(new URL(`/api/streams/${stream!.name}/controls`, serve.url), change);
    expect(changed.status).toBe(200);
    await viewer.waitForMoreFrames(20);
    const day = await meanLuma(viewer);
    expect(night).toBeGreaterThan(0.05);
    expect(night).toBeLessThan(0.3);
    expect(night).toBeLessThan(day / 2);
    expect(viewer.errors).toEqual([]);
    await viewer.close();
  });
});
