import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasFfmpeg } from '../../support/ffmpeg.js';

const BENCH = fileURLToPath(new URL('../../../bench/corrupt.mjs', import.meta.url));

describe.skipIf(!hasFfmpeg)('damaged files', () => {
  it.each(['h264.mp4', 'ffv1.mkv'])(
    'of %s neither crash, hang nor leave half a file; probe and render agree',
    (name) => {
      const report = execFileSync(process.execPath, [BENCH, '1', '7', name], { encoding: 'utf8', timeout: 90_000 });
      expect(report).toMatch(/^15 cases, \d+ rendered; no fault\n$/);
    },
  );
});
