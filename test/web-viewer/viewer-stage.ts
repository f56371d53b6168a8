import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openBrowser } from './browser.js';
import { encodeClip, type H264Clip } from './h264-clip.js';
import { bundleViewer } from './viewer-bundle.js';

/** What the tests of one `describe` share: a browser, a clip of 640x360 and the folder of the bundled page. */
export interface ViewerStage {
  readonly browser: Browser;
  readonly clip: H264Clip;
  readonly page: string;
}

/** Makes a stage before the tests of a `describe` and removes it after them; its fields are set within tests only. */
export function useViewerStage(browserArguments: readonly string[] = []): ViewerStage {
  const stage = {} as { -readonly [Key in keyof ViewerStage]: ViewerStage[Key] }; // filled before the first test
  beforeAll(async () => {
    [stage.browser, stage.clip, stage.page] = await Promise.all([
      openBrowser(browserArguments),
      encodeClip(640, 360, 4),
      bundleViewer(),
    ]);
  });
  afterAll(async () => {
    await stage.browser.close();
    await rm(stage.page, { recursive: true, force: true });
  });
  return stage;
}
